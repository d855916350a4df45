"""This keeps a row's likeliest tokens only: top-k, then top-p of what top-k keeps, then min-p, ties by token.

`filtered` is the specification, in plain torch, and what a CPU runs. A GPU has a kernel for it (`gpu.choosing`).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from aigc.engine.device import sent
from aigc.types import SamplingParams

NEAR = 8.0  # nats below the peak; what top-p, top-k and min-p leave mostly lies there
BLOCK = 64  # tokens
LOWEST = -1e30  # below every score but those of banned tokens


class Blocks:
    """This finds a row's likeliest tokens without going through its whole vocabulary more than once.

    `cells` is (rows, blocks, BLOCK), `peaks` the largest of each block; only blocks whose peak counts are looked into.
    """

    def __init__(self, scores: torch.Tensor, peaks: torch.Tensor | None = None) -> None:
        rows, vocab = scores.shape
        if vocab % BLOCK:
            scores = torch.nn.functional.pad(scores, (0, BLOCK - vocab % BLOCK), value=-torch.inf)
        self.cells = scores.reshape(rows, -1, BLOCK)
        self.peaks = self.cells.amax(-1) if peaks is None else peaks
        self.peak, block = self.peaks.max(-1)  # (rows,)
        inside = self.cells[torch.arange(rows, device=scores.device), block].argmax(-1)
        self.top = block * BLOCK + inside  # (rows,) the likeliest token

    def above(self, floor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return (rows, tokens, scores) of every token at or above its row's floor, ordered by row and token."""
        rows, blocks = (self.peaks >= floor[:, None]).nonzero(as_tuple=True)
        cells = self.cells[rows, blocks]
        places, inside = (cells >= floor[rows, None]).nonzero(as_tuple=True)
        return rows[places], blocks[places] * BLOCK + inside, cells[places, inside]


class FilterParams:
    """This is what rows ask for, a number each, (rows,). `top_k` is the whole vocabulary where none is asked."""

    def __init__(self, given: Sequence[SamplingParams], vocab: int, device: torch.device) -> None:
        """Send the numbers to `device` in one copy, as floats, so `vocab` is at most 2^24."""
        top_k = [min(one.top_k or vocab, vocab) for one in given]
        rows = [[one.temperature for one in given], [one.top_p for one in given], [one.min_p for one in given], top_k]
        self.heat, self.top_p, self.min_p, counts = sent(torch.tensor(rows, dtype=torch.float32), device)
        self.top_k = counts.long()
        self._vocab = vocab
        self._most = max((k for one, k in zip(given, top_k, strict=True) if k < vocab and one.top_p < 1), default=0)

    @property
    def both(self) -> torch.Tensor:
        """Say which rows are cut by top-k, and then by top-p."""
        return torch.logical_and(self.top_k < self._vocab, self.top_p < 1)

    def floor(self, blocks: Blocks, reach: torch.Tensor) -> torch.Tensor:
        """Return `reach` below the peak, or lower where top-p is a share of what top-k keeps: none of that is missed.

        If a row keeps five tokens, the five highest blocks have a token each at or above the fifth's peak.
        """
        floor, count = blocks.peak - reach, blocks.peaks.shape[1]
        if not self._most:
            return floor
        highest = torch.topk(blocks.peaks, min(self._most, count)).values
        peaks = highest.gather(1, (self.top_k[:, None] - 1).clamp(max=highest.shape[1] - 1))[:, 0]
        peaks = peaks.clamp(min=LOWEST).masked_fill(self.top_k > count, LOWEST)
        return torch.where(self.both, torch.minimum(floor, peaks), floor)


def filters(params: SamplingParams) -> bool:
    """Say whether a row keeps its likeliest tokens only."""
    return bool(params.top_k or params.top_p < 1 or params.min_p)


def filtered(
    blocks: Blocks, asked: FilterParams, reach: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return (rows, tokens, scores) after top-k, then top-p, then min-p, as far as `reach` below the peak.

    All three cut a row's tokens, likeliest first, at some rank, so the tokens above a floor are enough to find the cut
    if it lies among them. With a floor near the peak it usually does; other rows get one as low as the noise reaches.
    """
    device, heat, top_k, top_p, min_p = reach.device, asked.heat, asked.top_k, asked.top_p, asked.min_p
    vocab = blocks.cells[0].numel()
    whole = torch.exp((blocks.cells - blocks.peak[:, None, None]) / heat[:, None, None]).sum((1, 2))
    asks = (top_k < vocab) | (top_p < 1) | (min_p > 0)
    near = torch.where(asks, torch.minimum(reach, NEAR * heat), reach)
    floor = asked.floor(blocks, near)
    rows, tokens, scores = blocks.above(floor)
    mass = torch.exp((scores - blocks.peak[rows]) / heat[rows])
    found = torch.zeros_like(whole).scatter_add_(0, rows, mass)
    counts = torch.bincount(rows, minlength=len(whole))
    enough = ~asks | (found >= top_p * whole) & (top_p < 1) | (counts >= top_k) | (-torch.log(min_p) < NEAR)
    enough |= asked.both
    if not bool(enough.all()):
        rows, tokens, scores = blocks.above(torch.where(enough, floor, blocks.peak - reach))
        mass = torch.exp((scores - blocks.peak[rows]) / heat[rows])
        counts = torch.bincount(rows, minlength=len(whole))
    order = torch.argsort(scores, descending=True, stable=True)
    order = order[torch.argsort(rows[order], stable=True)]  # by row, then likeliest first
    rows, tokens, scores, mass = rows[order], tokens[order], scores[order], mass[order].double()
    starts = torch.cumsum(counts, 0) - counts
    rank = torch.arange(len(order), device=device) - starts[rows]
    kept = rank < top_k[rows]
    mass = mass * kept
    of_kept = torch.zeros_like(whole, dtype=torch.float64).scatter_add_(0, rows, mass)
    total = torch.where(top_k < vocab, of_kept, whole.double())
    before = torch.cumsum(mass, 0) - mass
    before = before - before[starts[rows]]
    kept &= (before < top_p[rows] * total[rows]) | (rank == 0) | (top_p[rows] == 1)
    kept &= mass >= min_p[rows]  # the peak's mass is 1
    kept &= scores >= (blocks.peak - reach)[rows]
    return rows[kept], tokens[kept], scores[kept]
