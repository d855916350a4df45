"""Decisions by the file: a filled-in sheet that is read back, and labels that are written."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.asking import Needed, open_sheet, sheets_of
from aigc.cli.echo import echo, in_line, print_json
from aigc.cli.readable import counted, one_line
from aigc.errors import UsageError, did_you_mean
from aigc.jobs import Desk, at_desk, label_rows, review_setup
from aigc.ledger import opened_ledger
from aigc.plugs.whole_file import whole_file
from aigc.types import Artifact, Json, Row, at_path, base_of
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.plugs.registry import Registry
    from aigc.project import Project

PICK, BASE, SHEET = "pick", "base", "suggestions"
NUMBER = re.compile(r"[+-]?\d*[.,]?\d+")  # what programs make of a cell's number
NEEDED = ("id", "field", PICK)


def sheet_taken(project: Project, batch: Path, file: Path, *, as_json: bool) -> int:
    """Do what each row of a sheet says in its column `pick`: a suggestion's number, or words; say what was done."""
    rows = [row for row in _rows(project.registry, file) if row.error or _cell(row, PICK)]  # few of very many
    with at_desk(project, batch) as desk, desk.held():  # once for all
        done = [_done(desk, row) for row in rows]
    if as_json:
        print_json(done)
    else:
        for one in done:
            echo(in_line(f"{one['row']}: {one['told']}"), fg="red" if one["done"] == "wrong" else None)
        counts = Counter(one["done"] for one in done)
        summary = ", ".join(f"{counts[name]} {name}" for name in ("taken", "standing already", "wrong") if counts[name])
        echo(f"{counted(len(rows), 'pick')}: {summary or 'nothing is in the column pick'}", err=True)
    return 1 if any(one["done"] == "wrong" for one in done) else 0


def _done(desk: Desk, row: Row) -> dict[str, Json]:
    """Do what a row says, and return what became of it."""
    name, place = _cell(row, "id"), _cell(row, "field")
    try:
        if row.error:
            raise UsageError(row.error)
        text = _text(desk, row, name, place, _cell(row, PICK))
        before = desk.piece(name)
        stands = at_path(before.fields, place) == text and (before.review is None or place not in before.review.stale)
        if not stands:
            _check_base(row, before, place)
            desk.write(name, place, text)
    except UsageError as error:
        return {"row": row.where, "id": name, "field": place, "done": "wrong", "told": str(error)}
    told = f"{name} {place}: {one_line(text)}{' stands already' if stands else ''}"
    done = "standing already" if stands else "taken"
    return {"row": row.where, "id": name, "field": place, "done": done, "told": told}


def _text(desk: Desk, row: Row, name: str, place: str, wanted: str) -> str:
    """Return the text that a row asks for. A number means what the sheet shows under it, so that a piece that was
    written again since does not get another text. UsageError where that is suggested no more, or there is none."""
    if not wanted.isdecimal():
        if NUMBER.fullmatch(wanted):
            hint = "write the whole number of a suggestion, or give --text"
            raise UsageError(f"{name}: {wanted!r} is only a number, no words for {place}", hint=hint)
        return wanted
    offers = [one.text for one in desk.offers(name, place)]
    shown = _cell(row, f"suggestion {wanted}")
    if not shown:
        raise UsageError(f"{name}: the row has no suggestion {wanted} for {place}")
    if shown not in offers and at_path(desk.piece(name).fields, place) != shown:
        hint = f"write it out in the column {PICK!r} to take it"
        raise UsageError(f"{name}: {shown!r} is suggested for {place} no more", hint=hint)
    return shown


def _check_base(row: Row, piece: Artifact, place: str) -> None:
    """Check that a row was written about what is there now; UsageError otherwise. One that does not say is taken."""
    if (base := _cell(row, BASE)) and base != base_of(piece, place):
        hint = f"empty its cell {BASE!r} to take it all the same"
        raise UsageError(f"{piece.id}: the brief or text of {place} changed since this sheet was written", hint=hint)


def _rows(registry: Registry, file: Path) -> Iterator[Row]:
    """Yield the rows of a sheet. BriefError where there are none, UsageError where it lacks a column."""
    sheet = {"sheet": SHEET} if SHEET in sheets_of(file, registry) else {}
    for row in open_sheet(file, registry, sheet, Needed(names=NEEDED)).rows:
        if missing := [name for name in NEEDED if name not in row.values]:
            hint = did_you_mean(missing[0], [str(name) for name in row.values])
            raise UsageError(f"{row.where}: there is no column {missing[0]!r}", hint=hint)
        yield row


def _cell(row: Row, name: str) -> str:
    value = row.values.get(name)
    return "" if value is None else str(value).strip()


def _refuse_other(file: Path) -> None:
    """Refuse, with a UsageError, to replace a file that holds something else than labels."""
    if not file.parent.is_dir():
        raise UsageError(f"{file}: cannot be written: there is no folder {file.parent}")
    if not file.exists():
        return
    try:
        rows = [read_json(line) for line in file_bytes(file).decode().split("\n") if line]
        labels = all({"label", "text"} <= set(row) for row in rows)
    except (OSError, ValueError, TypeError, RecursionError):
        labels = False
    if not labels:
        raise UsageError(f"{file}: is there already, and holds no labels", hint="name another file")


def labels_written(project: Project, batch: Path, file: Path, *, as_json: bool) -> int:
    """Write what people decided as labelled rows, and say how many of which label there are."""
    _refuse_other(file)
    with opened_ledger(batch) as ledger:
        content_type = project.content_type(str(ledger.facts().get("content_type", "")))
        rows = list(label_rows(review_setup(project, content_type, ledger), ledger.reviews.log()))
    with whole_file(file.resolve()) as written:  # which may be a link to a file of labels
        written.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    counts = Counter(row["label"] for row in rows)
    told = {"better": counts[2], "as_good": counts[1], "faulty": counts[0]}
    if as_json:
        print_json({"file": file, "rows": len(rows), **told})
    else:
        echo(file)
        words = ", ".join(f"{many} {name.replace('_', ' ')}" for name, many in told.items())
        echo(f"{counted(len(rows), 'label')}: {words}", err=True)
    return 0
