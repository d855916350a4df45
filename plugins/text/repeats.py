"""Saying a thing once: repeated sentences and repeated list items."""

from __future__ import annotations

import re
import unicodedata

from aigc import postprocessor
from aigc.types import Draft, Json

SENTENCE = re.compile(r".+?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？…]+[”’」』）]*|$)[ \t]*")
DOUBLED = re.compile(r"(?i)\b(the|a|an|and|or|of|to|in|on|for|with|is|are|your|our|this)(\s+\1\b)+")
NOT_PROSE = re.compile(r"\s*(?:#{1,6}\s|\||```)")


@postprocessor
def collapse_repeats(text: str) -> str:
    """Keep a repeated sentence once, and of "the the" one; headings, tables and code stay."""
    seen: set[str] = set()
    lines = []
    for line in text.split("\n"):
        if NOT_PROSE.match(line) or not line.strip():
            lines.append(line)
            continue
        kept = []
        for sentence in SENTENCE.findall(line):
            key = _key(sentence)
            if not key or key not in seen:
                kept.append(sentence)
            seen.add(key)
        if kept:
            lines.append(DOUBLED.sub(r"\1", "".join(kept)).rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@postprocessor
def dedupe_items(draft: Draft, *, field: str = "", threshold: float = 1.0) -> dict[str, Json]:
    """Keep the first of list items that say the same; all list fields unless `field` names one.

    At 1.0 only items equal but for case, spacing and punctuation go; below, items that similar (0 to 1).
    """
    return {
        name: _deduped(value, threshold) if isinstance(value, list) and field in ("", name) else value
        for name, value in draft.fields.items()
    }


def _deduped(items: list[Json], threshold: float) -> list[Json]:
    kept: list[Json] = []
    keys: list[str] = []
    for item in items:
        if not isinstance(item, str):
            if item not in kept:
                kept.append(item)
            continue
        key = _key(item)
        if not any(_same(key, other, threshold) for other in keys):
            kept.append(item)
            keys.append(key)
    return kept


def _same(one: str, other: str, threshold: float) -> bool:
    if threshold >= 1 or one == other:
        return one == other
    from rapidfuzz import fuzz

    numbers = [sorted(re.findall(r"\d+", text)) for text in (one, other)]
    return numbers[0] == numbers[1] and fuzz.ratio(one, other) >= threshold * 100


def _key(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", text))
