"""Rows of a file as the importers read briefs, with every line named that is no row: empty, broken, or not UTF-8."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from aigc.asking import Needed, open_sheet
from aigc.errors import UsageError, did_you_mean
from aigc.plugs.registry import Registry
from aigc.types import Row

LINES = (".jsonl", ".ndjson")
SUFFIXES = (*LINES, ".json", ".csv", ".tsv", ".xlsx", ".xlsm")


def read_rows(
    path: Path, registry: Registry, columns: Mapping[str, str], either: Collection[Collection[str]] = ()
) -> list[Row]:
    """Return the rows of a file; one that cannot be read has its `error`.

    `columns` says which column stands for a name: it is there by that name too. `either` are names that belong
    together: a table begins in the line, and is in the sheet, that has all of one of these. BriefError where the file
    cannot be read at all, UsageError where no row has such a column.
    """
    others = [[name for name in one if name not in columns] for one in either]
    rows = list(_rows(path, registry, Needed(names=columns.values(), either=others)))
    known = list(dict.fromkeys(column for row in rows for column in row.values))
    for name, column in columns.items():
        if rows and column not in known:
            raise UsageError(f"--map {name}: {path} has no column {column!r}", hint=did_you_mean(column, known))
    return [
        replace(row, values={**row.values, **{n: row.values[c] for n, c in columns.items() if c in row.values}})
        for row in rows
    ]


def _rows(path: Path, registry: Registry, needed: Needed) -> Iterator[Row]:
    yield from open_sheet(path, registry, {}, needed).rows
    if path.suffix.lower() in LINES:
        yield from _empty_lines(path)


def _empty_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                yield Row(values={}, where=f"{path.name}:{number}", error="is an empty line")
