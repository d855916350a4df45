"""How the description of a value is read from YAML: each of its words is checked by itself, so that none hides
another's mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial

from aigc.bounds.patterns import TooComplex, check_pattern
from aigc.content.content_type import Schema
from aigc.content.measures import COUNTERS
from aigc.content.schema import NOUNS, TYPES, fits, problems
from aigc.content.schema_words import FORMATS, known_words
from aigc.content.unread import near_type, unread
from aigc.content.yaml_lines import Node
from aigc.errors import describe, did_you_mean

COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
CROSSED = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum"))

_BEYOND_GRAMMAR = re.compile(r"\\[1-9bBAZ]|\(\?(?:<?[=!]|[P>#(a-zA-Z-])|(?<=.)\^|\$(?=.)", re.DOTALL)
_PLAIN_PARTS = re.compile(r"\\[^1-9bBAZ]|\[\^?\]?(?:\\.|[^\]])*\]", re.DOTALL)  # escaped marks, character classes


def check_words(node: Node, *, output: bool, extra: Collection[str] = ()) -> Schema:
    """Return the schema at `node`. `output` allows `limit`, and `extra` the words only a whole field may have.

    ContentTypeError at the line of what makes no sense; where all mistakes are gathered, what stands in for the schema.
    """
    stand_in = unread(node)
    words = node.soundly(partial(_words, node, output, extra), stand_in)
    if words is stand_in or words.get("default") is None:
        return words
    return node.soundly(partial(_with_default, node), stand_in)


def _words(node: Node, output: bool, extra: Collection[str]) -> Schema:
    words = node.mapping()
    if "type" not in node:
        node.fail(f"{node.label} needs a type", "one of " + ", ".join(TYPES))
    kind = node.read(partial(_kind, node.child("type")), near_type(words["type"]))
    if not kind:  # nothing tells which words go with it
        return words
    known = (*known_words(kind, output=output), *extra)
    for word, child in node.items():
        node.read(partial(_check_word, word, child, kind, known), None)
    _check_bounds(node)
    _check_parts(node, kind, output)
    _check_values(node, kind)
    return words


def _kind(node: Node) -> str:
    kind = node.value
    if not isinstance(kind, str) or kind not in TYPES:
        node.fail(f"unknown type {describe(kind)}", did_you_mean(str(kind), TYPES))
    return kind


def _check_word(word: str, node: Node, kind: str, known: Collection[str]) -> None:
    if word == "required" and kind != "object":
        node.fail("every input and field is required", "write `default: null` for an input that may be missing")
    if word == "limit" and word not in known:
        node.fail("only the texts of an output have a limit", "use maxLength, or maxItems for a list")
    if word not in known:
        meant = "`default: null` makes an input optional" if word in ("optional", "required") else ""
        node.fail(f"unknown word {word!r} for {NOUNS[kind]}", meant or did_you_mean(word, known))
    if word in COUNTS:
        node.integer(0)
    elif word in NUMBERS:
        node.number()
    elif word in _BY_ITSELF:
        _BY_ITSELF[word](node)


def _check_bounds(node: Node) -> None:
    for low, high in CROSSED:
        least, most = _number(node, low), _number(node, high)
        if least is not None and most is not None and least > most:
            message = f"{low} {least} is above {high} {most}: nothing can satisfy both"
            node.child(low).refuse(message)
    for counter, child in node.child("limit").items() if isinstance(node.child("limit").value, dict) else ():
        least, most = _number(node, "minLength"), _number(node.child("limit"), counter)
        if counter in ("chars", "width", "bytes") and least is not None and most is not None and least > most:
            message = f"minLength {least} is above the limit of {most}: nothing can satisfy both"
            child.refuse(message)


def _number(node: Node, word: str) -> int | float | None:
    value = node.child(word).value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _check_limit(limit: Node) -> None:
    limit.only(COUNTERS)
    if len(limit.mapping()) != 1:
        limit.fail("limit names one counter", "such as `limit: {chars: 155}`; " + did_you_mean("", COUNTERS))
    for counter, child in limit.items():
        if counter in COUNTERS:
            child.integer(1)


def _check_pattern(pattern: Node) -> None:
    try:
        check_pattern(pattern.text())
    except TooComplex as error:
        pattern.fail(f"the pattern {error}")
    if _BEYOND_GRAMMAR.search(_PLAIN_PARTS.sub("x", pattern.text())):
        what = "look-around, back-references, word boundaries, flags and inner anchors"
        pattern.fail(f"{what} are not possible in a pattern", "a pattern is kept while the model writes")


def _check_format(node: Node) -> None:
    if node.text() not in FORMATS:
        node.fail(f"unknown format {node.value!r}", did_you_mean(node.value, FORMATS))


def _check_media_type(node: Node) -> None:
    if not node.text().startswith("text/"):
        node.fail("only text/… can be written", "such as text/markdown")


def _check_allowed(node: Node) -> None:
    if not node.list():
        node.fail("enum allows nothing")


_BY_ITSELF: dict[str, Callable[[Node], object]] = {
    "limit": _check_limit,
    "pattern": _check_pattern,
    "format": _check_format,
    "contentMediaType": _check_media_type,
    "description": Node.text,
    "title": Node.text,
    "uniqueItems": Node.boolean,
    "enum": _check_allowed,
    "properties": Node.mapping,
    "required": Node.list,
}


def _check_parts(node: Node, kind: str, output: bool) -> None:
    """Check what stands in a list or an object."""
    if kind == "array":
        if "items" in node:
            check_words(node.child("items"), output=output)
        elif output:
            node.refuse(f"{node.label} is a list and needs `items`", "such as `items: {type: string}`")
    if kind == "object":
        if output and "properties" not in node:
            node.refuse(f"{node.label} is an object and needs `properties`")
        properties, needed = node.child("properties"), node.child("required")
        names = dict(properties.items()) if isinstance(properties.value, dict) else {}
        for child in names.values():
            check_words(child, output=output)
        for name in needed.list() if isinstance(needed.value, list) else ():
            node.read(partial(_check_property, name, names), None)


def _check_property(node: Node, names: Collection[str]) -> None:
    if node.text() not in names:
        node.fail(f"requires {node.value!r}, which is no property", did_you_mean(node.value, names))


def _check_values(node: Node, kind: str) -> None:
    """Check that the values which the description has are such as it describes."""
    words = node.mapping()
    allowed = words.get("enum")
    for word, values in (
        ("enum", allowed if isinstance(allowed, list) else ()),
        ("const", [words["const"]] if "const" in words else ()),
    ):
        for value in values:
            if not fits(kind, value):
                message = f"{word} has {describe(value)}, but the type is {kind}"
                node.child(word).refuse(message)


def _with_default(node: Node) -> Schema:
    """Return a sound description once its default keeps to it."""
    words = node.mapping()
    for problem in problems({**words}, words["default"], "default"):
        node.child("default").fail(problem)
    return words
