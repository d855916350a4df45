"""Columns that fit no input by their names: which may be meant is told, and none is taken."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from aigc.asking import FileOrigin
from aigc.asking.guessing import guessed_columns
from aigc.content import ContentType
from aigc.types import Row

TYPE = ContentType(
    name="shop/line",
    version=1,
    summary="",
    stages=(),
    output={},
    composed=False,
    brief={
        "product": {"type": "string", "maxLength": 20},
        "fact": {"type": "string"},
        "url": {"type": "string", "format": "uri"},
        "price": {"type": "number", "default": None},
    },
)
TOOLS = [
    FileOrigin(
        name="a", title="A", known_by=(), feeds={"product": ("Title", "Name"), "fact": '{{ cell("Description") }}'}
    )
]


def guessed(values: Mapping[str, object], *missing: str, used: tuple[str, ...] = ()) -> dict[str, str]:
    rows = [Row(values=values, where="x.csv:2")]
    return guessed_columns(TYPE, missing or ("product", "fact", "url"), rows, tools=TOOLS, used=used)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "Mug", "x": "warm"}, {"product": "title"}),
        ({"product name": "Mug", "Descr": "warm"}, {"product": "product name", "fact": "Descr"}),
        ({"Produkt": "Mug", "facts": "warm"}, {"product": "Produkt", "fact": "facts"}),
        ({"a": "Mug", "b": "https://x.example/1"}, {"url": "b"}),
        ({"a": "https://x.example/1", "b": "https://x.example/2"}, {}),
        ({"Image Src": "https://x.example/mug.JPG?v=1"}, {}),
        ({"Image Src": "https://x.example/mug.jpg", "b": "https://x.example/mug"}, {"url": "b"}),
        ({"title": "A name that is far too long for it"}, {}),
        ({"title": ""}, {}),
        ({"id": "Mug"}, {}),
        ({}, {}),
    ],
)
def test_a_column_is_guessed_by_its_name_or_its_values(
    values: Mapping[str, object], expected: Mapping[str, str]
) -> None:
    assert guessed(values) == expected


def test_no_column_is_guessed_twice_or_taken_from_another_input() -> None:
    assert guessed({"name": "Mug", "title": "Cup"}, "product", "fact") == {"product": "name"}
    assert guessed({"title": "Mug"}, "product", used=("Title",)) == {}
    assert guessed({"price": "9", "x": "y"}, "product") == {}, "it feeds its own input"
