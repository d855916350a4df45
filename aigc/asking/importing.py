"""A file and the importer of its suffix → rows, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Any

from aigc.asking.cleaning import Cleaner, Cleaning
from aigc.asking.others_rows import plain_row
from aigc.asking.sound_rows import readable, sound_rows
from aigc.bounds.boundary import Boundary
from aigc.bounds.undisturbed import disturbs_nothing, undisturbed_by
from aigc.errors import POINTER, BriefError, describe, no_file, pointer_told, sought
from aigc.plugs.extension import Bound, Extension
from aigc.plugs.registry import Registry
from aigc.types import Json, Row

LINES = (".jsonl", ".ndjson")  # of files without a header
SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers", ".gsheet")  # of programs that write others too
PACKED = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz")
END: Any = object()  # of the rows
COUNTABLE = (*LINES, ".csv", ".tsv", ".txt")
HEADER, SHEET = "header", "sheet"  # options of importers that read tables


def open_rows(
    path: Path, registry: Registry, options: Mapping[str, Json] | None = None, *, cleaning: Cleaning | None = None
) -> Iterator[Row]:
    """Read `path` with the importer of its suffix, values cleaned where rows are to be briefs. BriefError when there is
    no file, importer or row."""
    if not path.is_file():
        raise BriefError(no_file(path), hint=sought(path, _kinds(registry)))
    _refuse_pointer(path)
    importer = importer_of(path, registry)
    bound = importer.bind(options or {}, str(path))
    rows = sound_rows(lambda: _rows(path, bound, registry.timeouts.files), path)
    try:
        first = next(rows)
    except StopIteration:
        raise BriefError(
            f"{path}: has no rows", hint="the first line names the columns, every further line is a brief"
        ) from None
    rows = chain([first], rows)
    return rows if cleaning is None else Cleaner(cleaning).rows(rows)


def _kinds(registry: Registry) -> set[str]:
    """Return the suffixes of files that can be read."""
    return {suffix for name in registry.names("importer") for suffix in registry.get("importer", name).suffixes}


def _rows(path: Path, importer: Bound, seconds: float) -> Iterator[Row]:
    """Yield the rows that an importer reads. BriefError names it where it breaks, or gives something else."""
    name, others = f"importer {importer.name!r}", importer.extension.of_others
    with Boundary(name, seconds, where=str(path), kind=BriefError), readable(path), undisturbed_by(name, others):
        rows = iter(importer.extension(path, **importer.given()))
    for number in count(1):
        with Boundary(name, seconds, where=str(path), kind=BriefError), readable(path), undisturbed_by(name, others):
            row = next(rows, END)
            if row is not END and not isinstance(row, Row):
                raise TypeError(f"gave {describe(row)} in place of a row")
            if others and row is not END:
                row = plain_row(row, name, f"{path}:{number}")
        if row is END:
            return
        yield row


def _refuse_pointer(path: Path) -> None:
    """Refuse a file that Git LFS left a pointer for. BriefError."""
    with suppress(OSError), path.open("rb") as file:
        if told := pointer_told(file.read(len(POINTER))):
            raise BriefError(f"{path}: {told}")


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


def sheets_of(path: Path, registry: Registry) -> Sequence[str]:
    """Return the names of a workbook's sheets, those that people see first; none of a file that has no sheets."""
    importer = importer_of(path, registry) if path.is_file() else None
    if importer is None or importer.sheets is None:
        return ()
    _refuse_pointer(path)
    name = f"importer {importer.name!r}"
    watched = Boundary(name, registry.timeouts.files, where=str(path), kind=BriefError)
    with watched, undisturbed_by(name, not disturbs_nothing(importer.sheets)):
        return list(importer.sheets(path))


def importer_of(path: Path, registry: Registry) -> Extension:
    """Return the importer of a file's suffix. BriefError where there is none."""
    importers = [registry.get("importer", name) for name in registry.names("importer")]
    for importer in importers:
        if path.suffix.lower() in importer.suffixes:
            return importer
    known = ", ".join(sorted(suffix for importer in importers for suffix in importer.suffixes))
    suffix = path.suffix.lower()
    what = repr(path.suffix) if suffix else "files without a suffix"
    hint = "save it as .xlsx or .csv; " if suffix in SPREADSHEETS else ""
    hint = "unpack it and name a file that was in it; " if suffix in PACKED else hint
    raise BriefError(f"{path}: no importer reads {what}", hint=f"{hint}known: {known}")
