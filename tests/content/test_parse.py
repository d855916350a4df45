from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.content import parse_output

LINE: dict[str, Any] = {"text": {"type": "string", "limit": {"width": 30}}}
FIELDS: dict[str, Any] = {
    "title": {"type": "string", "maxLength": 10},
    "tags": {"type": "array", "items": {"type": "string", "maxLength": 10}},
    "rank": {"type": "integer"},
    "main": {"type": "boolean"},
}


@pytest.mark.parametrize(
    ("text", "reason", "fields"),
    [
        (" Hello there \n", "stop", {"text": "Hello there"}),
        ("Hello there frie", "length", {"text": "Hello there"}),
        ("Hello there.", "length", {"text": "Hello there."}),
        ("x" * 20 + " " + "y" * 21, "stop", {"text": "x" * 20}),  # ran into the grammar's bound of 42
        ("x" * 20 + " " + "y" * 20, "stop", {"text": "x" * 20 + " " + "y" * 20}),
        ("折叠电动车，续航四十公", "length", {"text": "折叠电动车"}),
        ("", "stop", {}),
        ("Hell", "length", {}),
    ],
)
def test_a_line(text: str, reason: Any, fields: dict[str, Any]) -> None:
    assert parse_output(LINE, True, text, reason) == fields


def test_a_word_of_an_enum_is_never_shortened() -> None:
    assert parse_output({"text": {"type": "string", "enum": ["to buy"]}}, True, "to buy", "length") == {
        "text": "to buy"
    }


WHOLE = {"title": "Oak", "tags": ["a", "b"], "rank": 3, "main": True}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (json.dumps(WHOLE), WHOLE),
        ("Sure, here it is:\n```json\n" + json.dumps(WHOLE, indent=2) + "\n```\nEnjoy!", WHOLE),
        ('{"title":"Oak","tags":["a","b', {"title": "Oak"}),
        ('{"title":"Oak","tags":["a","b"],"rank":1', {"title": "Oak", "tags": ["a", "b"]}),  # it may have become 12
        ('{"title":"Oak","tags":["a"]', {"title": "Oak", "tags": ["a"]}),
        ('{"title":"Oa', {}),
        ('{"title":"Oak" "tags":[]}', {"title": "Oak"}),
        ('{"title":7,"tags":"a","rank":true,"main":1,"extra":2}', {}),
        ('{"title":"Two\nlines","rank":2}', {"title": "Two\nlines", "rank": 2}),
        ("no object at all", {}),
        ("{", {}),
        ("", {}),
        ("[1, 2]", {}),
        ('{"title":"Sturdy oak chair desk","rank":1}', {"title": "Sturdy oak chair desk", "rank": 1}),
        ('{"title":"Sturdy oak with glassy"}', {"title": "Sturdy oak"}),  # as long as the grammar lets it be
        ('{"tags":["a","Sturdy oak with glassy"]}', {"tags": ["a", "Sturdy oak"]}),
    ],
)
def test_fields(text: str, fields: dict[str, Any]) -> None:
    assert parse_output(FIELDS, False, text, "stop") == fields
    assert parse_output(FIELDS, False, text, "length") == fields


@given(st.integers(0, 80))
def test_a_cut_object_gives_its_whole_fields(at: int) -> None:
    text = json.dumps(WHOLE)
    found = parse_output(FIELDS, False, text[:at], "length")
    assert found.items() <= WHOLE.items()
    if at >= len(text):
        assert found == WHOLE


@given(st.text())
def test_anything_can_be_parsed(text: str) -> None:
    assert parse_output(FIELDS, False, "{" + text, "stop").keys() <= FIELDS.keys()


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (r'{"title": "Oak \ud83d", "rank": 3}', {"title": "Oak \ufffd", "rank": 3}),
        (r'{"tags": ["a\udc00", "\ud83d\ude00"]}', {"tags": ["a\ufffd", "\U0001f600"]}),
        (f'{{"tags": {"[" * 900 + "]" * 900}, "rank": 3}}', {"rank": 3}),
        (f'{{"rank": {"9" * 400}, "main": true}}', {"main": True}),
        ('{"rank": 1e999, "rating": NaN, "main": true}', {"main": True}),
        ('{"rank": 3, "rating": -Infinity}', {"rank": 3}),
    ],
)
def test_what_no_file_can_hold_is_no_field(text: str, fields: dict[str, Any]) -> None:
    found = parse_output({**FIELDS, "rating": {"type": "number"}}, False, text, "stop")
    assert found == fields
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
