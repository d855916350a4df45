"""An output's schema as a grammar, so that what holds of it holds while the model writes.

A single string is a line: no JSON around it, no line break in it, no blank or quotation mark at its ends. Fields are
one compact JSON object in the schema's order. A limit becomes an upper bound in characters with some slack, because a
model stopped by the grammar is stopped inside a word; the limit itself is kept by trimming and by checks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import ceil
from typing import Literal

from aigc.content.content_type import Schema
from aigc.content.measures import limit_of
from aigc.content.walk import closed_object, inner_words, properties
from aigc.types import Grammar, Json

SLACK_CHARS = 12
SLACK_SHARE = 0.4
CHARS_PER_WORD = 8  # an upper bound has to leave room for long words
PIXELS_PER_CHAR = 8  # and this one for narrow letters

_CONTROL = r"\x00-\x1f\x7f\u0085\u2028\u2029"
_CONTROL_BUT_BREAKS = r"\x00-\x08\x0b-\x1f\x7f"
_QUOTES = "\"'`“”‘’„«»「」『』"
_KEPT_WORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems")


def output_grammar(fields: Mapping[str, Schema], single: bool, *, chat: bool = True) -> Grammar | None:
    """Return the grammar of an output; None where a single text is free: several lines without bounds.

    What goes on from plain text (not `chat`) may begin with the blank that parts it from there; parsing takes it off.
    """
    if not single:
        return _object(fields, {})
    grammar = _line(fields)
    return grammar if chat or grammar is None else Grammar(kind="regex", source=f" ?(?:{grammar.source})")


def _line(fields: Mapping[str, Schema]) -> Grammar | None:
    (schema,) = fields.values()
    if "enum" in schema or "const" in schema:
        allowed = schema.get("enum") or [schema["const"]]
        return Grammar(kind="regex", source="|".join(_literal(str(value)) for value in allowed))
    if "pattern" in schema:
        return Grammar(kind="regex", source=_whole(str(schema["pattern"])))
    least, most = int(schema.get("minLength", 0)), longest(schema)
    if may_break(schema) and most is None and not least:
        return None
    return Grammar(kind="regex", source=_text(may_break(schema), max(least, 1), most))


def with_kept(fields: Mapping[str, Schema], kept: Mapping[str, Json]) -> Grammar:
    """Return the object's grammar with the kept fields given, so that only the others are written again.

    What is kept after the last of the others is left out: nothing depends on it any more.
    """
    last = max((at for at, name in enumerate(fields) if name not in kept), default=len(fields) - 1)
    return _object(dict(list(fields.items())[: last + 1]), kept)


def free_form(grammar: Grammar) -> Literal["line", "prose"] | None:
    """Say whether a grammar asks for no more than a text of some length: a line, or prose, which may have breaks.

    This is for engines that take no regex: a model can be asked for either in plain words. None for any other grammar.
    """
    if grammar.kind != "regex":
        return None
    source = re.sub(r"\A \?\(\?:(.*)\)\Z", r"\1", grammar.source)
    lengths = re.sub(r"\{\d+,\d*\}", "{}", source)
    shape: Literal["line", "prose"]
    for shape in ("line", "prose"):
        if lengths in (re.sub(r"\{\d+,\}", "{}", _text(shape == "prose", least, None)) for least in (1, 2)):
            return shape
    return None


def choices(grammar: Grammar) -> tuple[str, ...] | None:
    """Return the texts among which an enum's grammar chooses; None for any other grammar."""
    letter = r"(?:\\[\\.+*?()|\[\]{}^$#&~\-]|[^\\.+*?()|\[\]{}^$#&~\-])"
    if grammar.kind != "regex" or not re.fullmatch(rf"{letter}*(?:\|{letter}*)*", grammar.source):
        return None
    parts = re.findall(rf"(?:\A|\|)({letter}*)", grammar.source)
    return tuple(re.sub(r"\\(.)", r"\1", part) for part in parts)


def longest(schema: Schema) -> int | None:
    """Return the most characters the grammar lets a text have, None where it has no bound."""
    limit = limit_of(schema)
    if limit is None:
        return None
    counter, most = limit
    chars = {"words": most * CHARS_PER_WORD, "pixels": ceil(most / PIXELS_PER_CHAR)}.get(counter, most)
    return max(chars + max(SLACK_CHARS, ceil(chars * SLACK_SHARE)), int(schema.get("minLength", 0)))


def may_break(schema: Schema) -> bool:
    """Say whether a text may have line breaks."""
    return str(schema.get("contentMediaType", "")).startswith("text/")


def _object(fields: Mapping[str, Schema], kept: Mapping[str, Json]) -> Grammar:
    given = {name: {"const": kept[name]} if name in kept else words for name, words in fields.items()}
    schema = _members(given) | {"x-guidance": {"whitespace_flexible": False}}
    return Grammar(kind="json", source=json.dumps(schema, ensure_ascii=False, separators=(",", ":")))


def _members(schemas: Mapping[str, Schema]) -> dict[str, Json]:
    return closed_object({name: _words(schema) for name, schema in schemas.items()}, list(schemas))


def _words(schema: Schema) -> dict[str, Json]:
    """Return a field's schema in plain JSON Schema, without the words only we know or nobody compiles."""
    for word in ("const", "enum"):
        if word in schema:
            return {word: schema[word]}
    kind = schema["type"]
    if kind == "object":
        return _members(properties(schema))
    words: dict[str, Json] = {"type": kind} | {word: schema[word] for word in _KEPT_WORDS if word in schema}
    return words | (_string(schema) if kind == "string" else inner_words(schema, _words))


def _string(schema: Schema) -> dict[str, Json]:
    """Return a string's words. Bounds go into our own pattern: llguidance cannot always intersect one with lengths."""
    least, most = max(1, int(schema.get("minLength", 0))), longest(schema)
    if "format" in schema:
        return {"format": schema["format"]}
    if "pattern" not in schema:
        return {"pattern": f"^{_text(may_break(schema), least, most)}$"}
    bounds = {"minLength": least} if most is None else {"minLength": least, "maxLength": most}
    return bounds | {"pattern": str(schema["pattern"])}


def _text(prose: bool, least: int, most: int | None) -> str:
    """Return the regex of a text that neither starts nor ends with blank space, nor (a line) with a quotation mark."""
    control = _CONTROL_BUT_BREAKS if prose else _CONTROL
    edge = rf"[^\s{control}{'' if prose else _QUOTES}]"
    upper = "" if most is None else str(max(most - 2, 0))
    rest = rf"[^{control}]{{{max(least - 2, 0)},{upper}}}{edge}"
    return f"{edge}(?:{rest})?" if least <= 1 else f"{edge}{rest}"


def _literal(text: str) -> str:
    return re.sub(r"([\\.+*?()|\[\]{}^$#&~\-])", r"\\\1", text)


def _whole(pattern: str) -> str:
    """Return a JSON Schema pattern, which matches anywhere, as one that matches the whole line."""
    head = "" if pattern.startswith("^") else rf"[^{_CONTROL}]*"
    tail = "" if pattern.endswith("$") and not pattern.endswith(r"\$") else rf"[^{_CONTROL}]*"
    return f"{head}(?:{pattern.removeprefix('^').removesuffix('$') if not tail else pattern.removeprefix('^')}){tail}"
