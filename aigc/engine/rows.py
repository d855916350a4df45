"""This is what the loop works on: requests in token ids, and the candidates of them that are being written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch

from aigc.engine.batch_share import Whose
from aigc.engine.cache import Prefix, Slot
from aigc.engine.landing import Ending, find_landing
from aigc.engine.masks import Matcher
from aigc.engine.noise import stream_key
from aigc.types import FinishReason, SamplingParams, TokenLogprob


@dataclass(slots=True, kw_only=True)
class EncodedRequest:
    """This is one request in ids. `limit` is the most tokens to write, `left` the candidates not yet begun.

    `adapter` names what is added to the model's weights, and `realm` tells its keys and values from other adapters'.
    """

    id: str
    ids: list[int]
    params: SamplingParams
    limit: int
    ends: frozenset[int]
    constraint: Matcher | None
    ending: Callable[[int], Ending]  # by candidate
    left: list[int]
    adapter: str = ""
    realm: int = 0
    urgent: bool = False
    turn: int = 0  # of rows, in which it came; `admission` counts them

    @property
    def key(self) -> list[int]:
        """Return the prompt for comparing with others: what is computed under another adapter shares nothing."""
        return [self.ids[0] + (self.realm << 32), *self.ids[1:]]


@dataclass(slots=True, kw_only=True, eq=False)
class BatchRow:
    """This is one candidate being written."""

    request: EncodedRequest
    index: int
    ending: Ending
    constraint: Matcher | None
    pending: list[int]
    prefix: Prefix | None = None
    base: int = 0  # tokens read from the prefix
    slot: Slot | None = None
    length: int = 0  # tokens in the slot
    copied: int = 0  # tokens of it taken, or to be taken, from another row's
    written: list[int] = field(default_factory=list)
    free: int = 0  # tokens written up to the last forced one; those after it may be taken back
    scores: list[TokenLogprob] = field(default_factory=list)  # of sampled tokens, an end token included
    finish: FinishReason | Literal["blind"] | None = None  # blind: the model gives no numbers
    followers: list[BatchRow] = field(default_factory=list)  # candidates waiting for this row's prompt

    @property
    def urgent(self) -> bool:
        return self.request.urgent

    @property
    def read(self) -> bool:
        """Say whether its prompt is in the slot."""
        return self.base + self.length >= len(self.request.ids)

    @property
    def stream(self) -> int:
        """Name the row's noise."""
        return stream_key(self.request.params.seed, self.index)

    @property
    def own(self) -> Sequence[int]:
        """Return the prompt's key without what the prefix has."""
        return self.request.key[self.base :]

    @property
    def needed(self) -> int:
        """Count the most tokens its slot may come to hold."""
        return len(self.request.ids) - self.base + self.request.limit

    def start_over(self) -> None:
        """Forget what was computed, not what was written, which will be fed like a prompt."""
        self.slot, self.length, self.copied, self.followers = None, 0, 0, []
        self.pending = [*self.request.ids[self.base :], *self.written]

    def feed(self, tokens: int) -> None:
        """Count pending tokens as being in the slot: the device will not do anything else before."""
        self.length += tokens
        del self.pending[:tokens]

    @property
    def forced(self) -> int:
        """Count the written tokens that were not sampled."""
        ended = bool(self.scores) and self.scores[-1].token in self.request.ends  # sampled, but not written
        return len(self.written) - len(self.scores) + ended

    def take(self, score: TokenLogprob) -> None:
        """Take a sampled token, and what the grammar forces after it."""
        if math.isnan(score.logprob):
            self.finish = "blind"
            return
        if self.constraint is not None and not self.constraint.accept(score.token):
            self.finish = "error"
            return
        self.scores.append(score)
        self.write(score.token)
        if self.constraint is not None and self.finish in (None, "length"):
            self._land(self.constraint, score.token)
        if self.finish in (None, "length"):
            self.write_forced()

    def _land(self, constraint: Matcher, token: int) -> None:
        """End the text, or its string, on a whole word where `token` would break one off."""
        last = self.finish == "length"
        landing = find_landing(constraint, self.ending, token, len(self.written), self.free, last=last)
        if landing is None:
            return
        self._take_back(landing.back)
        self.constraint = landing.matcher
        self.finish = None if landing.closing else "stop"
        for closing in landing.closing:
            self.constraint.accept(closing)
            self.write(closing, forced=True)

    def _take_back(self, count: int) -> None:
        """Forget the last sampled tokens. What a slot has of them will be written over."""
        fed = max(0, count - len(self.pending))
        self.length -= fed
        for tokens in (self.pending, self.written, self.scores):
            del tokens[max(0, len(tokens) - count) :]
        self.ending.take_back(count)

    def write(self, token: int, *, forced: bool = False) -> None:
        """Append a token and notice every end it may bring, except the grammar's."""
        if token in self.request.ends:
            self.finish = "stop"
            return
        self.written.append(token)
        self.pending.append(token)
        if forced:
            self.free = len(self.written)
        if self.ending.push(token):
            self.finish = "stop"
        elif len(self.written) >= self.request.limit:
            self.finish = "length"

    def write_forced(self) -> None:
        """Write what the grammar leaves no choice about, and notice its end."""
        if self.constraint is None:
            return
        for token in self.constraint.forced():
            if self.finish is not None:
                return  # the end of the text is missing, so the grammar's end counts for nothing
            self.write(token, forced=True)
        if self.constraint.ended and self.finish in (None, "length"):
            self.finish = "error" if self.constraint.error else "stop"


@dataclass(slots=True)
class Flight:
    """This is a forward that the device may still be busy with, and its logits: a row of them for each of `rows`.

    `unread` are the rows it fed a token that the host had not read, `bias` is their masks where they are being filled.
    `whose` says for which rows it is, None where all that there are are urgent.
    """

    rows: Sequence[BatchRow]
    logits: torch.Tensor
    bias: Callable[[], torch.Tensor] | None
    unread: Sequence[BatchRow] = ()
    whose: Whose | None = None

    @property
    def places(self) -> list[int]:
        """Return whose logits are wanted: not of a row that has ended, or has been given more to be fed, since."""
        return [place for place, row in enumerate(self.rows) if row.finish is None and not row.pending]
