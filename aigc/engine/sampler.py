"""This chooses the next tokens of many rows at once.

Each row's noise is a hash of (seed, candidate, position, token), so a draw depends on nothing else in the batch. The
choice is the largest of logit/temperature + Gumbel noise, which is a draw from the softmax. Noise is bounded (24-bit
uniforms), so only tokens within a computable distance of the likeliest can win, and only those get noise: exact, and a
few hundred hashes instead of a whole vocabulary.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch

from aigc.engine.cpu.kernels import kernels
from aigc.engine.device import fetched, sent
from aigc.engine.gpu.opening import Drawing, drawing_on
from aigc.errors import first_line
from aigc.types import SamplingParams

LOG = logging.getLogger(__name__)
_MASK64 = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
LARGEST_NOISE = 17.4  # -log(-log(1 - 2^-25)) = 17.33
NEAR = 8.0  # nats below the peak; what top-p, top-k and min-p leave mostly lies there
BLOCK = 64  # tokens


@dataclass(slots=True)
class Bans:
    """This is added to the scores of `rows`: 0 for tokens that may come next and -inf for others, (rows, vocab)."""

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


def stream_key(seed: int, index: int) -> int:
    """This names the noise stream of one candidate."""
    return _mix(_mix(seed & _MASK64) ^ _mix((index + 1) * _GOLDEN & _MASK64))


def sample(logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int) -> Picks:
    """This is `choose`, and waits."""
    return choose(logits, draws, bans, vocab).read()


def choose(logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int) -> Choice:
    """This picks a token per row of `logits`, (rows, vocab or wider), float32."""
    raw = logits[:, :vocab]  # wider logits are padding
    scores = _penalise(raw, draws)
    if bans is not None:
        scores = scores.clone() if scores is raw else scores
        scores.index_add_(0, sent(torch.tensor(bans.rows), scores.device), bans.bias.to(scores.device))
    peaks, total = _survey(raw)
    blocks = _Blocks(scores, peaks if scores is raw else None)
    tokens = blocks.top.clone()
    hot = [row for row, draw in enumerate(draws) if draw.params.temperature > 0]
    if len(hot) == len(draws):
        tokens = _draw(blocks, draws)
    elif hot:
        rows = sent(torch.tensor(hot), logits.device)
        tokens[rows] = _draw(_Blocks(scores[rows]), [draws[row] for row in hot])
    logprobs = raw.gather(1, tokens[:, None])[:, 0] - total
    both, top = fetched(torch.stack([tokens.double(), logprobs.double()])), _likeliest(raw, total, draws)

    def read() -> Picks:
        picked, said = both().tolist()
        return Picks([int(token) for token in picked], said, top())

    return Choice(tokens, read)


def _survey(raw: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor]:
    """This is the peaks that `_Blocks` wants, if they come cheap, and the rows' logsumexp."""
    native = kernels() if raw.device.type == "cpu" and raw.stride(1) == 1 else None
    return native.survey(raw) if native is not None else (None, torch.logsumexp(raw, dim=-1))


def choose_apart(logits: torch.Tensor, draws: Sequence[Draw], bans: Bans | None, vocab: int) -> Choice:
    """This is `choose`, a row at a time: sums over one row can come out otherwise in the last bit beside others."""
    choices = []
    for row, draw in enumerate(draws):
        mine = None
        if bans is not None and row in bans.rows:
            place = bans.rows.index(row)
            mine = Bans([0], bans.bias[place : place + 1])
        choices.append(choose(logits[row : row + 1].clone(), [draw], mine, vocab))

    def read() -> Picks:
        picks = Picks([], [], [])
        for choice in choices:
            one = choice.read()
            picks.tokens += one.tokens
            picks.logprobs += one.logprobs
            picks.top += one.top
        return picks

    return Choice(torch.cat([choice.tokens for choice in choices]), read)


def _likeliest(
    raw: torch.Tensor, total: torch.Tensor, draws: Sequence[Draw]
) -> Callable[[], list[tuple[tuple[int, float], ...]]]:
    """This is the likeliest tokens of rows that ask for some; they are chosen now and read later."""
    waits = []
    for count in {draw.params.logprobs for draw in draws} - {0}:
        asking = [row for row, draw in enumerate(draws) if draw.params.logprobs == count]
        rows = sent(torch.tensor(asking), raw.device)
        best = torch.topk(raw[rows] - total[rows, None], min(count, raw.shape[1]))
        waits.append((asking, fetched(torch.stack([best.indices.double(), best.values.double()], dim=1))))

    def read() -> list[tuple[tuple[int, float], ...]]:
        top: list[tuple[tuple[int, float], ...]] = [()] * len(draws)
        for asking, wait in waits:
            for row, (tokens, said) in zip(asking, wait().tolist(), strict=True):
                top[row] = tuple(zip(map(int, tokens), said, strict=True))
        return top

    return read


def _penalise(raw: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """This lowers tokens seen before, in prompt or text (repetition) or in the text alone (presence)."""
    asking = [row for row, d in enumerate(draws) if d.params.repetition_penalty != 1 or d.params.presence_penalty]
    if not asking:
        return raw
    scores = raw.clone()
    for row in asking:
        draw = draws[row]
        if draw.params.repetition_penalty != 1:
            seen = sent(torch.tensor(sorted({*draw.prompt, *draw.written})), raw.device)
            old = scores[row, seen]
            factor = draw.params.repetition_penalty
            scores[row, seen] = torch.where(old > 0, old / factor, old * factor)
        if draw.params.presence_penalty and draw.written:
            seen = sent(torch.tensor(sorted(set(draw.written))), raw.device)
            scores[row, seen] -= draw.params.presence_penalty
    return scores


class _Blocks:
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
        """This is (rows, tokens, scores) of every token at or above its row's floor, ordered by row and token."""
        rows, blocks = (self.peaks >= floor[:, None]).nonzero(as_tuple=True)
        cells = self.cells[rows, blocks]
        places, inside = (cells >= floor[rows, None]).nonzero(as_tuple=True)
        return rows[places], blocks[places] * BLOCK + inside, cells[places, inside]


def _draw(blocks: _Blocks, draws: Sequence[Draw]) -> torch.Tensor:
    device = blocks.peak.device
    heat = sent(torch.tensor([draw.params.temperature for draw in draws]), device)
    keys = sent(torch.tensor([_signed(_mix(d.stream + d.position * _GOLDEN & _MASK64)) for d in draws]), device)
    reach = (LARGEST_NOISE - _noise(keys, blocks.top).float()) * heat  # nothing further below the peak can win
    if any(_filters(draw.params) for draw in draws):
        rows, tokens, scores = _filtered(blocks, draws, heat, reach)
    elif (drawing := _drawing(device)) is not None:  # without waiting to hear how many tokens that are
        return drawing(blocks.cells.flatten(1), keys, heat, blocks.peak - reach)
    else:
        rows, tokens, scores = blocks.above(blocks.peak - reach)
    noisy = (scores / heat[rows]).double() + _noise(keys[rows], tokens)
    best = torch.full((len(draws),), -torch.inf, dtype=torch.float64, device=device)
    best.scatter_reduce_(0, rows, noisy, "amax")
    won = noisy == best[rows]
    chosen = blocks.top.clone()
    chosen[rows[won]] = tokens[won]
    return chosen


@cache
def _drawing(device: torch.device) -> Drawing | None:
    """This is a kernel that draws for all rows at once, on devices where there is one and it draws as we do."""
    drawing = drawing_on(device)
    if drawing is None:
        return None
    tokens = torch.arange(8192, device=device)
    keys = torch.arange(1, 65, device=device) * _signed(_GOLDEN)
    scores = -(tokens * 7919 % 8192).float().expand(len(keys), -1).contiguous() / 1024
    heat = torch.linspace(0.1, 2, len(keys), device=device)
    noisy = (scores / heat[:, None]).double() + _noise(keys[:, None], tokens)
    try:
        if torch.equal(drawing(scores, keys, heat, torch.full_like(heat, -torch.inf)), noisy.argmax(1)):
            return drawing
        reason = "it draws otherwise"
    except Exception as error:  # whatever a driver or a compiler does not like
        reason = first_line(error)
    LOG.warning("the kernel that draws tokens does not run here (%s): torch draws, more slowly", reason)
    return None


def _filters(params: SamplingParams) -> bool:
    return bool(params.top_k or params.top_p < 1 or params.min_p)


def _filtered(
    blocks: _Blocks, draws: Sequence[Draw], heat: torch.Tensor, reach: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """This is (rows, tokens, scores) after top-k, then top-p, then min-p, of the rows that ask.

    All three cut a row's tokens, likeliest first, at some rank, so the tokens above a floor are enough to find the cut
    if it lies among them. With a floor near the peak it usually does; other rows get one as low as the noise reaches.
    """
    device = heat.device
    vocab = blocks.cells.shape[1] * BLOCK
    top_k = sent(torch.tensor([d.params.top_k or vocab for d in draws]), device)
    top_p = sent(torch.tensor([d.params.top_p for d in draws]), device)
    min_p = sent(torch.tensor([d.params.min_p for d in draws]), device)
    whole = torch.exp((blocks.cells - blocks.peak[:, None, None]) / heat[:, None, None]).sum((1, 2))
    asks = sent(torch.tensor([_filters(d.params) for d in draws]), device)
    near = torch.where(asks, torch.minimum(reach, NEAR * heat), reach)
    rows, tokens, scores = blocks.above(blocks.peak - near)
    mass = torch.exp((scores - blocks.peak[rows]) / heat[rows])
    found = torch.zeros_like(whole).scatter_add_(0, rows, mass)
    counts = torch.bincount(rows, minlength=len(draws))
    enough = ~asks | (found >= top_p * whole) & (top_p < 1) | (counts >= top_k) | (-torch.log(min_p) < NEAR)
    if not bool(enough.all()):
        rows, tokens, scores = blocks.above(blocks.peak - torch.where(enough, near, reach))
        mass = torch.exp((scores - blocks.peak[rows]) / heat[rows])
        counts = torch.bincount(rows, minlength=len(draws))
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
    kept &= (before < top_p[rows] * total[rows]) | (rank == 0)
    kept &= mass >= min_p[rows]  # the peak's mass is 1
    return rows[kept], tokens[kept], scores[kept]


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
