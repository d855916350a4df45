"""Several writers held against the first: a table of their figures, and which differences are more than chance.

A writer is better or worse in a share where the 95 % intervals of both do not meet, and the same for the mean margin
where its interval does not meet 0. Other figures are shown with their difference and no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aigc.evaluation.proportion import Estimate, Proportion
from aigc.evaluation.writer_figures import KINDS, FigureKind, Value
from aigc.jobs.report.charts import share
from aigc.types import Artifact, Json

Verdict: TypeAlias = Literal["better", "worse", ""]
NONE = "–"
RELATIVE = ("margin", "chosen_change")  # to the reference already


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """This is one writer in a comparison: its figures by name (`KINDS`), and the pieces it wrote, if it wrote any."""

    label: str
    values: Mapping[str, Value]
    artifacts: Sequence[Artifact] = ()


def kinds_of(columns: Sequence[Column]) -> list[FigureKind]:
    """Return the figures that are known of at least one column."""
    return [kind for kind in KINDS if any(number(one.values.get(kind.name)) is not None for one in columns)]


def comparison_rows(columns: Sequence[Column]) -> list[list[str]]:
    """Return the table in cells: a row of names, then one for each figure; differences are from the first column."""
    rows = [["", *(one.label for one in columns)]]
    for kind in kinds_of(columns):
        first = columns[0].values.get(kind.name)
        cells = [value_text(first, kind)]
        for column in columns[1:]:
            value = column.values.get(kind.name)
            told = [value_text(value, kind), difference_text(value, first, kind), verdict(value, first, kind)]
            cells.append("  ".join(filter(None, told)))
        rows.append([kind.label, *cells])
    return rows


def column_record(column: Column, first: Column | None = None) -> dict[str, Json]:
    """Return a column's figures as JSON, with the verdict against the first one."""
    figures: dict[str, Json] = {}
    for kind in KINDS:
        if kind.name not in column.values:
            continue
        value = column.values[kind.name]
        figures[kind.name] = _record(value)
        if first is not None and (told := verdict(value, first.values.get(kind.name), kind)):
            figures[kind.name]["verdict"] = told
    return {"label": column.label, "figures": figures}


def number(value: Value) -> float | None:
    """Return a figure as one number: a share, a mean, or itself."""
    if isinstance(value, Proportion):
        return value.share
    if isinstance(value, Estimate):
        return value.mean
    return value


def verdict(value: Value, first: Value, kind: FigureKind) -> Verdict:
    """Say whether a figure is better or worse than the first column's by more than chance would have it."""
    if not kind.better or not isinstance(value, Proportion | Estimate) or (own := value.interval) is None:
        return ""
    other: tuple[float, float] | None = (0.0, 0.0) if kind.name in RELATIVE else None
    if isinstance(first, Proportion):
        other = first.interval
    if other is None or (own[0] <= other[1] and other[0] <= own[1]):
        return ""
    return "better" if (own[0] > other[1]) == (kind.better == "more") else "worse"


def value_text(value: Value, kind: FigureKind) -> str:
    """Return a figure as people read it: `58 % (28–81)`, with what it is taken of nowhere."""
    if isinstance(value, Proportion):
        if (bounds := value.interval) is None:
            return NONE
        return f"{share(value.part, value.whole)} ({100 * bounds[0]:.0f}–{100 * bounds[1]:.0f})"
    if isinstance(value, Estimate):
        return f"{value.mean:+.2f}" + (f" ± {(value.interval[1] - value.mean):.2f}" if value.interval else "")
    if value is None:
        return NONE
    return f"{value:,}" if isinstance(value, int) else _short(value)


def difference_text(value: Value, first: Value, kind: FigureKind) -> str:
    """Return by how much a figure differs from the first column's, shares in percentage points; nothing where it does
    not, or where one of them is not known."""
    own, other = number(value), number(first)
    if own is None or other is None or kind.name in ("pieces", "texts", *RELATIVE) or not math.isfinite(own - other):
        return ""
    change = 100 * (own - other) if isinstance(value, Proportion) else own - other
    text = f"{change:+,.0f}" if isinstance(value, Proportion | int) else f"{'+' if change > 0 else ''}{_short(change)}"
    return "" if not set(text) & set("123456789") else text.replace("-", "−")


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def _record(value: Value) -> dict[str, Json]:
    if isinstance(value, Proportion):
        low, high = value.interval or (None, None)
        return {"value": value.share, "part": value.part, "of": value.whole, "low": low, "high": high}
    if isinstance(value, Estimate):
        low, high = value.interval or (None, None)
        return {"value": value.mean, "of": value.values, "low": low, "high": high}
    return {"value": value if value is None or math.isfinite(value) else None}
