"""This decides which prompts share which computed tokens. Lengths are counted in tokens of whole prompts.

Sharing has two levels. A prefix of many prompts is computed once and attended to in place by all of them; what fewer
share beyond it, such as the name of one product, one row computes and the others copy (`plan_copies`).

Everything is weighed in tokens of computing. A new prefix of d tokens costs d, plus a fixed price for one more group
that attention visits in every layer of every step, and saves each member what it would have computed itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from aigc.engine.cache import shared_length

GROUP_COST = 64  # tokens; one more attention call per layer and step
SHORTEST = 16  # tokens; a shorter prefix is not worth a group
SHORTEST_COPY = 4  # tokens; copying makes a row wait for one step


def plan_prefixes(prompts: Sequence[Sequence[int]], known: Sequence[int]) -> list[int]:
    """Return, per prompt, the length of the new prefix it should share, or 0 where what is known serves it better.

    `known` counts each prompt's first tokens that some kept prefix has already. Prompts with the same first tokens and
    the same length share one prefix. At least one token of every prompt stays its own: its logits are needed.
    """
    order = sorted(range(len(prompts)), key=lambda place: tuple(prompts[place]))
    ordered = [prompts[place] for place in order]
    common = [shared_length(a, b) for a, b in pairwise(ordered)]
    chosen = [0] * len(prompts)
    for first, last, length in _groups(ordered, [known[place] for place in order], common):
        for place in range(first, last + 1):
            if known[order[place]] < length:
                chosen[order[place]] = length
    return chosen


def _groups(
    ordered: Sequence[Sequence[int]], known: Sequence[int], common: Sequence[int]
) -> list[tuple[int, int, int]]:
    """Find the best set of disjoint groups (first, last, length): each run of neighbours, whole or split finer."""

    def best(first: int, last: int) -> tuple[int, list[tuple[int, int, int]]]:
        if first == last:
            return 0, []
        least = min(common[first:last])
        parts, begin = [], first
        for place in range(first, last):
            if common[place] == least:
                parts.append((begin, place))
                begin = place + 1
        parts.append((begin, last))
        split, inner = 0, []
        for part in parts:
            saved, groups = best(*part)
            split += saved
            inner += groups
        length = min(least, min(len(ordered[place]) for place in range(first, last + 1)) - 1)
        whole = sum(max(0, length - known[place]) for place in range(first, last + 1)) - length - GROUP_COST
        if length >= SHORTEST and whole > 0 and whole >= split:
            return whole, [(first, last, length)]
        return split, inner

    return best(0, len(ordered) - 1)[1] if ordered else []


def even_out(lengths: Sequence[int]) -> list[int]:
    """Lower lengths read from one kept prefix to few distinct ones: a few tokens more are not worth a group."""
    levels: dict[int, int] = {}
    level = 0
    ordered = sorted(lengths)
    for place, length in enumerate(ordered):
        gained = (length - level) * (len(ordered) - place)
        if level == 0 or gained > GROUP_COST:
            level = length
        levels[length] = level
    return [levels[length] if levels[length] >= SHORTEST else 0 for length in lengths]


def plan_copies(prompts: Sequence[Sequence[int]], begun: int) -> list[tuple[int, int]]:
    """Return, per prompt after the first `begun`, whose first tokens it should copy, and how many; (-1, 0) for none.

    The first `begun` prompts belong to rows at work, which copy nothing any more. A prompt copies from the one that
    shares most with it, and where several do, from the one with the fewest others to wait for.
    """
    order = sorted(range(len(prompts)), key=lambda place: (tuple(prompts[place]), place))
    rank = {place: at for at, place in enumerate(order)}
    next_begun = list(order)  # by rank, the nearest prompt at work from there on
    for at in range(len(order) - 2, -1, -1):
        next_begun[at] = order[at] if order[at] < begun else next_begun[at + 1]
    chosen: dict[int, tuple[int, int]] = {}
    for place in sorted(range(begun, len(prompts)), key=rank.__getitem__):
        at = rank[place]
        near = [order[at - 1]] if at else []
        if next_begun[at] < begun:
            near.append(next_begun[at])
        length, source = max(
            ((min(shared_length(prompts[place], prompts[other]), len(prompts[place]) - 1), other) for other in near),
            default=(0, -1),
        )
        if length < SHORTEST_COPY:
            chosen[place] = (-1, 0)
            continue
        while source in chosen and chosen[source][1] >= length:
            source = chosen[source][0]
        chosen[place] = (source, length)
    return [chosen[place] for place in range(begun, len(prompts))]
