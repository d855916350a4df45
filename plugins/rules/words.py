"""Words that must not be there: forbidden ones, a chat model's chatter, placeholders nobody filled in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from aigc import check
from aigc.types import Field, Finding, texts_in

WordList: TypeAlias = Literal["superlatives", "cliches", "claims", "urgency"]

PLACEHOLDER = (
    r"(?i)\[(?:your|insert|enter|add|company|product|brand|name|city|date|link|url|number|price|placeholder|xx+)\b[^\]\n]{0,40}\]"
    r"|<(?:your|insert|enter|company|product|brand|name|placeholder)\b[^>\n]{0,40}>"
    r"|\{\{[^}\n]*\}\}|\{%[^%\n]*%\}|(?<!\{)\{[a-z][a-z_ ]*\}(?!\})|\$\{[^}\n]*\}|%\([a-z_]+\)s"
    r"|\bX{3,}\b|\blorem ipsum\b|\b(?:TBD|TBA|TODO|FIXME)\b|\[\s*\]|\[\.{3}\]"
    r"|[\[【（(](?:品牌|产品|商品|公司|名称|姓名|填写|插入|请输入|此处|链接|价格|日期|你的|您的)[^\]】）)\n]{0,20}[\]】）)]"
    r"|某某|XX(?:公司|品牌|产品|先生|女士)|（略）"
)
CASED_PLACEHOLDER = ("tbd", "tba", "todo", "fixme")  # only in capitals: "todo" is Spanish, and a kind of list


class Term(NamedTuple):
    """This is a word or phrase to look for in small letters, and the longer ones in which it is harmless."""

    plain: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@check
def forbidden_words(
    text: str,
    field: Field,
    *,
    words: Sequence[str] = (),
    lists: Sequence[WordList] = (),
    allow: Sequence[str] = (),
    unless_in_brief: bool = False,
) -> Iterator[Finding]:
    """None of `words`, nor of the bundled `lists`, stands in a text.

    Lists: superlatives ("best", "#1", 最佳, 国家级), cliches, claims ("guaranteed", "clinically proven"), urgency.
    Case and width do not matter; a Latin word counts whole. `allow` takes terms out again; with `unless_in_brief` a
    term the brief itself uses, say in the product's name, is fine.
    """
    plain, places = _readable(text)
    allowed = {small_letters(word) for word in allow}
    brief = small_letters(" ".join(texts_in(field.draft.brief.values))) if unless_in_brief else ""
    terms = [as_term(word) for word in words] + [term for name in lists for term in _bundled()[name]]
    for term in terms:
        if term.plain in allowed or (brief and term.pattern.search(brief)):
            continue
        spared = [found.span() for found in term.unless.finditer(plain)] if term.unless else []
        for found in term.pattern.finditer(plain):
            start, end = found.span()
            if not any(first <= start and end <= last for first, last in spared):
                span = (places[start], places[end - 1] + 1)
                yield Finding(message=f"has the forbidden {text[slice(*span)]!r}", span=span)


@check
def no_chatter(text: str) -> Iterator[Finding]:
    """A text is the piece itself: no refusal, no "As an AI", no "Here is your headline", no offer to help further."""
    for pattern in _chatter():
        if found := pattern.search(text):
            yield Finding(message=f"talks to the reader of the chat: {found.group().strip()!r}", span=found.span())
            return


@check
def no_placeholder(text: str, *, allow: Sequence[str] = ()) -> Iterator[Finding]:
    """Nothing is left to fill in: no [Your name], {product}, XXX, TBD, lorem ipsum, 【品牌】.

    An ad platform's own {KeyWord:…} and {关键词} are fine, and whatever `allow` lists.
    """
    for found in re.finditer(PLACEHOLDER, text):
        placeholder = found.group()
        if placeholder not in allow and placeholder not in CASED_PLACEHOLDER:
            yield Finding(message=f"has the placeholder {placeholder!r}", span=found.span())


def as_term(word: str, unless: Sequence[str] = ()) -> Term:
    """Return how to look for a word in small letters; a Latin one stands whole."""
    plain = small_letters(word)
    before = r"(?<![a-z0-9])" if plain[:1].isascii() and plain[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if plain[-1:].isascii() and plain[-1:].isalnum() else ""
    body = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", plain)))
    spared = "|".join(re.escape(small_letters(phrase)) for phrase in unless)
    return Term(plain, re.compile(before + body + after), re.compile(spared) if spared else None)


@cache
def _bundled() -> Mapping[str, list[Term]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("words.yaml").read_text(encoding="utf-8"))
    return {
        name: [
            as_term(entry) if isinstance(entry, str) else as_term(entry["term"], entry["unless"]) for entry in entries
        ]
        for name, entries in lists.items()
    }


@cache
def _chatter() -> list[re.Pattern[str]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("chatter.yaml").read_text(encoding="utf-8"))
    return [re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in lists["patterns"]]


def small_letters(text: str) -> str:
    """Return a text in small NFKC letters without invisible characters."""
    return _readable(text)[0]


def _readable(text: str) -> tuple[str, list[int]]:
    """Return the text in small NFKC letters without invisible characters, and each character's place in `text`."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char).casefold()
        chars += plain.replace("’", "'")
        places += [place] * len(plain)
    return "".join(chars), places
