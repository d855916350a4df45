"""Columns are known by their names however these are spaced, and one of two that are called the same by its number."""

from __future__ import annotations

import pytest

from aigc.asking.asked_columns import RowCells, as_typed, asked_column, near_column, numbered_columns, own_column
from aigc.errors import BriefError
from aigc.types import column_name, numbered, without_number

COLUMNS = ("Page topic", "Price (EUR)", "2024 sales", "topic (column 4)", "topic (column 5)", "Größe/cm", "name")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("{{ Page topic }}", "the column 'Page topic' is row[\"Page topic\"] or Page_topic"),
        ("{{ Page\u00a0topic | upper }}", "the column 'Page topic' is row[\"Page topic\"] or Page_topic"),
        ("{{ [page topic] }}", "the column 'Page topic' is row[\"Page topic\"] or Page_topic"),
        ("{{ 2024 sales }}", "the column '2024 sales' is row[\"2024 sales\"]"),
        ("{{ Price (EUR) }}", "the column 'Price (EUR)' is row[\"Price (EUR)\"] or Price_EUR_"),
        ("{{ Größe/cm }}", "the column 'Größe/cm' is row[\"Größe/cm\"] or Größe_cm"),
        ("{{ row['Page topic'] | uper }}", ""),
        ("{{ Page topics }}", ""),
        ("{{ name", ""),
    ],
)
def test_an_expression_that_names_a_column_as_the_header_does_is_told_how(text: str, typed: str) -> None:
    assert as_typed(text, COLUMNS) == typed


def test_a_column_is_asked_for_with_any_white_space() -> None:
    for name in ("Page topic", " Page\u00a0topic", "Page\ntopic\u200b", "Page\t topic"):
        assert asked_column(name, COLUMNS) == "Page topic"
        assert RowCells({"Page topic": 1, "b": 2})[name] == 1
    assert asked_column("page topic", COLUMNS) == ""
    assert asked_column("Page topic", ["Page\u00a0topic", "Page topic"]) == "Page topic"
    with pytest.raises(KeyError):
        RowCells({"a": 1})[3]


def test_columns_that_share_a_name_feed_nothing_of_that_name() -> None:
    with pytest.raises(BriefError) as caught:
        own_column("topic", COLUMNS, "a.csv:2")
    assert "columns 'topic (column 4)' and 'topic (column 5)' could both be 'topic'" in str(caught.value)
    assert own_column("topic", [*COLUMNS, "topic"], "") == "topic"
    assert near_column("topic", COLUMNS) == "it is 'topic (column 4)' or 'topic (column 5)'"
    assert near_column("Page topc", COLUMNS) == "did you mean 'Page topic'?"


def test_a_numbered_name_is_read_back() -> None:
    assert without_number(numbered("Image", 3)) == "Image" and numbered("", 3) == "column 3"
    assert without_number("Image (3)") == "Image (3)"
    assert column_name("e\u0301te\u0301 \u00ad2024") == "été 2024"


def test_a_list_in_numbered_columns_gets_an_expression_that_takes_them() -> None:
    columns = ["product", "Benefit 1", "Benefit_2", "benefits 3", "Bullet 1", "Bullet 2"]
    taken = numbered_columns("benefits", columns)
    assert taken == """--set 'benefits={{ cells("Benefit 1", "Benefit_2", "benefits 3") }}' takes several columns"""
    assert numbered_columns("benefits", ["Benefit 1", "Bullet 1", "Bullet 2"]) == ""
