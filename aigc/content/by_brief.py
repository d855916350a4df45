"""What is read out of a brief's values, read once for the many texts that are written from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TypeAlias, TypeVar

from aigc.types import Json

T = TypeVar("T")
Values: TypeAlias = Mapping[str, Json]

BRIEFS = 1024  # that are remembered: more than are in hand at a time


def once_per_brief(read: Callable[[Values], T]) -> Callable[[Values], T]:
    """Remember what a function reads out of the values of the latest briefs. Values are told apart as objects, so that
    looking them up costs nothing: nobody changes those of a brief."""
    kept: dict[int, tuple[Values, T]] = {}
    lock = Lock()

    def reading(values: Values) -> T:
        found = kept.get(id(values))
        if found is None:
            found = (values, read(values))  # held, so that no other values get their id
            with lock:
                kept[id(values)] = found
                if len(kept) > BRIEFS:
                    del kept[next(iter(kept))]
        return found[1]

    return reading
