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
    return -logsigmoid(beta * _margins(chosen, rejected, reference_chosen, reference_rejected)).mean()


def kto_loss(logps: Tensor, reference: Tensor, good: Tensor, kl: Tensor, beta: float) -> Tensor:
    """Return the mean of 1 - σ(±beta · (moved - kl)) over answers (Ethayarajh et al., arXiv 2402.01306).

    `logps`, `reference` and `good` (bool) are (answers,); an answer has moved `logps - reference`, which is wanted of a
    good one and unwanted of another. Both weigh alike. `kl` is how far all have moved, of `kto_kl`.
    """
    moved = beta * (logps - reference - kl)
    return torch.sigmoid(torch.where(good, -moved, moved)).mean()


@torch.no_grad()
def kto_kl(mismatched_logps: Tensor, mismatched_reference: Tensor) -> Tensor:
    """Estimate how far a model is from its reference, in nats, 0 or more: a number without a gradient.

    Both are (answers,), of answers to other prompts than those they stand after, such as a batch's shifted by one: the
    estimate that Ethayarajh et al. take. No answers are no distance.
    """
    if not mismatched_logps.numel():
        return mismatched_logps.new_zeros(())
    return (mismatched_logps - mismatched_reference).mean().clamp(min=0)


@torch.no_grad()
def margins(chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor) -> Tensor:
    """Return each pair's margin over the reference, in nats and without a gradient, (pairs,).

    More than 0 is a pair that was learnt. Whether the better answer is likelier in itself says little: the longer text
    is mostly the less likely one.
    """
    return _margins(chosen, rejected, reference_chosen, reference_rejected)


def _margins(chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor) -> Tensor:
    return (chosen - reference_chosen) - (rejected - reference_rejected)
