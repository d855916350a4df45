"""Hypothesis strategies: briefs that a content type takes, and what a model may answer under its grammar."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aigc.content import ContentType, Stage
from aigc.content.brief import read_values
from aigc.content.content_type import Schema
from aigc.content.schema import problems
from aigc.content.walk import item_schema, properties
from aigc.types import Json

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ODD = "äßéñ–—“”‘’…°²½€™日本語中文。，「」🏕️"  # that people do type
LONGEST, MOST = 80, 5  # characters and items where the schema sets no bound


def briefs(content_type: ContentType) -> SearchStrategy[dict[str, Json]]:
    """Return the inputs of briefs that a content type takes, optional ones there or not, as a row would have them."""
    from hypothesis import strategies as st

    inputs = content_type.brief
    given = {name: _input(name, schema) for name, schema in inputs.items()}
    optional = {name for name, schema in inputs.items() if "default" in schema}
    return st.fixed_dictionaries(
        {name: one for name, one in given.items() if name not in optional},
        optional={name: one for name, one in given.items() if name in optional},
    )


def outputs(content_type: ContentType, stage: str = "") -> SearchStrategy[str]:
    """Return texts that a model may answer with in a stage, by the schema of its output; of a type of one prompt that
    is its own. A text in a field may be over a `limit` that a check counts."""
    from hypothesis import strategies as st

    found = _stage(content_type, stage)
    if found.single:
        (schema,) = found.output.values()
        return _value(schema).map(str)
    fields = {name: _value(schema) for name, schema in found.output.items()}
    return st.fixed_dictionaries(fields).map(partial(json.dumps, ensure_ascii=False))


def _stage(content_type: ContentType, name: str) -> Stage:
    known = {stage.name: stage for stage in content_type.stages}
    if not name and len(known) == 1:
        return content_type.stages[0]
    if name not in known:
        raise ValueError(f"{content_type.name}: stage is one of {', '.join(known)}, not {name!r}")
    return known[name]


def _input(name: str, schema: Schema) -> SearchStrategy[Json]:
    """Return values that an input takes: what the reading of briefs would refuse after all is left out."""
    return _value(schema).filter(lambda value: not read_values({name: schema}, {name: value}, complete=True)[1])


def _value(schema: Schema) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(list(schema["enum"]))
    kind = schema.get("type", "string")
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    if kind == "array":
        least, most = schema.get("minItems", 0), schema.get("maxItems", max(MOST, schema.get("minItems", 0)))
        unique = bool(schema.get("uniqueItems"))
        return st.lists(_value(item_schema(schema)), min_size=least, max_size=most, unique=unique)
    if kind == "object":
        return st.fixed_dictionaries({name: _value(inside) for name, inside in properties(schema).items()})
    return _text(schema).filter(lambda text: not list(problems(_plain(schema), text, "")))


def _plain(schema: Schema) -> Mapping[str, Json]:
    return {word: value for word, value in schema.items() if word != "limit"}


def _number(schema: Schema, *, whole: bool) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    made = st.integers(least, most) if whole else st.floats(least, most, allow_nan=False, allow_infinity=False)
    bounds = (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
    return made.filter(lambda number: number not in bounds)


def _text(schema: Schema) -> SearchStrategy[str]:
    from hypothesis import strategies as st

    if "pattern" in schema:
        return st.from_regex(str(schema["pattern"]), fullmatch=True)
    if schema.get("format") == "date":
        return st.dates().map(str)
    word = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10)
    if schema.get("format") == "uri":
        return word.map("https://example.com/{}".format)
    if schema.get("format") == "email":
        return word.map("{}@example.com".format)
    # What combines, controls or is half of a character is not typed into a sheet.
    least = max(1, schema.get("minLength", 1))
    most = max(least, min(schema.get("maxLength", LONGEST), max(LONGEST, least)))
    letters = st.one_of(
        st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FF), st.sampled_from(ODD), st.just(" ")
    )
    return st.text(letters, min_size=least, max_size=most).filter(lambda text: len(text.strip()) >= least)
