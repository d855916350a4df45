"""How likely a model holds texts that are there already: no token is chosen, every one is foretold.

A text follows a prompt. What prompts share is computed once and read in place by all texts after it (`sharing`); only
the places whose next token is asked for get logits, a few of them at a time. A text's figures depend on its company as
much as a written one's do: by the CPU's kernels not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

from aigc.engine.cache import Bank, Prefix
from aigc.engine.network import Network, Span
from aigc.engine.sharing import plan_prefixes
from aigc.engine.threads import torch_threads

TOGETHER = 512  # tokens of a step
LOGITS = 1 << 26  # bytes of logits that are looked at together

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
    made: dict[tuple[int, ...], Prefix] = {}
    prompts = [row.given.ids[: row.given.begin] for row in rows]
    for row, prompt, length in zip(rows, prompts, plan_prefixes(prompts, [0] * len(rows)), strict=True):
        if length:
            ids = tuple(prompt[:length])
            if ids not in made:
                made[ids] = prefix = Prefix(network.shape, ids)
                for at in range(0, length, TOGETHER):
                    part = ids[at : at + TOGETHER]
                    network.forward([Span(prefix.bank, 0, at, part, adapter=row.given.adapter)], [])
            row.prefix, row.group, row.base, row.done = made[ids], list(made).index(ids) + 1, length, length


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
