"""This chooses the next tokens of many rows at once.

Each row's noise is a hash of (seed, candidate, position, token), so a draw depends on nothing else in the batch. The
choice is the largest of logit/temperature + Gumbel noise, which is a draw from the softmax. Noise is bounded (24-bit
uniforms), so only tokens within a computable distance of the likeliest can win, and only those get noise: exact, and a
few hundred hashes instead of a whole vocabulary.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import numpy
import torch

from aigc.engine.cpu.kernels import Kernels
from aigc.engine.device import fetched, sent
from aigc.engine.filters import Blocks, FilterParams, filtered, filters
from aigc.engine.gpu.choosing import cut, cutting, drawing
from aigc.engine.noise import LARGEST_NOISE, noise, noise_key
from aigc.types import SamplingParams

_Tokens: TypeAlias = Sequence[int] | numpy.ndarray
_Amounts: TypeAlias = float | Sequence[float] | numpy.ndarray  # one, or each token's
_Seen: TypeAlias = tuple[int, _Tokens, _Amounts]  # of a row

LOOKED_AT = 8 << 20  # bytes of logits that a CPU chooses from at once


@dataclass(slots=True)
class Bans:
    """This is added to the scores of `rows`, which are in order: 0 for tokens that may come next and -inf for others,
    (rows, vocab)."""

    rows: Sequence[int]
    bias: torch.Tensor


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


@dataclass(slots=True)
class Choice:
    """This is what was chosen, on the device: `tokens`, (rows,), int64. The host waits for it when it calls `read`."""

    tokens: torch.Tensor
    read: Callable[[], Picks]


def sample(
    logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int, native: Kernels | None = None
) -> Picks:
    """Choose, and wait for what was chosen; arguments are those of `choose`."""
    return choose(logits, draws, bans, vocab, native).read()


def choose(
    logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int, native: Kernels | None = None
) -> Choice:
    """Pick a token per row of `logits`, (rows, vocab or wider), float32, on a CPU by `native` where that is given.

    A CPU looks at some rows after the others: filters need several times the memory of the logits they look at.
    """
    most = max(1, LOOKED_AT // (4 * logits.shape[1])) if logits.device.type == "cpu" else len(draws)
    if len(draws) <= most:
        return _choose(logits, draws, bans, vocab, native)
    parts = [(at, at + most) for at in range(0, len(draws), most)]
    return _joined([_choose(logits[at:end], draws[at:end], _part(bans, at, end), vocab, native) for at, end in parts])


def _choose(
    logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int, native: Kernels | None
) -> Choice:
    native = native if logits.device.type == "cpu" and logits.stride(1) == 1 else None
    raw = logits[:, :vocab]  # wider logits are padding
    scores = _penalise(raw, draws)
    if bans is not None:
        scores = scores.clone() if scores is raw else scores
        scores.index_add_(0, sent(torch.tensor(bans.rows), scores.device), bans.bias.to(scores.device))
    peaks, total = _survey(raw, native)
    blocks = Blocks(scores, peaks if scores is raw else None)
    tokens = blocks.top.clone()
    hot = [row for row, draw in enumerate(draws) if draw.params.temperature > 0]
    if len(hot) == len(draws):
        tokens = _draw(blocks, draws, native)
    elif hot:
        rows = sent(torch.tensor(hot), logits.device)
        tokens[rows] = _draw(Blocks(scores[rows]), [draws[row] for row in hot], native)
    logprobs = raw.gather(1, tokens[:, None])[:, 0] - total
    asked, many = _asked_for(draws, vocab), len(draws)
    likeliest = [_likeliest(raw, total, group, count) for count, group in asked]
    fetching = fetched(torch.cat([tokens.double(), logprobs.double(), *likeliest]))  # all in one copy

    def read() -> Picks:
        numbers = fetching().tolist()
        tokens, logprobs, rest = numbers[:many], numbers[many : 2 * many], numbers[2 * many :]
        return Picks([int(token) for token in tokens], logprobs, _tops(rest, asked, many))

    return Choice(tokens, read)


def _survey(raw: torch.Tensor, native: Kernels | None) -> tuple[torch.Tensor | None, torch.Tensor]:
    """Return the peaks that `Blocks` wants, if they come cheap, and the rows' logsumexp."""
    return native.survey(raw) if native is not None else (None, torch.logsumexp(raw, dim=-1))


def _part(bans: Bans | None, begin: int, end: int) -> Bans | None:
    """Return the bans of some rows, whose first is then row 0."""
    if bans is None:
        return None
    first, last = bisect_left(bans.rows, begin), bisect_left(bans.rows, end)
    return Bans([row - begin for row in bans.rows[first:last]], bans.bias[first:last]) if first < last else None


def choose_apart(
    logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int, native: Kernels | None = None
) -> Choice:
    """Choose a row at a time: sums over one row can come out otherwise in the last bit beside others."""
    return _joined(
        [
            _choose(logits[row : row + 1].clone(), [draw], _part(bans, row, row + 1), vocab, native)
            for row, draw in enumerate(draws)
        ]
    )


def _joined(choices: Sequence[Choice]) -> Choice:
    """Return what was chosen for some rows after the others as one."""

    def read() -> Picks:
        picks = Picks([], [], [])
        for choice in choices:
            one = choice.read()
            picks.tokens += one.tokens
            picks.logprobs += one.logprobs
            picks.top += one.top
        return picks

    return Choice(torch.cat([choice.tokens for choice in choices]), read)


def _asked_for(draws: Sequence[Draw], vocab: int) -> list[tuple[int, list[int]]]:
    """Return how many likeliest tokens are asked for, and the rows that ask for so many."""
    asking = sorted((min(d.params.logprobs, vocab), row) for row, d in enumerate(draws) if d.params.logprobs)
    return [(count, [row for _, row in group]) for count, group in groupby(asking, key=lambda one: one[0])]


def _likeliest(raw: torch.Tensor, total: torch.Tensor, rows: Sequence[int], count: int) -> torch.Tensor:
    """Return (rows · 2 · count,) in float64: each row's likeliest tokens, then their log-probabilities."""
    places = sent(torch.tensor(rows), raw.device)
    best = torch.topk(raw[places] - total[places, None], count)
    return torch.cat([best.indices.double(), best.values.double()], dim=1).flatten()


def _tops(
    numbers: Sequence[float], asked: Sequence[tuple[int, list[int]]], rows: int
) -> list[tuple[tuple[int, float], ...]]:
    """Sort the numbers of `_likeliest` out to the rows."""
    tops: list[tuple[tuple[int, float], ...]] = [()] * rows
    begin = 0
    for count, group in asked:
        for row in group:
            tokens, logprobs = numbers[begin : begin + count], numbers[begin + count : begin + 2 * count]
            tops[row] = tuple(zip(map(int, tokens), logprobs, strict=True))
            begin += 2 * count
    return tops


def _penalise(raw: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """Lower the scores of tokens seen before, in prompt or text (repetition) or in the text alone (presence, and for
    each time frequency), then add what a request adds to tokens."""
    repeated: list[_Seen] = [
        (row, [*d.prompt, *d.written], d.params.repetition_penalty)
        for row, d in enumerate(draws)
        if d.params.repetition_penalty != 1
    ]
    used: list[_Seen] = [
        _counted(row, d) if d.params.frequency_penalty else (row, d.written, d.params.presence_penalty)
        for row, d in enumerate(draws)
        if d.params.presence_penalty or d.params.frequency_penalty
    ]
    biased: list[_Seen] = [
        (row, [token for token, _ in d.params.logit_bias], [amount for _, amount in d.params.logit_bias])
        for row, d in enumerate(draws)
        if d.params.logit_bias
    ]
    if not repeated and not used and not biased:
        return raw
    scores = raw.clone()
    marks = [_marks(*one) for one in (*repeated, *used, *biased)]
    rows, tokens, amounts = sent(torch.from_numpy(numpy.concatenate(marks, axis=1)), raw.device)
    factors = amounts.view(torch.float64).float()
    split = sum(len(seen) for _, seen, _ in repeated)
    end = len(factors) - sum(len(tokens) for _, tokens, _ in biased)
    # A token that comes twice is written twice, the same both times.
    old, factor = scores[rows[:split], tokens[:split]], factors[:split]
    scores[rows[:split], tokens[:split]] = torch.where(old > 0, old / factor, old * factor)
    lowered = rows[split:end], tokens[split:end]
    scores[lowered] = scores[lowered] - factors[split:end]
    raised = rows[end:], tokens[end:]
    scores[raised] = scores[raised] + factors[end:]
    return scores


def _counted(row: int, draw: Draw) -> tuple[int, numpy.ndarray, numpy.ndarray]:
    """Return the row, each token of its text once, and what is subtracted for being there and for how often."""
    tokens, times = numpy.unique(numpy.array(draw.written, dtype=numpy.int64), return_counts=True)
    return row, tokens, draw.params.presence_penalty + draw.params.frequency_penalty * times


def _marks(row: int, seen: _Tokens, amount: _Amounts) -> numpy.ndarray:
    """Return (3, tokens) of int64: the row, the tokens seen, and the bits of the penalty, or of each one's."""
    marks = numpy.empty((3, len(seen)), dtype=numpy.int64)
    marks[0], marks[1] = row, seen
    marks[2].view(numpy.float64)[:] = amount
    return marks


def _draw(blocks: Blocks, draws: Sequence[Draw], native: Kernels | None) -> torch.Tensor:
    device = blocks.peak.device
    asked = FilterParams([draw.params for draw in draws], blocks.cells[0].numel(), device)
    heat, scores = asked.heat, blocks.cells.flatten(1)
    keys = sent(torch.tensor([noise_key(d.stream, d.position) for d in draws]), device)
    reach = (LARGEST_NOISE - noise(keys, blocks.top).float()) * heat  # nothing further below the peak can win
    kernel, filtering = drawing(device), any(filters(draw.params) for draw in draws)
    if kernel is not None and not filtering:  # without waiting to hear how many tokens that are
        return kernel(scores, keys, heat, blocks.peak - reach)
    if kernel is not None and (found := cutting(device)) is not None:
        return kernel(scores, keys, heat, *cut(found, blocks, asked, reach))
    if filtering:
        rows, tokens, scores = filtered(blocks, asked, reach)
    elif native is not None:
        return native.draw(scores, keys, heat, blocks.peak - reach)
    else:
        rows, tokens, scores = blocks.above(blocks.peak - reach)
    noisy = (scores / heat[rows]).double() + noise(keys[rows], tokens)
    best = torch.full((len(draws),), -torch.inf, dtype=torch.float64, device=device)
    best.scatter_reduce_(0, rows, noisy, "amax")
    won = noisy == best[rows]
    chosen = blocks.top.clone()
    chosen[rows[won]] = tokens[won]
    return chosen
