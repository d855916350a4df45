"""This chooses the next tokens of many rows at once.

Each row's noise is a hash of (seed, candidate, position, token), so a draw depends on nothing else in the batch. The
choice is the largest of logit/temperature + Gumbel noise, which is a draw from the softmax. Noise is bounded (24-bit
uniforms), so only tokens within a computable distance of the likeliest can win, and only those get noise: exact, and a
few hundred hashes instead of a whole vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from aigc.types import SamplingParams

_MASK64 = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_LARGEST_NOISE = 17.4  # -log(-log(1 - 2^-25)) = 17.33


@dataclass(slots=True)
class Draw:
    """This is what one row brings: its parameters, its stream's key, how far it is, and its tokens so far."""

    params: SamplingParams
    stream: int
    position: int
    prompt: Sequence[int]
    written: Sequence[int]


@dataclass(slots=True)
class Picks:
    """This is what was chosen, a token per row; log-probabilities are before temperature, penalties and grammar."""

    tokens: list[int]
    logprobs: list[float]
    top: list[tuple[tuple[int, float], ...]]


def stream_key(seed: int, index: int) -> int:
    """This names the noise stream of one candidate."""
    return _mix(_mix(seed & _MASK64) ^ _mix((index + 1) * _GOLDEN & _MASK64))


def sample(logits: torch.Tensor, draws: Sequence[Draw], allowed: torch.Tensor | None, vocab: int) -> Picks:
    """This picks a token per row of `logits` (rows, vocab or wider, float32), within `allowed` where it is given."""
    raw = logits[:, :vocab]  # wider logits are padding
    scores = _penalise(raw, draws)
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -torch.inf)
    tokens = scores.argmax(dim=-1)
    hot = [row for row, draw in enumerate(draws) if draw.params.temperature > 0]
    if hot:
        rows = torch.tensor(hot, device=logits.device)
        tokens[rows] = _draw(scores[rows], [draws[row] for row in hot])
    total = torch.logsumexp(raw, dim=-1)
    logprobs = raw.gather(1, tokens[:, None])[:, 0] - total
    return Picks(
        tokens.tolist(), logprobs.tolist(), [_likeliest(raw, total, row, draw) for row, draw in enumerate(draws)]
    )


def _likeliest(raw: torch.Tensor, total: torch.Tensor, row: int, draw: Draw) -> tuple[tuple[int, float], ...]:
    if not draw.params.logprobs:
        return ()
    best = torch.topk(raw[row] - total[row], min(draw.params.logprobs, raw.shape[1]))
    return tuple(zip(best.indices.tolist(), best.values.tolist(), strict=True))


def _penalise(raw: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """This lowers tokens seen before, in prompt or text (repetition) or in the text alone (presence)."""
    asking = [row for row, d in enumerate(draws) if d.params.repetition_penalty != 1 or d.params.presence_penalty]
    if not asking:
        return raw
    scores = raw.clone()
    for row in asking:
        draw = draws[row]
        if draw.params.repetition_penalty != 1:
            seen = torch.tensor(sorted({*draw.prompt, *draw.written}), device=raw.device)
            old = scores[row, seen]
            factor = draw.params.repetition_penalty
            scores[row, seen] = torch.where(old > 0, old / factor, old * factor)
        if draw.params.presence_penalty and draw.written:
            seen = torch.tensor(sorted(set(draw.written)), device=raw.device)
            scores[row, seen] -= draw.params.presence_penalty
    return scores


def _draw(scores: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    device = scores.device
    heat = torch.tensor([draw.params.temperature for draw in draws], device=device)
    scores = scores / heat[:, None]
    keys = torch.tensor([_signed(_mix(d.stream + d.position * _GOLDEN & _MASK64)) for d in draws], device=device)
    peak, top = scores.max(dim=-1)
    floor = peak + _noise(keys, top).float() - _LARGEST_NOISE
    rows, tokens = (scores >= torch.minimum(floor, peak)[:, None]).nonzero(as_tuple=True)
    values = scores[rows, tokens]
    if any(d.params.top_k or d.params.top_p < 1 or d.params.min_p for d in draws):
        kept = _filter(scores, peak, rows, values, draws)
        rows, tokens, values = rows[kept], tokens[kept], values[kept]
    noisy = values.double() + _noise(keys[rows], tokens)
    best = torch.full((len(draws),), -torch.inf, dtype=torch.float64, device=device)
    best.scatter_reduce_(0, rows, noisy, "amax")
    won = noisy == best[rows]
    chosen = top.clone()
    chosen[rows[won]] = tokens[won]
    return chosen


def _filter(
    scores: torch.Tensor, peak: torch.Tensor, rows: torch.Tensor, values: torch.Tensor, draws: Sequence[Draw]
) -> torch.Tensor:
    """This is the places, among the likeliest tokens `values` of `rows`, that top-k, then top-p, then min-p leave.

    The likeliest tokens are all there, so a rank or a mass counted from the top is exact.
    """
    device = scores.device
    order = torch.argsort(values, descending=True, stable=True)
    order = order[torch.argsort(rows[order], stable=True)]  # by row, then likeliest first
    sorted_rows, sorted_values = rows[order], values[order]
    counts = torch.bincount(rows, minlength=len(draws))
    starts = torch.cumsum(counts, 0) - counts
    rank = torch.arange(len(order), device=device) - starts[sorted_rows]
    top_k = torch.tensor([d.params.top_k or scores.shape[1] for d in draws], device=device)
    top_p = torch.tensor([d.params.top_p for d in draws], device=device, dtype=torch.float64)
    min_p = torch.tensor([d.params.min_p for d in draws], device=device)
    kept = rank < top_k[sorted_rows]
    mass = torch.exp((sorted_values - peak[sorted_rows]).double()) * kept
    whole = torch.exp((scores - peak[:, None]).double()).sum(-1)
    of_kept = torch.zeros_like(whole).scatter_add_(0, sorted_rows, mass)
    total = torch.where(top_k < scores.shape[1], of_kept, whole)
    running = torch.cumsum(mass, 0)
    before = running - mass
    before = before - before[starts.clamp(max=len(order) - 1)][sorted_rows]
    kept &= (before < top_p[sorted_rows] * total[sorted_rows]) | (rank == 0)
    kept &= sorted_values >= (peak + torch.log(min_p))[sorted_rows]
    return order[kept]


def _noise(keys: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """This is Gumbel noise in float64, a pure function of (key, token)."""
    bits = _mix_tensor(keys + tokens * _signed(_GOLDEN))
    uniform = ((bits >> 40 & 0xFFFFFF).double() + 0.5) / (1 << 24)
    return -torch.log(-torch.log(uniform))


def _mix(value: int) -> int:
    """This is the finaliser of splitmix64."""
    value = (value + _GOLDEN) & _MASK64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def _mix_tensor(value: torch.Tensor) -> torch.Tensor:
    """This is `_mix` without its increment, on int64: products wrap, and shifts are made logical by a mask."""
    value = (value ^ (value >> 30 & (1 << 34) - 1)) * _signed(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> 27 & (1 << 37) - 1)) * _signed(0x94D049BB133111EB)
    return value ^ (value >> 31 & (1 << 33) - 1)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
