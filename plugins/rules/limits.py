"""Every bound a field's schema words set, counted the way the platform counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from aigc.content import measure
from aigc.extension import check
from aigc.types import Draft, Finding, Json

Schema = Mapping[str, Json]


@check
def limits(draft: Draft) -> Iterator[Finding]:
    """Every text, list and number keeps the bounds of its field's schema, and nothing required is missing."""
    for name, schema in draft.schema.items():
        yield from _value(draft.fields.get(name), schema, name)


@check
def min_words(text: str, *, least: int) -> Iterator[str]:
    """A text has at least that many words; every Chinese character counts as one."""
    words = measure(text, "words")
    if words < least:
        yield f"has {words} words, at least {least} are wanted"


def _value(value: Json, schema: Schema, path: str) -> Iterator[Finding]:
    if value is None:
        if not _nullable(schema):
            yield Finding(message="is missing", field=path)
    elif isinstance(value, str):
        yield from (Finding(message=message, field=path) for message in _text(value, schema))
    elif isinstance(value, list | tuple):
        yield from (Finding(message=message, field=path) for message in _list(value, schema))
        for index, item in enumerate(value):
            yield from _value(item, schema.get("items", {}), f"{path}[{index}]")
    elif isinstance(value, Mapping):
        properties: Mapping[str, Schema] = schema.get("properties", {})
        required = schema.get("required", properties)
        for name in [*properties, *(name for name in value if name not in properties)]:
            if name in value or name in required:
                yield from _value(value.get(name), properties.get(name, {}), f"{path}.{name}")
    elif not isinstance(value, bool):
        yield from (Finding(message=message, field=path) for message in _number(value, schema))


def _text(text: str, schema: Schema) -> Iterator[str]:
    counters: Mapping[str, int] = schema.get("limit") or {}
    for counter, limit in counters.items():
        if (count := measure(text, counter)) > limit:
            yield f"counts {count}, at most {limit} ({counter})"
    characters = len(unicodedata.normalize("NFC", text))
    most, least = schema.get("maxLength"), schema.get("minLength")
    if most is not None and characters > most:
        yield f"counts {characters}, at most {most} (chars)"
    if least is not None and characters < least:
        yield "is empty" if not text else f"counts {characters}, at least {least} (chars)"
    if "enum" in schema and text not in schema["enum"]:
        yield f"is {text!r}, not one of {', '.join(map(str, schema['enum']))}"
    if "pattern" in schema and not re.search(schema["pattern"], text):
        yield f"does not match {schema['pattern']}"


def _list(items: Json, schema: Schema) -> Iterator[str]:
    most, least = schema.get("maxItems"), schema.get("minItems")
    if most is not None and len(items) > most:
        yield f"has {len(items)} items, at most {most}"
    if least is not None and len(items) < least:
        yield f"has {len(items)} items, at least {least}"
    if schema.get("uniqueItems") and any(item in items[:index] for index, item in enumerate(items)):
        yield "has an item twice"


def _number(number: Json, schema: Schema) -> Iterator[str]:
    most, least = schema.get("maximum"), schema.get("minimum")
    if most is not None and number > most:
        yield f"is {number}, at most {most}"
    if least is not None and number < least:
        yield f"is {number}, at least {least}"


def _nullable(schema: Schema) -> bool:
    kind = schema.get("type")
    return "null" in kind if isinstance(kind, list) else kind == "null" or schema.get("default", ...) is None
