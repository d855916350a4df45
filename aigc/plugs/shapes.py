"""What values in YAML files look like, in words of JSON Schema: for editors, and for the pages of the guide.

These are schemas of files. Those of inputs and fields, which content types write down, are `aigc.content`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Shape: TypeAlias = Mapping[str, Any]  # words of JSON Schema; `#/$defs/NAME` is put there by who makes the document

TEXT_SHAPE: Shape = {"type": "string", "pattern": r"\S"}
TRUTH: Shape = {"type": "boolean"}
MAPPING: Shape = {"type": "object"}


def defined(name: str) -> Shape:
    """Return a reference to a part of the document."""
    return {"$ref": f"#/$defs/{name}"}


def list_of(shape: Shape, *, least: int = 0) -> dict[str, Any]:
    """Return the shape of a list of such values."""
    return {"type": "array", "items": shape, **({"minItems": least} if least else {})}


def values_of(shape: Shape, *, least: int = 0, named: str = "") -> dict[str, Any]:
    """Return the shape of a mapping to such values; its keys match the pattern `named`."""
    names: Shape = {"propertyNames": {"pattern": f"^(?:{named})$"}} if named else {}
    return {"type": "object", "additionalProperties": shape, **names, **({"minProperties": least} if least else {})}


def closed(keys: Mapping[str, Shape], needed: Sequence[str] = ()) -> dict[str, Any]:
    """Return the shape of a mapping with these keys and no other."""
    words = {"type": "object", "properties": dict(keys), "additionalProperties": False}
    return words | ({"required": list(needed)} if needed else {})


def one_of(keys: Mapping[str, Shape]) -> dict[str, Any]:
    """Return the shape of a mapping with exactly one of these keys."""
    return {**closed(keys), "minProperties": 1, "maxProperties": 1}


def keys_of(shape: Shape) -> Mapping[str, Shape]:
    """Return the keys of the shape of a mapping."""
    return shape.get("properties") or {}


def items_of(shape: Shape) -> Shape:
    """Return the shape of a list's items, empty where they are anything."""
    return shape.get("items") or {}


def with_keys(shape: Shape, keys: Mapping[str, Shape]) -> dict[str, Any]:
    """Return the shape of a mapping with further keys, or others in place of its own."""
    return {**shape, "properties": {**keys_of(shape), **keys}}


def having(key: str, value: Shape) -> Shape:
    """Return the condition that a mapping has a key with such a value."""
    return {"properties": {key: value}, "required": [key]}
