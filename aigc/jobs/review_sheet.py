"""A job's pieces as an XLSX sheet that goes to people who review, and comes back: a row a piece, a column a text.

Who fills it in writes into the column `decision` (approve, reject, reopen), into `note`, or over a text. `rev` says
which piece the row shows and `seen` what it showed of it, so that a row which nobody touched asks for nothing, and one
of a piece that is another by now is told as a conflict. Texts are texts: "=1+1" is no formula.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from aigc.errors import AigcError, JobError, UsageError, did_you_mean
from aigc.jobs.reviewing import Desk
from aigc.ledger.record import content_hash
from aigc.ledger.rulings import Shelf
from aigc.types import Artifact, Json, Ruled, at_path, revision, standpoint, text_places

SHEET = "review"
HEAD = ("id", "status", "stands", "decision", "note")
TAIL = ("rev", "seen")
BRIEF = "brief: "  # before an input's name
LONGEST = 32_767  # characters of a cell, by Excel's limit
NO_TEXT = ("=", "#", "+", "-", "@")  # how texts begin that some program makes formulas or errors of
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
DECISIONS: Mapping[str, Ruled] = MappingProxyType(
    {
        **dict.fromkeys(("approve", "approved", "ok", "yes", "通过"), "approved"),
        **dict.fromkeys(("reject", "rejected", "no", "退回"), "rejected"),
        **dict.fromkeys(("reopen", "open"), "reopened"),
    }
)
Done = Literal["taken", "standing already", "conflict", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedRow:
    """This is what became of one row of a sheet."""

    row: int
    id: str
    done: Done
    told: str


def write_review_sheet(desk: Desk, path: Path) -> int:
    """Write the finished pieces, and return how many. UsageError where a file is there already, JobError where the disk
    refuses."""
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    if path.exists():
        raise UsageError(f"{path}: is there already, and may be filled in", hint="name another file")
    names = [one.id for one in desk.ledger.rulings.listed(Shelf(most=-1))[0]]
    inputs: dict[str, None] = {}
    places: dict[str, None] = {}
    for name in names:
        piece = desk.piece(name)
        inputs |= dict.fromkeys(piece.brief.values)
        places |= dict.fromkeys(text_places(piece.fields))
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "F2"
    head = [*HEAD, *(f"{BRIEF}{name}" for name in inputs), *places, *TAIL]
    for number, name in enumerate(head, 1):
        width = 12 if name in (*HEAD, *TAIL) else 34
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, name) for name in head])
    for name in names:
        sheet.append([_cell(sheet, value) for value in _row(desk.piece(name), list(inputs), list(places))])
    part = path.with_name(f".{path.name}.part")
    try:
        book.save(part)
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        with suppress(OSError):
            part.unlink()
    return len(names)


def take_review_sheet(desk: Desk, path: Path) -> list[ReviewedRow]:
    """Do what a filled-in sheet says, and return what became of each row that says something. UsageError where the file
    is no such sheet."""
    rows = list(_rows(path))
    with desk.held():  # once for all
        return [done for number, row in rows if (done := _taken(desk, number, row)) is not None]


def _row(piece: Artifact, inputs: Sequence[str], places: Sequence[str]) -> list[Json]:
    brief = [_told(piece.brief.values.get(name)) for name in inputs]
    texts = {place: _shown(at_path(piece.fields, place)) for place in places}
    return [piece.id, piece.status, standpoint(piece), "", "", *brief, *texts.values(), revision(piece), _seen(texts)]


def _seen(texts: Mapping[str, str]) -> str:
    """Return a short name of what a row shows; it begins with a letter: no spreadsheet makes a number of it."""
    return f"s{content_hash({place: _bare(text) for place, text in texts.items() if _bare(text)})}"


def _told(value: Json) -> str:
    if isinstance(value, list):
        return "; ".join(map(_told, value))
    return "" if value is None else str(value)


def _shown(text: Json) -> str:
    """Return a text as a cell can hold it; nothing of one that is no text, or too long: it is not edited there."""
    shown = NO_XML.sub("", text) if isinstance(text, str) else ""
    return shown if len(shown) <= LONGEST else ""


def _bare(text: str) -> str:
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()


def _cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

    cell = WriteOnlyCell(sheet, value=NO_XML.sub("", text)[:LONGEST] or None)
    if text.startswith(NO_TEXT):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that have an id, by the names of their columns."""
    import openpyxl

    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
            sheet.reset_dimensions()
            cells = [tuple(row) for row in sheet.iter_rows(values_only=True)]
        finally:
            book.close()
    except Exception as error:  # openpyxl's, of any kind
        raise UsageError(f"{path}: is no Excel workbook that can be read ({error})") from error
    head = [_word(name) for name in cells[0]] if cells else []
    for name in ("id", *TAIL):
        if name not in head:
            hint = did_you_mean(name, head) or "`aigc review DIR --sheet FILE.xlsx` writes such a sheet"
            raise UsageError(f"{path}: there is no column {name!r}", hint=hint)
    for number, row in enumerate(cells[1:], 2):
        told = {name: _word(value) for name, value in zip(head, row, strict=False) if name}
        if told.get("id"):
            yield number, told


def _word(value: Json) -> str:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return "" if whole is None else str(whole)


def _taken(desk: Desk, number: int, row: Mapping[str, str]) -> ReviewedRow | None:
    """Do what a row says; None where it says nothing."""
    name, told = row["id"].strip(), row.get("decision", "").strip().lower()
    texts = {place: text for place, text in row.items() if place not in (*HEAD, *TAIL) and not place.startswith(BRIEF)}
    touched = _seen(texts) != row["seen"].strip()
    if not told and not touched:
        return None
    try:
        if told and told not in DECISIONS:
            hint = did_you_mean(told, list(DECISIONS)) or "approve, reject or reopen"
            raise UsageError(f"{name}: {told!r} is no decision", hint=hint)
        return _decided(desk, number, desk.piece(name), texts if touched else {}, row)
    except AigcError as error:
        return ReviewedRow(row=number, id=name, done="wrong", told=str(error))


def _decided(desk: Desk, number: int, piece: Artifact, texts: Mapping[str, str], row: Mapping[str, str]) -> ReviewedRow:
    now = {place: at_path(piece.fields, place) for place in texts}
    edits = {
        place: _bare(text)
        for place, text in texts.items()
        if _bare(text) and (not isinstance(now[place], str) or _bare(_shown(now[place])) != _bare(text))
    }
    ruled, note = DECISIONS.get(row.get("decision", "").strip().lower()), row.get("note", "").strip()
    stands = (
        not ruled or standpoint(piece) == ruled or (ruled == "reopened" and standpoint(piece) in ("open", "edited"))
    )
    if not edits and stands:
        return ReviewedRow(row=number, id=piece.id, done="standing already", told=f"{piece.id}: stands so already")
    if revision(piece) != row["rev"].strip():
        shown = "; ".join(f"{place}: {text!r}, and now {now[place]!r}" for place, text in edits.items())
        told = f"{piece.id}: changed since this sheet was written{f': {shown}' if shown else ''}"
        return ReviewedRow(row=number, id=piece.id, done="conflict", told=told)
    for place, text in edits.items():
        desk.write(piece.id, place, text)
    if ruled == "approved":
        desk.approve(piece.id, note=note)
    elif ruled == "rejected":
        desk.reject(piece.id, note=note)
    elif ruled and not stands:
        desk.reopen(piece.id)
    done = [*(f"{place} edited" for place in edits), *([ruled] if ruled else [])]
    return ReviewedRow(row=number, id=piece.id, done="taken", told=f"{piece.id}: {', '.join(done)}")
