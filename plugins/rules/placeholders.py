"""Placeholders nobody filled in, in a text and in the brief it was written from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from aigc import check
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.text.emoji import strip_emoji

URL = re.compile(r"https?://\S+", re.IGNORECASE)
BRACES = r"\{\{[^}\n]*\}\}|\{%[^%\n]*%\}|(?<!\{)\$?\{(?:[A-Za-z_][A-Za-z_0-9.-]*(?: [A-Za-z_.-]+)*|\d*)\}(?!\})"
PERCENT = r"%\([a-z_]+\)s|(?<![\w%])%{1,2}[A-Za-z]\w*%{1,2}(?!\w)|(?<![\w%])(?<!\d )%(?:\d\$)?[sd]\b"
EMPTY = r"\[\s*\]|\[\.{3}\]|\[…\]"
AMOUNT = r"[$€£¥]\s?X{1,3}(?:[.,]X{1,2})?(?!\w)|(?<![\w.,])X{1,3}[.,]X{1,2}(?!\w)|(?<!\w)X{1,2}\s?%(?!\w)"
UNITS = "[mck]?m|[cm]?l|lit(?:re|er)s?|[mk]?g|lbs?|oz|[kM]?Wh?|mAh|[GT]B|hours?|days?|years?|minutes?|元|小时"
AMOUNT += rf"|(?<![\w.,])X{{2,3}}\s?(?:{UNITS})(?!\w)"
MERGED = r"\*\|\w+(?::\w+)?\|\*|@@\w+@@|##\w+##|(?<!\w)\$[A-Za-z]+_\w+"  # what other mailers fill in
SITE = r"https?://(?:www\.)?your[-_]?(?:shop|store|site|domain|company|brand|website|url)\b[^\s/]*"
# [Volume], [Key Feature]; not [NEW], nor the text of a link
NAMED = r"\[(?!New\]|Sale\])[A-Z][a-z][A-Za-z]*(?:[ _-][A-Za-z]+){0,3}\](?!\()"
BLANK = (  # ___ litres, ?? litres
    r"(?<![\w/])_{2,}(?=\s*[^\W_])(?!\w)|(?<![^\s:：(（])[?？]{2,}(?=\s*\w)|？{2,}(?=[升克元米厘毫千公斤小天年])"
)
DATE = r"(?<![\w./-])(?:00([./-])00\1(?:00){1,2}|0000([./-])00\2\d\d)(?![\w/-])"
AS_DATE = (
    r"(?<![\w./-])(?:dd([./-])mm\3yy(?:yy)?|mm([./-])dd\4yy(?:yy)?|yyyy([./-])mm\5dd|tt\.mm\.jj(?:jj)?|jj/mm/aa(?:aa)?)"
    r"(?![\w/-])"
)
# What a value may not be alone: no more than marks, or an amount of nothing.
MARKS = r"?？….·_*#/\\|~=–—-"
NOTHING = re.compile(rf"\A[\s{MARKS}]*[{MARKS}]\Z|\A[$€£¥]?\s?0+[.,]00\s?(?:[$€£¥]|kr|[A-Z]{{3}})?\Z")
GAP = re.compile(r"(?<![\w/])_{2,}(?![\w/])")
# What stands in every placeholder but those that are known by their words; looked for first, as few texts have any.
SIGNS = re.compile(
    r"[\[{<【@_]|[(（][^\x00-\x7f]|%[(A-Za-z\d%]|XX|[$€£¥]\s?X|X[.,]X|X\s?%|\*\||##|#[A-Z_]|\$[A-Za-z]|[?？]{2}"
    r"|(?<!\d)00?00?[./-]|[DdMmYyTtJj]{2}[./-]"
)
OTHER = r"\bX{3,}\b|XX(?:公司|品牌|产品|先生|女士)|(?<!\w)#[A-Z_]{3,}#|(?<!\w)__[A-Z_]{3,}__(?!\w)"
WORD = re.compile(r"[^\W_]")
BRACKETS = ("[", "{", "<", "(", "【", "（", "$", "%")


@check
def no_placeholder(
    text: str, field: Field, *, allow: Sequence[str] = (), own_brackets: bool = False
) -> Iterator[Finding]:
    """Nothing is left to fill in: no [Your name], {product}, XXX, TBD, lorem ipsum, 【品牌】.

    An ad platform's own {KeyWord:…} and {关键词} are fine, and whatever `allow` lists. The brief's having one is no
    excuse: it was not filled in there. With `own_brackets` brackets that stand in the brief are its own, as in a quiz
    about code, and a gap to fill in is meant.
    """
    if not (there := placeholders(text)):
        return
    brief = " ".join(texts_in(field.draft.brief.values)) if own_brackets else ""
    for found in there:
        placeholder = found.group()
        gap = not placeholder.strip("_")
        own = own_brackets and (gap or (placeholder.startswith(BRACKETS) and placeholder in brief))
        if placeholder not in allow and not own:
            yield Finding(message=f"has the placeholder {placeholder!r}", span=found.span())


@check
def brief_filled_in(draft: Draft, *, but: Sequence[str] = (), worded: Sequence[str] = ()) -> Iterator[str]:
    """The brief has no placeholder that nobody filled in, in no input `but` those, whether a text shows it or not.

    The inputs `worded` have a word: a name is more than an emoji.
    """
    wordless = [
        name
        for name in worded
        if (text := draft.brief.values.get(name)) and not WORD.search(strip_emoji(text, symbols=True))
    ]
    yield from (f"the brief's {name} has no word" for name in wordless)
    passed = {*but, *wordless}
    told = [
        (name, text) for name, value in draft.brief.values.items() if name not in passed for text in texts_in(value)
    ]
    some = _may_have("\n".join(text for _, text in told))
    for name, text in told:
        if found := unfilled(text, name):
            yield f"the brief's {name} has the placeholder {found!r}"
        elif some or _whole().match(text):
            for one in placeholders(text):
                yield f"the brief's {name} has the placeholder {one.group()!r}"


def unfilled(text: str, name: str = "") -> str:
    """Return what a value of an input leaves to fill in where a text of a piece may have that: a gap, or nothing but
    marks, an amount of nothing, "Company" where a `name` is wanted; else nothing."""
    written = text.strip()
    if NOTHING.match(written) or written.strip("<[(. )]>").casefold() in _named().get(name, ()):
        return written
    return found[0] if "__" in written and (found := GAP.search(written)) else ""


def placeholders(text: str) -> tuple[re.Match[str], ...]:
    """Return what is left to fill in. In a link only {{ … }} and YOUR-SHOP are: ad platforms fill {keyword} in."""
    if whole := _whole().match(text):
        return (whole,)
    return _found(text) if _may_have(text) else ()


def _may_have(text: str) -> bool:
    """Say whether a text, or several on lines of their own, may have a placeholder beside other words."""
    return bool(SIGNS.search(text) or _worded().search(text.lower()))


@lru_cache(maxsize=1 << 12)
def _found(text: str) -> tuple[re.Match[str], ...]:
    links = [found.span() for found in URL.finditer(text)]
    return tuple(
        found
        for found in _pattern().finditer(text)
        if not any(start <= found.start() < end for start, end in links)
        or found.group().lower().startswith(("{{", "http"))
    )


@cache
def _told() -> dict[str, Any]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("placeholders.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return told


@cache
def _named() -> dict[str, frozenset[str]]:
    """Return input → the words that name nothing there."""
    return {name: frozenset(words.split()) for name, words in _told()["named"].items()}


@cache
def _filler() -> str:
    """Return the pattern of what stands between brackets."""
    words, joined = "|".join(map(re.escape, _told()["fillers"].split())), "|".join(_told()["joined"].split())
    return rf"(?:{words})(?:[\s_.:/'’-]+(?:{words}|{joined}))*"


@cache
def _whole() -> re.Pattern[str]:
    """Return the pattern of texts that are nothing but a placeholder."""
    asked = rf"(?:insert|enter) (?:your )?{_filler()}(?: here)?(?: #?\d{{1,2}})?"  # Insert benefit 1
    return re.compile(rf"\A\W*(?:{'|'.join(map(re.escape, _told()['whole']))}|{asked})\W*\Z", re.IGNORECASE)


@cache
def _worded() -> re.Pattern[str]:
    """Return the pattern of the words, in small letters, of which a text with a placeholder without signs has one."""
    words = [*_told()["phrases"], *map(str.lower, _told()["capitals"]), "://your", "://www.your"]
    return re.compile(in_one(words))


def in_one(words: Sequence[str]) -> str:
    """Return the pattern of some words, by their first letters: where none begins it is soon told."""
    begun: dict[str, list[str]] = {}
    for word in words:
        begun.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in begun.items())


@cache
def _pattern() -> re.Pattern[str]:
    told = _told()
    begun = rf"(?:{'|'.join(told['beginnings'].split())})\b[^\]\n]{{0,40}}"
    tag = rf"(?:{'|'.join(told['tags'].split())})\b[^>\n]{{0,40}}"
    han = "|".join(told["han"].split())
    phrases = "|".join(map(re.escape, told["phrases"]))
    bracketed = rf"\[\s*(?:{_filler()}|{begun})\s*\]|<{tag}>"
    chinese = rf"[\[【（(<](?:{han})[^\]】）)>\n]{{0,20}}[\]】）)>]"
    capitals = rf"\b(?:{'|'.join(told['capitals'])})\b(?!-?\d)"
    shapes = [chinese, NAMED, PERCENT, EMPTY, AMOUNT, MERGED, BLANK, OTHER, capitals]
    return re.compile("|".join([f"{DATE}|(?i:{AS_DATE}|{bracketed}|{BRACES}|{phrases}|{SITE})", *shapes]))
