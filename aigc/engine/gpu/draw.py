"""This draws a token for every row in a few passes over the scores, and the host need not know how many could win.

Figures that a GPU should be asked about stand at the top; none is measured yet.
"""

from __future__ import annotations

import torch
import triton

from aigc.engine.device import current
from aigc.engine.gpu import kernels

BLOCK = 2048  # tokens looked at together
LISTED = 8192  # tokens of a row that are set apart, and are all that is looked at from then on
CUT_BLOCK = 1024  # of those, looked at together
WAYS = 8  # ranks tried in one pass


def draw(
    scores: torch.Tensor,
    keys: torch.Tensor,
    heat: torch.Tensor,
    floor: torch.Tensor,
    cut: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """Choose as `choosing.Drawing` says."""
    scores = scores.contiguous()  # of a head wider than the vocabulary, rows lie further apart
    rows, vocab = scores.shape
    blocks = triton.cdiv(vocab, BLOCK)
    best = torch.empty(rows, blocks, dtype=torch.float64, device=scores.device)
    chosen = torch.empty(rows, blocks, dtype=torch.int64, device=scores.device)
    level, last = cut or (floor, keys)  # not looked at without a cut
    with current(scores.device):
        kernels.draw_tokens[(rows, blocks)](
            scores, keys, heat, floor, level, last, best, chosen, vocab, BLOCK, cut is not None
        )
    return chosen.gather(1, best.argmax(1, keepdim=True))[:, 0]


def cut(
    scores: torch.Tensor,
    peak: torch.Tensor,
    heat: torch.Tensor,
    floor: torch.Tensor,
    top_k: torch.Tensor,
    top_p: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut as `choosing.Cutting` says."""
    scores = scores.contiguous()
    rows, vocab = scores.shape
    room = min(LISTED, vocab)
    listed = torch.empty(rows, room, device=scores.device)
    tokens = torch.empty(rows, room, dtype=torch.int32, device=scores.device)
    counts, last = torch.empty(2, rows, dtype=torch.int32, device=scores.device)
    masses = torch.empty(rows, dtype=torch.float64, device=scores.device)
    level = torch.empty_like(floor)
    with current(scores.device):
        kernels.list_tokens[(rows,)](
            scores, peak, heat, floor, top_k, top_p, listed, tokens, counts, masses, vocab, room, BLOCK, num_warps=8
        )
        kernels.cut_rows[(rows,)](
            scores, peak, heat, floor, top_k, top_p, listed, tokens, counts, masses, level, last, vocab, room,
            CUT_BLOCK, WAYS, num_warps=8,
        )  # fmt: skip
    return level, last
