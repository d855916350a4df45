"""A value and its schema, walked together."""

from __future__ import annotations

from aigc.content.walk import closed_object, inner_words, is_prose, leaves, mapped
from aigc.types import Json

TEXT = {"type": "string", "limit": {"chars": 9}}
POINTS = {"type": "array", "items": TEXT}
SECTION = {"type": "object", "properties": {"heading": {"type": "string"}, "points": POINTS}}
SECTIONS = {"type": "array", "items": SECTION}
VALUE = [{"heading": "Fit", "points": ["light", "warm"]}, {"heading": "Care", "points": [], "extra": {"at": [None, 3]}}]


def test_leaves_come_in_order_each_with_its_path_and_schema() -> None:
    assert leaves(VALUE, SECTIONS, "sections") == [
        ("sections[0].heading", "Fit", {"type": "string"}),
        ("sections[0].points[0]", "light", TEXT),
        ("sections[0].points[1]", "warm", TEXT),
        ("sections[1].heading", "Care", {"type": "string"}),
        ("sections[1].extra.at[0]", None, {}),
        ("sections[1].extra.at[1]", 3, {}),
    ]


def test_a_leaf_alone_stands_where_it_is_said_to() -> None:
    assert leaves("Fit", TEXT, "title") == [("title", "Fit", TEXT)]
    assert leaves(3, {}, "count") == [("count", 3, {})]


def test_a_value_of_another_kind_than_its_schema_is_walked_as_it_is() -> None:
    assert leaves(["a"], TEXT, "title") == [("title[0]", "a", {})]
    assert leaves("a", POINTS, "points") == [("points", "a", POINTS)]


def test_mapping_changes_leaves_and_nothing_else() -> None:
    def louder(path: str, value: Json, schema: Json) -> Json:
        return value.upper() if schema is TEXT else (path if value is None else value)

    assert mapped(VALUE, SECTIONS, "s", louder) == [
        {"heading": "Fit", "points": ["LIGHT", "WARM"]},
        {"heading": "Care", "points": [], "extra": {"at": ["s[1].extra.at[0]", 3]}},
    ]
    assert VALUE[0]["points"] == ["light", "warm"]


def test_what_is_mapped_has_the_leaves_of_what_it_was_made_of() -> None:
    seen: list[tuple[str, Json, Json]] = []
    mapped(VALUE, SECTIONS, "sections", lambda *leaf: seen.append(leaf))
    assert seen == leaves(VALUE, SECTIONS, "sections")


def test_inner_schemas_change_one_floor_down() -> None:
    assert inner_words(SECTIONS, lambda inside: inside["type"]) == {"items": "object"}
    assert inner_words(SECTION, lambda inside: inside["type"]) == {
        "properties": {"heading": "string", "points": "array"}
    }
    assert inner_words(TEXT, lambda inside: inside) == {}


def test_a_closed_object_asks_for_what_is_required_and_takes_no_more() -> None:
    assert list(closed_object({"a": {"type": "string"}}, ["a"]).items()) == [
        ("type", "object"),
        ("properties", {"a": {"type": "string"}}),
        ("required", ["a"]),
        ("additionalProperties", False),
    ]


def test_choices_and_addresses_are_no_prose() -> None:
    assert is_prose({}) and is_prose(TEXT) and is_prose({"format": "email"})
    assert not any(map(is_prose, ({"enum": ["a"]}, {"const": "a"}, {"format": "uri"})))
