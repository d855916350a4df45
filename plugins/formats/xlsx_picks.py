"""What people filled in in the sheet of suggestions of a workbook that is to be written again."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aigc.types import Json

PIECES, CHOICES = "pieces", "suggestions"
MOST = 5  # suggestions of one text
PICK, BASE = "pick", "base"  # the column to fill in, and what the row was written about
HEAD = ("id", "field", "stands now", *(f"suggestion {number}" for number in range(1, MOST + 1)), PICK, BASE)
BROKEN = (OSError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile)  # of XML too

Cells = Mapping[str, Json]


@dataclass(slots=True)
class FilledIn:
    """These are the rows whose column "pick" is filled in, by piece and field; `more` where the workbook has other
    cells of a person's, which no new one can have."""

    rows: dict[str, dict[str, Cells]] = field(default_factory=dict)
    more: bool = False

    def add(self, row: Cells) -> None:
        """Take a row of the sheet."""
        self.more |= any(word(value) for name, value in row.items() if name not in HEAD)
        if not word(row.get(PICK)):
            return
        name, place = word(row.get("id")), word(row.get("field"))
        there = self.rows.setdefault(name, {}).setdefault(place, row) if name and place else {}
        self.more |= there.get(PICK) != row[PICK]


def filled_in(path: Path) -> FilledIn:
    """Return what people filled in in an earlier workbook, nothing where there is none."""
    import openpyxl  # type: ignore[import-untyped]

    found = FilledIn()
    if not path.is_file() or not path.stat().st_size:
        return found
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for table in book.worksheets:
                _read(table, found)
        finally:
            book.close()
    except BROKEN:  # whose it is cannot be told
        found.more = True
    return found


def _read(table: Any, found: FilledIn) -> None:
    rows = table.iter_rows(values_only=True)
    if table.title == CHOICES:
        head = [word(name) for name in next(rows, ())]
        for row in rows:
            found.add(dict(zip(head, row, strict=False)))
    elif table.title != PIECES:
        found.more |= any(word(value) for row in rows for value in row)


def asked_for(row: Cells) -> str:
    """Return the text that a row asks for, by its words or by the number of a suggestion."""
    pick = word(row[PICK])
    return str(row.get(f"suggestion {pick}") or pick)


def word(value: Json) -> str:
    """Return a cell as a text; a whole number is one however a program keeps it."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return "" if whole is None else str(whole).strip()


def spare(path: Path) -> None:
    """Keep a workbook that is to be removed under another name where people filled something in."""
    found = filled_in(path)
    if found.rows or found.more:
        set_aside(path)


def set_aside(path: Path) -> None:
    """Rename a workbook, in the place of no other."""
    number, other = 1, path.with_stem(f"{path.stem} (filled in)")
    while other.exists():
        number += 1
        other = path.with_stem(f"{path.stem} (filled in {number})")
    path.rename(other)
