"""A row of inputs becomes the values of a brief: named, typed, bounded, or refused with everything wrong about it."""

from __future__ import annotations

import logging
import math
import re
import unicodedata
from collections.abc import Mapping

from aigc.content.content_type import ContentType, Schema
from aigc.content.language_names import as_language
from aigc.content.languages import LANGUAGE
from aigc.content.measures import measure
from aigc.content.schema import problems
from aigc.content.walk import LIST_WORDS, TEXT_WORDS, item_schema, properties
from aigc.errors import BriefError, did_you_mean
from aigc.types import Json, ShownNumber, WrittenFloat, texts_in
from aigc.types.foreign import CONTROLS, flaw, has_controls, without_controls

log = logging.getLogger(__name__)

SHOWN = 3  # problems named in one message
YES = "true yes 1 y on t ja j wahr oui vrai sí si verdadero vero sim tak waar да 是 对 真 はい ✓ ✔ ☑ x"
NO = "false no 0 n off f nein falsch non faux falso não nee nie onwaar нет 否 假 いいえ ✗ ✘ ☐"
TRUE, FALSE = (frozenset(words.split()) for words in (YES, NO))
LISTED = re.compile(r"[;；\r\n]")  # a list within a cell: Alt-Enter in a spreadsheet makes a line break
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")


def brief_values(content_type: ContentType, raw: Mapping[str, Json], *, where: str) -> dict[str, Json]:
    """Return one brief's values, every input present, in the order the content type declares them.

    Text becomes what the schema says: a number, true/false (yes/no, ja/nein, 1/0, 是/否), a list split on `;`, `；` and
    line breaks, and a `language` one of those that may be. Texts are NFC without outer whitespace; empty text and None
    mean not given, so the default applies (`default: null` gives None). BriefError `where: …` names up to three
    problems. Control characters are taken out, which is logged.
    """
    values, found = read_values(content_type.brief, raw, complete=True)
    if taken := with_controls(raw):
        log.warning("%s: control characters were taken out of %s", where, ", ".join(map(repr, taken)))
    if found:
        shown = "; ".join(found[:SHOWN])
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise BriefError(f"{where}: {shown}{more}")
    return values


def read_values(
    inputs: Mapping[str, Schema], raw: Mapping[str, Json], *, complete: bool
) -> tuple[dict[str, Json], list[str]]:
    """Return the values and what is wrong with them. Without `complete` only given inputs are there or checked."""
    found: list[str] = []
    for name in raw:
        if name not in inputs:
            remedy = did_you_mean(str(name), inputs)
            found.append(f"unknown input {name!r}" + (f"; {remedy}" if remedy else ""))
    values: dict[str, Json] = {}
    for name, schema in inputs.items():
        if (plain := _plainly(schema, raw.get(name))) is not None:
            values[name] = plain
            continue
        if wrong := flaw(raw.get(name)):
            found.append(f"{name} {wrong}")
            continue
        value = coerced(schema, without_controls(raw.get(name)))
        if name == LANGUAGE and isinstance(value, str) and value not in (known := schema.get("enum", (value,))):
            value = as_language(value, tuple(one for one in known if isinstance(one, str)))
        if value is not None:
            found.extend(problems(schema, value, name))
        elif "default" in schema and complete:
            value = schema["default"]
        elif complete:
            found.append(f"{name} is missing")
        if complete or value is not None:
            values[name] = value
    return values, found


def with_controls(raw: Mapping[str, Json]) -> list[str]:
    """Return the names of values that have control characters, which do not become part of a brief."""
    return [name for name, value in raw.items() if _is_sound(value) and any(map(has_controls, texts_in(value)))]


def _is_sound(value: Json) -> bool:
    """Say whether a value can be walked."""
    return isinstance(value, str) or not flaw(value)


def _plainly(schema: Schema, value: Json) -> str | list[str] | None:
    """Return the value of a text in ASCII for an input of texts that knows no more than limits, as most are and few
    steps tell; None for every other, and for one over its limits."""
    if type(value) is not str or not value.isascii() or CONTROLS.search(value):
        return None
    if schema.get("type") == "array":
        words = item_schema(schema)
        if not LIST_WORDS.issuperset(schema) or not words or not _is_text(words):
            return None
        items = [text for part in LISTED.split(value) if (text := part.strip())]
        sound = items and schema.get("minItems", 0) <= len(items) <= schema.get("maxItems", len(items))
        return items if sound and all(_fits(words, text) for text in items) else None
    text = value.strip()
    return text if text and _is_text(schema) and _fits(schema, text) else None


def _is_text(schema: Schema) -> bool:
    return schema.get("type") == "string" and TEXT_WORDS.issuperset(schema)


def _fits(schema: Schema, text: str) -> bool:
    return bool(schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)))


def optional(inputs: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the inputs that may be missing and have a limit."""
    return {
        name: schema
        for name, schema in inputs.items()
        if schema.get("default", ...) in (None, []) and schema.get("type") in ("string", "array")
    }


def within_limits(inputs: Mapping[str, Schema], raw: dict[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
    """Return raw values of which none of these inputs is over its limit, and input → what was left out, and why.

    A text that is too long is left out, not cut: half an offer is another one. A list loses what is too long or too
    many.
    """
    kept: dict[str, Json] = {}
    left_out: dict[str, str] = {}
    for name, schema in inputs.items():
        value = raw.get(name)
        if not value or (type(value) is str and len(value) <= schema.get("maxLength", 0)):
            continue
        value = coerced(schema, value)
        if isinstance(value, str) and (over := _over(schema, value)):
            kept[name], left_out[name] = None, over
        elif isinstance(value, list):
            words, most = item_schema(schema), schema.get("maxItems", len(value))
            long = [over for item in value if isinstance(item, str) and (over := _over(words, item))]
            short = [item for item in value if not (isinstance(item, str) and _over(words, item))]
            if long or len(short) > most:
                many = [f"it has {len(short)} items, at most {most}"] if len(short) > most else []
                kept[name], left_out[name] = short[:most], "; ".join([*(f"an item: {over}" for over in long), *many])
    return {**raw, **kept} if kept else raw, left_out


def _over(schema: Schema, text: str) -> str:
    """Say by how much a text is too long, nothing where it is not."""
    most = schema.get("maxLength")
    if most is None or len(text) <= most or (size := measure(text, "chars")) <= most:
        return ""
    return f"it has {size} characters, at most {most}"


def coerced(schema: Schema, value: Json) -> Json:
    """Return `value` as its schema's type where it plainly means one, unchanged where it does not, None when empty."""
    kind = schema.get("type")
    if isinstance(value, ShownNumber) and kind in ("number", "integer"):
        value = value.number
    if isinstance(value, str):
        value = value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip().lstrip("\ufeff")
        if not value:
            return None
        if kind == "array":
            return _items(schema, LISTED.split(value))
        return _typed(str(kind), value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # how spreadsheets and data frames spell an empty cell
    if isinstance(value, int | float) and kind == "boolean" and value in (0, 1):
        return bool(value)
    if isinstance(value, float) and kind == "integer" and value.is_integer():
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and kind == "array":
        value = [value]  # a cell of a workbook, where a table has a text
    if isinstance(value, WrittenFloat):
        return value.text if kind == "string" else float(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and kind == "string":
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, list | tuple) and kind == "array":
        return _items(schema, value)
    if isinstance(value, Mapping) and kind == "object":
        members = properties(schema)
        return {key: coerced(members[key], item) if key in members else item for key, item in value.items()}
    return value


def _items(schema: Schema, values: list[Json] | tuple[Json, ...]) -> Json:
    """Return a list without its empty items, None for a list of nothing: that is not given."""
    words = item_schema(schema)
    return [item for item in (coerced(words, value) for value in values) if item is not None] or None


def _typed(kind: str, text: str) -> Json:
    if kind == "boolean":
        word = text.lower().rstrip("\ufe0f")
        return True if word in TRUE else False if word in FALSE else text
    if kind in ("number", "integer") and NUMBER.fullmatch(text) and any(char.isdigit() for char in text):
        number = float(text.replace(",", ""))
        if not math.isfinite(number):
            return text
        plain = number.is_integer() and ("." not in text or kind == "integer")
        return int(number) if plain and abs(number) < 2**53 else number
    return text
