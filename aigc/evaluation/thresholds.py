"""Figures that must not be missed: `accepted=0.9`, `fallbacks=10%`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aigc.errors import UsageError, did_you_mean
from aigc.evaluation.comparison import Column, number
from aigc.evaluation.writer_figures import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """This is the `bound` that a figure may not fall below, or not rise above where it is the most. Shares are 0 to 1.
    `option` is where it was given: `--least`, `--most`."""

    name: str
    bound: float
    least: bool
    option: str

    def met(self, column: Column) -> bool:
        """Say whether a writer's figure keeps to it. One that is not known does not."""
        value = number(column.values.get(self.name))
        return value is not None and (value >= self.bound if self.least else value <= self.bound)


def read_thresholds(least: Iterable[tuple[str, str]], most: Iterable[tuple[str, str]]) -> list[Threshold]:
    """Read (figure, bound) pairs; a bound is a number, or one with a percent sign. UsageError names what is none."""
    known = [kind.name for kind in KINDS]
    found = []
    for pairs, option in ((least, "--least"), (most, "--most")):
        for name, text in pairs:
            key = name.replace("-", "_")
            if key not in known:
                raise UsageError(f"{option}: there is no figure {name!r}", hint=did_you_mean(key, known))
            bound = _bound(text, f"{option} {name}")
            found.append(Threshold(name=key, bound=bound, least=option == "--least", option=option))
    return found


def check_thresholds(thresholds: Iterable[Threshold], names: Iterable[str]) -> None:
    """Refuse a threshold for a figure that is not among those taken here, with a UsageError."""
    known = list(names)
    for one in thresholds:
        if one.name not in known:
            raise UsageError(f"{one.option} {one.name}: is not taken here", hint=f"figures: {', '.join(known)}")


def unmet(thresholds: Sequence[Threshold], columns: Sequence[Column]) -> list[str]:
    """Return a sentence for each threshold that a writer misses. Of several writers the first is what others are held
    against, and is held to none."""
    sentences = []
    for column in columns[1:] if len(columns) > 1 else columns:
        for one in thresholds:
            if not one.met(column):
                value = number(column.values.get(one.name))
                told = "not known" if value is None else f"{value:.4g}"
                bound = "at least" if one.least else "at most"
                sentences.append(f"{column.label}: {one.name} is {told}, not {bound} {one.bound:g}")
    return sentences


def _bound(text: str, where: str) -> float:
    bare = text.strip()
    try:
        value = float(bare.removesuffix("%"))
    except ValueError:
        value = float("nan")
    if value != value:
        raise UsageError(f"{where}: {text!r} is no number", hint="such as 0.9 or 90%")
    return value / 100 if bare.endswith("%") else value
