"""The words a brief's inputs and an output's fields are described with, and whether a value keeps to them.

Brief: JSON Schema words. Output: the same and `limit`, `from`, `fallback`. One function, `problems`, decides for
briefs, examples and defaults alike; `describing` reads a schema from YAML and refuses what makes no sense.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

from aigc.bounds.patterns import TooComplex, bounded_pattern
from aigc.content.content_type import Schema
from aigc.content.measures import measure
from aigc.content.walk import item_schema, properties
from aigc.errors import describe, did_you_mean
from aigc.types import Json
from aigc.types.foreign import HALVED, flaw

TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
NOT_IN_URI = re.compile(r"[\s<>\"\\]")
NOUNS = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}
NOUNS |= {"array": "a list", "object": "an object"}

Found: TypeAlias = Iterator[str]


def problems(schema: Schema, value: Json, label: str) -> Found:
    """Yield what is wrong with `value`, each as `label …`; nothing when it keeps to the schema, limits too."""
    kind = str(schema.get("type", "string"))
    if wrong := _unheld(value):
        yield f"{label} {wrong}"
        return
    if not fits(kind, value):
        yield f"{label} must be {NOUNS[kind]}, not {describe(value)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        remedy = did_you_mean(str(value), map(str, schema["enum"]))
        yield f"{label} is {describe(value)}, not one of {_listed(schema['enum'])}" + (
            f"; {remedy}" if remedy.startswith("did") else ""
        )
    if "const" in schema and value != schema["const"]:
        yield f"{label} must be {describe(schema['const'])}, not {describe(value)}"
    if isinstance(value, str):
        yield from _text_problems(schema, value, label)
    elif isinstance(value, list):
        yield from _list_problems(schema, value, label)
    elif isinstance(value, dict):
        yield from _object_problems(schema, value, label)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number_problems(schema, value, label)


def fits(kind: str, value: Json) -> bool:
    """Say whether a value is of a kind."""
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


def schema_problems(fields: Mapping[str, Json], schema: Mapping[str, Schema]) -> list[tuple[str, str]]:
    """Return what breaks the bounds of an output, as (path such as `headlines[2]`, message); missing fields too."""
    found = []
    for name, words in schema.items():
        value = fields.get(name)
        if value is None:
            if words.get("default", ...) is not None:
                found.append((name, "is missing"))
        else:  # a label has no blank in it, so it ends at the first one
            parted = (problem.partition(" ") for problem in problems(words, value, name))
            found += [(path, message) for path, _, message in parted]
    return found


def required(schemas: Mapping[str, Schema]) -> list[str]:
    """Return the names of what cannot be left out: what has no default."""
    return [name for name, schema in schemas.items() if "default" not in schema]


def _unheld(value: Json) -> str:
    """Say what about a value no file could hold: the piece with it could not be read again. Nothing where all can."""
    wrong = flaw(value)
    if wrong == HALVED:
        return f"holds half a character ({_half_character(value)}), which is no text"
    return wrong or ("holds a number without end, which JSON has not" if _endless(value) else "")


def _endless(value: Json) -> bool:
    """Say whether there is an infinity, or no number where one should be, anywhere inside `value`."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, Mapping):
        return any(map(_endless, value.values()))
    return isinstance(value, list) and any(map(_endless, value))


def _half_character(value: Json) -> str:
    """Name the first lone surrogate in any text inside `value`: JSON can hold one, no encoding can write it."""
    if isinstance(value, str):
        found = None if value.isascii() else re.search("[\ud800-\udfff]", value)
        return f"U+{ord(found[0]):04X} at {found.start()}" if found else ""
    if isinstance(value, Mapping):
        return next((half for pair in value.items() for part in pair if (half := _half_character(part))), "")
    if isinstance(value, list):
        return next((half for item in value if (half := _half_character(item))), "")
    return ""


def _listed(values: Sequence[Json]) -> str:
    return ", ".join(str(value) for value in values[:12]) + (", …" if len(values) > 12 else "")


def _text_problems(schema: Schema, value: str, label: str) -> Found:
    if "minLength" in schema or "maxLength" in schema:
        size = measure(value, "chars")
        if size < schema.get("minLength", 0):
            yield f"{label} has {_counted(size, 'character')}, at least {schema['minLength']}"
        if size > schema.get("maxLength", size):
            yield f"{label} has {_counted(size, 'character')}, at most {schema['maxLength']}"
    for counter, most in (schema.get("limit") or {}).items():
        if (size := measure(value, counter)) > most:
            unit = {"chars": "characters", "width": "columns (wide characters count 2)"}.get(counter, counter)
            yield f"{label} has {size} {unit}, at most {most}"
    if "pattern" in schema:
        yield from _pattern_problems(schema["pattern"], value, label)
    wanted = schema.get("format")
    if wanted == "uri" and not _is_uri(value):
        yield f"{label} is {describe(value)}, which is no web address; {_uri_told(value)}"
    if wanted == "email" and not _is_email(value):
        yield f"{label} is {describe(value)}, which is no e-mail address"
    if wanted == "date" and not _is_date(value):
        yield f"{label} is {describe(value)}, which is no date; write it as 2026-12-31"


def _pattern_problems(pattern: str, value: str, label: str) -> Found:
    try:
        if not bounded_pattern(pattern).found_in(value):
            yield f"{label} is {describe(value)}, which does not match {pattern!r}"
    except TooComplex as error:
        yield f"{label}: the pattern {pattern!r} {error}"


def _list_problems(schema: Schema, value: list[Json], label: str) -> Found:
    if len(value) < schema.get("minItems", 0):
        yield f"{label} has {_counted(len(value), 'item')}, at least {schema['minItems']}"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{label} has {_counted(len(value), 'item')}, at most {schema['maxItems']}"
    if schema.get("uniqueItems"):
        for index, item in enumerate(value):
            if item in value[:index]:
                yield f"{label} has {describe(item)} twice"
                break
    if words := item_schema(schema):
        for index, item in enumerate(value):
            yield from problems(words, item, f"{label}[{index}]")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _object_problems(schema: Schema, value: Mapping[str, Json], label: str) -> Found:
    members = properties(schema)
    for name in schema.get("required", required(members)):
        if name not in value:
            yield f"{label} lacks {name!r}"
    for name, inside in value.items():
        if name in members:
            yield from problems(members[name], inside, f"{label}.{name}")
        elif members:
            remedy = did_you_mean(name, members)
            yield f"{label} has the unknown key {name!r}" + (f"; {remedy}" if remedy else "")


def _number_problems(schema: Schema, value: float, label: str) -> Found:
    if value < schema.get("minimum", value):
        yield f"{label} is {value}, at least {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"{label} is {value}, at most {schema['maximum']}"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield f"{label} is {value}, more than {schema['exclusiveMinimum']}"
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield f"{label} is {value}, less than {schema['exclusiveMaximum']}"


def _is_uri(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    host = parts.hostname or ""
    named = host.startswith("[") or ":" in host or all(host.removesuffix(".").split("."))
    return parts.scheme in ("http", "https") and named and not NOT_IN_URI.search(value) and "," not in host


def _uri_told(value: str) -> str:
    if not re.match(r"https?://", value, re.IGNORECASE):
        return "it starts with https:// or http://"
    if found := NOT_IN_URI.search(value):
        return "it has white space" if found[0].isspace() else f"it has {found[0]!r}"
    return "its host has no name that could be one"


def _is_email(value: str) -> bool:
    name, _, place = value.partition("@")
    return bool(name) and "@" not in place and "." in place[1:-1] and not re.search(r"\s", value)


def _is_date(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10
