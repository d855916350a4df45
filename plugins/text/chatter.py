"""Taking off what a chat model wraps around the piece: agreement, announcements, labels, quotes, fences, bullets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from aigc import postprocessor
from aigc.types import Field

FENCE = re.compile(r"^```[\w-]*[ \t]*\n(.*?)(?:\n?```[ \t]*)?$", re.DOTALL)
HEADING_MARK = re.compile(r"^#{1,6}\s+")
LIST_MARK = re.compile(r"^(?:[-*•·+–—>]\s+|\(?\d{1,2}[.)、]\s+|\d{1,2}、)(?=\S)")
COUNT_NOTE = re.compile(
    r"\s*[(\[（](?:约|about |approx\.? )?\d+\s*(?:characters?|chars?|words?|tokens?|个?字符?|字)"
    r"[^)\]）]{0,12}[)\]）]\s*$",
    re.IGNORECASE,
)
PAIRS = ('""', "''", "“”", "‘’", "「」", "『』", "``", "«»", "【】")
EMPHASIS = ("***", "**", "__", "*", "_")
LONG_FORM = ("text/markdown", "text/plain")


class ChatterPatterns(NamedTuple):
    """This is what finds chatter: an announcement at the start, a label before the text, an offer at the end."""

    opening: re.Pattern[str]
    label: re.Pattern[str]
    closing: re.Pattern[str]


@postprocessor
def strip_chatter(text: str, field: Field) -> str:
    """Take off "Sure, here is…", labels such as "Headline:", closing offers, quotes, fences, asterisks and bullets.

    In Markdown and plain-text fields only the announcement, the closing offer and a fence around the whole go.
    """
    return _without_chatter(text, field.schema.get("contentMediaType") in LONG_FORM)


@lru_cache(maxsize=1 << 12)
def _without_chatter(text: str, long_form: bool) -> str:
    patterns = _patterns()
    before = None
    while text != before:
        before = text
        text = text.strip()
        if fence := FENCE.match(text):
            text = fence[1].strip()
        text = _without(patterns.opening, text)
        text = _without(patterns.closing, text)
        if not long_form:
            text = _unwrap(_without(patterns.label, text))
    return text


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Return the text without what the pattern finds first, unless that is all of it.

    A text that is nothing but chatter is left for a check to refuse.
    """
    return pattern.sub("", text, count=1).strip() or text


def _unwrap(text: str) -> str:
    """Take one layer of marks off from around a text."""
    text = _without(COUNT_NOTE, text)
    text = HEADING_MARK.sub("", text)
    if "\n" not in text:
        text = LIST_MARK.sub("", text)
    for mark in EMPHASIS:
        inner = text[len(mark) : -len(mark)]
        if text.startswith(mark) and text.endswith(mark) and inner.strip() and mark not in inner:
            return inner.strip()
    for pair in PAIRS:
        opening, closing = pair[0], pair[1]
        inner = text[1:-1]
        if inner and text[0] == opening and text[-1] == closing and not set(inner) & {opening, closing} - {"'", "’"}:
            return inner.strip()
    if text.startswith(('"', "“")) and text.count('"') + text.count("“") == 1 and "”" not in text:
        return text[1:].strip()  # the closing mark was cut off
    return text


@cache
def _patterns() -> ChatterPatterns:
    import yaml

    words: Mapping[str, list[str]] = yaml.safe_load(
        files("aigc_plugins.text").joinpath("chatter.yaml").read_text(encoding="utf-8")
    )
    things, things_zh = _any(words["things"]), _any(words["things_zh"])
    agreed = rf"(?:{_any(words['agreement'])})[!,.]+\s*"
    here = r"(?:here(?:'s|’s| is| are)|below (?:is|are)|the following (?:is|are)|this is)"
    announced = rf"{here}[^\n:]{{0,80}}?\b(?:{things})s?\b[^\n:]{{0,60}}:\s*"
    agreed_line = r"[^\n]{0,120}(?::|\n)\s*"
    agreed_zh = rf"(?:{_any(words['agreement_zh'])})[！，。,!]\s*"
    announced_zh = rf"(?:(?:以下|下面|这|这里)(?:就)?(?:是|为)?[^\n：:]{{0,40}}(?:{things_zh})[^\n：:]{{0,20}}[：:]\s*)"
    opening = rf"^(?:(?:{agreed})?(?:{announced})|{agreed}(?=here|i\b|let)(?:{agreed_line})"
    opening += rf"|(?:{agreed_zh})?{announced_zh}|{agreed_zh}(?=\n|以下|下面|这)(?:[^\n：:]{{0,60}}[：:\n])?)"
    bold = r"[*_]{0,3}"
    named = rf"(?:(?:{things})(?:\s*#?\d{{1,2}})?|(?:{things_zh})\s*\d{{0,2}})"
    label = rf"^{bold}{named}{bold}\s*[:：]\s*{bold}\s*(?=\S)"
    closing = rf"(?:(?<=[.!?])\s+|\n+)(?:{_any(words['closings'])})[^\n]*$"
    closing += rf"|(?:(?<=[。！？])|\n+)(?:{_any(words['closings_zh'])})[^\n]*$"
    return ChatterPatterns(
        opening=re.compile(opening, re.IGNORECASE),
        label=re.compile(label, re.IGNORECASE),
        closing=re.compile(closing, re.IGNORECASE),
    )


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
