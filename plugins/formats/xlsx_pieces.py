"""Finished pieces as an Excel workbook: a sheet to read, and one to choose in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from aigc import exporter
from aigc.errors import JobError
from aigc.types import Artifact, Json, Suggestion, at_path, base_of, by_field
from aigc_plugins.formats.columns import FieldColumns, headings, in_column, input_headings, one_text
from aigc_plugins.formats.timeless_book import write_book
from aigc_plugins.formats.xlsx_picks import (
    BASE,
    CHOICES,
    HEAD,
    MOST,
    PICK,
    PIECES,
    SEEN,
    Cells,
    SeenRows,
    asked_for,
    filled_in,
    set_aside,
    spare,
)

LONGEST = 32_767  # characters of a cell, by Excel's limit
ROWS = 1_048_576  # of a sheet, by Excel's limit
NO_TEXT = ("=", "#")  # how texts begin that openpyxl makes formulas or errors of
NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))  # no characters, and no program opens a workbook with one
WIDTHS = {"id": 12, "status": 10, "field": 16, "reason": 40}  # in characters
WIDE = 34


@exporter(name="xlsx", suffixes=(".xlsx",), writes=("content.xlsx",), spare=spare)
def xlsx_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """An Excel workbook: the sheet "pieces" has a row per piece, "suggestions" one per text that could be another.

    Pieces have their id, status, inputs, fields (a list spread over "headlines 1…n") and reason; an input called like
    another column is headed "NAME (brief)". For every text with
    suggestions the other sheet has what stands and up to five suggestions; write the number of one, or words of your
    own, into its column "pick", and `aigc pick DIR --from content.xlsx` takes them. What the file that is there has in
    that column is kept until it stands; where it holds more of yours, in the sheet of pieces too, it is kept whole as
    "content (filled in).xlsx".
    The column "base" tells whether a row's brief and text are those that it was written about. Texts are texts: "=1+1"
    is no formula. What is longer than Excel allows in a cell is cut.
    """
    path = folder / "content.xlsx"
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # it may be a link to somebody's file
        found = filled_in(path)
        _write(artifacts, part, found.rows)
        if found.more:
            set_aside(path)
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        with suppress(OSError):
            part.unlink()
    yield path


def _write(artifacts: Sequence[Artifact], path: Path, filled: Mapping[str, Mapping[str, Cells]]) -> None:
    """Write the workbook as the pieces are gone over, a sheet at a time, so that there may be any number of them."""
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.packaging.custom import StringProperty  # type: ignore[import-untyped]

    fields, inputs, seen = FieldColumns(), dict[str, None](), SeenRows()
    for artifact in artifacts:
        fields.see(artifact.fields)
        inputs |= dict.fromkeys(artifact.brief.values)
    columns = fields.columns()
    named = input_headings(inputs, (*headings(columns), *(name for name, _ in columns), "id", "status", "reason"))
    book = openpyxl.Workbook(write_only=True)
    rows = (
        [
            *(one.id, one.status),
            *(one_text(one.brief.values.get(name)) for name in inputs),
            *(in_column(one.fields, name) for name in columns),
            one.reason,
        ]
        for one in artifacts
    )
    try:
        _fill(book.create_sheet(PIECES), ["id", "status", *named, *headings(columns), "reason"], rows, seen)
        _fill(book.create_sheet(CHOICES), HEAD, _choices(artifacts, filled))
        book.custom_doc_props.append(StringProperty(name=SEEN, value=seen.digest()))
        write_book(book, path)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()  # else openpyxl does so when nobody can hear what it says
        raise


def _choices(artifacts: Sequence[Artifact], filled: Mapping[str, Mapping[str, Cells]]) -> Iterator[list[Json]]:
    """Yield the rows of what can be chosen, and after them what was filled in for pieces that are not there."""
    waiting = dict(filled)
    for artifact in artifacts:
        offers, rows = by_field(artifact.suggestions), waiting.pop(artifact.id, {})
        for place in dict.fromkeys((*offers, *rows)):
            choice = _choice(artifact, place, offers.get(place, ()), rows.get(place))
            if place in offers or choice[HEAD.index(PICK)]:
                yield choice
    for rows in waiting.values():
        yield from ([row.get(name) for name in HEAD] for row in rows.values())


def _choice(artifact: Artifact, place: str, offers: Sequence[Suggestion], row: Cells | None) -> list[Json]:
    """Return the row of a place. What was filled in keeps its base: it is about what stood there then."""
    texts = [one.text for one in offers[:MOST]]
    stands = at_path(artifact.fields, place)
    asked = asked_for(row) if row else None
    pick = None if asked == stands else texts.index(asked) + 1 if asked in texts else asked
    base = row.get(BASE) if row and pick else base_of(artifact, place)
    return [artifact.id, place, stands, *texts, *[None] * (MOST - len(texts)), pick, base]


def _fill(sheet: Any, head: Sequence[str], rows: Iterator[list[Json]], seen: SeenRows | None = None) -> None:
    """Write a sheet whose first row stays in view; `seen` takes its rows. JobError where there are more than Excel
    reads."""
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    sheet.freeze_panes = "B2"
    for number, name in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(name, WIDE)
    for number, row in enumerate(chain([head], rows), 1):
        if number > ROWS:
            raise JobError(f"xlsx: the sheet {sheet.title!r} has more than {ROWS:,} rows", hint="export csv or jsonl")
        cells = [_cell(sheet, value) for value in row]
        if seen is not None:
            seen.add(getattr(cell, "value", cell) for cell in cells)
        sheet.append(cells)


def _cell(sheet: Any, value: Json) -> Any:
    """Return a value as a sheet takes it; a text is one whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]

    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = ILLEGAL_CHARACTERS_RE.sub("", text if text.isascii() else text.encode("utf-8", "replace").decode())
    text = text.translate(NO_XML)
    if not text.startswith(NO_TEXT):
        return text[:LONGEST]
    cell = WriteOnlyCell(sheet, value=text[:LONGEST])
    cell.data_type = "s"
    return cell
