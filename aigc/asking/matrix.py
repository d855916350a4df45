"""A matrix crosses every brief with values of some inputs, and with `variants`: so many texts of the same values.

    mug × language (en, zh) × tone (plain, bold)  →  mug/en/plain  mug/en/bold  mug/zh/plain  mug/zh/bold

The id of a crossed brief is made of the values themselves, so a value added later leaves the others what they were.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from aigc.asking.invisible import visible
from aigc.asking.job_keys import MOST_VARIANTS, VARIANTS
from aigc.content import ContentType
from aigc.content.brief import read_values
from aigc.errors import UsageError, did_you_mean
from aigc.types import Json

MOST_CELLS = 10_000
LONGEST_PART = 40  # characters of a value in an id

Axes: TypeAlias = Mapping[str, Sequence[tuple[Json, str]]]  # input → values, each with where it was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """This is one way to cross a brief. `mark` comes after its id, `values` stand in for its own."""

    mark: str = ""
    values: Mapping[str, Json] = field(default_factory=dict)
    draw: int = 0


ALONE = (Cell(),)  # briefs as they are


def spoken(pairs: Mapping[str, str], option: str = "--matrix") -> Axes:
    """Read axes as the command line says them, `language=en,zh`; quotes around a value that holds a comma."""
    axes: dict[str, list[tuple[Json, str]]] = {}
    for name, text in pairs.items():
        values = next(csv.reader([text], skipinitialspace=True), [])
        axes[name] = [(value, f"{option} {name}={text}") for value in values]
    return axes


def crossed(axes: Axes, content_type: ContentType, fed: Collection[str] = ()) -> tuple[Cell, ...]:
    """Return the cells of a matrix, in its order: the last axis turns fastest, variants faster still.

    UsageError names an axis that feeds no input or one in `fed` (the others that are given a column or a value), and a
    value that its schema refuses.
    """
    values = {name: _axis(name, given, content_type, fed) for name, given in axes.items() if name != VARIANTS}
    draws = _draws(axes[VARIANTS], content_type) if VARIANTS in axes else 0
    if (cells := max(draws, 1) * math.prod(map(len, values.values()))) > MOST_CELLS:
        raise UsageError(f"the matrix makes {cells:,} of every brief, at most {MOST_CELLS:,}")
    return tuple(
        Cell(
            mark="".join(f"/{mark}" for mark, _ in chosen) + (f"/{draw + 1}" if draws else ""),
            values={name: value for name, (_, value) in zip(values, chosen, strict=True)},
            draw=draw,
        )
        for chosen in product(*values.values())
        for draw in range(max(draws, 1))
    )


def _axis(
    name: str, given: Sequence[tuple[Json, str]], content_type: ContentType, fed: Collection[str]
) -> list[tuple[str, Json]]:
    """Return an axis as (mark, value) pairs."""
    where = given[0][1] if given else "the matrix"
    if name not in content_type.brief:
        hint = did_you_mean(name, [*content_type.brief, VARIANTS])
        raise UsageError(f"{where}: {content_type.name} has no input {name!r}", hint=hint)
    if name in fed:
        raise UsageError(f"{where}: {name!r} is also given by --map or --set", hint="leave one of them out")
    marks: dict[str, Json] = {}
    for value, place in given:
        values, found = read_values(content_type.brief, {name: value}, complete=False)
        if found:
            raise UsageError(f"{place}: {found[0]}")
        if name not in values:
            raise UsageError(f"{place}: a value of {name!r} is empty")
        mark = part(values[name])
        if mark in marks:
            hint = "" if marks[mark] == values[name] else f"both would be called {mark!r} in ids"
            raise UsageError(f"{place}: {name!r} has {_shown(value)} twice", hint=hint)
        marks[mark] = values[name]
    if not marks:
        raise UsageError(f"{where}: {name!r} has no values")
    return list(marks.items())


def _draws(given: Sequence[tuple[Json, str]], content_type: ContentType) -> int:
    where = given[0][1] if given else "the matrix"
    if VARIANTS in content_type.brief:
        raise UsageError(
            f"{where}: {content_type.name} has an input of that name", hint=f"say it with --set {VARIANTS}="
        )
    number = str(given[0][0]).strip() if len(given) == 1 else ""
    if not number.isdecimal() or not 1 <= int(number) <= MOST_VARIANTS:
        raise UsageError(f"{where}: variants is how many texts of one brief, from 1 to {MOST_VARIANTS}")
    return int(number)


def part(value: Json) -> str:
    """Return a value as it stands within an id: readable, without blanks and slashes, and not long."""
    text = "-".join(re.findall(r"[^\s/]+", visible(_shown(value)))) or "-"
    if len(text) <= LONGEST_PART:
        return text
    return f"{text[: LONGEST_PART - 7]}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return "+".join(map(_shown, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
