"""Logistic regression in a few lines, and how well numbers tell lines of one fact apart.

Newton's method with an L2 penalty on the weights (not on the bias), over standardised columns; columns are few, so
plain Python is quick enough.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

PENALTY = 1.0  # as if there were one more row of each kind
STEPS = 50
CLOSE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """This is a fitted regression: the chance of a row is the logistic function of `bias` and weighted numbers."""

    bias: float
    weights: tuple[float, ...]

    def chance(self, row: Sequence[float]) -> float:
        """Return the chance of a standardised row, 0 to 1."""
        total = self.bias + sum(weight * number for weight, number in zip(self.weights, row, strict=True))
        return 1 / (1 + math.exp(-total)) if total >= 0 else math.exp(total) / (1 + math.exp(total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """This is what standardises a column: its mean and deviation, of the numbers that are finite."""

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of(cls, column: Sequence[float]) -> Scale:
        finite = [number for number in column if math.isfinite(number)]
        return cls(mean=fmean(finite), deviation=pstdev(finite) or 1.0) if finite else cls()

    def __call__(self, number: float) -> float:
        """Return a number as so many deviations from the mean; one that is not finite counts as the mean."""
        return (number - self.mean) / self.deviation if math.isfinite(number) else 0.0


def fit_logistic(rows: Sequence[Sequence[float]], wanted: Sequence[bool], *, penalty: float = PENALTY) -> Logistic:
    """Return the regression that tells the wanted rows from the others. ValueError where there is only one kind."""
    if len(set(wanted)) < 2:
        raise ValueError("there are rows of one kind only")
    full = [(1.0, *row) for row in rows]
    size = len(full[0])
    found = [0.0] * size
    penalties = [0.0] + [penalty] * (size - 1)
    for _ in range(STEPS):
        model = Logistic(bias=found[0], weights=tuple(found[1:]))
        chances = [model.chance(row) for row in rows]
        slope = [-penalties[i] * found[i] for i in range(size)]
        curve = [[penalties[i] + CLOSE if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, chance, good in zip(full, chances, wanted, strict=True):
            miss, weight = good - chance, chance * (1 - chance)
            for i in range(size):
                slope[i] += miss * row[i]
                scaled = weight * row[i]
                for j in range(i + 1):
                    curve[i][j] += scaled * row[j]
        for i in range(size):
            for j in range(i):
                curve[j][i] = curve[i][j]
        step = _solved(curve, slope)
        found = [one + more for one, more in zip(found, step, strict=True)]
        if max(map(abs, step)) < CLOSE:
            break
    return Logistic(bias=found[0], weights=tuple(found[1:]))


def auc_within(groups: Sequence[Hashable], numbers: Sequence[float], wanted: Sequence[bool]) -> float | None:
    """Return how often a wanted row has the greater number than another of its group, ties counting half: the area
    under the curve within groups. None where no group has both; a number that is not finite is below all."""
    found: dict[Hashable, tuple[list[float], list[float]]] = {}
    for group, number, good in zip(groups, numbers, wanted, strict=True):
        found.setdefault(group, ([], []))[good].append(number if math.isfinite(number) else -math.inf)
    won = pairs = 0.0
    for others, mine in found.values():
        pairs += len(others) * len(mine)
        won += sum((one > other) + (one == other) / 2 for one in mine for other in others)
    return won / pairs if pairs else None


def _solved(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """Return the solution of a system of linear equations whose matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        for below in range(at + 1, size):
            share = rows[below][at] / rows[at][at]
            rows[below] = [mine - share * other for mine, other in zip(rows[below], rows[at], strict=True)]
    solution = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(rows[at][j] * solution[j] for j in range(at + 1, size))
        solution[at] = (rows[at][size] - rest) / rows[at][at]
    return solution
