"""A key that its length does not give away: over a quiz it is as often the longest option as any other."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence

from aigc import check
from aigc.types import Draft, Json

NAMED = re.compile(r"(?:the |an? )?[A-Z]")
NAME = 2  # how far a name is from what is none
ARTICLE = re.compile(r"(?:the|an?)\s", re.IGNORECASE)


def of_fair_lengths(options: Sequence[Sequence[str]], many: int) -> list[list[str]]:
    """Return `many` of the options of each item, whose first is the right one, chosen so that its length does not tell.

    In one item of `many` none is longer than the right one, first where none could be; in the others one, two or all
    are, as often as one another. Those that look like the right one go before others, and keep their order.
    """
    likest = [[one[0], *_likest(one[0], one[1:], many - 1)] for one in options]
    shares = _shares_of_longer(likest, many - 1)
    return [[one[0], *_with(one[0], one[1:], longer, many - 1)] for one, longer in zip(likest, shares, strict=True)]


def many_like(options: Sequence[str]) -> int:
    """Return how many of the options after the first, the right one, look like it: a name goes with names."""
    return sum(_distance(options[0], other) < NAME for other in options[1:])


@check(severity="warn")
def key_not_longest(draft: Draft, *, field: str) -> Iterator[str]:
    """The right answer is the longest option no more often than chance has it, one question of four and one over."""
    found: Sequence[Mapping[str, Json]] = draft.fields.get(field) or []
    longest = [one for one in found if _is_longest(str(one["answer"]), one["options"])]
    chance = sum(1 / len(one["options"]) for one in found if one["options"])
    if len(longest) > chance + 1 and len(found) > 2:
        yield (
            f"the right answer is the longest in {len(longest)} of {len(found)} questions, such as "
            f"{longest[0]['stem']!r}: give longer wrong answers as `wrong`"
        )


def _likest(answer: str, others: Sequence[str], wanted: int) -> list[str]:
    """Return the options that look most like the answer: as many as are wanted, and all that are as near as those."""
    ranks = [_distance(answer, other) for other in others]
    far = sorted(ranks)[wanted - 1] if len(ranks) >= wanted else max(ranks, default=0)
    return [other for other, rank in zip(others, ranks, strict=True) if rank <= far]


def _distance(answer: str, other: str) -> int:
    """Return how little an option looks like the answer: a name goes with names, and an article with articles."""
    named = bool(NAMED.match(answer)) != bool(NAMED.match(other))
    return NAME * named + (bool(ARTICLE.match(answer)) != bool(ARTICLE.match(other)))


def _shares_of_longer(items: Sequence[Sequence[str]], wanted: int) -> list[int]:
    """Return for each item how many of the `wanted` shall be longer than its first; their own words draw which."""
    shorter = [sum(len(other) <= len(one[0]) for other in one[1:]) for one in items]
    order = list(range(len(items)))
    random.Random(hashlib.sha256("\n".join(one[0] for one in items).encode()).digest()).shuffle(order)
    forced = [at for at in order if shorter[at] == len(items[at]) - 1]
    able = [at for at in order if at not in forced and shorter[at] >= wanted]
    none = {*forced, *able[: max(0, len(items) // (wanted + 1) - len(forced))]}
    turns = {at: 1 + turn % wanted for turn, at in enumerate(one for one in order if one not in none)}
    return [turns.get(at, 0) for at in range(len(items))]


def _with(answer: str, others: Sequence[str], longer: int, wanted: int) -> list[str]:
    """Return `wanted` of some options, of which `longer` are longer than the answer, as far as there are so many."""
    above = [other for other in others if len(other) > len(answer)]
    below = [other for other in others if len(other) <= len(answer)]
    many = min(max(longer, wanted - len(below)), len(above))
    chosen = {*above[:many], *below[: wanted - many]}
    return [other for other in others if other in chosen]


def _is_longest(answer: str, options: Sequence[str]) -> bool:
    return all(len(option) < len(answer) for option in options if option != answer)
