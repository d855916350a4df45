"""Two sentences in one without anything between them: a statement, and what the reader is to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc_plugins.rules.content_words import HAN, sentences

CALLS = (
    r"(?:learn|join|discover|book|get|find|see|enjoy|explore|try|read|save|order|shop|sign|visit|choose|bring|build|"
    r"master|practise|practice|bake|cook|come|start|begin|register|apply|reserve|ask|check|compare|pick|wear)"
)
STATES = (
    r"(?:takes?|lasts?|runs?|costs?|is|are|has|have|includes?|comes?|starts?|begins?|meets?|holds?|weighs?|needs?|opens?|"
    r"covers?|teaches)"
)
UNITS = (
    r"(?:(?:minute|hour|day|week|month|year|euro|dollar|pound|evening|morning|afternoon|weekend|lesson|metre|litre|kilo)s?|"
    r"kg|km|cm|ml|pm|am|percent|%|free|online|included|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
)
AFTER = r"(?:from|with|how|to|about|your|the|a|an|at|in|for|by|more|up|out|it|what|where|early|today|now|online|here)"
# "takes six weeks | learn from coaches"
CALLED = re.compile(rf"(?<!\w)(?:{STATES})\s(?:[^,;:–—()]*\s)?{UNITS}\s(?P<call>{CALLS})\s{AFTER}\b", re.IGNORECASE)
LEADS = re.compile(
    r"(?:in|after|over|for|when|once|if|within|during|before|while|as|at|on|by|with|from|until|since|because|where|how|"
    r"what|who|whether|though|although|all you)\b",
    re.IGNORECASE,
)
TIES = re.compile(
    r"\b(?:who|that|which|where|when|while|if|how|why|what|whether|because|so|then|and|or|but|to|you|we|they)\b"
)
# "Learn from coaches | the course takes six weeks"
STATED = re.compile(
    rf"^{CALLS}\s(?:[^,;:–—()]*\s)?(?P<before>[a-z]+s)\s(?P<call>(?:the|this|each|every|our)\s(?:[\w-]+\s)"
    r"{1,2}(?:takes|lasts|costs|runs|starts|begins|is|includes|comes))\b",
    re.IGNORECASE,
)


@check
def no_glued_sentences(text: str) -> Iterator[str]:
    """No statement and request stand in one sentence with nothing between them: "takes six weeks learn from us"."""
    if HAN.search(text):
        return
    for sentence in sentences(text):
        if place := _glued(sentence):
            yield f"glues two sentences together before {place!r}"


def _glued(sentence: str) -> str:
    found = CALLED.search(sentence)
    if found and not LEADS.match(sentence) and not TIES.search(found.group().casefold()[: -len(found["call"])]):
        return found["call"]
    found = STATED.search(sentence)
    if found and not TIES.search(sentence[: found.end("before")].casefold()):
        return found["call"]
    return ""
