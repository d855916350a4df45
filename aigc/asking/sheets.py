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
from aigc.asking.importing import SHEET, sheets_of
from aigc.errors import BriefError
from aigc.plugs.registry import Registry
from aigc.types import Json

LOOKED = 12  # other sheets


def open_sheet(path: Path, registry: Registry, reading: Mapping[str, Json], needed: Needed) -> Table:
    """Open a file as `open_table` does; of several sheets the first that has all that is needed.

    Where none has, that of the first comes back, or its BriefError, and its remedy names the others.
    """
    names = sheets_of(path, registry) if SHEET not in reading else ()
    seen: dict[str, set[str]] = {}  # the columns of each
    for number, name in enumerate(names):
        with suppress(BriefError):
            table, columns = _begun(open_table(path, registry, {**reading, SHEET: name}, needed))
            if needed.among(columns):
                return replace(table, sheet=name, passed_over=names[:number]) if number else table
            seen[name] = columns
    try:
        table, columns = _begun(open_table(path, registry, reading, needed))
    except BriefError as error:
        if len(names) < 2 or SHEET in error.hint:
            raise
        raise BriefError(error.message, hint="; ".join(filter(None, (error.hint, _hint(names[1:]))))) from error
    others = [name for name in names[1:] if seen.get(name) != columns]  # what has the same columns lacks the same
    return replace(table, remedy="; ".join(filter(None, (table.remedy, _hint(others)))))


def _begun(table: Table) -> tuple[Table, set[str]]:
    """Return a table with the columns of its first rows."""
    head = list(islice(table.rows, PEEK))
    return replace(table, rows=chain(head, table.rows)), {column for row in head for column in row.values}


def sheets_beside(
    path: Path, registry: Registry, reading: Mapping[str, Json], needed: Needed, chosen: str = ""
) -> list[str]:
    """Return the sheets that have all that is needed as well, and are not read: those beside the `chosen` one, or
    beside the first. Nothing where somebody said which is read."""
    names = sheets_of(path, registry) if SHEET not in reading else ()
    found = []
    for name in [name for name in names if name != (chosen or names[0])][:LOOKED]:
        with suppress(BriefError):
            table = open_table(path, registry, {**reading, SHEET: name}, needed)
            if needed.among({column for row in islice(table.rows, PEEK) for column in row.values}):
                found.append(name)
    return found


def _hint(others: Sequence[str]) -> str:
    return f"or --input {SHEET}=NAME: {', '.join(others)}" if others else ""
