"""Rows as nothing behind has to fear them, whichever importer read them.

What the rest of the program cannot hold (see `aigc.types.foreign`) is a fault of its cell: the row fails with that
reason where a brief needs the cell, and can be used where none does. Names are spelled out. A file that its importer
breaks at ends there, with one sentence that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aigc.errors import AigcError, BriefError, first_line
from aigc.types import Json, Row
from aigc.types.foreign import encodes, flaw, whole_text


def sound_rows(read: Callable[[], Iterable[Row]], path: Path) -> Iterator[Row]:
    """Yield the rows that an importer reads of a file. BriefError where it breaks."""
    rows: Iterator[Row] | None = None
    while True:
        try:
            with readable(path):
                rows = iter(read()) if rows is None else rows
                row = next(rows)
        except StopIteration:
            return
        except AigcError:
            raise
        except Exception as error:
            raise BriefError(f"{path}: cannot be read: {type(error).__name__}: {first_line(error)}") from error
        yield row if _is_plain(row) else _mended(row)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say of a file what its importer broke at: too deep, too large. BriefError."""
    try:
        yield
    except RecursionError as error:
        raise BriefError(f"{path}: is nested too deeply to be read") from error
    except MemoryError as error:
        raise BriefError(f"{path}: has more in one piece than memory holds") from error


def _is_plain(row: Row) -> bool:
    """Say whether a row is nothing but whole texts, as most are; one look tells."""
    try:
        return encodes("".join((row.where, row.error, *row.values, *row.values.values())))
    except TypeError:  # cells that are no texts
        return False


def _mended(row: Row) -> Row:
    """Return a row without what cannot be held, and with its faults."""
    values: dict[str, Json] = {}
    faults = dict(row.faults)
    for name, value in row.values.items():
        column = whole_text(str(name))
        wrong = flaw(value)
        values[column] = value if not wrong else whole_text(value) if isinstance(value, str) else None
        if wrong:
            faults[column] = f"{column!r} {wrong}"
    first = next((text for column, text in faults.items() if column not in row.faults), "")
    error = whole_text(row.error or first)
    return replace(row, values=values, where=whole_text(row.where), error=error, faults=faults)
