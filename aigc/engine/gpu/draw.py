"""This draws a token for every row in one pass over the scores, and the host need not know how many could have won."""

from __future__ import annotations

import torch
import triton

from aigc.engine.device import current
from aigc.engine.gpu import kernels

BLOCK = 2048  # tokens of one program


def draw(scores: torch.Tensor, keys: torch.Tensor, heat: torch.Tensor, floor: torch.Tensor) -> torch.Tensor:
    """This is a `Drawing`."""
    scores = scores.contiguous()  # of a head wider than the vocabulary, rows lie further apart
    rows, vocab = scores.shape
    blocks = triton.cdiv(vocab, BLOCK)
    best = torch.empty(rows, blocks, dtype=torch.float64, device=scores.device)
    chosen = torch.empty(rows, blocks, dtype=torch.int64, device=scores.device)
    with current(scores.device):
        kernels.draw_tokens[(rows, blocks)](scores, keys, heat, floor, best, chosen, vocab, BLOCK)
    return chosen.gather(1, best.argmax(1, keepdim=True))[:, 0]
