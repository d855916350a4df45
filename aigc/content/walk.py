"""Schemas and what keeps to them, walked part by part: the one place that knows which words hold further schemas.

    sections = [{"heading": "Fit", "points": ["light", "warm"]}]

has the leaves `sections[0].heading`, `sections[0].points[0]` and `sections[0].points[1]`. What no schema describes is
walked as well, with an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from aigc.content.content_type import Schema
from aigc.types import Json

ITEMS, PROPERTIES = "items", "properties"
ANYTHING: Schema = MappingProxyType({})  # the schema of what none describes

Leaf: TypeAlias = tuple[str, Json, Schema]  # path such as `sections[0].heading`, value, schema
TEXT_WORDS = frozenset(("type", "minLength", "maxLength", "default", "description", "title"))  # of no more than limits
LIST_WORDS = frozenset(("type", "items", "minItems", "maxItems", "default", "description", "title"))


def item_schema(schema: Schema) -> Schema:
    """Return the schema of a list's items, an empty one where anything goes."""
    inside: Schema = schema.get(ITEMS) or ANYTHING
    return inside


def properties(schema: Schema) -> Mapping[str, Schema]:
    """Return the schemas of an object's members by name, none where any may be there."""
    inside: Mapping[str, Schema] = schema.get(PROPERTIES) or ANYTHING
    return inside


def inner_words(schema: Schema, change: Callable[[Schema], Json]) -> dict[str, Json]:
    """Return the words of `schema` that hold schemas, each of these as `change` makes it; not those further in."""
    words: dict[str, Json] = {}
    if inside := schema.get(ITEMS):
        words[ITEMS] = change(inside)
    if PROPERTIES in schema:
        words[PROPERTIES] = {name: change(inside) for name, inside in properties(schema).items()}
    return words


def closed_object(members: Mapping[str, Json], required: Sequence[str]) -> dict[str, Json]:
    """Return the JSON Schema of an object that has these members, each with its JSON Schema, and no others."""
    return {
        "type": "object",
        PROPERTIES: dict(members),
        "required": list(required),
        "additionalProperties": False,
    }


def is_prose(schema: Schema) -> bool:
    """Say whether a text is in the writer's own words, not one of a few choices or an address."""
    return "enum" not in schema and "const" not in schema and schema.get("format") != "uri"


def markdown_fields(output: Mapping[str, Schema], above: str = "") -> Iterator[str]:
    """Yield the fields whose texts are Markdown, such as `sections.text`."""
    for name, schema in output.items():
        path, inner = f"{above}{name}", schema
        while inner:
            if inner.get("contentMediaType") == "text/markdown":
                yield path
            yield from markdown_fields(properties(inner), f"{path}.")
            inner = item_schema(inner)


def leaves(value: Json, schema: Schema, path: str) -> list[Leaf]:
    """Return all in `value` that is neither a list nor an object, in order. `path` is where `value` itself stands."""
    found: list[Leaf] = []
    _gather(value, schema, path, found)
    return found


def _gather(value: Json, schema: Schema, path: str, found: list[Leaf]) -> None:
    """Append the leaves of `value`. (A generator that yields from itself takes half as long again.)"""
    if isinstance(value, str):  # most are, and a mapping is slow to tell
        found.append((path, value, schema))
    elif isinstance(value, list):
        words = item_schema(schema)
        for index, item in enumerate(value):
            _gather(item, words, f"{path}[{index}]", found)
    elif isinstance(value, Mapping):
        members = properties(schema)
        for name, item in value.items():
            _gather(item, members.get(name, ANYTHING), f"{path}.{name}", found)
    else:
        found.append((path, value, schema))


def mapped(value: Json, schema: Schema, path: str, change: Callable[[str, Json, Schema], Json]) -> Json:
    """Return `value` with every leaf as `change` makes it of its path, value and schema.

    (A nested function that called itself would be garbage that reference counts do not find, with all that it sees.)
    """
    if isinstance(value, str):
        return change(path, value, schema)
    if isinstance(value, list):
        words = item_schema(schema)
        return [mapped(item, words, f"{path}[{index}]", change) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        members = properties(schema)
        return {
            name: mapped(item, members.get(name, ANYTHING), f"{path}.{name}", change) for name, item in value.items()
        }
    return change(path, value, schema)
