"""The columns of a table that our exporters wrote, read back as what they were written from.

Such a table begins with `id, status`. A list stands in columns `facts 1`, `facts 2`, or, where it was an input whose
items hold what would part them, as JSON in one cell; a CSV file has apostrophes against formulas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from aigc.types import Json, Row
from aigc_plugins.formats.formulas import unharmed
from aigc_plugins.formats.json_cells import out_of_cell

HEAD = ["id", "status"]
NUMBERED = re.compile(r"(?P<name>\S(?:.*\S)?) (?P<number>[1-9]\d{0,3})")
SUGGESTED = re.compile(r" suggestion$")  # of one text, not a list


class OwnColumns:
    """These are the columns of a table; `ours` where one of our exporters wrote it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.ours = list(names[:2]) == HEAD
        self._names = names

    def read(self, row: Row, *, apostrophes: bool) -> Row:
        """Return a row whose lists are lists; with `apostrophes` those against formulas are taken off."""
        if not self.ours or row.error or row.faults:
            return row
        items = {column for columns in self._lists.values() for column in columns}
        values = {name: _value(value, apostrophes, name in items) for name, value in row.values.items()}
        for name, columns in self._lists.items():
            listed = [values.pop(column, None) for column in columns]
            while listed and listed[-1] in (None, ""):
                listed.pop()
            values[name] = listed or None
        return replace(row, values=values)

    @cached_property
    def _lists(self) -> dict[str, list[str]]:
        """The columns of each list, in order."""
        found: dict[str, list[str]] = {}
        for column in self._names[len(HEAD) :]:
            parts = NUMBERED.fullmatch(column)
            if parts and not SUGGESTED.search(parts["name"]) and parts["name"] not in self._names:
                found.setdefault(parts["name"], []).append(column)
        return {
            name: columns
            for name, columns in found.items()
            if columns == [f"{name} {number}" for number in range(1, len(columns) + 1)]
        }


def _value(cell: Json, apostrophes: bool, item: bool) -> Json:
    if type(cell) is not str:
        return cell
    return out_of_cell(unharmed(cell) if apostrophes and "'" in cell else cell, item=item)
