"""How expressions ask for cells of a row by the names of columns, whichever of them a file has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from aigc.types import Json

_QUOTED = re.compile(r'"([^"]+)"|\'([^\']+)\'')
Asking: TypeAlias = Callable[..., Json]


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return a column's name as names are compared: case, underscores and the kind of white space do not count."""
    return " ".join(name.replace("_", " ").split()).casefold()


def names_asked_for(expression: str) -> tuple[str, ...]:
    """Return all that stands in quotes in an expression: names of columns, where it asks for cells."""
    return tuple(first or second for first, second in _QUOTED.findall(expression))


def asking_cells(row: Mapping[str, Json]) -> dict[str, Asking]:
    """Return what an expression may call: `cell("Title", "Name")`, the first of these that holds something, else none,
    and `cells("Size", "Sizes")`, a list of all that they hold. Names are compared `folded`."""

    def held(names: Iterable[str]) -> Iterable[Json]:
        known = by_folded(tuple(row))
        for name in names:
            value = row.get(known.get(folded(name), name))
            for one in value if isinstance(value, list) else (value,):
                if one is not None and str(one).strip():
                    yield one

    def cell(*names: str) -> Json:
        return next(iter(held(names)), None)

    def cells(*names: str) -> Json:
        return list(held(names))

    return {"cell": cell, "cells": cells}


@lru_cache(maxsize=256)
def by_folded(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return folded name → the first of the names that is folded so."""
    return {folded(name): name for name in reversed(names)}
