"""Finished pieces as an Excel workbook: a sheet to read, and one to choose in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aigc import exporter
from aigc.errors import JobError
from aigc.types import Artifact, Json, at_path, by_field
from aigc_plugins.formats.columns import FieldColumns, headings, in_column

PIECES, CHOICES = "pieces", "suggestions"
MOST = 5  # suggestions of one text
LONGEST = 32_767  # characters of a cell, by Excel's limit
ROWS = 1_048_576  # of a sheet, by Excel's limit
WIDTHS = {"id": 12, "status": 10, "field": 16, "reason": 40}  # in characters
WIDE = 34


@exporter(name="xlsx", suffixes=(".xlsx",))
def xlsx_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """An Excel workbook: the sheet "pieces" has a row per piece, "suggestions" one per text that could be another.

    Pieces have their id, status, fields (a list spread over "headlines 1…n") and reason. For every text with
    suggestions the other sheet has what stands and up to five suggestions; write the number of one, or words of your
    own, into its column "pick", and `aigc pick DIR --from content.xlsx` takes them. Texts are texts: "=1+1" is no
    formula. What is longer than Excel allows in a cell is cut.
    """
    path = folder / "content.xlsx"
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(artifacts, part)
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        raise JobError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
    yield path


def _write(artifacts: Sequence[Artifact], path: Path) -> None:
    """Write the workbook as the pieces are gone over, a sheet at a time, so that there may be any number of them."""
    import openpyxl  # type: ignore[import-untyped]

    seen = FieldColumns()
    for artifact in artifacts:
        seen.see(artifact.fields)
    columns = seen.columns()
    book = openpyxl.Workbook(write_only=True)
    rows = ([one.id, one.status, *(in_column(one.fields, name) for name in columns), one.reason] for one in artifacts)
    try:
        _fill(book.create_sheet(PIECES), ["id", "status", *headings(columns), "reason"], rows)
        numbered = [f"suggestion {number}" for number in range(1, MOST + 1)]
        _fill(book.create_sheet(CHOICES), ["id", "field", "stands now", *numbered, "pick"], _choices(artifacts))
        book.save(path)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()  # else openpyxl does so when nobody can hear what it says
        raise


def _choices(artifacts: Sequence[Artifact]) -> Iterator[list[Json]]:
    for artifact in artifacts:
        for place, told in by_field(artifact.suggestions).items():
            texts = [one.text for one in told[:MOST]]
            stands = at_path(artifact.fields, place)
            yield [artifact.id, place, stands, *texts, *[None] * (MOST - len(texts)), None]


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
    """Return a value as a cell; a text is one whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]

    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-8", "replace").decode()
    cell = WriteOnlyCell(sheet, value=text[:LONGEST])
    cell.data_type = "s"
    return cell
