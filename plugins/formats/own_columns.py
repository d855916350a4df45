"""The columns of a table that our exporters wrote, read back as what they were written from.

Such a table begins with `id, status`. A list stands in columns `facts 1`, `facts 2`, or, where it was an input whose
items hold what would part them, as JSON in one cell; a CSV file has apostrophes against formulas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from aigc.types import Json, Row
from aigc.types.foreign import read_json
from aigc_plugins.formats.formulas import RUNS, harmless

HEAD = ["id", "status"]
NUMBERED = re.compile(r"(?P<name>\S(?:.*\S)?) (?P<number>[1-9]\d{0,3})")
SUGGESTED = re.compile(r" suggestion$")  # of one text, not a list
APOSTROPHES = re.compile(rf"([;\t\r\n])'{RUNS}")  # as `harmless` writes them; any other is the text's own


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
    text = _unharmed(cell) if apostrophes and "'" in cell else cell
    return _parsed(text) if text[:1] == "{" or (text[:1] == "[" and not item) else text


def _unharmed(cell: str) -> str:
    """Return the text that `harmless` made this cell of, as far as it made it of any other."""
    text = APOSTROPHES.sub(r"\1", cell)
    candidates = (text.removeprefix("'"), text, cell.removeprefix("'"))
    return next((one for one in candidates if one != cell and harmless(one) == cell), cell)


def _parsed(text: str) -> Json:
    """Return the list of texts, or the objects, that a cell is the JSON of as we write it; else the text."""
    try:
        value = read_json(text)
    except ValueError:
        return text
    texts = isinstance(value, list) and all(isinstance(one, str | dict) for one in value)
    written = (texts or isinstance(value, dict)) and json.dumps(value, ensure_ascii=False) == text
    return value if written else text
