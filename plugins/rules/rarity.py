"""What a word weighs among some texts, as BM25 weighs it: much where few of them have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from math import log


def rarities(known: Sequence[Collection[str]]) -> Callable[[str], float]:
    """Return what a word weighs, by the words of each text."""
    counted = Counter(word for words in known for word in words)
    return lambda word: log(1 + (len(known) - counted[word] + 0.5) / (counted[word] + 0.5))


def likeness(one: AbstractSet[str], other: AbstractSet[str], weight: Callable[[str], float]) -> float:
    """Return how much of their weight two texts share, from 0 to 1, by their words."""
    both = sum(map(weight, one)) + sum(map(weight, other))
    return 2 * sum(weight(word) for word in one & other) / both if both else 0.0
