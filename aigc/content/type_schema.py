"""The JSON Schema of a content type's YAML: its keys, with what is installed."""

from __future__ import annotations

from collections.abc import Iterable

from aigc.content.json_schema import DIALECT
from aigc.content.schema_words import words_shape
from aigc.content.stage_words import SAMPLING
from aigc.content.type_keys import COMPOSED, FALLBACK, OF_INPUT, SIMPLE, STAGE, STAGED
from aigc.content.yaml_keys import object_shape
from aigc.plugs.extension import Extension, Kind
from aigc.plugs.option_schema import options_schema, summary_of
from aigc.plugs.registry import Registry
from aigc.plugs.shapes import Shape, defined, having, keys_of, list_of, one_of, values_of, with_keys
from aigc.types import Json, SamplingParams

Document = dict[str, Json]


def type_schema(registry: Registry) -> Document:
    """Return the schema of a content type, of one prompt or of stages."""
    simple, staged = object_shape(SIMPLE), object_shape(STAGED)
    return {
        "$schema": DIALECT,
        "title": "A content type",
        "type": "object",
        "if": {"required": ["stages"]},
        "then": staged,
        "else": simple,
        "$defs": type_parts(registry),
    }


def type_parts(registry: Registry) -> dict[str, Json]:
    """Return the parts that the keys of a content type refer to."""
    field = {**words_shape("part", output=True, extra=FALLBACK)}
    single = words_shape("part", output=True, extra=FALLBACK)
    single = with_keys(single, {"type": {**keys_of(single)["type"], "enum": ["string"]}})
    parts: dict[str, Json] = {
        "input": words_shape("input_part", output=False, extra=OF_INPUT),
        "input_part": words_shape("input_part", output=False),
        "part": words_shape("part", output=True),
        "field": field,
        "output": {
            "type": "object",
            "if": having("type", {"type": "string"}),
            "then": single,
            "else": values_of(defined("field"), least=1),
        },
        "stage": object_shape(STAGE),
        "sampling": sampling_schema(),
        "formats": list_of({"enum": registry.names("exporter")}),
        **{f"{kind}s": entries_schema(registry, kind) for kind in ("check", "postprocessor", "scorer")},
    }
    return parts | {"composed": _composed()}


def _composed() -> Shape:
    """Return the shape of the output of stages: fields, or one text, each with its `from`."""
    field = words_shape("part", output=True, extra=COMPOSED)
    return {
        "type": "object",
        "if": having("type", {"type": "string"}),
        "then": field,
        "else": values_of(field, least=1),
    }


def sampling_schema(*, without: Iterable[str] = ()) -> Shape:
    """Return the shape of `sampling`."""
    words = options_schema((one for one in SAMPLING if one.name not in set(without)), SamplingParams.__doc__ or "")
    one_stop = {name: {**shape, "pattern": ""} for name, shape in keys_of(words).items() if name == "stop"}
    return {**with_keys(words, one_stop), "type": "object"}  # a text without brackets is a stop by itself


def entries_schema(registry: Registry, kind: Kind) -> Shape:
    """Return the shape of a list of `name` or `name: {options}`."""
    found = [registry.get(kind, name) for name in registry.names(kind)]
    return list_of(entry_schema(found, expressions=True))


def entry_schema(found: Iterable[Extension], *, expressions: bool) -> Shape:
    """Return the shape of one entry: the name of an extension, or its name with options."""
    made = {one.name: extension_schema(one, expressions=expressions) for one in found}
    bare = [name for name, words in made.items() if "required" not in words]
    return {"anyOf": [{"enum": bare}, one_of(made)]}


def extension_schema(extension: Extension, *, expressions: bool) -> Document:
    """Return the shape of an extension's options, described as its docstring does."""
    told = summary_of(extension.function)
    return {**options_schema(extension.accepted, told, expressions=expressions), "description": told}
