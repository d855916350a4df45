"""The words that describe a brief's inputs and an output's fields: those of JSON Schema, and `limit`."""

from __future__ import annotations

from collections.abc import Mapping

from aigc.content.measures import COUNTERS
from aigc.content.yaml_keys import Key, Keys, needed
from aigc.plugs.shapes import MAPPING, TEXT_SHAPE, TRUTH, Shape, closed, defined, having, list_of, one_of, values_of
from aigc.types import Json

FORMATS = ("uri", "date", "email")

_COUNT: Shape = {"type": "integer", "minimum": 0}
_NUMBER: Shape = {"type": "number"}
_LIMIT: Shape = one_of({counter: {"type": "integer", "minimum": 1} for counter in COUNTERS})

_BOUNDS: Keys = {
    "minimum": Key(means="The least that it may be.", shape=_NUMBER),
    "maximum": Key(means="The most that it may be.", shape=_NUMBER),
    "exclusiveMinimum": Key(means="What it must be above.", shape=_NUMBER),
    "exclusiveMaximum": Key(means="What it must be below.", shape=_NUMBER),
}
OF_KIND: Mapping[str, Keys] = {
    "string": {
        "minLength": Key(means="At least so many characters.", shape=_COUNT),
        "maxLength": Key(means="At most so many characters.", shape=_COUNT),
        "pattern": Key(
            means="A regular expression that the whole text matches; it holds while the model writes.", shape=TEXT_SHAPE
        ),
        "format": Key(means="What kind of text it is.", shape={"enum": list(FORMATS)}),
        "contentMediaType": Key(
            means="The language of its mark-up, such as text/markdown: line breaks are allowed then.",
            shape={"type": "string", "pattern": "^text/"},
        ),
    },
    "number": _BOUNDS,
    "integer": _BOUNDS,
    "boolean": {},
    "array": {
        "items": Key(means="What each item is.", shape=MAPPING),
        "minItems": Key(means="At least so many items.", shape=_COUNT),
        "maxItems": Key(means="At most so many items.", shape=_COUNT),
        "uniqueItems": Key(means="No item stands twice.", shape=TRUTH),
    },
    "object": {
        "properties": Key(means="Its parts, by their names.", shape=MAPPING),
        "required": Key(means="The parts that cannot be left out.", shape=list_of(TEXT_SHAPE)),
    },
}
ANY: Keys = {
    "type": Key(means="What kind of value it is.", shape={"enum": list(OF_KIND)}, needed=True),
    "description": Key(means="What it is, for people: `aigc show` tells it.", shape=TEXT_SHAPE),
    "title": Key(means="Its name, for people.", shape=TEXT_SHAPE),
    "enum": Key(means="The values that are allowed.", shape={"type": "array", "minItems": 1}),
    "const": Key(means="The one value that is allowed."),
    "default": Key(means="What stands where nothing is given; null for an input that may be missing."),
    "examples": Key(means="Values that it may have, for people."),
}
LIMIT: Keys = {
    "limit": Key(
        means="How long a text may be as a platform counts: `{chars: 155}`. It holds while the model writes.",
        shape=_LIMIT,
    )
}


def words_shape(inside: str, *, output: bool, extra: Keys | None = None) -> dict[str, Json]:
    """Return the shape of a description of a value. Its parts are `#/$defs/INSIDE`; an `output` may have a limit, and
    `extra` are the words that only a whole field may have."""
    extra = extra or {}
    parts: Shape = {"items": defined(inside), "properties": values_of(defined(inside))}
    known = {**ANY, **{word: key for keys in OF_KIND.values() for word, key in keys.items()}}
    known |= {**(LIMIT if output else {}), **extra}
    words = {name: {**key.shape, **parts.get(name, {}), "description": key.means} for name, key in known.items()}
    return {
        **closed(words, needed(known)),
        "allOf": [
            {
                "if": having("type", {"const": kind}),
                "then": {
                    "propertyNames": {"enum": [*known_words(kind, output=output), *extra]},
                    **_needs(kind, output),
                },
            }
            for kind in OF_KIND
        ],
    }


def known_words(kind: str, *, output: bool) -> tuple[str, ...]:
    """Return the words that a value of a kind is described with."""
    return (*ANY, *OF_KIND[kind], *(LIMIT if output and kind == "string" else ()))


def _needs(kind: str, output: bool) -> Shape:
    part = {"array": "items", "object": "properties"}.get(kind) if output else None
    return {"required": [part]} if part else {}
