"""Sentences a small model builds wrongly from right words: the joint between the product and its fact."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc.extension import check
from aigc.types import Field
from aigc_plugins.ads.articles import takes_no_article

PREPOSITION = r"(?:for|in|to|at|from|by|of|with|without|up|under|over|on|against|into|within|when|as|per)"
MEASURED = r"(?:deep|wide|high|long|tall|across|thick|heavy)"
IS = re.compile(r"\b(?:that|which|who)\s+(?:is|are)\s+(.+?)\W*$", re.IGNORECASE)
ADJECTIVE = re.compile(rf"[\w-]+(?:(?:,| and|, and) [\w-]+)*(?:\s+{PREPOSITION}\b.*)?$", re.IGNORECASE)
MEASURE = re.compile(rf"\S*\d\S*\s+\w+\s+{MEASURED}\b", re.IGNORECASE)
WITH_MEASURE = re.compile(rf"\bwith\s+(?:an?\s+)?\S*\d\S*\s+\w+\s+{MEASURED}\W*$", re.IGNORECASE)
WITH_ADJECTIVE = re.compile(
    rf"\bwith\s+(?:\w+-)*\w*(?:proof|resistant|able|safe|ready|tested|seasoned)\s+{PREPOSITION}\b", re.IGNORECASE
)
THAT = re.compile(r"\bthat\s+([\w-]+)(\s+of\b)?", re.IGNORECASE)
HELPS = frozenset(["can", "will", "may", "are", "have", "was", "were"])
THAT_NUMBER = re.compile(r"\bthat\s+(?:(?:up to|over|under|only)\s+)?(?:\d|no\b)", re.IGNORECASE)


@check
def joins_well(text: str, field: Field) -> Iterator[str]:
    """A sentence joins a product and its fact as English does: "that is waterproof", but "with a steel bowl"."""
    said = IS.search(text)
    if said and not ADJECTIVE.match(said[1]) and not MEASURE.match(said[1]):
        yield f"says the product is {said[1]!r}"
    if WITH_MEASURE.search(text) or WITH_ADJECTIVE.search(text):
        yield "puts 'with' before what needs 'that is'"
    joint = THAT.search(text)
    many = takes_no_article(str(field.draft.brief.values.get("product") or ""))
    if joint and (joint[2] or (not many and not joint[1].endswith("s") and joint[1].lower() not in HELPS)):
        yield f"has no verb after 'that', but {joint[1]!r}"
    elif THAT_NUMBER.search(text):
        yield "has no verb after 'that'"
