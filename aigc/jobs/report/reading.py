"""A piece's texts one by one, each with where it stands, what it is called there, and its length against its limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aigc.content import COUNTERS, ContentType, Counter, limit_of, measure
from aigc.content.walk import ANYTHING, is_prose, leaves
from aigc.types import Json

Schema = Mapping[str, Json]
Unit = tuple[Counter, int | None]  # what is counted, and how many there may be
INDEX = re.compile(r"\[\d+\]")
STEP = re.compile(r"\[(\d+)\]|\.([^.\[\]]+)")  # of a path
ANY: Unit = ("chars", None)
UNITS: Mapping[str, str] = MappingProxyType(
    {name: name for name in COUNTERS} | {"chars": "characters", "width": "columns", "x_weighted": "X characters"}
)  # as people say them


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceText:
    """This is one text of a piece. `path` is where it stands (`headlines[2]`), `label` that path within its field as
    people count (`3`). `length` is counted in `unit`, and is None for what is no prose and has no limit."""

    path: str
    label: str
    text: str
    unit: Unit = ANY
    length: int | None = None

    @property
    def kind(self) -> str:
        """Return the path of all texts like it: `headlines[]`."""
        return INDEX.sub("[]", self.path) if "[" in self.path else self.path


class Reader:
    """This reads the fields of pieces by the schemas of their content type, or without any."""

    def __init__(self, content_type: ContentType | None) -> None:
        self._schemas: Mapping[str, Schema] = content_type.output if content_type else {}

    def texts(self, name: str, value: Json) -> Iterator[PieceText]:
        """Yield every text of one field, in order; numbers are texts too, and what is empty is passed over."""
        for path, leaf, schema in leaves(value, self._schemas.get(name, ANYTHING), name):
            if leaf is not None:
                yield _text(leaf, schema, path, _label(path[len(name) :]))


def _text(value: Json, schema: Schema, path: str, label: str) -> PieceText:
    if not isinstance(value, str):
        return PieceText(path=path, label=label, text=str(value).lower() if isinstance(value, bool) else str(value))
    unit = limit_of(schema) or ANY
    counts = unit is not ANY or (is_prose(schema) and not value.startswith(("http://", "https://")))
    return PieceText(path=path, label=label, text=value, unit=unit, length=measure(value, unit[0]) if counts else None)


def _label(path: str) -> str:
    """Return a path within its field as people count: `3 · heading` of `[2].heading`."""
    return " · ".join(name or str(int(index) + 1) for index, name in STEP.findall(path))
