"""What was measured of models, and which one is the smallest for copy, as `aigc models` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigc.cli.memory_told import needed

if TYPE_CHECKING:
    from aigc.models import Catalogue, Measured

COPY = "ads"  # the content types whose texts are copy


def measured_rows(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return every measurement, as a table has it."""
    return [(f"  {model.name}", measured_line(one)) for model in catalogue for one in model.measured]


def measured_line(one: Measured) -> str:
    """Return a measurement as a person reads it."""
    return f"{one.types}, {'' if one.recommended else 'not '}recommended: {one.figure} ({one.date})"


def smallest_for_copy(catalogue: Catalogue) -> str:
    """Say which model is the smallest that is recommended for copy, and how to take it."""
    from aigc.models import resolve

    able = [model for model in catalogue if model.recommended_for(COPY)]
    if not able:
        return "No model here is recommended for copy."
    name = min(able, key=lambda one: one.parameters).name
    memory = needed(resolve(name, catalogue=catalogue), "cpu")
    return f"The smallest for copy: `aigc models pull {name}` ({memory} GB of memory), then `-m {name}`."
