"""What people filled in in the sheet of suggestions of a workbook that is to be written again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aigc.types import Json

PIECES, CHOICES = "pieces", "suggestions"
MOST = 5  # suggestions of one text
PICK, BASE = "pick", "base"  # the column to fill in, and what the row was written about
HEAD = ("id", "field", "stands now", *(f"suggestion {number}" for number in range(1, MOST + 1)), PICK, BASE)
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
SEEN = "aigc-pieces"  # the property of a workbook that tells what was written into the sheet of pieces


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
            found.more |= _changed(book)
        finally:
            book.close()
    except Exception:  # openpyxl's, of any kind: whose it is cannot be told
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


def _changed(book: Any) -> bool:
    """Say whether somebody wrote into the sheet of pieces, as far as the workbook tells what stood there."""
    before = [one.value for one in book.custom_doc_props.props if one.name == SEEN]
    if not before or PIECES not in book.sheetnames:
        return False
    seen = SeenRows()
    for row in book[PIECES].iter_rows(values_only=True):
        seen.add(row)
    return seen.digest() not in before


class SeenRows:
    """These are the rows of a sheet as far as people tell them apart: not by blanks, nor by what a program makes of
    them when it saves the workbook."""

    def __init__(self) -> None:
        self._seen = hashlib.sha256()
        self._empty = 0  # rows since the last one that holds something

    def add(self, row: Iterable[Json]) -> None:
        """Take the next row."""
        words = [_told(value) for value in row]
        told = "\0".join(words).rstrip("\0")
        if told:
            self._seen.update(("\1" * (self._empty + 1) + told).encode("utf-8", "replace"))
        self._empty = 0 if told else self._empty + 1

    def digest(self) -> str:
        """Return what is the same for the same rows."""
        return self._seen.hexdigest()


def _told(value: Json) -> str:
    """Return a cell without what saving it may change: blanks, escaped characters, the last digits of a number."""
    if isinstance(value, int | float):
        return f"{float(value):.10g}"
    return " ".join(ESCAPED.sub("", word(value)).split())


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
