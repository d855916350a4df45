"""This is how tokens are chosen on a GPU: by kernels, if they choose as `sampler` and `filters` do, which is tried out.

The host does not wait to hear how many tokens may come: a floor and a cut, which stay on the device, say which.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Protocol, TypeAlias

import torch

from aigc.engine.filters import Blocks, FilterParams, filtered
from aigc.engine.noise import GOLDEN, noise, signed
from aigc.errors import first_line
from aigc.types import SamplingParams

LOG = logging.getLogger(__name__)
Cut: TypeAlias = tuple[torch.Tensor, torch.Tensor]  # rows' lowest scores kept, and the last tokens kept that have it


class Drawing(Protocol):
    """This chooses, per row of scores, the largest of score / heat + noise."""

    def __call__(
        self,
        scores: torch.Tensor,
        keys: torch.Tensor,
        heat: torch.Tensor,
        floor: torch.Tensor,
        cut: Cut | None = None,
    ) -> torch.Tensor:
        """Choose. Scores are (rows, tokens), float32; the rest, and what is chosen, (rows,).

        Nothing below its floor wins, nor what is cut off.
        """


class Cutting(Protocol):
    """This is where top-k, and then top-p, of what top-k keeps, cut each row of scores: likeliest first, ties by token.

    Only the last bits of sums, which decide where a share is exactly top-p, may come out otherwise than in torch.
    """

    def __call__(
        self,
        scores: torch.Tensor,
        peak: torch.Tensor,
        heat: torch.Tensor,
        floor: torch.Tensor,
        top_k: torch.Tensor,
        top_p: torch.Tensor,
    ) -> Cut:
        """Cut. Scores are (rows, tokens), the rest (rows,); a `top_k` of as many as there are tokens cuts nothing.

        Below the floor nothing is looked for, except the mass of a row. Where both cut a row, the floor is low enough
        for `top_k` tokens.
        """


def drawing_on(device: torch.device) -> Drawing | None:
    """Return the kernel that draws; None where there is no GPU, or no Triton."""
    if device.type != "cuda" or find_spec("triton") is None:
        return None
    from aigc.engine.gpu.draw import draw

    return draw


def cutting_on(device: torch.device) -> Cutting | None:
    """Return the kernels that cut; None where there is no GPU, or no Triton."""
    if device.type != "cuda" or find_spec("triton") is None:
        return None
    from aigc.engine.gpu.draw import cut

    return cut


@cache
def drawing(device: torch.device) -> Drawing | None:
    """Return a kernel that draws for all rows at once, on devices where there is one and it draws as we do."""
    found = drawing_on(device)
    if found is None:
        return None
    tokens = torch.arange(8192, device=device)
    keys = torch.arange(1, 65, device=device) * signed(GOLDEN)
    scores = -(tokens * 7919 % 8192).float().expand(len(keys), -1).contiguous() / 1024
    heat = torch.linspace(0.1, 2, len(keys), device=device)
    noisy = (scores / heat[:, None]).double() + noise(keys[:, None], tokens)

    def draws_as_torch() -> bool:
        return torch.equal(found(scores, keys, heat, torch.full_like(heat, -torch.inf)), noisy.argmax(1))

    return found if _passes(draws_as_torch, "draws") else None


def cut(cutting: Cutting, blocks: Blocks, asked: FilterParams, reach: torch.Tensor) -> tuple[torch.Tensor, Cut]:
    """Filter without looking at what is kept: return each row's floor, where min-p cuts too, and its cut."""
    reach = torch.minimum(reach, -torch.log(asked.min_p) * asked.heat)
    floor, scores = asked.floor(blocks, reach), blocks.cells.flatten(1)
    return blocks.peak - reach, cutting(scores, blocks.peak, asked.heat, floor, asked.top_k, asked.top_p)


@cache
def cutting(device: torch.device) -> Cutting | None:
    """Return a kernel that cuts all rows at once, on devices where there is one and it cuts as we do."""
    found = cutting_on(device)
    if found is None:
        return None
    rows, tokens = torch.arange(48, device=device)[:, None], torch.arange(1 << 14, device=device)
    scores = -((tokens * 7919 + rows * 31) % (1 << 14) // 32).float() / 32  # 32 of each, down to 16 below the peak
    given = [
        SamplingParams(
            temperature=0.3 + row / 40,
            top_k=(0, 1, 5, 40, 1000, 9000)[row % 6],
            top_p=(1.0, 0.313, 0.777, 0.951)[row // 6 % 4],
            min_p=0.017 if row > 40 else 0.0,
        )
        for row in range(48)
    ]
    blocks, asked = Blocks(scores), FilterParams(given, 1 << 14, device)
    reach = (3 + 3 * (rows[:, 0] % 5)) * asked.heat
    kept = torch.zeros_like(scores, dtype=torch.bool)
    kept[filtered(blocks, asked, reach)[:2]] = True

    def cuts_as_torch() -> bool:
        floor, (level, last) = cut(found, blocks, asked, reach)
        first = (scores > level[:, None]) | (scores == level[:, None]) & (tokens <= last[:, None])
        return torch.equal(first & (scores >= floor[:, None]), kept)

    return found if _passes(cuts_as_torch, "cuts") else None


def _passes(trial: Callable[[], bool], does: str) -> bool:
    """Try a kernel, and warn where it does not do as torch does, or does not run."""
    try:
        if trial():
            return True
        reason = f"it {does} otherwise"
    except Exception as error:  # whatever a driver or a compiler does not like
        reason = first_line(error)
    LOG.warning("the kernel that %s tokens does not run here (%s): torch does, more slowly", does, reason)
    return False
