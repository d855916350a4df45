"""What is handed to others' code may be changed by it as it likes: nothing of ours changes with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast, overload

from aigc.types import Artifact

T = TypeVar("T")
OURS = "aigc."  # how the modules of our nouns begin


def copied(value: T) -> T:
    """Return a value of which no mapping and no list is the other one's, those within our nouns included."""
    return cast("T", _copied(value))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_copied(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith(OURS):
        held = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        return replace(value, **{name: one for name, old in held.items() if (one := _copied(old)) is not old})
    return value


class Copies(Sequence[Artifact]):
    """These are pieces, each copied as it is asked for: there may be more of them than memory holds."""

    def __init__(self, pieces: Sequence[Artifact]) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def __iter__(self) -> Iterator[Artifact]:
        return map(copied, self._pieces)

    @overload
    def __getitem__(self, at: int) -> Artifact: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Artifact]: ...
    def __getitem__(self, at: int | slice) -> Artifact | Sequence[Artifact]:
        found = self._pieces[at]
        return copied(found) if isinstance(found, Artifact) else Copies(found)
