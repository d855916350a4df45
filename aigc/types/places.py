"""Places in a piece: paths such as `headlines[2]` or `sections[0].heading`, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def at_path(fields: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path such as `sections[0].heading`, or None where there is none."""
    value: Any = fields
    for name, index in STEP.findall(path):
        if isinstance(value, str):  # whose characters are no places
            return None
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError, ValueError):  # a number that no list has
            return None
    return value


def text_places(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all texts inside fields, in order."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from text_places(item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from text_places(item, f"{path}.{name}" if path else str(name))


def with_texts(fields: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return fields with other texts at some paths; a path at which no text stands is passed over."""
    there = {path: text for path, text in texts.items() if isinstance(at_path(fields, path), str)}
    return {name: _placed(value, name, there) if there else value for name, value in fields.items()}


def _placed(value: Any, path: str, texts: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_placed(item, f"{path}[{index}]", texts) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {name: _placed(item, f"{path}.{name}", texts) for name, item in value.items()}
    return texts.get(path, value)
