"""A file and the importer of its suffix → rows, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from aigc.asking.cleaning import Cleaner, Cleaning
from aigc.bounds.boundary import Boundary
from aigc.errors import BriefError, describe, nearest
from aigc.plugs.extension import Bound, Extension
from aigc.plugs.registry import Registry
from aigc.types import Json, Row

T = TypeVar("T")

LINES = (".jsonl", ".ndjson")  # of files without a header
END: Any = object()  # of the rows
COUNTABLE = (*LINES, ".csv", ".tsv", ".txt")


def open_rows(
    path: Path, registry: Registry, options: Mapping[str, Json] | None = None, *, cleaning: Cleaning | None = None
) -> Iterator[Row]:
    """Read `path` with the importer of its suffix, values cleaned where rows are to be briefs. BriefError when there is
    no file, importer or row."""
    if not path.is_file():
        raise BriefError(f"{path}: no such file", hint=nearest(path))
    importer = importer_of(path, registry)
    bound = importer.bind(options or {}, str(path))
    rows = _rows(path, bound, registry.timeouts.files)
    try:
        first = next(rows)
    except StopIteration:
        raise BriefError(
            f"{path}: has no rows", hint="the first line names the columns, every further line is a brief"
        ) from None
    rows = chain([first], rows)
    return rows if cleaning is None else Cleaner(cleaning).rows(rows)


def _rows(path: Path, importer: Bound, seconds: float) -> Iterator[Row]:
    """Yield the rows that an importer reads. BriefError names it where it breaks, or gives something else."""
    name = f"importer {importer.name!r}"
    with Boundary(name, seconds, where=str(path), kind=BriefError):
        rows = iter(_readable(path, lambda: importer.extension(path, **importer.values)))
    while True:
        with Boundary(name, seconds, where=str(path), kind=BriefError):
            row = _readable(path, lambda: next(rows, END))
            if row is not END and not isinstance(row, Row):
                raise TypeError(f"gave {describe(row)} in place of a row")
        if row is END:
            return
        yield row


def _readable(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except RecursionError:
        raise BriefError(f"{path}: is nested too deeply to be read") from None


def rows_about(path: Path, limit: int | None = None) -> int:
    """Return about how many rows a file has, by its line breaks; 0 where only reading it would tell."""
    if path.suffix.lower() not in COUNTABLE or not path.is_file():
        return 0
    lines = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            lines += block.count(b"\n")
    rows = max(lines - (path.suffix.lower() not in LINES), 1)
    return min(rows, limit) if limit else rows


def importer_of(path: Path, registry: Registry) -> Extension:
    """Return the importer of a file's suffix. BriefError where there is none."""
    importers = [registry.get("importer", name) for name in registry.names("importer")]
    for importer in importers:
        if path.suffix.lower() in importer.suffixes:
            return importer
    known = ", ".join(sorted(suffix for importer in importers for suffix in importer.suffixes))
    raise BriefError(f"{path}: no importer reads {path.suffix or 'files without a suffix'!r}", hint=f"known: {known}")
