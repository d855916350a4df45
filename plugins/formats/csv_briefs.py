"""CSV and TSV files as people have them: any of four delimiters, with or without a byte order mark, UTF-16 too."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Annotated, TextIO

from aigc import Range, importer
from aigc.errors import BriefError
from aigc.types import Row
from aigc_plugins.formats.delimiters import NAMED, delimiter_of
from aigc_plugins.formats.encodings import (
    BEGINNING,
    BROKEN,
    STAND_IN,
    broken_byte,
    encoding_of,
    encoding_option,
    shown_encoding,
)
from aigc_plugins.formats.header import OPTION, HeadedRows
from aigc_plugins.formats.own_columns import OwnColumns
from aigc_plugins.formats.shifted_cells import Neighbours

OTHERS = {
    b"PK\x03\x04": ".xlsx or .zip",
    b"\xd0\xcf\x11\xe0": ".xls",
    b"\x1f\x8b": ".gz",
    b"%PDF": ".pdf",
}  # how these begin
OTHER_TEXTS = {
    re.compile(r"\s*[\[{]\s*(?:[\[{\"]|\Z)"): "JSON: name it .json, or .jsonl where each line is an object",
    re.compile(r"\s*<(?:!doctype html|html|table)\b", re.IGNORECASE): "a web page: save its table as .csv or .xlsx",
    re.compile(r"\s*<(?:\?xml|rss|feed)\b"): "XML: name it .xml",
}
EXCEL_HINT = re.compile(r'"?sep=(.)"?[,;\t|]*\s*$', re.IGNORECASE)  # Excel's own first line
LARGEST_CELL = 1 << 24  # characters; Python stops at 131,072 unless told otherwise
LARGEST_LINE = LARGEST_CELL  # characters; else one that never ends is read until the memory does
LARGEST_ROW = 4 * LARGEST_LINE  # characters of all its lines
HEAD = 100  # lines that tell the delimiter
LARGEST_HEAD = 1 << 22  # characters of these
TIGHT = re.compile("\0(?! +[^ \0])")  # a delimiter without a space behind it; else a space is no part of a cell
EMPTIED = re.compile(r"\0[\0\s]*\Z")  # what a disk gives for a part that nobody wrote
NOT_WHOLE = "it was not written or copied whole, or is no text"
AS_TEXT = re.compile(r'\A="([^"]*)"\Z')  # how programs tell Excel that 00417 is a text


@importer(name="csv", suffixes=(".csv", ".tsv", ".txt"))
def csv_briefs(
    path: Path, *, encoding: str = "", delimiter: str = "", header: Annotated[int | None, Range(0)] = None
) -> Iterator[Row]:
    """A CSV or TSV file, one brief per row; the first row names the inputs, or the line `header`.

    The encoding is told by the byte order mark, else UTF-8; `encoding` says another (gb18030, cp1252). The delimiter
    is found among comma, semicolon, tab and bar unless given. With `header` 0 no line names columns: they are called
    1, 2, 3. Empty rows are skipped, cells missing at the end of a row are empty; a row with too many, or with a byte
    that is no character, fails alone. A list that our exporter `csv` spread over "facts 1…n" is one again. `where`
    counts lines of the file, also past quoted line breaks. Rows stream in constant memory.
    """
    encoding = _known(encoding, path) if encoding else _encoding(path)
    try:
        with path.open(encoding=encoding, newline="", errors=STAND_IN) as file:
            yield from _Reading(file, path, encoding, header).rows(_sign(delimiter, path))
    except UnicodeError as error:
        raise BriefError(
            f"{path.name}: is not {encoding}: {error}", hint="--input encoding=NAME says another"
        ) from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error


class _Reading:
    """This is a file that is read from its top to its end: how far, and whether the last lines had a broken byte."""

    def __init__(self, file: TextIO, path: Path, encoding: str, header: int | None) -> None:
        self._file = file
        self._path, self._name = path, path.name
        self._encoding = shown_encoding(encoding)
        self._table = HeadedRows(header)
        self._above = 0  # lines above the table
        self._delimiter = ","
        self._beside = Neighbours((), ",")
        self._broken = False
        self._formulas = False
        self._size = 0  # characters of the row so far

    def rows(self, delimiter: str) -> Iterator[Row]:
        """Yield the rows. BriefError where there are none, or no header."""
        csv.field_size_limit(LARGEST_CELL)
        head, hint = self._head()
        self._delimiter = delimiter or hint or delimiter_of(_whole(head), named=self._table.header != 0)
        self._beside = Neighbours(_whole(head), self._delimiter)
        spaced = TIGHT.search(head[0].replace(self._delimiter, "\0")) is None
        lines = csv.reader(self._lines(head), delimiter=self._delimiter, strict=True, skipinitialspace=spaced)
        found = False
        while True:
            line, self._size = self._above + lines.line_num + 1, 0
            try:
                cells = next(lines, None)
                row = None if cells is None else self._row(cells, line)
            except csv.Error as error:
                row = self._unreadable(error, line, self._above + lines.line_num)
            else:
                if cells is None:
                    break
            if row is not None:
                found = True
                yield row
        if not found:
            raise BriefError(f"{self._name}: the file has a header and no rows")

    def _head(self) -> tuple[list[str], str]:
        """Return the first lines of the table, and the delimiter that Excel's own line above it says."""
        hint, first = "", self._table.header or 0
        while line := self._readline(self._above + 1).removeprefix("\ufeff"):
            if EMPTIED.match(line):
                raise BriefError(f"{self._name}:{self._above + 1}: begins with empty bytes (NUL)", hint=NOT_WHOLE)
            if found := EXCEL_HINT.match(line):
                hint = hint or found[1]
            elif line.strip().strip(",;|") and self._above + 1 >= first:
                if other := next((what for begin, what in OTHER_TEXTS.items() if begin.match(line)), ""):
                    raise BriefError(f"{self._name}: is no table", hint=f"it looks like {other}")
                return self._begun(line), hint
            self._above += 1
            if self._above == first:
                raise BriefError(f"{self._name}:{first}: names no columns", hint=OPTION)
        if first:
            raise BriefError(f"{self._name}: has {self._above} lines, so none is header={first}", hint=OPTION)
        raise BriefError(f"{self._name}: the file is empty", hint="its first row names the inputs")

    def _begun(self, line: str) -> list[str]:
        """Return the first line of the table and those that follow, as many as it takes to know the delimiter."""
        head, size = [line], len(line)
        while len(head) <= HEAD and size <= LARGEST_HEAD and (line := self._readline(self._above + len(head) + 1)):
            head.append(line)
            size += len(line)
        return head

    def _readline(self, number: int) -> str:
        """Return the next line of the file. BriefError where it is longer than any may be."""
        line = self._file.readline(LARGEST_LINE + 1)
        if len(line) > LARGEST_LINE:
            hint = NOT_WHOLE if "\0" in line else "its rows are to be parted by line breaks"
            raise BriefError(f"{self._name}:{number}: is longer than {LARGEST_LINE:,} characters", hint=hint)
        return line

    def _lines(self, head: Sequence[str]) -> Iterator[str]:
        for number in count(1):
            line = head[number - 1] if number <= len(head) else self._readline(self._above + number)
            if not line:
                return
            self._size += len(line)
            if self._size > LARGEST_ROW:
                raise csv.Error("field larger than any row may be")
            if not line.isascii() and BROKEN.search(line):
                self._broken = True
            if '="' in line:
                self._formulas = True
            yield line

    def _row(self, cells: Sequence[str], line: int) -> Row | None:
        """Return the row of these cells, None where they name the columns or are blank."""
        where, broken, self._broken = f"{self._name}:{line}", self._broken, False
        if self._formulas:
            self._formulas = False
            cells = [AS_TEXT.sub(r"\1", cell) for cell in cells]
        if broken and self._heads():
            raise BriefError(
                f"{where}: the header has {self._byte(cells)}",
                hint=f"save the file as UTF-8, or say its encoding: {self._encodings}",
            )
        heads = self._heads()
        row = self._table.take(cells, line, where)
        if row is not None and self._own.ours:
            row = self._own.read(row, apostrophes=True)
        if row is not None and not row.error and not heads and (one := self._beside.shifted(cells, self._columns)):
            tip = f'put quotes around it: "{one}"'
            return replace(row, error=f"a comma within {one!r} shifts the cells behind it; {tip}")
        if row is not None and broken:
            return self._mended(row, cells)
        if row is not None and row.error:
            tip = f"quote cells that hold {self._delimiter!r}, or say --input delimiter=X or header=N"
            return replace(row, error=f"{row.error}; {tip}")
        return row

    def _mended(self, row: Row, cells: Sequence[str]) -> Row:
        """Return the failed row of cells with bytes that are no characters."""
        column = next((f"column {name!r}" for name, cell in row.values.items() if BROKEN.search(str(cell))), "a cell")
        return replace(
            row,
            values={name: BROKEN.sub("\ufffd", str(cell)) for name, cell in row.values.items()},
            error=f"{column} has {self._byte(cells)}; if the file is not, say {self._encodings}",
        )

    @property
    def _columns(self) -> int:
        return len(self._table.names)

    @cached_property
    def _own(self) -> OwnColumns:
        return OwnColumns(self._table.names)

    @cached_property
    def _encodings(self) -> str:
        return encoding_option(self._path)

    def _byte(self, cells: Sequence[str]) -> str:
        first = next(byte for cell in cells if (byte := broken_byte(cell)) is not None)
        return f"byte {first:#04x}, which is not {self._encoding}"

    def _unreadable(self, error: csv.Error, line: int, last: int) -> Row:
        """Return the failed row of lines that csv cannot read. BriefError where that is all the rest, or the header."""
        where, self._broken = f"{self._name}:{line}", False
        if "field larger" in str(error) or "end of data" in str(error):
            raise BriefError(f"{where}: a quotation mark opened in this row is never closed") from error
        if self._heads():
            raise BriefError(f"{where}: the header cannot be read: {error}", hint=OPTION) from error
        lines = f" (lines {line} to {last})" if last > line else ""
        what = "a quotation mark within quotes is not doubled" if "expected after" in str(error) else error
        tip = f'write "" for it, or say --input delimiter=X if {self._delimiter!r} is not what parts cells'
        return Row(values={}, where=where, error=f"cannot be read: {what}; {tip}{lines}")

    def _heads(self) -> bool:
        """Tell whether the next row names the columns."""
        return self._table.header != 0 and not self._table.names


def _whole(head: Sequence[str]) -> Sequence[str]:
    """Return the lines without the last where the file goes on: the row may do so too."""
    return head[:-1] if len(head) > HEAD or sum(map(len, head)) > LARGEST_HEAD else head


def _sign(delimiter: str, path: Path) -> str:
    sign = NAMED.get(delimiter.lower(), delimiter)
    if len(sign) > 1 or sign in ('"', "\r", "\n"):
        raise BriefError(f"{path.name}: no delimiter is {delimiter!r}", hint="--input delimiter is one sign, or `tab`")
    return sign


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(BEGINNING)
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if other := next((suffix for begin, suffix in OTHERS.items() if head.startswith(begin)), ""):
        raise BriefError(f"{path.name}: is no text", hint=f"it looks like a file whose name ends in {other}")
    return encoding_of(head)


def _known(encoding: str, path: Path) -> str:
    try:
        name = codecs.lookup(encoding).name
        b" ".decode(encoding, "ignore")  # base64 is no encoding of a text
    except (LookupError, UnicodeError):
        raise BriefError(
            f"{path.name}: no encoding is called {encoding!r}", hint="try utf-8, utf-16, gb18030 or cp1252"
        ) from None
    return "utf-8-sig" if name == "utf-8" else name
