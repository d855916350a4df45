"""What was measured of models, and which one is the smallest for copy, as `aigc models` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigc.cli.memory_told import needed
from aigc.jobs import rates_file
from aigc.jobs.forecast.rates import read_rates

if TYPE_CHECKING:
    from aigc.models import Catalogue, Measured

COPY = "ads"  # the content types whose texts are copy
USUAL = 2  # words of a writer without options: the generator and the model
TEN = 10  # seconds, from which on tenths do not matter


def measured_rows(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return every measurement, as a table has it."""
    return [(f"  {model.name}", measured_line(one)) for model in catalogue for one in model.measured]


def measured_line(one: Measured) -> str:
    """Return a measurement as a person reads it."""
    took = f"; {one.seconds} s a piece on two cores" if one.seconds else ""
    return f"{one.types}, {'' if one.recommended else 'not '}recommended: {one.figure}{took} ({one.date})"


def seconds_here(name: str) -> tuple[float, float]:
    """Return the seconds that an ad took on this machine with a model, and of how many that is known, by its runs with
    the usual options, else with any; zeros where it wrote none here."""
    runs = [one for one in read_rates(rates_file()) if one.content_type.startswith(f"{COPY}/")]
    runs = [one for one in runs if one.writer.split()[1:2] == [name] and " ray." not in one.writer]
    usual = [one for one in runs if len(one.writer.split()) == USUAL]
    kept = usual or runs
    pieces = sum(one.pieces for one in kept)
    return (sum(one.seconds for one in kept) / pieces, pieces) if pieces else (0.0, 0.0)


def seconds_line(catalogue: Catalogue) -> str:
    """Say how long an ad took on this machine with each model that wrote some; nothing where none did."""
    told = [(model.name, *seconds_here(model.name)) for model in catalogue]
    found = [f"{seconds:.{0 if seconds >= TEN else 1}f} s with {name}" for name, seconds, pieces in told if pieces]
    return f"An ad took on this machine: {', '.join(found)}." if found else ""


def smallest_for_copy(catalogue: Catalogue) -> str:
    """Say which model is the smallest that is recommended for copy, and how to take it."""
    from aigc.models import resolve

    able = [model for model in catalogue if model.recommended_for(COPY)]
    if not able:
        return "No model here is recommended for copy."
    model = min(able, key=lambda one: one.parameters)
    name, seconds = model.name, max((one.seconds for one in model.measured if one.types == COPY), default=0)
    took = f", {seconds} s an ad on two cores" if seconds else ""
    memory = needed(resolve(name, catalogue=catalogue), "cpu")
    return f"The smallest for copy: `aigc models pull {name}` ({memory} GB of memory{took}), then `-m {name}`."
