"""The rows of a sheet as its XML has them: cells that hold something, how they are shown, and what is hidden.

What the file claims of its size is not looked at. A cell that makes no sense says what is `wrong` with it, and so does
a row with a cell, or a number, that no sheet has; what may fill the memory is a ValueError. Rows and cells of nothing
but formatting cost next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import IO, TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

from aigc.types import Json
from aigc.types.foreign import LONG
from aigc_plugins.formats.workbook import LARGEST_TEXT, SharedTexts, Workbook, Worksheet

BLOCK = 1 << 16  # bytes of XML read at once
ROWS, COLUMNS = 1 << 20, 1 << 14  # of a sheet
LARGEST_ROW = 1 << 24  # characters
DIGITS = 15  # of a number that Excel keeps; an id that another program wrote may have more, and keeps them
EMPTY = re.compile(rb'<(?:\w+:)?c r="[A-Z]+\d+"[^<>]*/>')
EMPTY_ROW = re.compile(rb'<(?:\w+:)?row r="\d+"[^<>]*(?:/>|>\s*</(?:\w+:)?row>)')
LINK = "HYPERLINK("
LETTERS = re.compile(r"[A-Za-z]+")
WHOLE = re.compile(r"\s*(?=[0-9])0*([0-9]*)\s*")
MOST_STYLES = 1 << 16  # Excel keeps 65,490
LONGEST_NUMBER = 300  # digits
SHOWN = 12  # characters of what makes no sense
NO_TEXTS = ("n", "s", "b")  # kinds of cells
TRUE_FALSE = {"1": True, "true": True, "0": False, "false": False}

Attributes: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """This is a cell with something in it. `style` is the number of its format; `unsaved` has a formula, whose value
    the file does not have, and shows that; `faulty` has an error such as #REF! as its value. `formula` is there where
    it makes a link. What is `wrong` with a cell that makes no sense is the end of a sentence about it."""

    value: Json
    style: int = 0
    unsaved: bool = False
    faulty: bool = False
    formula: str = ""
    wrong: str = ""


@dataclass(slots=True, kw_only=True)
class SheetRow:
    """This is a row, counted from 1; its cells by column, counted from 0, and the columns that are hidden. What is
    `wrong` with one that no sheet can have is the end of a sentence about it."""

    number: int
    wrong: str = ""
    hidden: bool = False
    hidden_columns: Container[int] = ()
    cells: dict[int, SheetCell] = field(default_factory=dict)


def sheet_rows(book: Workbook, sheet: Worksheet) -> Iterator[SheetRow]:
    """Yield the rows that hold something, in constant memory. ValueError says behind which row a file is broken."""
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
        self._column, self._called = -1, ""  # of the cell
        self._kind, self._style = "n", 0
        self._formula: list[str] | None = None
        self._value: list[str] | None = None  # None outside cells
        self._left = LARGEST_ROW  # characters that may yet come in this row
        self._aside = 0  # within how many elements whose text is not shown

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """Read on. ValueError where it is no XML."""
        try:
            self._parser.Parse(block, final)
        except ExpatError as error:
            behind = f" (in or behind row {self._row.number})" if self._row.number else ""
            raise ValueError(f"{error}{behind}") from None

    def taken(self) -> list[SheetRow]:
        """Return the rows that have ended since the last time."""
        rows, self._ended = self._ended, []
        return rows

    def _begin(self, tag: str, given: Attributes) -> None:
        name = tag.rpartition("}")[2]
        if name == "c":
            self._place(given.get("r", ""))
            self._kind, self._formula = given.get("t", "n"), None
            self._style = _whole(given.get("s", "0"), most=MOST_STYLES)
            self._value = []
        elif name == "row":
            self._left = LARGEST_ROW
            self._row = self._begun(given.get("r", ""), given)
            self._column = -1
        elif name == "col" and _is_hidden(given):
            first, last = (_whole(given.get(end, ""), most=COLUMNS) for end in ("min", "max"))
            self._hidden.update(range(max(first, 1) - 1, min(last, COLUMNS)))
        elif self._value is not None:
            if name in ("v", "t") and not self._aside:
                self._parser.CharacterDataHandler = self._add
            elif name == "f":
                self._formula = []
                self._parser.CharacterDataHandler = self._add_formula
            elif name == "rPh":
                self._aside += 1

    def _begun(self, called: str, given: Attributes) -> SheetRow:
        """Return the row that begins, which the file gives a number or not: then it is the next one."""
        number = _whole(called, most=ROWS) if called else self._row.number + 1
        wrong = "" if 1 <= number <= ROWS else f"is numbered {_short(called)!r}, which no row of a sheet is"
        return SheetRow(
            number=min(self._row.number + 1, ROWS) if wrong else number,
            wrong=wrong,
            hidden=_is_hidden(given),
            hidden_columns=self._hidden,
        )

    def _place(self, called: str) -> None:
        """Take the name and the column of the cell that begins."""
        letters = LETTERS.match(called)
        self._called = called
        self._column = column_number(letters[0][:4].upper()) if letters else self._column + 1

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
            if self._row.cells or self._row.wrong.startswith("has"):
                self._ended.append(self._row)
        elif name == "rPh":
            self._aside -= 1

    def _take(self, text: str) -> None:
        """Take what the cell that ends holds."""
        if not (holds := bool(text.strip() if self._kind in NO_TEXTS else text)) and self._formula is None:
            return
        if self._column >= COLUMNS or self._column in self._row.cells:
            what = " twice" if self._column < COLUMNS else ", which no sheet has"
            self._row.wrong = self._row.wrong or f"has the cell {_short(self._called)!r}{what}"
            return
        if not holds:
            if self._kind != "str":  # a formula may well give an empty text
                self._row.cells[self._column] = SheetCell("=" + "".join(self._formula or ()), self._style, unsaved=True)
            return
        formula = "".join(self._formula or ())
        formula = formula if LINK in formula.upper() else ""
        value, wrong = self._read(text)
        self._row.cells[self._column] = SheetCell(
            value, self._style, faulty=self._kind == "e", formula=formula, wrong=wrong
        )

    def _read(self, text: str) -> tuple[Json, str]:
        """Return a cell's value, and what is wrong with it: then it is what the file has."""
        if self._kind == "s":
            number = _whole(text.strip(), most=len(self._texts))
            if not 0 <= number < len(self._texts):
                return text, f"is the shared text {_short(text)}, which the file does not have"
            return self._counted(self._texts[number]), ""
        if self._kind == "n":
            return _number(text.strip())
        if self._kind == "b":
            value = TRUE_FALSE.get(text.strip())
            return (text, f"is neither true nor false but {_short(text)!r}") if value is None else (value, "")
        return text, ""  # inlineStr, str, e, and d: a date as ISO writes it


def _number(text: str) -> tuple[Json, str]:
    """Return the number that a text says, and what is wrong with it."""
    if len(text) > DIGITS and text.isdecimal():
        return (text, LONG) if len(text) > LONGEST_NUMBER else (int(text), "")
    try:
        return float(text), ""
    except ValueError:
        return text, f"is no number but {_short(text)!r}"


def _whole(text: str, *, most: int) -> int:
    """Return a whole number as XML has it, one more than `most` where it is larger; -1 where it is none."""
    if (found := WHOLE.fullmatch(text)) is None:
        return -1
    digits = found[1] or "0"
    return min(int(digits), most + 1) if len(digits) <= DIGITS else most + 1


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
