"""WHAT is wrong where answers are judged against each other: pairs (DPO) and verdicts without a pair (KTO).

All numbers are of whole answers: sums of the log-probabilities of their tokens, in nats, by the model that learns and
by the reference, which is what it began as. Losses are means over a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def dpo_loss(
    chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, beta: float
) -> Tensor:
    """Return the mean of -log σ(beta · margin) over pairs (Rafailov et al., arXiv 2305.18290, eq. 7).

    All are (pairs,); a pair's margin is how much further the better answer has moved from the reference than the worse.
    """
    margins = (chosen - reference_chosen) - (rejected - reference_rejected)
    return -logsigmoid(beta * margins).mean()


def kto_loss(logps: Tensor, reference: Tensor, good: Tensor, kl: Tensor, beta: float) -> Tensor:
    """Return the mean of 1 - σ(±beta · (moved - kl)) over answers (Ethayarajh et al., arXiv 2402.01306).

    `logps`, `reference` and `good` (bool) are (answers,); an answer has moved `logps - reference`, which is wanted of a
    good one and unwanted of another. Both weigh alike. `kl` is how far answers to other prompts have moved, in nats, 0
    or more and without a gradient: `aigc.learner.losses` estimates it for each step.
    """
    moved = beta * (logps - reference - kl)
    return torch.sigmoid(torch.where(good, -moved, moved)).mean()
