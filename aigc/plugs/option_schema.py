"""What an option takes, in words of JSON Schema, for editors.

A value may be text that says it, as `options` reads one; a type that only Pydantic reads is not narrowed down.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from aigc.plugs.options import REQUIRED, TRUTHS, Option
from aigc.plugs.shapes import closed, items_of, list_of
from aigc.types import Json

Words = dict[str, Json]

EXPRESSION: Mapping[str, Json] = {"type": "string", "pattern": r"\{\{"}
_NUMERAL = r"^\s*[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)([eE][-+]?\d+)?\s*$"
_LISTED = r"^\[[\s\S]*\]$"
_TRUTH = "|".join("".join(f"[{one.upper()}{one}]" if one.isalpha() else one for one in word) for word in TRUTHS)


def option_schema(option: Option, told: str = "") -> Words:
    """Return the words for an option: its type, bounds and default, and what is `told` of it."""
    words = _bounded(_type(option.annotation), option)
    described = " ".join(filter(None, [told, f"({option.type_name})" if not words and not told else ""]))
    return words | ({"description": described} if described else {}) | _default(option)


def options_schema(options: Iterable[Option], told: str, *, expressions: bool = False) -> Words:
    """Return the words for a mapping of options and no other; `told` is the docstring that explains them. With
    `expressions` each may be a text with `{{ }}`, which is rendered first."""
    listed = list(options)
    properties = {}
    for one in listed:
        words = option_schema(one, meaning(told, one.name))
        properties[one.name] = _or_expression(words) if expressions else words
    needed = [one.name for one in listed if one.default is REQUIRED and one.name not in ("severity", "field")]
    return {**closed(properties, needed), "type": "object" if needed else ["object", "null"]}


def meaning(told: str, name: str) -> str:
    """Return the sentences of a docstring that name an option in backticks."""
    text = " ".join(told.split())
    parts = re.split(r"(?<=[.:])\s+(?=[A-Z`])", text)
    return " ".join(one for one in parts if f"`{name}`" in one)


def summary_of(function: Callable[..., Any]) -> str:
    """Return the docstring of a function, in its own lines."""
    return inspect.getdoc(function) or ""


def _type(annotation: Any) -> Words:
    """Return what the reader of an annotation takes; nothing where that is anything."""
    plain: Mapping[Any, Words] = {
        str: {"type": "string"},
        int: {"type": ["integer", "string"], "pattern": _NUMERAL},
        float: {"type": ["number", "string"], "pattern": _NUMERAL},
        bool: {"type": ["boolean", "string", "integer"], "pattern": rf"^\s*({_TRUTH})\s*$", "minimum": 0, "maximum": 1},
        NoneType: {"type": "null"},
    }
    if isinstance(annotation, type) and annotation in plain:
        return dict(plain[annotation])
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _any_of([_type(one) for one in inside])
    if origin is Literal:
        return {"enum": list(inside)}
    if origin in (list, Sequence) or (origin is tuple and inside[1:] == (...,)):
        return {**list_of(_type(inside[0])), "type": ["array", "string"], "pattern": _LISTED}
    if origin in (dict, Mapping) and inside[0] is str:
        return {"type": "object", "additionalProperties": _type(inside[1])}
    return {}


def _any_of(kinds: Sequence[Words]) -> Words:
    if not all(kinds):
        return {}
    choices = [one["enum"] for one in kinds if list(one) == ["enum"]]
    rest = [one for one in kinds if list(one) != ["enum"]]
    if choices and all(one == {"type": "null"} for one in rest):
        return {"enum": [value for many in choices for value in many] + [None] * bool(rest)}
    both = [*rest, *([{"enum": [value for many in choices for value in many]}] if choices else [])]
    return {"anyOf": both} if len(both) > 1 else both[0]


def _bounded(words: Words, option: Option) -> Words:
    """Return the words with the bounds of a number on them, on each of several kinds."""
    bounds = option.range
    if "anyOf" in words:
        return {"anyOf": [_bounded(one, option) for one in words["anyOf"]]}
    if not {"integer", "number"} & set(words.get("type", ())) or "boolean" in words.get("type", ()):
        return words
    least = {"exclusiveMinimum" if bounds.above else "minimum": bounds.least} if bounds.least is not None else {}
    return words | least | ({"maximum": bounds.most} if bounds.most is not None else {})


def _or_expression(words: Words) -> Words:
    """Return words that an expression satisfies too, and an item that is one."""
    if not words.keys() & {"type", "enum", "anyOf"} or words.get("type") == "string":
        return words
    about: Words = {name: words[name] for name in ("description", "default") if name in words}
    own = {name: value for name, value in words.items() if name not in about}
    if items_of(own):
        own |= list_of(_or_expression(dict(items_of(own)))) | {"type": own["type"]}
    return {"anyOf": [own, dict(EXPRESSION)], **about}


def _default(option: Option) -> Words:
    value = option.default
    if value is REQUIRED or value is None:
        return {}
    if isinstance(value, tuple):
        value = list(value)
    simple = isinstance(value, str | int | float | bool | list | dict)
    return {"default": value} if simple else {}
