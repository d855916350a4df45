"""Shares and means, each with the interval in which it lies with 95 % certainty: few pieces tell little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964  # standard deviations that hold 95 % of a normal distribution
Z_BELOW = 1.644854  # of which 95 % lie below the mean and so many more


@dataclass(frozen=True, slots=True)
class Proportion:
    """This is `part` of `whole`, both counts. Of nothing there is no share."""

    part: int = 0
    whole: int = 0

    @property
    def share(self) -> float | None:
        """Return the share, 0 to 1; None where there is nothing to take it of."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the bounds of the share with 95 % certainty (Wilson 1927, without continuity correction)."""
        return self._bounds(Z)

    @property
    def at_most(self) -> float | None:
        """Return what the share is at most with 95 % certainty: the one-sided bound."""
        bounds = self._bounds(Z_BELOW)
        return bounds and bounds[1]

    def _bounds(self, z: float) -> tuple[float, float] | None:
        if not self.whole:
            return None
        share, square = self.part / self.whole, z * z / self.whole
        middle = share + square / 2
        width = z * math.sqrt(share * (1 - share) / self.whole + square / (4 * self.whole))
        low, high = (middle - width) / (1 + square), (middle + width) / (1 + square)
        return max(low, 0.0) if self.part else 0.0, min(high, 1.0) if self.part < self.whole else 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """This is the mean of so many `values`, with its standard `error` in the same unit; none of less than two."""

    mean: float
    error: float | None
    values: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate | None:
        """Return the mean of some values, None of none."""
        if not values:
            return None
        mean = sum(values) / len(values)
        if len(values) < 2:
            return cls(mean, None, 1)
        variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
        return cls(mean, math.sqrt(variance / len(values)), len(values))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the bounds of the mean with 95 % certainty, by the normal distribution."""
        return None if self.error is None else (self.mean - Z * self.error, self.mean + Z * self.error)
