"""Excel workbooks as briefs."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from aigc import Range, importer
from aigc.errors import BriefError, did_you_mean
from aigc.types import Json, Row
from aigc_plugins.formats.header import OPTION, HeadedRows

EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


@importer(name="xlsx", suffixes=(".xlsx", ".xlsm"))
def xlsx_briefs(path: Path, *, sheet: str = "", header: Annotated[int | None, Range(0)] = None) -> Iterator[Row]:
    """A sheet of an Excel workbook, the first unless `sheet` names one; its first row names the inputs, or `header`.

    Dates become ISO dates, 3.0 becomes 3, formulas their last computed values; a row with an error value (#REF!)
    fails alone.
    """
    book = _open(path)
    try:
        if sheet and sheet not in book.sheetnames:
            raise BriefError(f"{path.name}: no sheet {sheet!r}", hint=did_you_mean(sheet, book.sheetnames))
        table = book[sheet] if sheet else book.worksheets[0]
        others = [name for name in book.sheetnames if name != table.title]
        yield from _rows(table, path.name, others, HeadedRows(header))
    finally:
        book.close()


def _open(path: Path) -> Any:
    import zipfile

    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations openpyxl does not read do not matter here
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BriefError(f"{path.name}: is not an Excel workbook: {error}") from error


def _rows(table: Any, name: str, others: Sequence[str], rows: HeadedRows) -> Iterator[Row]:
    found = False
    for number, raw in enumerate(table.iter_rows(values_only=True), 1):
        cells = [_plain(cell) for cell in raw]
        cells += [None] * (len(rows.names) - len(cells))  # a sheet leaves empty cells at the right out
        where = f"{name}:{number}"
        row = rows.take(cells, number, where)
        if row is None:
            continue
        found = True
        broken = [title for title, cell in row.values.items() if cell in EXCEL_ERRORS]
        if broken and not row.error:
            row = Row(values=row.values, where=where, error=f"has the error {row.values[broken[0]]} in {broken[0]!r}")
        yield row
    other = f"say another with --input sheet=NAME: {', '.join(others)}" if others else ""
    if not rows.names and rows.header:
        raise BriefError(f"{name}: the sheet {table.title!r} has no row {rows.header}", hint=OPTION)
    if not rows.names:
        raise BriefError(f"{name}: the sheet {table.title!r} is empty", hint=other or "its first row names the inputs")
    if not found:
        raise BriefError(f"{name}: the sheet {table.title!r} has a header and no rows", hint=other)


def _plain(cell: Json) -> Json:
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell
