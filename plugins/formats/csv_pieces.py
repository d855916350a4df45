"""One row per piece, for a spreadsheet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aigc import AssetFolder, exporter
from aigc.types import Artifact, Json
from aigc_plugins.formats.whole_file import whole_file

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")  # full-width ones too: some spreadsheets fold them
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?$")


@exporter(name="csv", suffixes=(".csv",))
def csv_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """A spreadsheet with one row per piece: id, status, inputs, then fields, a list spread over "headlines 1…n".

    UTF-8 with a byte order mark, which Excel wants. Objects become JSON text. A text that a spreadsheet would run as
    a formula (it begins with = + - @ and is no number) gets an apostrophe in front. An input called like a field is
    headed "NAME (brief)". Files of the pieces go into the folder `media`, and a last column "assets" names them.
    """
    inputs, fields, illustrated = _columns(artifacts)
    names = [name for name, _ in fields]
    header = ["id", "status"]
    header += [f"{name} (brief)" if name in (*names, *header) else name for name in inputs]
    header += [name if number is None else f"{name} {number}" for name, number in fields]
    header += ["assets"] if illustrated else []
    path, media = folder / "content.csv", AssetFolder(folder)
    placed: list[Path] = []
    with whole_file(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(header)
        for artifact in artifacts:
            values = artifact.brief.values
            cells = [artifact.id, artifact.status]
            cells += [_joined(values.get(name)) for name in inputs]
            cells += [_cell(_pick(artifact.fields, name, number)) for name, number in fields]
            if illustrated:
                there = media.place(artifact)
                placed += there
                cells.append("; ".join(one.relative_to(folder).as_posix() for one in there))
            rows.writerow([_harmless(cell) for cell in cells])
    yield from (path, *placed)


def _columns(artifacts: Sequence[Artifact]) -> tuple[list[str], list[tuple[str, int | None]], bool]:
    """Return the names of all briefs' inputs, and of all fields, for a list with the number of the item, from 1; in the
    order they first appear; and whether any piece has assets."""
    inputs: dict[str, None] = {}
    longest: dict[str, int | None] = {}
    illustrated = False
    for artifact in artifacts:
        inputs |= dict.fromkeys(artifact.brief.values)
        illustrated |= bool(artifact.assets)
        for name, value in artifact.fields.items():
            before = longest.get(name)
            longest[name] = max(before or 0, len(value)) if isinstance(value, list) else before
    fields = [
        (name, number)
        for name, length in longest.items()
        for number in ([None] if length is None else range(1, length + 1))
    ]
    return list(inputs), fields, illustrated


def _pick(fields: Mapping[str, Json], name: str, number: int | None) -> Json:
    value = fields.get(name)
    if number is None:
        return value
    items = value if isinstance(value, list) else [value]
    return items[number - 1] if number <= len(items) else None


def _joined(value: Json) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    return _cell(value)


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _harmless(cell: str) -> str:
    return "'" + cell if FORMULA.match(cell) and not NUMBER.match(cell) else cell
