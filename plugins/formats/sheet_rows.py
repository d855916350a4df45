"""The rows of a sheet as its XML has them: cells that hold something, how they are shown, and what is hidden.

What the file claims of its size is not looked at; what no sheet can have is a ValueError. Rows and cells of nothing but
formatting cost next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import IO, TypeAlias
from xml.parsers.expat import ParserCreate

from aigc.types import Json
from aigc_plugins.formats.workbook import LARGEST_TEXT, SharedTexts, Workbook, Worksheet

BLOCK = 1 << 16  # bytes of XML read at once
ROWS, COLUMNS = 1 << 20, 1 << 14  # of a sheet
LARGEST_ROW = 1 << 24  # characters
DIGITS = 15  # of a number that Excel keeps; an id that another program wrote may have more, and keeps them
EMPTY = re.compile(rb'<(?:\w+:)?c r="[A-Z]+\d+"[^<>]*/>')
EMPTY_ROW = re.compile(rb'<(?:\w+:)?row r="\d+"[^<>]*(?:/>|>\s*</(?:\w+:)?row>)')
LINK = "HYPERLINK("
LETTERS = re.compile(r"[A-Z]+")

Attributes: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """This is a cell with something in it. `style` is the number of its format; `unsaved` has a formula, whose value
    the file does not have, and shows that; `faulty` has an error such as #REF! as its value. `formula` is there where
    it makes a link."""

    value: Json
    style: int = 0
    unsaved: bool = False
    faulty: bool = False
    formula: str = ""


@dataclass(slots=True, kw_only=True)
class SheetRow:
    """This is a row, counted from 1; its cells by column, counted from 0, and the columns that are hidden."""

    number: int
    hidden: bool = False
    hidden_columns: Container[int] = ()
    cells: dict[int, SheetCell] = field(default_factory=dict)


def sheet_rows(book: Workbook, sheet: Worksheet) -> Iterator[SheetRow]:
    """Yield the rows that hold something, in constant memory. The errors of a broken file are the parser's."""
    reader = _SheetReader(book.texts)
    with book.archive.open(sheet.part) as source:
        for block in _blocks(source):
            reader.feed(block)
            yield from reader.taken()
        reader.feed(b"", final=True)
        yield from reader.taken()


def column_number(letters: str) -> int:
    """Return a column's number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """Return the letters of a column counted from 0."""
    letters, left = "", number + 1
    while left:
        left, place = divmod(left - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML without cells and rows that hold nothing, cut between tags."""
    rest = b""
    while block := source.read(BLOCK):
        block = rest + block
        cut = block.rfind(b"<")
        rest = block[cut:] if cut >= 0 else b""
        if len(rest) > LARGEST_TEXT:
            raise ValueError("it has a tag that never ends")
        yield EMPTY_ROW.sub(b"", EMPTY.sub(b"", block[:cut] if cut >= 0 else block))
    yield rest


def _is_hidden(given: Attributes) -> bool:
    return given.get("hidden", "0") in ("1", "true")


class _SheetReader:
    """This is the parser's view of a sheet: rows that have ended wait until they are taken."""

    def __init__(self, texts: SharedTexts) -> None:
        self._texts = texts
        self._parser = ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._ended: list[SheetRow] = []
        self._hidden: set[int] = set()  # columns
        self._row = SheetRow(number=0)
        self._column = -1
        self._kind, self._style = "n", 0
        self._formula: list[str] | None = None
        self._value: list[str] | None = None  # None outside cells
        self._left = LARGEST_ROW  # characters that may yet come in this row
        self._aside = 0  # within how many elements whose text is not shown

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """Read on. ExpatError where it is no XML."""
        self._parser.Parse(block, final)

    def taken(self) -> list[SheetRow]:
        """Return the rows that have ended since the last time."""
        rows, self._ended = self._ended, []
        return rows

    def _begin(self, tag: str, given: Attributes) -> None:
        name = tag.rpartition("}")[2]
        if name == "c":
            place = LETTERS.match(given.get("r", ""))
            self._column = column_number(place[0][:4]) if place else self._column + 1
            if self._column >= COLUMNS:
                raise ValueError(f"it has a cell {given.get('r', '')[:12]!r}, which no sheet has")
            self._kind, self._style, self._formula = given.get("t", "n"), int(given.get("s", 0)), None
            self._value = []
        elif name == "row":
            number = int(given.get("r", self._row.number + 1))
            if not 1 <= number <= ROWS:
                raise ValueError(f"it has a row {number}, which no sheet has")
            self._left = LARGEST_ROW
            self._row = SheetRow(number=number, hidden=_is_hidden(given), hidden_columns=self._hidden)
            self._column = -1
        elif name == "col" and _is_hidden(given):
            self._hidden.update(range(int(given["min"]) - 1, min(int(given["max"]), COLUMNS)))
        elif self._value is not None:
            if name in ("v", "t") and not self._aside:
                self._parser.CharacterDataHandler = self._add
            elif name == "f":
                self._formula = []
                self._parser.CharacterDataHandler = self._add_formula
            elif name == "rPh":
                self._aside += 1

    def _add(self, text: str) -> None:
        assert self._value is not None
        self._value.append(self._counted(text))

    def _add_formula(self, text: str) -> None:
        assert self._formula is not None
        self._formula.append(self._counted(text))

    def _counted(self, text: str) -> str:
        """Return a text of the row. ValueError where it is more than one can have."""
        self._left -= len(text)
        if self._left < 0:
            raise ValueError(f"its row {self._row.number} has more in it than a row can")
        return text

    def _end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name in ("v", "t", "f"):
            self._parser.CharacterDataHandler = None
        elif name == "c":
            self._take("".join(self._value or ()))
            self._value = None
        elif name == "row":
            if self._row.cells:
                self._ended.append(self._row)
        elif name == "rPh":
            self._aside -= 1

    def _take(self, text: str) -> None:
        if not text:
            if self._formula is not None and self._kind != "str":  # a formula may well give an empty text
                self._row.cells[self._column] = SheetCell("=" + "".join(self._formula), self._style, unsaved=True)
            return
        formula = "".join(self._formula or ())
        formula = formula if LINK in formula.upper() else ""
        self._row.cells[self._column] = SheetCell(
            self._read(text), self._style, faulty=self._kind == "e", formula=formula
        )

    def _read(self, text: str) -> Json:
        if self._kind == "s":
            return self._counted(self._texts[int(text)])
        if self._kind == "n":
            return int(text) if len(text) > DIGITS and text.isdecimal() else float(text)
        if self._kind == "b":
            return text.strip() in ("1", "true")
        return text  # inlineStr, str, e, and d: a date as ISO writes it
