"""A piece's texts one by one, each with where it stands, what it is called there, and its length against its limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aigc.content import COUNTERS, ContentType, Counter, limit_of, measure
from aigc.types import Json

Schema = Mapping[str, Json]
Unit = tuple[Counter, int | None]  # what is counted, and how many there may be
INDEX = re.compile(r"\[\d+\]")
ANY: Unit = ("chars", None)
UNITS: Mapping[str, str] = MappingProxyType(
    {name: name for name in COUNTERS} | {"chars": "characters", "width": "columns", "x_weighted": "X characters"}
)  # as people say them


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """This is one text of a piece. `path` is where it stands (`headlines[2]`), `label` that path within its field as
    people count (`3`). `length` is counted in `unit`, and is None for what is no prose and has no limit."""

    path: str
    label: str
    text: str
    unit: Unit = ANY
    length: int | None = None

    @property
    def kind(self) -> str:
        """This is the path of all texts like it: `headlines[]`."""
        return INDEX.sub("[]", self.path) if "[" in self.path else self.path


class Reader:
    """This reads the fields of pieces by the schemas of their content type, or without any."""

    def __init__(self, content_type: ContentType | None) -> None:
        self._schemas: Mapping[str, Schema] = content_type.output if content_type else {}

    def texts(self, name: str, value: Json) -> Iterator[Said]:
        """This yields every text of one field, in order; numbers are texts too, and what is empty is passed over."""
        yield from _texts(value, self._schemas.get(name, {}), name, "")


def _texts(value: Json, schema: Schema, path: str, label: str) -> Iterator[Said]:
    if isinstance(value, str):
        unit = limit_of(schema) or ANY
        counts = unit is not ANY or _is_prose(value, schema)
        yield Said(path=path, label=label, text=value, unit=unit, length=measure(value, unit[0]) if counts else None)
    elif isinstance(value, list):
        words = schema.get("items", {})
        for index, item in enumerate(value):
            yield from _texts(item, words, f"{path}[{index}]", _joined(label, str(index + 1)))
    elif isinstance(value, dict):
        words = schema.get("properties", {})
        for key, item in value.items():
            yield from _texts(item, words.get(key, {}), f"{path}.{key}", _joined(label, key))
    elif value is not None:
        yield Said(path=path, label=label, text=str(value).lower() if isinstance(value, bool) else str(value))


def _joined(label: str, part: str) -> str:
    return f"{label} · {part}" if label else part


def _is_prose(text: str, schema: Schema) -> bool:
    """This says that a text's length means something: it is no choice of a few and no address."""
    chosen = "enum" in schema or "const" in schema
    return not chosen and schema.get("format") != "uri" and not text.startswith(("http://", "https://"))
