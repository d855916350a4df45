"""The merged cells of a sheet. Excel shows the first cell's value over all of them; a table's rows each need it.

Cells merged downwards stand for every row beside them. Those merged sideways leave the other columns empty: a heading
over a whole table is not a value of each of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aigc_plugins.formats.sheet_rows import SheetCell, SheetRow, column_number
from aigc_plugins.formats.workbook import Workbook, Worksheet

CORNER = rb"\$?([A-Z]{1,3})\$?(\d{1,7})"
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']" + CORNER + b":" + CORNER + b"[\"']")
LONGEST = 256  # bytes of such a tag
MOST_COLUMNS = 1 << 14
BLOCK = 1 << 20  # bytes of XML looked through at once


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRange:
    """This is a range of merged cells: rows from 1, columns from 0, both ends within. Its first cell has the value."""

    top: int
    left: int
    bottom: int
    right: int


def merged_cells(book: Workbook, sheet: Worksheet) -> list[MergedRange]:
    """Return the sheet's merged cells from top to bottom. They stand behind the rows: the part is looked through."""
    found = set()
    with book.archive.open(sheet.part) as source:
        tail = b""
        while block := source.read(BLOCK):
            text = tail + block
            found.update(MERGED.findall(text))
            tail = text[-LONGEST:]
    ranges = [
        MergedRange(
            top=int(top), left=column_number(left.decode()), bottom=int(bottom), right=column_number(right.decode())
        )
        for left, top, right, bottom in found
    ]
    return sorted(ranges, key=lambda one: (one.top, one.left))


class Merges:
    """These are the merged cells of a sheet, as its rows come by."""

    def __init__(self, ranges: Sequence[MergedRange]) -> None:
        self._ranges = ranges
        self._next = 0
        self._open: list[tuple[MergedRange, SheetCell | None]] = []  # those the row is in → what fills the rows below
        self.beside: set[int] = set()  # the row's columns that are merged with one to their left

    def fill(self, row: SheetRow, *, below: bool) -> Collection[int]:
        """Give a row's cells what their merged cells show; return which columns got theirs from above.

        `below` says whether the row is below the header: what is merged in or above that fills nothing.
        """
        self._open = [one for one in self._open if one[0].bottom >= row.number]
        filled = set()
        self.beside = set()
        for merged, value in self._open:
            self._hide(row, merged, merged.left)
            if value is not None:
                row.cells[merged.left] = value
                filled.add(merged.left)
        while self._next < len(self._ranges) and self._ranges[self._next].top <= row.number:
            merged = self._ranges[self._next]
            self._next += 1
            starts = merged.top == row.number
            self._hide(row, merged, merged.left + starts)
            if merged.bottom >= row.number:
                self._open.append((merged, row.cells.get(merged.left) if starts and below else None))
        return filled

    def _hide(self, row: SheetRow, merged: MergedRange, first: int) -> None:
        """Drop what cells have beneath merged ones: nobody sees it."""
        for at in [at for at in row.cells if first <= at <= merged.right]:
            del row.cells[at]
        self.beside.update(range(merged.left + 1, min(merged.right, MOST_COLUMNS) + 1))
