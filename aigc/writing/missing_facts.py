"""What of a list a piece has no line for, and whether another text of the piece tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aigc.types import Brief, Finding, Json, Severity, texts_in

WORD = re.compile(r"[^\W_]+")
TELLING = 4  # letters of a word without which something else is told


def without_line(item: Json, why: str, brief: Brief, texts: Sequence[str], place: str, severity: Severity) -> Finding:
    """Return the finding for what a stage left out at a `place`: it names the item where that is the brief's. What none
    of the piece's `texts` tells is found by the check `left_out`, so that it can be counted."""
    facts = [] if isinstance(item, Mapping) else list(texts_in(item))
    given = [*texts_in(brief.values)]
    if not facts or not all(any(one.strip() in text for text in given) for one in facts):
        return Finding(message=f"left out: {why}", field=place, check="repair", severity=severity)
    shown = "; ".join(facts)
    if all(any(tells(text, one) for text in texts) for one in facts):
        message = f"{shown!r} has no line of its own, another text tells it: {why}"
        return Finding(message=message, field=place, check="repair", severity=severity)
    return Finding(message=f"{shown!r} is left out: {why}", field=place, check="left_out", severity=severity)


def tells(text: str, item: str) -> bool:
    """Tell whether a text has all that an item says: its letters in a row, or each of its longer words and numbers."""
    written, wanted = WORD.findall(text.casefold()), WORD.findall(item.casefold())
    if "".join(wanted) in "".join(written):
        return True
    long = [word for word in wanted if len(word) >= TELLING or not word.isascii() or word[0].isdigit()]
    return bool(long) and set(long) <= set(written)
