"""The first row of a table, which names its columns, and the rows below it."""

from __future__ import annotations

from collections.abc import Sequence

from aigc.errors import BriefError
from aigc.types import Json, Row


def column_names(cells: Sequence[Json], where: str) -> list[str]:
    """Return the header's names, stripped; BriefError names two columns called the same, or one without a name."""
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()  # a spreadsheet's empty columns at the right
    if not names:
        raise BriefError(f"{where}: the first row names no columns")
    first: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name:
            raise BriefError(f"{where}: column {number} has no name")
        if name in first:
            raise BriefError(f"{where}: columns {first[name]} and {number} are both named {name!r}")
        first[name] = number
    return names


def table_row(names: Sequence[str], cells: Sequence[Json], where: str) -> Row:
    """Return a row of the table as a Row; where cells are missing or too many its `error` says so."""
    values = dict(zip(names, cells, strict=False))
    extra = [cell for cell in cells[len(names) :] if not _blank(cell)]
    if extra or len(cells) < len(names):
        return Row(values=values, where=where, error=f"has {len(cells)} cells, the header has {len(names)}")
    return Row(values=values, where=where)


def is_blank(cells: Sequence[Json]) -> bool:
    """Tell whether a row holds nothing at all."""
    return all(_blank(cell) for cell in cells)


def _blank(cell: Json) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
