"""Which sheet of a workbook is read: the first, unless another one has all columns that are needed and it has not.

A hidden sheet is looked into last, and one that tells people how to fill in the others has none of the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from aigc.asking.briefs import PEEK
from aigc.asking.headers import Needed, Table, open_table
from aigc.asking.importing import importer_of
from aigc.bounds.boundary import Boundary
from aigc.errors import BriefError
from aigc.plugs.registry import Registry
from aigc.types import Json

OPTION = "sheet"


def open_sheet(path: Path, registry: Registry, reading: Mapping[str, Json], needed: Needed) -> Table:
    """Open a file as `open_table` does; of several sheets the first that has all that is needed.

    Where none has, that of the first comes back, or its BriefError, and its remedy names the others.
    """
    names = _sheets(path, registry) if OPTION not in reading else ()
    for number, name in enumerate(names):
        with suppress(BriefError):
            table = open_table(path, registry, {**reading, OPTION: name}, needed)
            head = list(islice(table.rows, PEEK))
            table = replace(table, rows=chain(head, table.rows))
            if needed.among({column for row in head for column in row.values}):
                return replace(table, sheet=name, passed_over=names[:number]) if number else table
    try:
        table = open_table(path, registry, reading, needed)
    except BriefError as error:
        if len(names) < 2 or OPTION in error.hint:
            raise
        raise BriefError(error.message, hint="; ".join(filter(None, (error.hint, _others(names))))) from error
    return replace(table, remedy="; ".join(filter(None, (table.remedy, _others(names)))))


def _sheets(path: Path, registry: Registry) -> Sequence[str]:
    importer = importer_of(path, registry) if path.is_file() else None
    if importer is None or importer.sheets is None:
        return ()
    name = f"importer {importer.name!r}"
    with Boundary(name, registry.timeouts.files, where=str(path), kind=BriefError):
        return list(importer.sheets(path))


def _others(names: Sequence[str]) -> str:
    return f"or --input {OPTION}=NAME: {', '.join(names[1:])}" if len(names) > 1 else ""
