"""CSV and TSV files as people have them: any of four separators, with or without a byte order mark, UTF-16 too."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from aigc import importer
from aigc.errors import BriefError
from aigc.types import Row
from aigc_plugins.formats.header import column_names, is_blank, table_row

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",;\t|"
EXCEL_HINT = re.compile(r"sep=(.)\s*$", re.IGNORECASE)  # Excel's own first line
LARGEST_CELL = 1 << 24  # characters; Python stops at 131,072 unless told otherwise


@importer(name="csv", suffixes=(".csv", ".tsv", ".txt"))
def csv_briefs(path: Path, *, encoding: str = "", delimiter: str = "") -> Iterator[Row]:
    """A CSV or TSV file, one brief per row; the first row names the inputs.

    The encoding is told by the byte order mark, else UTF-8; `encoding` says another (gb18030, cp1252). The delimiter
    is found among comma, semicolon, tab and bar unless given. Empty rows are skipped, a row with cells missing or too
    many fails alone. `where` counts lines of the file, also past quoted line breaks. Rows stream in constant memory.
    """
    encoding = _known(encoding, path) if encoding else _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from _rows(file, path.name, delimiter)
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding) from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error


def _rows(file: TextIO, name: str, delimiter: str) -> Iterator[Row]:
    first = file.readline().removeprefix("\ufeff")
    skipped = 0
    while first and not first.strip().strip(",;|"):
        first, skipped = file.readline(), skipped + 1
    if hint := EXCEL_HINT.match(first):
        delimiter = delimiter or hint[1]
        first, skipped = file.readline(), skipped + 1
    if not first:
        raise BriefError(f"{name}: the file is empty", hint="its first row names the inputs")
    delimiter = delimiter or _delimiter(first)
    csv.field_size_limit(LARGEST_CELL)
    table = csv.reader(_lines(first, file), delimiter=delimiter, strict=True)
    names: list[str] = []
    found = False
    while True:
        line = skipped + table.line_num + 1
        where = f"{name}:{line}"
        try:
            cells = next(table, None)
        except csv.Error as error:
            if "field larger" in str(error) or "end of data" in str(error):
                raise BriefError(f"{where}: a quotation mark opened in this row is never closed") from error
            if not names:
                raise BriefError(f"{where}: the header cannot be read: {error}") from error
            found = True
            lines = f" (lines {line} to {last})" if (last := skipped + table.line_num) > line else ""
            yield Row(values={}, where=where, error=f"cannot be read: {error}{lines}")
            continue
        if cells is None:
            break
        if not names:
            names = column_names(cells, where)
        elif not is_blank(cells):
            found = True
            yield table_row(names, cells, where)
    if not found:
        raise BriefError(f"{name}: the file has a header and no rows")


def _lines(first: str, file: TextIO) -> Iterator[str]:
    yield first
    yield from file


def _delimiter(header: str) -> str:
    """Return the separator that the header uses most outside quotes; a comma where there is only one column."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) >= 2 and (head[0] == 0) != (head[1] == 0):  # UTF-16 without its mark: every other byte is 0
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "utf-8"


def _known(encoding: str, path: Path) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise BriefError(
            f"{path.name}: no encoding is called {encoding!r}", hint="try utf-8, utf-16, gb18030 or cp1252"
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def _undecodable(path: Path, encoding: str) -> BriefError:
    """Return the error that names the line of the first byte that is not `encoding`.

    The file is read once more for it: reading goes by blocks, so the decoder's own error knows no line.
    """
    line, at, byte = _place(path, encoding)
    return BriefError(
        f"{path.name}:{line}: byte {byte:#04x} at offset {at} is not {encoding.removesuffix('-sig').upper()}",
        hint="save the file as UTF-8, or say its encoding: --input encoding=gb18030, --input encoding=cp1252",
    )


def _place(path: Path, encoding: str) -> tuple[int, int, int]:
    """Return the line (from 1), the offset (from 0) and the value of the first byte that is not `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset, size = 1, 0, 1 << 16
    with path.open("rb") as file:
        while True:
            state = decoder.getstate()
            block = file.read(size)
            try:
                line += decoder.decode(block, final=not block).count("\n")
                offset += len(block)
            except UnicodeDecodeError as error:
                if size == 1 or not block:
                    at = offset + len(block) - len(error.object) + error.start
                    return line, at, error.object[error.start]
                decoder.setstate(state)  # once more through this block, byte by byte
                file.seek(offset)
                size = 1
