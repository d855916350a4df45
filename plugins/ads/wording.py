"""Sentences a small model builds wrongly from right words: the joint between the product and its fact."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.word_lists import TAIL, word_lists
from aigc_plugins.text.emoji import strip_emoji

PREPOSITION = r"(?:for|in|to|at|from|by|of|with|without|up|under|over|on|against|into|within|when|as|per)"
MEASURED = r"(?:deep|wide|high|long|tall|across|thick|heavy)"
IS = re.compile(r"\b(?:that|which|who)\s+(?:is|are)\s+(.+?)\W*$", re.IGNORECASE)
ADJECTIVE = re.compile(rf"(?!\d)[\w-]+(?:(?:,| and|, and) [\w-]+)*(?:\s+(?:{PREPOSITION}\b|\d).*)?$", re.IGNORECASE)
MEASURE = re.compile(rf"\S*\d\S*\s+\w+\s+{MEASURED}\b", re.IGNORECASE)
WITH_MEASURE = re.compile(rf"\bwith\s+(?:an?\s+)?\S*\d\S*\s+\w+\s+{MEASURED}\W*$", re.IGNORECASE)
WITH_ADJECTIVE = re.compile(
    rf"\bwith\s+(?:\w+-)*\w*(?:proof|resistant|able|safe|ready|tested|seasoned)\s+{PREPOSITION}\b", re.IGNORECASE
)
WITH_AN_ADJECTIVE = re.compile(WITH_ADJECTIVE.pattern.replace(r"\bwith\s+", r"\bwith\s+an?\s+"), re.IGNORECASE)
ARTICLE = re.compile(r"^an?\s+", re.IGNORECASE)
THAT = re.compile(r"\bthat\s+([\w-]+)(\s+of\b)?", re.IGNORECASE)
HELPS = frozenset(["can", "will", "may", "are", "have", "was", "were"])
THAT_NUMBER = re.compile(r"\bthat\s+(?:(?:up to|over|under|only)\s+)?(?:\d|no\b)", re.IGNORECASE)


@check
def joins_well(text: str, field: Field, *, verbs: bool = False) -> Iterator[str]:
    """A sentence begins with the product and joins the fact well: "that is waterproof", but "with a steel bowl".

    With `verbs` a fact that begins with no verb does not follow "that": no "hotel that rooms with lake view".
    """
    if field.draft.language != "en":
        return
    stated = IS.search(text)
    if stated and not ADJECTIVE.match(stated[1]) and not MEASURE.match(stated[1]):
        yield f"says the product is {stated[1]!r}"
    if WITH_MEASURE.search(text) or WITH_ADJECTIVE.search(text):
        yield "puts 'with' before what needs 'that is'"
    elif verbs and WITH_AN_ADJECTIVE.search(text):
        yield "puts 'with a' before what needs 'that is'"
    values = field.draft.brief.values
    product = strip_emoji(str(values.get("product") or ""), symbols=True)
    begins = ARTICLE.sub("", text).lower()
    head = ARTICLE.sub("", TAIL.sub("", product)).lower()
    if product and not begins.startswith((head, head.removesuffix("s"))):
        yield f"does not begin with {head!r}"
    joint = THAT.search(text)
    if not joint:
        return
    verb, free = joint[1].lower(), word_lists()["neutral"]
    in_fact = re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", str(field.draft.item), re.IGNORECASE)
    singular = verb in HELPS or (verb.endswith("s") and (in_fact or verb in free))
    if joint[2] or not (singular or is_plural(product)):
        yield f"has no verb after 'that', but {verb!r}"
    elif THAT_NUMBER.search(text) or (
        verbs and in_fact and verb not in free and opening(in_fact.string[in_fact.start() :]) == "noun"
    ):
        yield "has no verb after 'that'"
