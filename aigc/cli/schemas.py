"""Schemas as `aigc show` tells them: JSON Schema for programs, short phrases for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aigc.cli.options import required
from aigc.cli.readable import one_line
from aigc.types import Json

if TYPE_CHECKING:
    from aigc.content import ContentType

Schema = Mapping[str, Json]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
OURS = frozenset({"from", "fallback"})  # how a field comes about is no property of its value


def input_schema(content_type: ContentType) -> dict[str, Json]:
    """This is the JSON Schema of a brief."""
    return _object(content_type.brief, required(content_type.brief))


def output_schema(content_type: ContentType) -> dict[str, Json]:
    """This is the JSON Schema of an artifact's fields. A platform's own counting stands under `x-limit`."""
    return _object(content_type.output, list(content_type.output))


def _object(fields: Mapping[str, Schema], needed: list[str]) -> dict[str, Json]:
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {name: _pure(schema) for name, schema in fields.items()},
        "required": needed,
        "additionalProperties": False,
    }


def _pure(schema: Schema) -> dict[str, Json]:
    pure: dict[str, Json] = {}
    for word, value in schema.items():
        if word in OURS:
            continue
        if word == "limit":
            pure["x-limit"] = value
        elif word == "items" and isinstance(value, Mapping):
            pure[word] = _pure(value)
        elif word == "properties" and isinstance(value, Mapping):
            pure[word] = {name: _pure(inner) for name, inner in value.items()}
        else:
            pure[word] = value
    return pure


def asked_of(schema: Schema) -> str:
    """This is the type in a few words, such as `list of text` or `en | zh`."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {asked_of(schema.get('items', {}))}"
    if kind == "object":
        return "{" + ", ".join(schema.get("properties", {})) + "}"
    return {"string": str(schema.get("format", "text")), "integer": "whole number", "boolean": "true/false"}.get(
        kind, kind
    )


def bounds(schema: Schema) -> str:
    """This is the limits in a few words, such as `3-15 items, width ≤ 30`."""
    parts = []
    for low, high, unit in (
        ("minItems", "maxItems", " items"),
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
    ):
        if low in schema and high in schema:
            parts.append(f"{schema[low]} to {schema[high]}{unit}")
        elif high in schema:
            parts.append(f"≤ {schema[high]}{unit}")
        elif low in schema:
            parts.append(f"≥ {schema[low]}{unit}")
    parts += [f"{counter} ≤ {most}" for counter, most in dict(schema.get("limit") or {}).items()]
    if isinstance(schema.get("items"), Mapping) and (inner := bounds(schema["items"])):
        parts.append(f"each {inner}")
    return ", ".join(parts) or "-"


def default_of(schema: Schema) -> str:
    """This is what stands when nothing is given: the default, `optional`, or `needed`."""
    if "default" not in schema:
        return "needed"
    return "optional" if schema["default"] is None else one_line(schema["default"])
