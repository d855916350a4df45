"""The row of a table that names its columns, and the rows below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aigc.errors import BriefError
from aigc.types import Json, Row, column_name, numbered

OPTION = "--input header=N is the line that names the columns, from 1; 0 where none does"


class HeadedRows:
    """These are the rows of a table, made as its cells come: the first that is not blank names the columns, or the one
    of the number `header`. Where that is 0 none does, and columns are called 1, 2, 3."""

    def __init__(self, header: int | None = None) -> None:
        self.header = header
        self.names: list[str] = []

    def take(self, cells: Sequence[Json], number: int, where: str) -> Row | None:
        """Return the row of these cells; None where they name the columns, stand above those that do, or are blank."""
        if number < (self.header or 0):
            return None
        if is_blank(cells):
            if number == self.header:
                raise BriefError(f"{where}: names no columns", hint=OPTION)
            return None
        if self.header == 0:
            self.names = [str(at) for at in range(1, max(len(cells), len(self.names)) + 1)]
        elif not self.names:
            self.names = column_names(cells)
            return None
        return table_row(self.names, cells, where)


def column_names(cells: Sequence[Json]) -> list[str]:
    """Return the header's names, empty for a column without one; those that are the same say which column they are."""
    names = ["" if cell is None else column_name(str(cell)) for cell in cells]
    while twice := {name for name, times in Counter(filter(None, names)).items() if times > 1}:
        names = [numbered(name, at) if name in twice else name for at, name in enumerate(names, 1)]
    return names


def table_row(names: Sequence[str], cells: Sequence[Json], where: str) -> Row:
    """Return a row of the table as a Row; where cells are too many its `error` says so. Those missing at the end are
    empty; what a column without a name holds is called by the number of the column."""
    values = dict(zip(names, cells, strict=False))
    if len(cells) < len(names):
        values |= dict.fromkeys(names[len(cells) :], "")
    if "" in values:
        nameless = [(at, cell) for at, (name, cell) in enumerate(zip(names, cells, strict=False), 1) if not name]
        values = {numbered("", at): cell for at, cell in nameless if not _blank(cell)} | values
        del values[""]
    if len(cells) > len(names) and not is_blank(cells[len(names) :]):
        return Row(values=values, where=where, error=f"has {len(cells)} cells, the header has {len(names)}")
    return Row(values=values, where=where)


def is_blank(cells: Sequence[Json]) -> bool:
    """Tell whether a row holds nothing at all."""
    return all(_blank(cell) for cell in cells)


def _blank(cell: Json) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
