"""Schemas in short phrases, as `aigc show` tells them to people."""

from __future__ import annotations

from aigc.cli.readable import one_line
from aigc.content.content_type import Schema
from aigc.content.walk import item_schema, properties


def kind_of(schema: Schema) -> str:
    """Return the type in a few words, such as `list of text` or `en | zh`."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {kind_of(item_schema(schema))}"
    if kind == "object":
        return "{" + ", ".join(properties(schema)) + "}"
    return {"string": str(schema.get("format", "text")), "integer": "whole number", "boolean": "true/false"}.get(
        kind, kind
    )


def bounds(schema: Schema) -> str:
    """Return the limits in a few words, such as `3 to 15 items, each width ≤ 30`."""
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
    if inside := item_schema(schema):
        parts.append(f"each {bounds(inside)}")
    return ", ".join(parts) or "-"


def default_of(schema: Schema) -> str:
    """Return what stands when nothing is given: the default, `optional`, or `needed`."""
    if "default" not in schema:
        return "needed"
    return "optional" if schema["default"] in (None, []) else one_line(schema["default"])
