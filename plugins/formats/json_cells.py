"""Cells that hold JSON: lists whose items would not be read back from a text with `;` between, and objects.

A text that is itself such JSON is quoted as a text of JSON, else it would come back as a list. In the column of an item
a list is a text: there no list is written.
"""

from __future__ import annotations

import json

from aigc.types import Json
from aigc.types.foreign import read_json


def in_cell(text: str, *, item: bool = False) -> str:
    """Return a text as a cell of ours has it."""
    return text if out_of_cell(text, item=item) is text else _dumped(text)


def out_of_cell(cell: str, *, item: bool = False) -> Json:
    """Return what a cell of ours is the JSON of; the very text where it is none."""
    if not cell or cell[0] not in '"{[' or (cell[0] == "[" and item):
        return cell
    try:
        value = read_json(cell)
        written = _dumped(value) == cell
    except (ValueError, RecursionError):
        return cell
    if isinstance(value, str):
        written &= in_cell(value, item=item) == cell
    elif isinstance(value, list):  # one of numbers alone is written as a text
        written &= not value or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
    return value if written else cell


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
