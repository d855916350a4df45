"""The words a brief's inputs and an output's fields are described with, and whether a value keeps to them.

Brief: JSON Schema words. Output: the same and `limit`, `from`, `fallback`. One function, `problems`, decides for
briefs, examples and defaults alike; `check_words` reads a schema from YAML and refuses what makes no sense.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

from aigc.bounds.patterns import TooComplex, bounded_pattern, check_pattern
from aigc.content.content_type import Schema
from aigc.content.measures import COUNTERS, measure
from aigc.content.walk import item_schema, properties
from aigc.content.yaml_lines import Node
from aigc.errors import describe, did_you_mean
from aigc.types import Json

TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
FORMATS = ("uri", "date", "email")
NOT_IN_URI = r"[\s<>\"\\]"
_NOUNS = {"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}
_NOUNS |= {"array": "a list", "object": "an object"}

_ANY = ("type", "description", "title", "enum", "const", "default", "examples")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern", "format", "contentMediaType"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "boolean": (),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "required"),
}
_BEYOND_GRAMMAR = re.compile(r"\\[1-9bBAZ]|\(\?(?:<?[=!]|[P>#(a-zA-Z-])|(?<=.)\^|\$(?=.)", re.DOTALL)
_PLAIN_PARTS = re.compile(r"\\[^1-9bBAZ]|\[\^?\]?(?:\\.|[^\]])*\]", re.DOTALL)  # escaped marks, character classes
COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
Found: TypeAlias = Iterator[str]


def check_words(node: Node, *, output: bool, extra: Sequence[str] = ()) -> Schema:
    """Return the schema at `node`. `output` allows `limit`, and `extra` the words only a whole field may have.

    ContentTypeError at the line of what makes no sense.
    """
    words = node.mapping()
    kind = words.get("type")
    if "type" not in node:
        node.fail(f"{node.label} needs a type", "one of " + ", ".join(TYPES))
    if not isinstance(kind, str) or kind not in TYPES:
        node.child("type").fail(f"unknown type {describe(kind)}", did_you_mean(str(kind), TYPES))
    limit = ("limit",) if output and kind == "string" else ()
    known = (*_ANY, *_WORDS[kind], *limit, *extra)
    for word, child in node.items():
        if word == "required" and kind != "object":
            child.fail("every input and field is required", "write `default: null` for an input that may be missing")
        if word == "limit" and not limit:
            child.fail("only the texts of an output have a limit", "use maxLength, or maxItems for a list")
        if word not in known:
            child.fail(f"unknown word {word!r} for {_NOUNS[kind]}", did_you_mean(word, known))
    for word in (*COUNTS, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if word in node:
            node.child(word).integer(0) if word in COUNTS else node.child(word).number()
    _check_bounds(node)
    _check_text_words(node)
    _check_parts(node, kind, output)
    if "enum" in node and not node.child("enum").list():
        node.child("enum").fail("enum allows nothing")
    for word, values in (("enum", words.get("enum") or ()), ("const", [words["const"]] if "const" in words else ())):
        for value in values:
            if not _fits(kind, value):
                node.child(word).fail(f"{word} has {describe(value)}, but the type is {kind}")
    if words.get("default") is not None:
        for problem in problems({**words}, words["default"], "default"):
            node.child("default").fail(problem)
    return words


def _check_bounds(node: Node) -> None:
    words = node.mapping()
    for low, high in (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")):
        if low in words and high in words and words[low] > words[high]:
            node.child(low).fail(f"{low} {words[low]} is above {high} {words[high]}: nothing can satisfy both")
    if "limit" not in node:
        return
    limit = node.child("limit").only(COUNTERS)
    if len(limit.mapping()) != 1:
        limit.fail("limit names one counter", "such as `limit: {chars: 155}`; " + did_you_mean("", COUNTERS))
    for counter, child in limit.items():
        most = child.integer(1)
        if counter in ("chars", "width", "bytes") and words.get("minLength", 0) > most:
            child.fail(f"minLength {words['minLength']} is above the limit of {most}: nothing can satisfy both")


def _check_text_words(node: Node) -> None:
    if "pattern" in node:
        pattern = node.child("pattern")
        try:
            check_pattern(pattern.text())
        except TooComplex as error:
            pattern.fail(f"the pattern {error}")
        if _BEYOND_GRAMMAR.search(_PLAIN_PARTS.sub("x", pattern.text())):
            what = "look-around, back-references, word boundaries, flags and inner anchors"
            pattern.fail(f"{what} are not possible in a pattern", "a pattern is kept while the model writes")
    if "format" in node and node.child("format").text() not in FORMATS:
        value = node.child("format").text()
        node.child("format").fail(f"unknown format {value!r}", did_you_mean(value, FORMATS))
    if "contentMediaType" in node and not node.child("contentMediaType").text().startswith("text/"):
        node.child("contentMediaType").fail("only text/… can be written", "such as text/markdown")
    for word in ("description", "title"):
        if word in node:
            node.child(word).text()


def _check_parts(node: Node, kind: str, output: bool) -> None:
    if "uniqueItems" in node:
        node.child("uniqueItems").boolean()
    if kind == "array":
        if "items" in node:
            check_words(node.child("items"), output=output)
        elif output:
            node.fail(f"{node.label} is a list and needs `items`", "such as `items: {type: string}`")
    if kind == "object":
        if output and "properties" not in node:
            node.fail(f"{node.label} is an object and needs `properties`")
        names = dict(node.child("properties").items()) if "properties" in node else {}
        for child in names.values():
            check_words(child, output=output)
        for name in node.child("required").list() if "required" in node else ():
            if name.text() not in names:
                name.fail(f"requires {name.value!r}, which is no property", did_you_mean(name.value, names))


def problems(schema: Schema, value: Json, label: str) -> Found:
    """Yield what is wrong with `value`, each as `label …`; nothing when it keeps to the schema, limits too."""
    kind = str(schema.get("type", "string"))
    if half := _half_character(value):
        yield f"{label} holds half a character ({half}), which is no text"
        return
    if not _fits(kind, value):
        yield f"{label} must be {_NOUNS[kind]}, not {describe(value)}"
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


def _fits(kind: str, value: Json) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[kind])


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
    return parts.scheme in ("http", "https") and named and not re.search(NOT_IN_URI, value) and "," not in host


def _uri_told(value: str) -> str:
    if not re.match(r"https?://", value, re.IGNORECASE):
        return "it starts with https:// or http://"
    if found := re.search(NOT_IN_URI, value):
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
