"""Excel workbooks as briefs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

from aigc import Range, importer
from aigc.errors import BriefError, did_you_mean
from aigc.types import UNKNOWN, Json, Row, numbered
from aigc.types.linked_text import LinkedText
from aigc_plugins.formats.cell_links import cell_links, formula_link, is_address
from aigc_plugins.formats.format_codes import Unshown
from aigc_plugins.formats.header import OPTION, HeadedRows
from aigc_plugins.formats.merged_cells import Merges, merged_cells
from aigc_plugins.formats.own_columns import OwnColumns
from aigc_plugins.formats.sheet_rows import SheetCell, SheetRow, column_letters, sheet_rows
from aigc_plugins.formats.shown_dates import iso_date
from aigc_plugins.formats.shown_numbers import general, shown_number, shown_text
from aigc_plugins.formats.workbook import Workbook, Worksheet, opened

NO_NUMBER = (ArithmeticError, LookupError, ValueError)  # what a format ends as that makes nothing of it
PLAIN = ("", "General", "general", "@")  # formats that show a number as it is
MERGED, UNSHOWN = "filled from merged cells", "without its number format"
HIDDEN_ROW, HIDDEN_COLUMN = "in a hidden row", "in a hidden column"
BESIDE = "merged with the cell beside it"


def sheets_of(path: Path) -> Sequence[str]:
    """Return the names of a workbook's sheets, those that people see first."""
    with opened(path) as book:
        return [one.name for one in sorted(book.sheets, key=lambda one: one.hidden)]


@importer(name="xlsx", suffixes=(".xlsx", ".xlsm"), sheets=sheets_of)
def xlsx_briefs(path: Path, *, sheet: str = "", header: Annotated[int | None, Range(0)] = None) -> Iterator[Row]:
    """A sheet of an Excel workbook, as Excel shows it: the first that is not hidden, unless `sheet` names one.

    The first row names the inputs, or the row `header`. A number with a format is the text that Excel shows ($29.90,
    15%, 00417); dates that each computer shows in its own way become 2026-11-23. A cell merged with those below it
    stands for them too. An error value (#REF!) is unknown, as an empty cell is. A row with a formula whose value the
    file does not have, or with a cell that makes no sense, fails alone. A text with a link behind it is that link for
    an input of the format `uri`. Rows stream in constant memory.
    """
    with opened(path) as book:
        yield from _Sheet(book, _chosen(book, sheet), header).rows()


def _chosen(book: Workbook, name: str) -> Worksheet:
    if not book.sheets:
        raise BriefError(f"{book.name}: has no sheet with cells")
    if not name:
        return next((one for one in book.sheets if not one.hidden), book.sheets[0])
    named = {one.name: one for one in book.sheets}
    if name not in named:
        raise BriefError(f"{book.name}: no sheet {name!r}", hint=did_you_mean(name, named))
    return named[name]


class _Sheet:
    """This is a sheet read as a table."""

    def __init__(self, book: Workbook, sheet: Worksheet, header: int | None) -> None:
        self._book = book
        self._sheet = sheet
        self._table = HeadedRows(header)
        self._merges = Merges(merged_cells(book, sheet))
        self._links = cell_links(book, sheet)

    def rows(self) -> Iterator[Row]:
        """Yield the rows. BriefError where there are none, or no header."""
        found = False
        for row in sheet_rows(self._book, self._sheet):
            filled = self._merges.fill(row, below=bool(self._table.names))
            if not row.wrong and not any(_holds(cell) for at, cell in row.cells.items() if at not in filled):
                continue
            if (made := self._row(row, filled)) is not None:
                found = True
                yield made
        if not found:
            raise self._refusal()

    def _row(self, row: SheetRow, filled: Collection[int]) -> Row | None:
        """Return the row of these cells, None where they name the columns or stand above those that do."""
        header = self._table.header
        if header and not self._table.names and row.number > header:
            raise BriefError(f"{self._book.name}:{header}: names no columns", hint=OPTION)
        names, width = self._table.names, max(row.cells, default=-1) + 1
        if not names and header != 0 and row.number >= (header or 0):
            self._check_header(row)
        if names and header != 0:
            names += [""] * (width - len(names))  # a sheet has columns beyond those with a name
        cells: list[Json] = [None] * max(len(names), width)
        done: dict[int, list[str]] = {at: [MERGED] for at in filled}
        done |= {at: [BESIDE] for at in self._merges.beside if at < len(names) and names[at]}
        for at, cell in row.cells.items():
            try:
                cells[at] = self._linked(self._shown(cell), cell, (row.number, at))
            except (Unshown, *NO_NUMBER):
                cells[at] = general(cell.value) if isinstance(cell.value, float) else cell.value
                done.setdefault(at, []).append(UNSHOWN)
            if row.hidden:
                done.setdefault(at, []).append(HIDDEN_ROW)
            if at in row.hidden_columns:
                done.setdefault(at, []).append(HIDDEN_COLUMN)
            if cell.faulty:
                done.setdefault(at, []).append(f"{UNKNOWN}{cell.value}")
        where = f"{self._book.name}:{row.number}"
        made = self._table.take(cells, row.number, where)
        if row.wrong and self._table.names:
            made = replace(made or Row(values={}, where=where), error=row.wrong)
        return made and self._own.read(self._noted(made, row, done), apostrophes=False)

    def _check_header(self, row: SheetRow) -> None:
        """Refuse a sheet whose columns have no sound names. BriefError."""
        cells = ((f"{column_letters(at)}{row.number}", cell.wrong) for at, cell in row.cells.items() if cell.wrong)
        if wrong := row.wrong or next((f"has a cell {at}, which {wrong}" for at, wrong in cells), ""):
            raise BriefError(f"{self._book.name}:{row.number}: the header {wrong}", hint=OPTION)

    @cached_property
    def _own(self) -> OwnColumns:
        return OwnColumns(self._table.names)

    def _noted(self, made: Row, row: SheetRow, done: Mapping[int, Sequence[str]]) -> Row:
        """Return a row with what was `done` to its cells, and with what is wrong with them; errors are no values."""
        wrong = {at: self._fault(at, row.number, cell) for at, cell in row.cells.items() if cell.unsaved or cell.wrong}
        if not (wrong or done):
            return made
        called = {at: self._called(at) for at in (*wrong, *done)}
        senseless = [at for at, cell in row.cells.items() if cell.faulty or cell.wrong]
        errors = {called[at]: None for at in senseless}
        return replace(
            made,
            values={**made.values, **errors},
            error=made.error or next(iter(wrong.values()), ""),
            faults={called[at]: text for at, text in wrong.items()},
            cleaned={called[at]: tuple(terms) for at, terms in done.items()},
        )

    def _shown(self, cell: SheetCell) -> Json:
        """Return what a cell shows; a number as such where it has no format. Unshown where that is not known."""
        styled = 0 <= cell.style < len(self._book.codes)
        code = self._book.codes[cell.style] if styled else ""
        if isinstance(cell.value, str):
            return shown_text(cell.value, code) if code and "@" in code and not cell.faulty else cell.value
        if not isinstance(cell.value, float):
            return cell.value
        if cell.style and not styled:
            raise Unshown(f"the file has no style {cell.style}")
        if code is None:
            return iso_date(cell.value, from_1904=self._book.from_1904)
        return general(cell.value) if code in PLAIN else shown_number(cell.value, code, from_1904=self._book.from_1904)

    def _linked(self, shown: Json, cell: SheetCell, place: tuple[int, int]) -> Json:
        """Return what a cell shows, with the link behind it where it is none itself."""
        link = self._links.get(place, "") or (formula_link(cell.formula) if cell.formula else "")
        return LinkedText(shown, link) if link and isinstance(shown, str) and not is_address(shown) else shown

    def _called(self, at: int) -> str:
        """Return what the table calls a column."""
        return (self._table.names[at] if at < len(self._table.names) else "") or numbered("", at + 1)

    def _fault(self, at: int, number: int, cell: SheetCell) -> str:
        """Return what is wrong with a cell."""
        wrong = cell.wrong or "is a formula without a saved value; open the file in Excel and save it"
        return f"{self._called(at)!r} ({column_letters(at)}{number}) {wrong}"

    def _refusal(self) -> BriefError:
        """Return the error of a sheet without rows; it names the others."""
        others = [one.name for one in self._book.sheets if one is not self._sheet]
        hint = f"say another with --input sheet=NAME: {', '.join(others)}" if others else ""
        place = f"{self._book.name}: the sheet {self._sheet.name!r}"
        if self._table.header and not self._table.names:
            return BriefError(f"{place} has no row {self._table.header}", hint=OPTION)
        if self._table.names:
            return BriefError(f"{place} has a header and no rows", hint=hint)
        return BriefError(f"{place} is empty", hint=hint or "its first row names the inputs")


def _holds(cell: SheetCell) -> bool:
    return cell.unsaved or not (cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()))
