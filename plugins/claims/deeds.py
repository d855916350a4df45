"""A deed: a verb and who does it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from aigc_plugins.claims.claim_lists import ClaimLists
from aigc_plugins.claims.line_words import CJK

BUSINESS, CUSTOMER = "business", "customer"
PERSONS = (BUSINESS, CUSTOMER, "child", "parent")
WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


class Doing(NamedTuple):
    """This is a verb as it stands in a text, and who does it: a name of the list `doers`."""

    verb: str
    doer: str


def said_of(doer: str) -> str:
    """Return how a message calls a doer."""
    return {CUSTOMER: "the reader does", BUSINESS: "the business does"}.get(doer, f"the {doer} does")


def is_service(texts: Iterable[str], lists: ClaimLists) -> bool:
    """Tell whether texts speak of somebody who does things for others."""
    return _has(texts, lists.doers["services"])


def is_shared(text: str, lists: ClaimLists) -> bool:
    """Tell whether a text speaks of what several do together."""
    return _has([text], lists.doers["together"])


def is_taught(texts: Iterable[str], lists: ClaimLists) -> bool:
    """Tell whether texts speak of what the reader does or learns."""
    return _has(texts, lists.doers["taught"])


def _has(texts: Iterable[str], words: frozenset[str]) -> bool:
    for text in texts:
        found = words.intersection(WORD.findall(text.lower()))
        if found or (CJK.search(text) and any(word in text for word in words if CJK.search(word))):
            return True
    return False


def verbs_of(lists: ClaimLists) -> frozenset[str]:
    """Return the verbs of a language: the everyday ones and those of services."""
    return lists.verbs | lists.doers["deeds"]
