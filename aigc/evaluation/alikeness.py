"""Texts as words: whether one is another's words in order, how varied many are, how alike the nearest two.

Words are compared in one case and without punctuation (NFKC, casefolded). Where a script is written without spaces
(Chinese, kana) every character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from aigc.content.measures import CJK

_LETTERS = rf"(?:(?!{CJK.pattern})[^\W_])+"
_WORD = re.compile(rf"{CJK.pattern}|{_LETTERS}(?:(?:(?<=\d)[.,](?=\d)|')(?={_LETTERS}){_LETTERS})*")
MOST_COMPARED = 1000  # texts that are held against each other: every pair is


def words(text: str) -> list[str]:
    """Return the words of a text: `Holds 0.5 litres!` gives holds, 0.5, litres; `杯盖防漏` gives four."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).replace("’", "'").casefold())


def in_order(some: Iterable[str], many: Iterable[str]) -> bool:
    """Say whether the words of `some` all stand in `many`, in this order, with or without others between them."""
    rest = iter(many)
    return all(word in rest for word in some)


def distinct(texts: Iterable[Sequence[str]], length: int) -> float | None:
    """Return distinct-n (Li et al. 2016): different runs of `length` words, of all such runs; None of none.

    Runs do not go from one text into the next. It falls with the number of texts: hold only equally many against each
    other.
    """
    runs = Counter(tuple(text[at : at + length]) for text in texts for at in range(len(text) - length + 1))
    return len(runs) / runs.total() if runs else None


def self_similarity(texts: Sequence[Sequence[str]]) -> float | None:
    """Return how alike a text is to the one nearest to it, 0 to 1, on average; None of less than two.

    Alike is what the longest common subsequence of characters has of both (Indel similarity). Of more than
    `MOST_COMPARED` texts as many, evenly spaced, are held against each other.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    few = [" ".join(text) for text in texts if text]
    if len(few) > MOST_COMPARED:
        few = [few[at * len(few) // MOST_COMPARED] for at in range(MOST_COMPARED)]
    if len(few) < 2:
        return None
    times = Counter(few)
    different = list(times)
    total = 0.0
    for at, text in enumerate(different):
        if times[text] > 1:
            total += times[text]
            continue
        others = [*different[:at], *different[at + 1 :]]
        found = process.extractOne(text, others, scorer=Indel.normalized_similarity)
        total += found[1] if found else 0.0
    return total / len(few)
