"""One row per piece, for a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aigc import AssetFolder, exporter, whole_file
from aigc.types import Artifact, Json, by_field
from aigc_plugins.formats.columns import Column, FieldColumns, headings, in_column, input_headings, one_text
from aigc_plugins.formats.formulas import harmless


@exporter(name="csv", suffixes=(".csv",), writes=("content.csv",))
def csv_pieces(artifacts: Sequence[Artifact], folder: Path, *, suggestions: bool = True) -> Iterator[Path]:
    """A spreadsheet with one row per piece: id, status, inputs, then fields, a list spread over "headlines 1…n".

    UTF-8 with a byte order mark, which Excel wants. Objects become JSON text. A text that a spreadsheet would run as
    a formula (it begins with = + - @ and is no number) gets an apostrophe in front, also behind a `;` or line break in
    it. An input called like a field is headed "NAME (brief)". Columns such as "headlines[2] suggestion 1" follow where
    there are suggestions, named as `aigc pick` names the place, unless `suggestions` is off. Files of the pieces go
    into the folder `media`, and a last column "assets" names them.
    """
    inputs, fields, most, illustrated = _columns(artifacts)
    most = most if suggestions else {}
    names = [name for name, _ in fields]
    header = ["id", "status"]
    header += input_headings(inputs, (*names, *header))
    header += headings(fields)
    header += [f"{place} suggestion {number}" for place, many in most.items() for number in range(1, many + 1)]
    header += ["assets"] if illustrated else []
    path, media = folder / "content.csv", AssetFolder(folder)
    placed: list[Path] = []
    with whole_file(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(map(harmless, header))
        for artifact in artifacts:
            values = artifact.brief.values
            cells = [artifact.id, artifact.status]
            cells += [_cell(one_text(values.get(name))) for name in inputs]
            cells += [_cell(in_column(artifact.fields, column)) for column in fields]
            cells += _suggested(artifact, most)
            if illustrated:
                there = media.place(artifact)
                placed += there
                cells.append("; ".join(one.relative_to(folder).as_posix() for one in there))
            rows.writerow(map(harmless, cells))
    yield from (path, *placed)


def _columns(artifacts: Sequence[Artifact]) -> tuple[list[str], list[Column], dict[str, int], bool]:
    """Return the names of all briefs' inputs, the columns of all fields, the places with suggestions and how many a
    piece has there at most; in the order they first appear; and whether any piece has assets."""
    inputs: dict[str, None] = {}
    fields = FieldColumns()
    most: dict[str, int] = {}
    illustrated = False
    for artifact in artifacts:
        inputs |= dict.fromkeys(artifact.brief.values)
        illustrated |= bool(artifact.assets)
        fields.see(artifact.fields)
        for place, told in by_field(artifact.suggestions).items():
            most[place] = max(most.get(place, 0), len(told))
    return list(inputs), fields.columns(), most, illustrated


def _suggested(artifact: Artifact, most: Mapping[str, int]) -> Iterator[str]:
    """Yield the cells of a piece's suggestions."""
    told = by_field(artifact.suggestions)
    for place, many in most.items():
        texts = [one.text for one in told.get(place, ())]
        yield from (*texts, *[""] * (many - len(texts)))


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
