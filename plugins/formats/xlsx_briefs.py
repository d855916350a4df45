"""Excel workbooks as briefs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from aigc import Range, importer
from aigc.errors import BriefError, did_you_mean
from aigc.types import Json, Row
from aigc_plugins.formats.format_codes import Unshown
from aigc_plugins.formats.header import column_names, table_row
from aigc_plugins.formats.merged_cells import Merges, merged_cells
from aigc_plugins.formats.sheet_rows import SheetCell, SheetRow, column_letters, sheet_rows
from aigc_plugins.formats.shown_dates import iso_date
from aigc_plugins.formats.shown_numbers import general, shown_number, shown_text
from aigc_plugins.formats.workbook import Worksheet, Workbook, opened

PLAIN = ("", "General", "general", "@")


@importer(name="xlsx", suffixes=(".xlsx", ".xlsm"))
def xlsx_briefs(path: Path, *, sheet: str = "", header: Annotated[int | None, Range(0)] = None) -> Iterator[Row]:
    """A sheet of an Excel workbook, as Excel shows it: the first that is not hidden, unless `sheet` names one.

    The first row names the inputs, or the row `header`. A number with a format is the text that Excel shows ($29.90,
    15%, 00417); dates that each computer shows in its own way become 2026-11-23. A cell merged with those below it
    stands for them too. A row with a formula whose value the file does not have, or an error value (#REF!), fails
    alone. Rows stream in constant memory.
    """
    with opened(path) as book:
        table = _chosen(book, sheet)
        place = path.name if sheet or table is book.sheets[0] else f"{path.name}:{table.name}"
        yield from _Table(book, table, header, place).rows()


def _chosen(book: Workbook, name: str) -> Worksheet:
    if not book.sheets:
        raise BriefError(f"{book.name}: has no sheet with cells")
    if not name:
        return next((one for one in book.sheets if not one.hidden), book.sheets[0])
    named = {one.name: one for one in book.sheets}
    if name not in named:
        raise BriefError(f"{book.name}: no sheet {name!r}", hint=did_you_mean(name, named))
    return named[name]


class _Table:
    """This is a sheet read as a table: the row that names the columns, and the rows below it."""

    def __init__(self, book: Workbook, sheet: Worksheet, header: int | None, place: str) -> None:
        self._book = book
        self._sheet = sheet
        self._header = header
        self._names: list[str] = []
        self._merges = Merges(merged_cells(book, sheet))
        self._place = place

    def rows(self) -> Iterator[Row]:
        """Yield the rows. BriefError where there are none, or no header."""
        found = False
        for row in sheet_rows(self._book, self._sheet):
            filled = self._merges.fill(row, below=bool(self._names))
            if not any(_holds(cell) for at, cell in row.cells.items() if at not in filled):
                continue
            if (made := self._row(row, filled)) is not None:
                found = True
                yield made
        if not found:
            raise self._refusal()

    def _row(self, row: SheetRow, filled: Mapping[int, str]) -> Row | None:
        """Return the row of these cells, None where they name the columns or stand above those that do."""
        where = f"{self._place}:{row.number}"
        if row.number < (self._header or 0):
            return None
        notes: list[str] = []
        width = max(len(self._names), max(row.cells) + 1)
        cells = [self._shown(row.cells.get(at), at, notes) for at in range(width)]
        if not self._names:
            self._names = column_names(cells, where)
            return None
        made = table_row(self._names, cells, where)
        notes += [f"{self._called(at)} is that of the merged cells {place}" for at, place in filled.items()]
        notes += ["is hidden in the sheet"] if row.hidden else []
        wrong = [self._wrong(at, row.number, cell) for at, cell in row.cells.items()]
        return replace(made, error=next(filter(None, wrong), made.error), notes=tuple(notes))

    def _shown(self, cell: SheetCell | None, at: int, notes: list[str]) -> Json:
        """Return what a cell shows; a number as such where it has no format."""
        if cell is None:
            return None
        code = self._book.codes[cell.style] if cell.style < len(self._book.codes) else ""
        if isinstance(cell.value, str):
            return shown_text(cell.value, code) if code and "@" in code and not cell.faulty else cell.value
        if not isinstance(cell.value, float):
            return cell.value
        try:
            if code is None:
                return iso_date(cell.value, from_1904=self._book.from_1904)
            if code not in PLAIN:
                return shown_number(cell.value, code, from_1904=self._book.from_1904)
        except Unshown as unknown:
            notes.append(f"{self._called(at)} is {general(cell.value)} without its format: {unknown}")
        return general(cell.value)

    def _called(self, at: int) -> str:
        name = self._names[at] if at < len(self._names) else ""
        return repr(name) if name else f"column {column_letters(at)}"

    def _wrong(self, at: int, number: int, cell: SheetCell) -> str:
        """Return what is wrong with a cell of a named column, or nothing."""
        if at >= len(self._names):
            return ""
        if cell.unsaved:
            place = f"{self._called(at)} ({column_letters(at)}{number})"
            return f"{place} is a formula without a saved value; open the file in Excel and save it"
        return f"has the error {cell.value} in {self._called(at)}" if cell.faulty else ""

    def _refusal(self) -> BriefError:
        """Return the error of a sheet without rows; it names the others."""
        others = [one.name for one in self._book.sheets if one is not self._sheet]
        hint = f"say another with --input sheet=NAME: {', '.join(others)}" if others else ""
        place = f"{self._book.name}: the sheet {self._sheet.name!r}"
        if self._names:
            return BriefError(f"{place} has a header and no rows", hint=hint)
        return BriefError(f"{place} is empty", hint=hint or "its first row names the inputs")


def _holds(cell: SheetCell) -> bool:
    return cell.unsaved or not (cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()))
