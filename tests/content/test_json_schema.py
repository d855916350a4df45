"""A content type's brief and output as JSON Schema, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aigc.content import ContentType, input_schema, output_schema

OUTPUT = """
prompt: line.j2
output:
  head: {limit: {width: 30}, type: string, fallback: "{{ product }}"}
  parts:
    type: array
    items: {type: object, properties: {text: {type: string, limit: {chars: 9}}, rank: {type: integer}}}
    maxItems: 3
"""


def test_a_brief_needs_what_has_no_default(load: Callable[..., ContentType]) -> None:
    schema = input_schema(load(OUTPUT))
    assert schema["$schema"].startswith("https://json-schema.org/") and not schema["additionalProperties"]
    assert schema["required"] == ["product"]
    assert schema["properties"]["facts"] == {"type": "array", "items": {"type": "string"}, "default": None}


def test_an_output_needs_all_its_fields(load: Callable[..., ContentType]) -> None:
    schema = output_schema(load(OUTPUT))
    assert schema["required"] == ["head", "parts"]


def test_our_own_words_are_not_in_it_and_a_limit_is_marked(load: Callable[..., ContentType]) -> None:
    members: dict[str, Any] = output_schema(load(OUTPUT))["properties"]
    assert list(members["head"].items()) == [("x-limit", {"width": 30}), ("type", "string")]
    assert list(members["parts"]) == ["type", "items", "maxItems"]
    assert members["parts"]["items"]["properties"] == {
        "text": {"type": "string", "x-limit": {"chars": 9}},
        "rank": {"type": "integer"},
    }
