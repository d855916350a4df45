"""Finished pieces as an Excel workbook: a sheet to read, and one to choose in."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aigc import exporter
from aigc.errors import JobError
from aigc.types import Artifact, Json, at_path, by_field
from aigc_plugins.formats.columns import FieldColumns, headings, in_column

Place = tuple[str, str]  # a piece's id, and a field

PIECES, CHOICES = "pieces", "suggestions"
PICK = "pick"  # the column to fill in
MOST = 5  # suggestions of one text
LONGEST = 32_767  # characters of a cell, by Excel's limit
ROWS = 1_048_576  # of a sheet, by Excel's limit
NO_TEXT = ("=", "#")  # how texts begin that openpyxl makes formulas or errors of
WIDTHS = {"id": 12, "status": 10, "field": 16, "reason": 40}  # in characters
WIDE = 34


@exporter(name="xlsx", suffixes=(".xlsx",))
def xlsx_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """An Excel workbook: the sheet "pieces" has a row per piece, "suggestions" one per text that could be another.

    Pieces have their id, status, fields (a list spread over "headlines 1…n") and reason. For every text with
    suggestions the other sheet has what stands and up to five suggestions; write the number of one, or words of your
    own, into its column "pick", and `aigc pick DIR --from content.xlsx` takes them; what the file that is there has in
    that column is kept until it stands. Texts are texts: "=1+1" is no formula. What is longer than Excel allows in a
    cell is cut.
    """
    path = folder / "content.xlsx"
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(artifacts, part, filled_in(path))
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        raise JobError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
    yield path


def filled_in(path: Path) -> dict[Place, str]:
    """Return what an earlier workbook has in its column "pick", by piece and field: the texts that are asked for."""
    import openpyxl  # type: ignore[import-untyped]

    with suppress(OSError, KeyError, ValueError, zipfile.BadZipFile):  # none, or nobody's of ours
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            rows = book[CHOICES].iter_rows(values_only=True)
            head = next(rows, ())
            told = (dict(zip(head, row, strict=False)) for row in rows)
            return {(str(one["id"]), str(one["field"])): _asked(one) for one in told if one.get(PICK)}
        finally:
            book.close()
    return {}


def _asked(row: Mapping[str, Json]) -> str:
    """Return the text that a row asks for, by its words or by the number of a suggestion."""
    pick = str(row[PICK]).strip()
    return str(row.get(f"suggestion {pick}") or pick)


def _write(artifacts: Sequence[Artifact], path: Path, filled: Mapping[Place, str]) -> None:
    """Write the workbook as the pieces are gone over, a sheet at a time, so that there may be any number of them."""
    import openpyxl

    seen = FieldColumns()
    for artifact in artifacts:
        seen.see(artifact.fields)
    columns = seen.columns()
    book = openpyxl.Workbook(write_only=True)
    rows = ([one.id, one.status, *(in_column(one.fields, name) for name in columns), one.reason] for one in artifacts)
    try:
        _fill(book.create_sheet(PIECES), ["id", "status", *headings(columns), "reason"], rows)
        numbered = [f"suggestion {number}" for number in range(1, MOST + 1)]
        _fill(book.create_sheet(CHOICES), ["id", "field", "stands now", *numbered, PICK], _choices(artifacts, filled))
        book.save(path)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()  # else openpyxl does so when nobody can hear what it says
        raise


def _choices(artifacts: Sequence[Artifact], filled: Mapping[Place, str]) -> Iterator[list[Json]]:
    for artifact in artifacts:
        for place, told in by_field(artifact.suggestions).items():
            texts = [one.text for one in told[:MOST]]
            stands = at_path(artifact.fields, place)
            asked = filled.get((artifact.id, place))
            pick = None if asked == stands else texts.index(asked) + 1 if asked in texts else asked
            yield [artifact.id, place, stands, *texts, *[None] * (MOST - len(texts)), pick]


def _fill(sheet: Any, head: Sequence[str], rows: Iterator[list[Json]]) -> None:
    """Write a sheet whose first row stays in view. JobError where it has more rows than Excel reads."""
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    sheet.freeze_panes = "B2"
    for number, name in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(name, WIDE)
    sheet.append([_cell(sheet, name) for name in head])
    for number, row in enumerate(rows, 2):
        if number > ROWS:
            raise JobError(f"xlsx: the sheet {sheet.title!r} has more than {ROWS:,} rows", hint="export csv or jsonl")
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Json) -> Any:
    """Return a value as a sheet takes it; a text is one whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]

    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = ILLEGAL_CHARACTERS_RE.sub("", text if text.isascii() else text.encode("utf-8", "replace").decode())
    if not text.startswith(NO_TEXT):
        return text[:LONGEST]
    cell = WriteOnlyCell(sheet, value=text[:LONGEST])
    cell.data_type = "s"
    return cell
