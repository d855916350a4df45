"""What a stage or a content type writes, as its `output` describes it: fields, what they are made of, what stands in
their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial

from aigc.content.content_type import TEXT, Schema
from aigc.content.describing import check_words
from aigc.content.environment import TemplateEnvironment
from aigc.content.stage_words import Names, expression
from aigc.content.type_keys import COMPOSED
from aigc.content.unread import StandIn
from aigc.content.variables import check_expression
from aigc.content.yaml_lines import Node

PLAIN_INPUT = re.compile(r"\s*\{\{\s*(\w+)\s*\}\}\s*")
Fields = dict[str, Schema]


def read_output(node: Node, extra: Collection[str]) -> tuple[Fields, bool]:
    """Return the output's fields, and whether it is one string; no field where it is wrong and other mistakes are to be
    found."""
    nothing: tuple[Fields, bool] = ({}, False)
    return node.read(partial(_output, node.child("output"), extra), nothing) if "output" in node else nothing


def _output(output: Node, extra: Collection[str]) -> tuple[Fields, bool]:
    if isinstance(output.mapping().get("type"), str):
        if output.value["type"] != "string":
            output.fail("an output that is one value is a string", "for anything else name its fields")
        return {TEXT: check_words(output, output=True, extra=extra)}, True
    fields = {name: check_words(child, output=True, extra=extra) for name, child in output.items()}
    if not fields:
        output.fail("the output has no field")
    return fields, False


def read_composition(environment: TemplateEnvironment, root: Node, output: Fields, names: Names) -> None:
    """Put the expression that each field is made of into its schema."""
    for name in output:
        root.read(partial(_compose, environment, root.child("output"), name, output, names), None)


def _compose(environment: TemplateEnvironment, node: Node, name: str, output: Fields, names: Names) -> None:
    field = node.child(name) if isinstance(node.value.get(name), dict) else node
    if "from" not in field:
        hint = f'such as `from: "{{{{ {_likely(name, [*names.stages])} }}}}"`'
        field.refuse(f"{name!r} needs `from`, which says what stages it is made of", hint)
    for key in COMPOSED:
        if key in field:
            written = check_in(environment, field.child(key), key, names)
            if key == "from" and not isinstance(output[name], StandIn):
                output[name] = {**output[name], key: written}


def with_optional(output: Fields, inputs: Fields) -> Fields:
    """Return the output with each field that is an input as it is, and no more, as optional as that input."""
    found = {}
    for name, schema in output.items():
        plain = PLAIN_INPUT.fullmatch(str(schema.get("from", "")))
        given = inputs.get(plain[1], {}) if plain else {}
        none = given.get("default", ...) is None and "default" not in schema
        found[name] = {**schema, "default": None} if none and not isinstance(schema, StandIn) else schema
    return found


def read_fallback(
    environment: TemplateEnvironment, node: Node, fields: Fields, single: bool, names: Names
) -> dict[str, str]:
    """Return the expressions that stand where no candidate passes, by field."""
    given: dict[str, Node] = {}
    output = node.child("output")
    for name in fields:
        place = output if single else output.child(name)
        if "fallback" in place:
            given[name] = place.child("fallback")
    if "fallback" in node:
        top = node.child("fallback")
        if single:
            given[TEXT] = top
        elif fields:
            given |= {name: child for name, child in top.only(fields).items() if name in fields}
    read = {name: node.read(partial(check_in, environment, one, "fallback", names), "") for name, one in given.items()}
    return {name: text for name, text in read.items() if text}


def check_in(environment: TemplateEnvironment, node: Node, key: str, names: Names) -> str:
    """Return the expression at a node, `from` or `fallback`, whose names are known."""
    written = expression(node, key)
    check_expression(environment, written, names.known, names.stages, node.where, node.document.mistakes)
    return written


def _likely(name: str, stages: Sequence[str]) -> str:
    """Return what a field is most likely made of."""
    return f"stages.{name if name in stages else stages[-1]}" if stages else name
