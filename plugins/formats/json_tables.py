"""Tables that a JSON object holds without a list of rows: as pandas writes them by column, or as programs keep things
by their ids.

{"product": {"0": "Mug", "1": "Cup"}, "price": {"0": 9, "1": 7}}    by column, also with lists in place of objects
{"SKU1": {"product": "Mug"}, "SKU2": {"product": "Cup"}}            by id, also under one key: {"products": {…}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aigc.types import Json

BY_ID, BY_COLUMN = "by-id", "by-column"  # what such tables are called where a sheet or list has its name
ID = "id"


def tables(value: Mapping[str, Json]) -> dict[str, list[Json]]:
    """Return the rows of an object by how it may be read, the likeliest first; nothing where it is no table."""
    within = next(iter(value.values())) if len(value) == 1 else None
    if isinstance(within, dict) and _objects(within) and not all(map(_counted, within.values())):
        value = within
    if listed := _of_lists(value):
        return {BY_COLUMN: listed}
    if not (rows := _objects(value)):
        return {}
    if all(map(_counted, rows.values())) and not _counted(rows):
        return {BY_COLUMN: _transposed(rows)}
    shared = set.intersection(*(set(row) for row in rows.values()))
    if not shared:
        return {}
    nested = any(isinstance(one, dict) for row in rows.values() for one in row.values())
    alike = len(rows) > 1 and not nested and all(row.keys() == shared for row in rows.values())
    return {BY_ID: _keyed(rows), **({BY_COLUMN: _transposed(rows)} if alike else {})}


def _objects(value: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Return an object of nothing but objects, none of them empty; nothing where it is another one."""
    found = {key: one for key, one in value.items() if isinstance(one, dict) and one}
    return found if len(found) == len(value) else {}


def _of_lists(value: Mapping[str, Json]) -> list[Json]:
    """Return the rows of columns that are lists, two at the least and each as long as the others."""
    columns = {key: one for key, one in value.items() if isinstance(one, list) and not _holds_objects(one)}
    if len(columns) < max(2, len(value)) or len({len(one) for one in columns.values()}) != 1:
        return []
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _holds_objects(items: Iterable[Json]) -> bool:
    return any(isinstance(item, dict) for item in items)


def _counted(column: Mapping[str, Json]) -> bool:
    """Say whether the keys are those of rows that are counted from anywhere: 0, 1, 2; some may be left out."""
    return all(key.isdecimal() for key in column)


def _transposed(columns: Mapping[str, Mapping[str, Json]]) -> list[Json]:
    """Return the rows of columns, in the order in which their keys come; a key that is no count is the row's id."""
    keys = list(dict.fromkeys(key for column in columns.values() for key in column))
    rows = {key: {name: column[key] for name, column in columns.items() if key in column} for key in keys}
    return list(rows.values()) if all(key.isdecimal() for key in keys) else _keyed(rows)


def _keyed(rows: Mapping[str, dict[str, Json]]) -> list[Json]:
    """Return the rows, each with its key as its id unless it has one, or keys but count the rows."""
    if list(rows) == [str(at) for at in range(len(rows))]:
        return list(rows.values())
    return [row if any(key.casefold() == ID for key in row) else {ID: key, **row} for key, row in rows.items()]
