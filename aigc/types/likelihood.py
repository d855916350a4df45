"""What picking among candidates comes to: how likely a text is, and texts to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """This is how likely a given text is: its natural log-probability, and how many tokens it has."""

    total: float
    tokens: int

    @property
    def mean(self) -> float:
        """The mean over its tokens."""
        return self.total / self.tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """This is a text that could stand at `field` of a piece, such as `headlines[2]`, in place of what does.

    It passed the checks of its `stage` and came from its `item` (from 0); `score` is its worth by the stage's `pick`.
    With `instead` nothing of that item stands in the piece, and what it would replace says something else.
    """

    field: str
    stage: str
    item: int
    text: str
    score: float
    instead: bool = False


def by_field(suggestions: Iterable[Suggestion]) -> dict[str, list[Suggestion]]:
    """Return suggestions by the place in the piece that they are for, the best of each first."""
    found: dict[str, list[Suggestion]] = {}
    for one in suggestions:
        found.setdefault(one.field, []).append(one)
    return {name: sorted(told, key=lambda one: -one.score) for name, told in found.items()}
