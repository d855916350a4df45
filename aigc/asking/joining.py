"""Rows that are parts of one thing, such as the variants of a product, joined to the first of them.

The file is read twice: what the later rows say is kept on disk in between, so that they may stand anywhere in it and
there may be any number of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from aigc.asking.cells import by_folded, folded
from aigc.ledger.scratch import Scratch
from aigc.types import Json, Row, WrittenFloat

LONGEST_RUN = 1000  # rows
WRITTEN = "as written"  # before a number's own words, which JSON would write in its own way


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """This is which rows are one: those alike in a column of `by` (the first of these that the file has).

    With a column `parent` only rows that name another one there are part of it. They name it by what it has in the
    first column of `by` that the file has, or in any other one with that column's name before it: `id:17`. The first
    row's cells stand, but different values in columns to `collect` are a list.
    """

    by: tuple[str, ...]
    parent: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.by, *self.parent, *self.collect)

    def rows(self, opened: Callable[[], Iterable[Row]]) -> Iterator[Row]:
        """Yield the joined rows in their order. A row that could not be read is left to itself, and one whose parent
        is not in the file fails."""
        with Scratch() as first, Scratch() as others:
            parts = _Parts(self, first, others)
            for row in opened():
                if not row.error:
                    parts.keep(row)
            parts.begin()
            for row in opened():
                joined = row if row.error else parts.joined(row)
                if joined is not None:
                    yield joined


class _Parts:
    """This is what is known of a file's rows after it was read once: who stands first, and what the others say."""

    def __init__(self, join: Join, first: Scratch, others: Scratch) -> None:
        self._join = join
        self._first = first  # name of a first row → where it stands
        self._others = others  # :name → how many runs of rows, number:name → what one of them says, as JSON
        self._name = ""  # of the row before
        self._run: list[dict[str, Json]] = []  # what rows of that name say that came one after another

    def keep(self, row: Row) -> None:
        """Keep that a row is a first one, or what it adds to another."""
        parent = _cell(row, self._join.parent)
        names = [parent] if parent else self._names(row)
        if parent or (names[:1] == [self._name] and not self._join.parent):
            self._add(names[0], row)
            return
        for name in names:
            if not self._first.add(name, row.where) and not self._join.parent:
                self._add(name, row)
            elif not self._join.parent:
                self._end_run(name)

    def begin(self) -> None:
        """Go over the rows once more, from the first."""
        self._end_run("")

    def joined(self, row: Row) -> Row | None:
        """Return a first row with all that belongs to it, None for one that is part of another."""
        parent = _cell(row, self._join.parent)
        if parent:
            there = self._first.get(parent)
            return None if there else replace(row, error=f"is part of {parent!r}, which is not in the file")
        names = self._names(row)
        if names and not self._join.parent:
            before, self._name = self._name, names[0]
            if names[0] == before or self._first.get(names[0]) != row.where:
                return None
        values = dict(row.values)
        columns = self._collected(row)
        parts = [part for name in names for part in self._parts(name)] if columns else []
        for column in columns if parts else ():
            different = _different([row.values[column], *(part.get(column) for part in parts)])
            if len(different) > 1:
                values[column] = different
            elif different and row.values[column] in (None, ""):
                values[column] = different[0]
        return replace(row, values=values)

    def _add(self, name: str, row: Row) -> None:
        if name != self._name or len(self._run) == LONGEST_RUN:
            self._end_run(name)
        self._run.append({column: _kept(row.values[column]) for column in self._collected(row)})

    def _end_run(self, name: str) -> None:
        """Write down what rows of one name said, before one of that other `name`."""
        if self._run and self._join.collect:
            line = json.dumps(self._run, ensure_ascii=False, default=str)
            number = int(self._others.get(f":{self._name}") or 0)
            self._others.put(f"{number}:{self._name}", line)
            self._others.put(f":{self._name}", str(number + 1))
        self._name, self._run = name, []

    def _names(self, row: Row) -> list[str]:
        """Return what other rows may call this one."""
        if not self._join.parent:
            name = _cell(row, self._join.by)
            return [name] if name else []
        given = [(column, _cell(row, (column,))) for column in self._join.by]
        plain = _cell(row, self._join.by)
        return [*filter(None, [plain]), *(f"{folded(column)}:{value}" for column, value in given if value)]

    def _parts(self, name: str) -> Iterator[Mapping[str, Json]]:
        for number in range(int(self._others.get(f":{name}") or 0)):
            for kept in json.loads(self._others.get(f"{number}:{name}")):
                yield {column: _taken_up(value) for column, value in kept.items()}

    def _collected(self, row: Row) -> list[str]:
        known = by_folded(tuple(row.values))
        return [known[name] for name in map(folded, self._join.collect) if name in known]


def _kept(value: Json) -> Json:
    """Return a cell as JSON keeps it whole: a list says in its first place what it stands for."""
    if isinstance(value, WrittenFloat):
        return [WRITTEN, value.text]
    if isinstance(value, list | tuple):
        return ["", *map(_kept, value)]
    return {name: _kept(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _taken_up(value: Json) -> Json:
    if isinstance(value, list):
        return WrittenFloat(value[1]) if value[0] == WRITTEN else [_taken_up(one) for one in value[1:]]
    return {name: _taken_up(one) for name, one in value.items()} if isinstance(value, dict) else value


def _different(cells: Iterable[Json]) -> list[Json]:
    """Return what cells hold, each once: the items of a list, else the value."""
    found: dict[Json, Json] = {}
    for cell in cells:
        for one in cell if isinstance(cell, list | tuple) else [cell]:
            if one not in (None, ""):
                found.setdefault(repr(one) if isinstance(one, list | tuple | dict) else one, one)
    return list(found.values())


def _cell(row: Row, columns: Iterable[str]) -> str:
    """Return what stands in the first of the columns that the row has, without white space around it."""
    if not columns:
        return ""
    known = by_folded(tuple(row.values))
    value = next((row.values[known[name]] for name in map(folded, columns) if name in known), None)
    return "" if value is None else str(value).strip()
