"""What a stage or a content type sets besides its words: sampling, expressions, post-processors and checks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil

from aigc.content.content_type import Schema
from aigc.content.environment import TemplateEnvironment
from aigc.content.grammar import longest
from aigc.content.measures import limit_of
from aigc.content.rendering import PlacedExpression
from aigc.content.variables import check_expression
from aigc.content.walk import item_schema, properties
from aigc.content.yaml_lines import Node
from aigc.errors import ContentTypeError, NotFound, UsageError, did_you_mean
from aigc.plugs.extension import Bound, Kind
from aigc.plugs.options import Range, options_of, read_values
from aigc.plugs.registry import Registry
from aigc.types import Json, SamplingParams

FREE_TOKENS = 256  # for a text without bounds
SPARE_TOKENS = 16
TOKENS_PER_CHAR = 0.5  # Latin text takes 0.2 to 0.4; a word list or a small vocabulary more
TOKENS_PER_WIDE_CHAR = 1.5  # a small vocabulary spells a CJK character in two or three
TOKENS_PER_NUMBER = 8
ENTRY = "write `- name` or `- name: {option: value}`"
ITEMS = 10  # of a list without maxItems

RANGES: Mapping[str, Range] = {
    "temperature": Range(0, 5),
    "top_p": Range(0, 1, above=True),
    "min_p": Range(0, 1),
    "repetition_penalty": Range(0.01, 10),
    "presence_penalty": Range(-10, 10),
    "frequency_penalty": Range(-10, 10),
    "top_k": Range(0),
    "max_tokens": Range(1),
}
SAMPLING = tuple(
    replace(option, range=RANGES.get(option.name, option.range))
    for option in options_of(SamplingParams)
    if option.name in (*RANGES, "stop")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """This is what stages inherit. `wide` says that some briefs want CJK text, which takes more tokens."""

    sampling: Node | None = None
    candidates: int = 1
    attempts: int = 2
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """This is what may be named at some place: variables, stages that have run by then, fields of the output."""

    known: frozenset[str]
    stages: Collection[str]
    fields: Mapping[str, Schema] = field(default_factory=dict)


def sampling(nodes: Sequence[Node | None], max_tokens: int) -> SamplingParams:
    """Return the sampling of a stage: what later nodes say over what earlier ones say over the defaults."""
    values: dict[str, Json] = {"max_tokens": max_tokens}
    for node in nodes:
        if node is not None:
            values |= _sampling(node)
    return SamplingParams(**values)


def _sampling(node: Node) -> dict[str, Json]:
    values = node.mapping()
    if isinstance(values.get("stop"), str):
        values = {**values, "stop": [values["stop"]]}
    where = {name: child.where for name, child in node.items()}
    read: dict[str, Json] = {}
    for name, value in values.items():
        try:
            read |= read_values(SAMPLING, {name: value}, section="sampling", where=where)
        except UsageError as error:
            node.document.mistakes.refuse(ContentTypeError(error.message, hint=error.hint))
    if "" in read.get("stop", ()):
        node.child("stop").refuse("a stop is text", 'such as "\\n"')
    return read


def enough_tokens(fields: Mapping[str, Schema], single: bool, *, wide: bool) -> int:
    """Return a max_tokens that no acceptable output reaches: what the longest allowed texts take, and some to spare.

    Half a token per Latin character of the grammar's bound; where briefs may ask for Chinese, Japanese or Korean 1.5
    per character (half the characters where the limit counts width); FREE_TOKENS for a text without a bound.
    """
    if single:
        return SPARE_TOKENS + sum(_tokens(schema, wide) for schema in fields.values())
    return SPARE_TOKENS + _object(fields, wide)


def _object(fields: Mapping[str, Schema], wide: bool) -> int:
    return sum(_tokens(schema, wide) + ceil((len(name) + 6) * TOKENS_PER_CHAR) for name, schema in fields.items())


def _tokens(schema: Schema, wide: bool) -> int:
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return max(ceil(len(str(value)) * (TOKENS_PER_WIDE_CHAR if wide else TOKENS_PER_CHAR)) for value in values) + 2
    kind = schema.get("type")
    if kind == "array":
        return int(schema.get("maxItems", ITEMS)) * (_tokens(item_schema(schema), wide) + 3) + 2
    if kind == "object":
        return _object(properties(schema), wide)
    if kind != "string":
        return TOKENS_PER_NUMBER
    most = longest(schema)
    if most is None:
        return FREE_TOKENS
    counter, _ = limit_of(schema) or ("chars", 0)
    per_char = TOKENS_PER_CHAR
    if wide:
        per_char = TOKENS_PER_WIDE_CHAR / 2 if counter in ("width", "x_weighted", "pixels") else TOKENS_PER_WIDE_CHAR
    return ceil(most * per_char)


def expression(node: Node, key: str) -> str:
    """Return a `from` or `fallback` as an expression; a fallback without braces is the text or value itself."""
    value = node.value
    if key == "from" or (isinstance(value, str) and "{{" in value):
        return PlacedExpression(node.text(), node.where)
    if value is None or isinstance(value, dict):
        node.fail(f"{key} is text, a list or a number", 'such as "{{ item | trim_to(width=30) }}"')
    return PlacedExpression("{{ " + json.dumps(value, ensure_ascii=False) + " }}", node.where)


def bound(
    kind: Kind,
    node: Node,
    key: str,
    registry: Registry,
    environment: TemplateEnvironment,
    names: Names,
) -> tuple[Bound, ...]:
    """Return a list of `name` or `name: {options}` as extensions with their options checked."""
    if key not in node:
        return ()
    entries = node.read(node.child(key).list, [])
    read = [node.soundly(partial(_bound, kind, entry, registry, environment, names), None) for entry in entries]
    return tuple(one for one in read if one is not None)


def _bound(kind: Kind, entry: Node, registry: Registry, environment: TemplateEnvironment, names: Names) -> Bound | None:
    options: Json = {}
    name = entry.value
    if isinstance(name, dict):
        if len(name) != 1:
            first = next(iter(name.items()), ("", ""))
            hint = f"indent what belongs to {first[0]!r} further" if first[1] is None else ENTRY
            entry.fail("one entry names one thing", hint)
        ((name, options),) = name.items()
        options = {} if options is None else options
    elif not isinstance(name, str):
        entry.fail("an entry is a name", ENTRY)
    mistakes = entry.document.mistakes
    try:
        extension = registry.get(kind, name, entry.where)
    except NotFound as error:
        raise ContentTypeError(error.message, hint=error.hint) from None
    if not isinstance(options, dict):
        entry.child(name).only(option.name for option in extension.accepted)  # which tells what may be set
        return None
    try:
        found = extension.bind(options, entry.where)
    except UsageError:
        for wrong in extension.wrong_options(options, entry.where):
            mistakes.refuse(ContentTypeError(wrong.message, hint=wrong.hint))
        return None
    path = found.only or found.values.get("field")
    if isinstance(path, str) and "{{" not in path and names.fields:
        paths = list(_field_paths(names.fields))
        if path not in paths:
            entry.refuse(f"{name}: there is no field {path!r}", did_you_mean(path, paths))
    for text in expressions_in(options):
        args = (environment, text, names.known, names.stages, entry.where, mistakes)
        entry.read(partial(check_expression, *args), None)
    return found


def _field_paths(fields: Mapping[str, Schema], around: str = "") -> Iterator[str]:
    """Yield what `field:` may name: `headlines`, `sections`, `sections.text`; it means every item of a list."""
    for name, schema in fields.items():
        yield f"{around}{name}"
        while schema.get("type") == "array":
            schema = item_schema(schema)
        yield from _field_paths(properties(schema), f"{around}{name}.")


def expressions_in(value: Json) -> Iterator[str]:
    """Yield every expression in the options of an extension."""
    if isinstance(value, str) and "{{" in value:
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from expressions_in(item)
