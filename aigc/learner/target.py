"""What is learnt, as token ids, and how far a run is. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """This is a text to learn: `ids`, of which those from `begin` on are foretold; `begin` is 1 or more.

    The last one is the token that ends the text, unless the text goes on. `rejected` is, of a pair, the whole of the
    worse text; it begins with the same prompt, `ids[:begin]`. `good` is a verdict without a pair. `row` is its place in
    the list it came from.
    """

    ids: tuple[int, ...]
    begin: int
    rejected: tuple[int, ...] = ()
    good: bool | None = None
    row: int = 0

    @property
    def labelled(self) -> int:
        """Count the tokens that are foretold."""
        return len(self.ids) - self.begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """This is how far a run is after a step; at step 0, where something is held out, nothing is learnt yet and both
    losses are the held-out one. Losses are nats per foretold token; `tokens` counts those computed, once
    where texts share them; `held_out` is there where it was looked at, `checkpoint` where one was written after this
    step."""

    step: int
    steps: int
    loss: float
    seconds: float
    tokens: int
    held_out: float | None = None
    checkpoint: Path | None = None
