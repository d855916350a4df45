"""What two headlines have in common: whether one says no more than the other, and whether it has its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aigc_plugins.ads.word_lists import CJK, neutral

ALIKE = 84  # of 100, letter by letter: below where the check that looks for twins finds one
SHARED = 0.75  # of all words of two lines
UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


def twins(line: str, other: str) -> bool:
    """Tell whether a line says no more than another one, or with the same numbers nearly the same. One that has all
    of the other's words and some of its own, such as the product's name, is no twin."""
    mine, theirs = bag_of(line), bag_of(other)
    more, less = mine - theirs - neutral(), theirs - mine
    if not more or not less:
        return not more
    if _numbers(line) != _numbers(other):
        return False
    if len(mine & theirs) >= SHARED * len(mine | theirs):
        return True
    from rapidfuzz import fuzz

    one, two = " ".join(_units(line)), " ".join(_units(other))
    if fuzz.ratio(one, two, score_cutoff=ALIKE) >= ALIKE:
        return True
    sortable = not CJK.search(line) and min(len(mine), len(theirs)) > 2
    return sortable and fuzz.token_sort_ratio(one, two, score_cutoff=ALIKE) >= ALIKE


@lru_cache(maxsize=1 << 12)
def _units(text: str) -> tuple[str, ...]:
    """Return the words and Chinese characters of a line."""
    return tuple(UNIT.findall(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=1 << 12)
def bag_of(text: str) -> frozenset[str]:
    """Return the words and Chinese characters of a line, whatever their order."""
    return frozenset(_units(text))


@lru_cache(maxsize=1 << 12)
def _numbers(text: str) -> Sequence[str]:
    return sorted(filter(str.isdigit, _units(text)))


def has_phrase(line: str, phrase: str) -> bool:
    """Tell whether a line has the words of a phrase, in their order and whatever their case."""
    mine, wanted = _units(line), _units(phrase)
    if not bag_of(phrase) <= bag_of(line):
        return False
    return any(mine[at : at + len(wanted)] == wanted for at in range(len(mine) - len(wanted) + 1))
