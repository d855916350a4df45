"""Texts as one packed sequence, in which what they share is computed once.

    a b c d        a b c d e f g      places
    a b c e   ──►  0 1 2 3 3 2 3      depths, which are the tokens' positions
    a b f g        . 0 1 2 2 1 5      parents: a token sees these, up to the first, and itself

Texts are sorted by their ids: each then shares with the one before it whatever it shares with any before. The last id
of a text is foretold and never computed. A label is (place of the parent, id that follows, text): where texts share
the beginning of an answer, its labels are there once for each of them, so that sums are those of the texts one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from aigc.learner.steps_plan import shared_length, texts_of
from aigc.learner.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeText:
    """This is a text to foretell from `begin` on, which is 1 or more."""

    ids: tuple[int, ...]
    begin: int


@dataclass(slots=True, kw_only=True)
class Tree:
    """This is a packed sequence of T tokens with L labels, K places of which are kept for the head.

    `sees[i, j]` is true where j is i or an ancestor of it. Label l foretells the id `foretold[l]` from the logits of
    the place `kept[rows[l]]`, for the text `texts[l]` of `count`.
    """

    ids: torch.Tensor  # (T,)
    depths: torch.Tensor  # (T,)
    sees: torch.Tensor  # (T, T), boolean
    kept: torch.Tensor  # (K,)
    rows: torch.Tensor  # (L,)
    foretold: torch.Tensor  # (L,)
    texts: torch.Tensor  # (L,)
    count: int
    apart: int = 0  # tokens of each text, where all are as long and none shares anything: plain rows of a batch
    masks: dict[tuple[int, torch.dtype], torch.Tensor] = field(default_factory=dict)

    def mask(self, window: int, dtype: torch.dtype) -> torch.Tensor:
        """Return what attention adds to its scores, (1, 1, T, T): nothing where a token sees another that is less than
        `window` tokens before it (0: wherever it stands), minus infinity elsewhere."""
        if (window, dtype) not in self.masks:
            hidden = ~self.sees
            if window:
                hidden |= self.depths[:, None] - self.depths[None, :] >= window
            none = torch.zeros(hidden.shape, dtype=dtype, device=hidden.device)
            self.masks[window, dtype] = none.masked_fill_(hidden, -torch.inf)[None, None]
        return self.masks[window, dtype]

    def on(self, device: torch.device) -> Tree:
        """Return it with its tensors on a device."""
        names = ("ids", "depths", "sees", "kept", "rows", "foretold", "texts")
        moved = {name: getattr(self, name).to(device, non_blocking=True) for name in names}
        return Tree(**moved, count=self.count, apart=self.apart)


def tree_texts(targets: Sequence[Target]) -> list[TreeText]:
    """Return the texts of targets; of each pair the better one and then the worse one."""
    return [TreeText(ids=ids, begin=target.begin) for target in targets for ids in texts_of(target)]


def packed_tree(texts: Sequence[TreeText]) -> Tree:
    """Lay texts of two ids or more out as one sequence."""
    ids, depths, paths = list[int](), list[int](), dict[int, list[int]]()
    grown: list[tuple[int, int, int]] = []  # parent (-1: none), begin and end of what each text adds
    before: tuple[int, ...] = ()
    path: list[int] = []
    for number in sorted(range(len(texts)), key=lambda number: texts[number].ids[:-1]):
        own = texts[number].ids[:-1]
        alike = shared_length(before, own)
        begin, end = len(ids), len(ids) + len(own) - alike
        if end > begin:
            grown.append((path[alike - 1] if alike else -1, begin, end))
        ids += own[alike:]
        depths += range(alike, len(own))
        path = [*path[:alike], *range(begin, end)]
        paths[number], before = path, own
    labels = [
        (paths[number][place - 1], text.ids[place], number)
        for number, text in enumerate(texts)
        for place in range(text.begin, len(text.ids))
    ]
    parents = torch.tensor([parent for parent, _, _ in labels], dtype=torch.long)
    kept, rows = torch.unique(parents, sorted=True, return_inverse=True)
    return Tree(
        ids=torch.tensor(ids),
        depths=torch.tensor(depths),
        sees=_ancestors(len(ids), grown),
        kept=kept,
        rows=rows,
        foretold=torch.tensor([token for _, token, _ in labels], dtype=torch.long),
        texts=torch.tensor([number for _, _, number in labels], dtype=torch.long),
        count=len(texts),
        apart=_length_apart(len(texts), grown),
    )


def _length_apart(count: int, grown: Sequence[tuple[int, int, int]]) -> int:
    lengths = {end - begin for _, begin, end in grown}
    alone = len(grown) == count and all(parent < 0 for parent, _, _ in grown)
    return lengths.pop() if alone and len(lengths) == 1 else 0


def _ancestors(size: int, grown: Sequence[tuple[int, int, int]]) -> torch.Tensor:
    sees = torch.zeros((size, size), dtype=torch.bool)
    for parent, begin, end in grown:
        if parent >= 0:
            sees[begin:end, :begin] = sees[parent, :begin]
        sees[begin:end, begin:end] = torch.ones((end - begin, end - begin), dtype=torch.bool).tril_()
    return sees
