"""Columns for the inputs and fields of pieces: one each, for a list as many as the longest has items."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from aigc.types import Json
from aigc_plugins.formats.json_cells import in_cell

PARTED = re.compile(r"[;；\r\n]")  # where a cell is read as several items

Column = tuple[str, int | None]  # a field; of a list with the number of the item, from 1


class FieldColumns:
    """These are the columns that the pieces seen so far need, in the order their fields first appeared."""

    def __init__(self) -> None:
        self._longest: dict[str, int | None] = {}

    def see(self, fields: Mapping[str, Json]) -> None:
        """Make room for the fields of one more piece."""
        for name, value in fields.items():
            before = self._longest.get(name)
            self._longest[name] = max(before or 0, len(value)) if isinstance(value, list) else before

    def columns(self) -> list[Column]:
        """Return the columns."""
        return [
            (name, number)
            for name, longest in self._longest.items()
            for number in ([None] if longest is None else range(1, longest + 1))
        ]


def input_headings(inputs: Collection[str], taken: Collection[str]) -> list[str]:
    """Return how inputs' columns are called beside others: an input called like one of these is "NAME (brief)"."""
    return [f"{name} (brief)" if name in taken else name for name in inputs]


def one_text(value: Json) -> Json:
    """Return an input as one cell takes it: a list of texts or numbers as briefs give one, with `;` between, unless an
    item would not be read back from that; a list of nothing is an empty cell."""
    if isinstance(value, str):
        return in_cell(value)
    if value == []:
        return None
    if not isinstance(value, list) or not value or not all(map(_stays_one, value)):
        return value
    text = "; ".join(map(str, value))
    return text if in_cell(text) == text else value


def _stays_one(item: Json) -> bool:
    if isinstance(item, str):
        return item == item.strip() and item[:1] not in ("", "[") and not PARTED.search(item)
    return isinstance(item, int | float) and not isinstance(item, bool)


def headings(columns: Sequence[Column]) -> list[str]:
    """Return how columns are called: `headlines 3`."""
    return [name if number is None else f"{name} {number}" for name, number in columns]


def in_column(fields: Mapping[str, Json], column: Column) -> Json:
    """Return what stands in a column."""
    name, number = column
    value = fields.get(name)
    if number is not None:
        items = value if isinstance(value, list) else [value]
        value = items[number - 1] if number <= len(items) else None
    return in_cell(value, item=number is not None) if isinstance(value, str) else value
