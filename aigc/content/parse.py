"""What a model wrote becomes fields. A text that was cut loses the word it was cut in; nothing else is changed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from aigc.content.content_type import TEXT, Schema
from aigc.content.grammar import longest
from aigc.content.schema import TYPES
from aigc.content.shorten import drop_cut_word
from aigc.content.walk import mapped
from aigc.types import FinishReason, Json
from aigc.types.foreign import flaw, with_marks, without_controls

_BLANK = " \t\r\n"


def parse_output(fields: Mapping[str, Schema], single: bool, text: str, finish_reason: FinishReason) -> dict[str, Json]:
    """Return the fields found in a completion: all of them, or of a broken or cut object those that are whole.

    A field is missing where the text has none of its type; nothing readable gives no fields at all.
    """
    if single:
        (schema,) = fields.values()
        line = text.strip()
        if "enum" in schema or "const" in schema:
            return {TEXT: line} if line else {}
        line = drop_cut_word(line) if finish_reason == "length" else _uncut(TEXT, line, schema)
        return {TEXT: line} if line else {}
    found = _scan(text)
    return {
        name: mapped(found[name], schema, name, _uncut)
        for name, schema in fields.items()
        if name in found and _is_a(schema, found[name])
    }


def _is_a(schema: Schema, value: Json) -> bool:
    kind = str(schema.get("type", "string"))
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, TYPES[kind])


def _uncut(path: str, value: Json, schema: Schema) -> Json:
    """Return a text that ran into the grammar's bound cut back to a whole word, anything else as it is."""
    most = longest(schema) if isinstance(value, str) and "enum" not in schema else None
    return drop_cut_word(value) if most is not None and len(value) >= most else value


def _scan(text: str) -> dict[str, Json]:
    """Return the members of the first JSON object in the text that are complete, up to where it breaks off."""
    at = text.find("{")
    if at < 0:
        return {}
    decoder = json.JSONDecoder(
        strict=False, parse_float=_finite, parse_constant=_finite
    )  # line breaks: checks see them
    found: dict[str, Json] = {}
    at += 1
    while True:
        try:
            name, at = decoder.raw_decode(text, _skip(text, at))
            at = _skip(text, at)
            if not isinstance(name, str) or text[at : at + 1] != ":":
                return found
            value, at = decoder.raw_decode(text, _skip(text, at + 1))
            value = _held(value)
        except (ValueError, RecursionError):
            return found
        at = _skip(text, at)
        closing = text[at : at + 1]
        if (closing in (",", "}") and closing) or isinstance(value, str | list | dict):
            found[name] = value
        if closing != ",":
            return found
        at += 1


def _held(value: Json) -> Json:
    """Return a value with a mark in place of each half of a character, and without the control characters that escapes
    stood for; None for one that nobody can hold."""
    try:
        return without_controls(with_marks(value) if flaw(value) else value)
    except ValueError:
        return None


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at
