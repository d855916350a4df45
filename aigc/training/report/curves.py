"""Losses over steps as lines of an SVG: points in percent of the chart's width and height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from aigc.learner import Told

SMOOTH = 5  # steps that the thick line is a mean of


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """This is a line to draw: `points` as SVG wants them, x and y in percent from the top left; `last` its end."""

    name: str
    points: str
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """This is curves with their axes: nats from `low` to `high`, steps from 0 to `steps`; `marks` are the steps of
    checkpoints, in percent, and whether each is the chosen one."""

    curves: Sequence[Curve]
    low: float
    high: float
    steps: int
    marks: Sequence[tuple[float, bool, int]]


def loss_chart(told: Sequence[Told], best: int) -> Chart | None:
    """Draw the loss of each step, its mean over the last few, and the held-out loss; None where there is none."""
    losses = [(one.step, one.loss) for one in told if one.step and isfinite(one.loss)]
    held = [(one.step, one.held_out) for one in told if one.held_out is not None and isfinite(one.held_out)]
    if not losses:
        return None
    numbers = [loss for _, loss in (*losses, *held)]
    low, high = min(0.0, *numbers), max(numbers)
    steps = max(step for step, _ in losses)
    recent = [loss for _, loss in losses]
    means = [sum(part := recent[max(0, at - SMOOTH + 1) : at + 1]) / len(part) for at in range(len(recent))]
    smooth = [(step, mean) for (step, _), mean in zip(losses, means, strict=True)]
    lines = [("each step", losses), ("loss", smooth), ("held out", held)]
    return Chart(
        curves=[
            Curve(name=name, points=_points(line, steps, low, high), last=line[-1][1]) for name, line in lines if line
        ],
        low=low,
        high=high,
        steps=steps,
        marks=[(round(100 * one.step / steps, 2), one.step == best, one.step) for one in told if one.checkpoint],
    )


def _points(line: Sequence[tuple[int, float]], steps: int, low: float, high: float) -> str:
    room = (high - low) or 1.0
    return " ".join(f"{100 * step / steps:.2f},{100 * (1 - (loss - low) / room):.2f}" for step, loss in line)
