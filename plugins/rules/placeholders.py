"""Placeholders nobody filled in, in a text and in the brief it was written from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from aigc import check
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.text.emoji import strip_emoji

URL = re.compile(r"https?://\S+", re.IGNORECASE)
BRACES = r"\{\{[^}\n]*\}\}|\{%[^%\n]*%\}|(?<!\{)\$?\{(?:[A-Za-z_][A-Za-z_0-9.-]*(?: [A-Za-z_.-]+)*|\d*)\}(?!\})"
PERCENT = r"%\([a-z_]+\)s|(?<![\w%])%{1,2}[A-Za-z]\w*%{1,2}(?!\w)|(?<![\w%])(?<!\d )%(?:\d\$)?[sd]\b"
EMPTY = r"\[\s*\]|\[\.{3}\]|\[…\]"
AMOUNT = r"[$€£¥]\s?X{1,3}(?:[.,]X{1,2})?(?!\w)|(?<![\w.,])X{1,3}[.,]X{1,2}(?!\w)|(?<!\w)X{1,2}\s?%(?!\w)"
MERGED = r"\*\|\w+(?::\w+)?\|\*|@@\w+@@|##\w+##|(?<!\w)\$[A-Za-z]+_\w+"  # what other mailers fill in
SITE = r"https?://(?:www\.)?your[-_]?(?:shop|store|site|domain|company|brand|website|url)\b[^\s/]*"
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
    about code.
    """
    brief = " ".join(texts_in(field.draft.brief.values)) if own_brackets else ""
    for found in placeholders(text):
        placeholder = found.group()
        own = placeholder.startswith(BRACKETS) and placeholder in brief
        if placeholder not in allow and not own:
            yield Finding(message=f"has the placeholder {placeholder!r}", span=found.span())


@check
def brief_filled_in(draft: Draft, *, but: Sequence[str] = (), worded: Sequence[str] = ()) -> Iterator[str]:
    """The brief has no placeholder that nobody filled in, in no input `but` those, whether a text shows it or not.

    The inputs `worded` have a word: a name is more than an emoji.
    """
    for name in worded:
        if (text := draft.brief.values.get(name)) and not WORD.search(strip_emoji(text, symbols=True)):
            yield f"the brief's {name} has no word"
    for name, value in draft.brief.values.items():
        for text in texts_in(value) if name not in but else ():
            for found in placeholders(text):
                yield f"the brief's {name} has the placeholder {found.group()!r}"


def placeholders(text: str) -> Iterator[re.Match[str]]:
    """Yield what is left to fill in. In a link only {{ … }} and YOUR-SHOP are: ad platforms fill {keyword} in."""
    links = [found.span() for found in URL.finditer(text)]
    for found in _pattern().finditer(text):
        within = any(start <= found.start() < end for start, end in links)
        if not within or found.group().lower().startswith(("{{", "http")):
            yield found


@cache
def _pattern() -> re.Pattern[str]:
    import yaml

    told = yaml.safe_load(files("aigc_plugins.rules").joinpath("placeholders.yaml").read_text(encoding="utf-8"))
    words = "|".join(map(re.escape, told["fillers"].split()))
    joined = "|".join(told["joined"].split())
    between = r"[\s_.:/'’-]+"
    filler = rf"(?:{words})(?:{between}(?:{words}|{joined}))*"
    begun = rf"(?:{'|'.join(told['beginnings'].split())})\b[^\]\n]{{0,40}}"
    tag = rf"(?:{'|'.join(told['tags'].split())})\b[^>\n]{{0,40}}"
    han = "|".join(told["han"].split())
    phrases = "|".join(map(re.escape, told["phrases"]))
    alone = rf"\[\s*(?:{filler}|{begun})\s*\]|<{tag}>"
    chinese = rf"[\[【（(<](?:{han})[^\]】）)>\n]{{0,20}}[\]】）)>]"
    capitals = rf"\b(?:{'|'.join(told['capitals'])})\b(?!-?\d)"
    whole = rf"\A\W*(?:{'|'.join(map(re.escape, told['whole']))})\W*\Z"
    shapes = [chinese, PERCENT, EMPTY, AMOUNT, MERGED, OTHER, capitals]
    return re.compile("|".join([f"(?i:{whole}|{alone}|{BRACES}|{phrases}|{SITE})", *shapes]))
