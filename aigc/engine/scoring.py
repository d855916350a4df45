"""How likely a model holds texts that are there already: no token is chosen, every one is foretold.

A text follows a prompt. What prompts share is computed once and read in place by all texts after it (`sharing`); only
the places whose next token is asked for get logits, a few of them at a time. A text's figures depend on its company as
much as a written one's do: by the CPU's kernels not at all.

`TextsToScore` are requests that ask for nothing else: they wait here and are answered together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

from aigc.engine.cache import Bank, Prefix, shared_length
from aigc.engine.device import free_memory, is_out_of_memory
from aigc.engine.network import Network, Span
from aigc.engine.sharing import SHORTEST, plan_prefixes
from aigc.engine.threads import torch_threads
from aigc.errors import EngineError, first_line
from aigc.types import Completion, Request, Usage

TOGETHER = 512  # tokens of a step
LOGITS = 1 << 26  # bytes of logits that are looked at together
AT_ONCE = 256  # requests whose prompts are compared with each other
NO_ROOM = "the text does not fit into memory"
NO_NUMBERS = "the model gives no numbers: its weights are damaged, or too large for its arithmetic"

Found: TypeAlias = tuple[list[float], list[int]]  # a score on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """This is how likely each token of a text is, in natural logarithms, and which token is the likeliest there."""

    logprobs: tuple[float, ...]
    likeliest: tuple[int, ...]

    @property
    def total(self) -> float:
        """Return the text's log-probability, in nats."""
        return sum(self.logprobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """This is a text to score: `ids`, of which those from `begin` on are foretold, at least one after the first."""

    ids: Sequence[int]
    begin: int
    adapter: str = ""


@dataclass(slots=True)
class _Row:
    """This is a text on its way: its ids are computed up to `done`, the first `base` of them by a prefix."""

    given: Given
    place: int
    prefix: Prefix | None = None
    group: int = 0  # those of one prefix have one number
    base: int = 0
    done: int = 0


class TextsToScore:
    """This is what waits to be scored, each text for a request that comes back with its figures."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Request, Given]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._waiting

    def uses(self, adapter: str) -> bool:
        """Say whether a text waits for that adapter."""
        return any(given.adapter == adapter for _, given in self._waiting.values())

    def add(self, request: Request, given: Given) -> None:
        """Let a request wait."""
        self._waiting[request.id] = (request, given)

    def drop(self, request_id: str) -> bool:
        """Forget a request, and say whether it waited."""
        return self._waiting.pop(request_id, None) is not None

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()

    def answer(self, network: Network, most: int | None = None) -> list[Completion]:
        """Score all that waits, or the first `most`; a text for which there is no memory comes back as an error.

        EngineError where the model fails otherwise; what waited has to be asked again then.
        """
        names = list(self._waiting)[:most]
        asked = [self._waiting.pop(name) for name in names]
        lots = [asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE)]
        return [answer for lot in lots for answer in _answers(network, lot)]


def _answers(network: Network, lot: Sequence[tuple[Request, Given]]) -> list[Completion]:
    try:
        scores = score(network, [given for _, given in lot])
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise EngineError(f"the model failed: {first_line(error)}") from error
        free_memory(network.device)
        if len(lot) > 1:
            half = len(lot) // 2
            return [*_answers(network, lot[:half]), *_answers(network, lot[half:])]
        request = lot[0][0]
        return [Completion(request_id=request.id, text="", finish_reason="error", error=NO_ROOM)]
    return [_answer(*one, found) for one, found in zip(lot, scores, strict=True)]


def _answer(request: Request, given: Given, found: Score) -> Completion:
    if not math.isfinite(found.total):
        return Completion(request_id=request.id, text="", finish_reason="error", error=NO_NUMBERS)
    many = len(found.logprobs)
    return Completion(
        request_id=request.id,
        text=request.given or "",
        token_ids=tuple(given.ids[given.begin :]),
        usage=Usage(prompt=given.begin, forced=many),
        mean_logprob=found.total / many,
    )


def score(network: Network, texts: Sequence[Given]) -> list[Score]:
    """Score texts, in their order. Each fits into the model's context; nothing stays in memory afterwards."""
    found: list[Found] = [([], []) for _ in texts]
    with torch_threads(network.torch_threads):
        for adapter in dict.fromkeys(one.adapter for one in texts):
            rows = [_Row(one, place) for place, one in enumerate(texts) if one.adapter == adapter]
            if network.in_place:
                _share(network, rows)
            for lot in _lots(rows):
                _foretell(network, lot, found)
    return [Score(logprobs=tuple(logprobs), likeliest=tuple(likeliest)) for logprobs, likeliest in found]


def _share(network: Network, rows: Sequence[_Row]) -> None:
    """Compute what the prompts of several rows begin with, once."""
    prompts = [row.given.ids[: row.given.begin] for row in rows]
    lengths = plan_prefixes(prompts, [0] * len(rows))
    wanted = {tuple(prompt[:length]) for prompt, length in zip(prompts, lengths, strict=True) if length}
    made = _prefixes(network, sorted(wanted), rows[0].given.adapter)
    groups = {ids: number for number, ids in enumerate(made, 1)}
    for row, prompt, length in zip(rows, prompts, lengths, strict=True):
        if length:
            ids = tuple(prompt[:length])
            row.prefix, row.group, row.base, row.done = made[ids], groups[ids], length, length


def _prefixes(network: Network, wanted: Sequence[tuple[int, ...]], adapter: str) -> dict[tuple[int, ...], Prefix]:
    """Compute prefixes, several in one step. What one has in common with one that is there already it copies."""
    made: dict[tuple[int, ...], Prefix] = {}
    waiting: list[tuple[Prefix, int]] = []  # of those made, which have their first tokens only

    def compute() -> None:
        while waiting:
            spans, room = [], TOGETHER
            for place, (prefix, done) in enumerate(waiting):
                if part := prefix.ids[done : done + room]:
                    spans.append(Span(prefix.bank, 0, done, part, adapter=adapter))
                    waiting[place] = (prefix, done + len(part))
                    room -= len(part)
            if spans:
                network.forward(spans, [])
            waiting[:] = [one for one in waiting if one[1] < len(one[0].ids)]

    for ids in wanted:
        unready = {prefix.ids for prefix, _ in waiting}
        common = {other: shared_length(other, ids) for other in made}
        ready = max((length for other, length in common.items() if other not in unready), default=0)
        if max(common.values(), default=0) >= ready + SHORTEST:
            compute()
            ready = max(common.values())
            unready = set()
        made[ids] = prefix = Prefix(network.shape, ids)
        if ready:
            source = next(other for other, length in common.items() if length == ready and other not in unready)
            prefix.bank.copy(made[source].bank, ready)
        waiting.append((prefix, ready))
    compute()
    return made


def _lots(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield rows that are computed together, those of one prefix side by side; a long one goes alone."""
    lot: list[_Row] = []
    tokens = 0
    for row in sorted(rows, key=lambda row: (row.group, row.place)):
        own = len(row.given.ids) - 1 - row.base
        if lot and tokens + own > TOGETHER:
            yield lot
            lot, tokens = [], 0
        lot.append(row)
        tokens += own
    if lot:
        yield lot


def _foretell(network: Network, lot: Sequence[_Row], found: Sequence[Found]) -> None:
    bank = Bank(network.shape, len(lot), max(len(row.given.ids) - row.base for row in lot))
    most = max(1, LOGITS // (4 * network.vocab))
    while any(row.done < len(row.given.ids) - 1 for row in lot):
        spans, keep, wanted, tokens = [], list[int](), list[tuple[int, int]](), 0
        for lane, row in enumerate(lot):
            ids, first = row.given.ids, row.given.begin - 1
            room = most - len(keep) + max(0, first - row.done)  # tokens, of which the last may have logits
            end = min(len(ids) - 1, row.done + min(room, TOGETHER - tokens))
            if end <= row.done or len(keep) >= most:
                continue
            part = ids[row.done : end]
            spans.append(Span(bank, lane, row.done - row.base, part, row.prefix, row.base, row.given.adapter))
            kept = range(max(first, row.done), end)
            keep += [tokens + at - row.done for at in kept]
            wanted += [(row.place, ids[at + 1]) for at in kept]
            tokens += len(part)
            row.done = end
        _note(network.forward(spans, keep), wanted, found)


def _note(logits: torch.Tensor, wanted: Sequence[tuple[int, int]], found: Sequence[Found]) -> None:
    if not wanted:
        return
    ids = torch.tensor([token for _, token in wanted], device=logits.device)
    own = logits.gather(1, ids[:, None])[:, 0]
    logprobs = (own.double() - logits.double().logsumexp(1)).tolist()
    for (place, _), logprob, best in zip(wanted, logprobs, logits.argmax(1).tolist(), strict=True):
        found[place][0].append(logprob)
        found[place][1].append(best)
