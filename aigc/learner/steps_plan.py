"""Which targets each step takes, and in what parts it computes them. Imports no torch.

    passes over all targets, each shuffled anew in blocks of `together` that begin alike ──► cut into steps of `batch`
    ──► each step's targets, sorted by their ids, cut evenly among the processes ──► each share cut into parts of at
    most `tokens` tokens of a tree

The loss of a step is a sum over its labels divided by their number, so that no cut changes it. The same targets and
seed give the same steps on every machine, with any number of processes and any limit of tokens. Of the first pass the
step with the most tokens comes first and that with the longest target second, and a share's largest part is computed
first: where memory does not suffice, it shows at once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TypeAlias

from aigc.learner.target import Target

Part: TypeAlias = tuple[int, ...]  # places of the targets that are computed at once


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """This is what one step takes: each process its parts, some of them none where targets are few.

    `labelled` counts the tokens foretold (of pairs, in the better texts), `tokens` those computed, over all parts.
    """

    shares: tuple[tuple[Part, ...], ...]
    labelled: int
    tokens: int

    @property
    def places(self) -> tuple[int, ...]:
        """Return the places of all its targets, in the order of their ids."""
        return tuple(sorted(place for share in self.shares for part in share for place in part))

    def share(self, process: int) -> tuple[tuple[Part, ...], int]:
        """Return the parts of a process, and what their loss weighs: 0 where it has none and computes another's, so
        that all processes take part when gradients are averaged."""
        if self.shares[process]:
            return self.shares[process], 1
        return next(share for share in self.shares if share)[:1], 0


def shared_length(one: Sequence[int], other: Sequence[int]) -> int:
    """Count the ids with which both begin."""
    low, high = 0, min(len(one), len(other))
    while low < high:  # all before `low` are alike
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def texts_of(target: Target) -> list[tuple[int, ...]]:
    """Return its texts: one, or of a pair the better and the worse."""
    return [target.ids, target.rejected] if target.rejected else [target.ids]


def tree_tokens(targets: Sequence[Target]) -> int:
    """Count the tokens that are computed for these targets: nodes of the tree of all texts without their last ids."""
    texts = sorted(text[:-1] for target in targets for text in texts_of(target))
    return sum(map(len, texts)) - sum(shared_length(one, other) for one, other in pairwise(texts))


def parts_of(targets: Sequence[Target], places: Sequence[int], tokens: int) -> tuple[Part, ...]:
    """Cut targets into parts of at most `tokens` tokens, texts that begin alike together, the largest part first.

    A target that is larger by itself is a part by itself; 0 sets no limit.
    """
    parts: list[list[int]] = []
    for place in sorted(places, key=lambda place: (targets[place].ids, place)):
        if parts and (not tokens or tree_tokens([targets[one] for one in [*parts[-1], place]]) <= tokens):
            parts[-1].append(place)
        else:
            parts.append([place])
    return tuple(sorted(map(tuple, parts), key=lambda part: -tree_tokens([targets[one] for one in part])))


def plan_steps(
    targets: Sequence[Target],
    *,
    seed: int,
    steps: int,
    batch: int,
    tokens: int = 0,
    processes: int = 1,
    together: int = 1,
) -> list[PlannedStep]:
    """Plan all steps of a run; `tokens` limits a part (0: it does not)."""
    stream = _passes(targets, seed, together)
    taken = [tuple(islice(stream, batch)) for _ in range(steps)]
    first = taken[: max(1, len(targets) // batch)]
    most = max(first, key=lambda places: tree_tokens([targets[place] for place in places]))
    longest = max(first, key=lambda places: max(tree_tokens([targets[place]]) for place in places))
    ahead = [first.pop(first.index(places)) for places in dict.fromkeys([most, longest])]
    ordered = [*ahead, *first, *taken[len(ahead) + len(first) :]]
    return [_planned(targets, places, tokens, processes) for places in ordered]


def _passes(targets: Sequence[Target], seed: int, together: int) -> Iterator[int]:
    """Yield places for ever: every place once, shuffled in blocks of neighbours by their ids, and then all again."""
    places = list(range(len(targets)))
    if together > 1:
        places.sort(key=lambda place: (targets[place].ids, place))
    blocks = [places[begin : begin + together] for begin in range(0, len(places), together)]
    turn = 0
    while True:
        mixed = list(blocks)
        random.Random(f"{seed} {turn}").shuffle(mixed)
        for block in mixed:
            yield from block
        turn += 1


def _planned(targets: Sequence[Target], places: Sequence[int], tokens: int, processes: int) -> PlannedStep:
    ordered = sorted(places, key=lambda place: (targets[place].ids, place))
    cuts = [len(ordered) * number // processes for number in range(processes + 1)]
    shares = tuple(parts_of(targets, ordered[begin:end], tokens) for begin, end in pairwise(cuts))
    return PlannedStep(
        shares=shares,
        labelled=sum(targets[place].labelled for place in places),
        tokens=sum(tree_tokens([targets[place] for place in part]) for share in shares for part in share),
    )
