"""What an expression cannot make of a row is told with the row, the input, the column and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.asking import open_rows, read_briefs
from aigc.project import Project
from aigc.types import Artifact, Brief

ROWS = """product,benefits,url,List price
Lamp,warm,https://example.com/,on request
Shoe,red,https://example.com/,"29,90 €"
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Brief | Artifact]]:
    project = Project.open(tmp_path)

    def read(content: str = ROWS, **options: object) -> list[Brief | Artifact]:
        path = tmp_path / "shop.csv"
        path.write_text(content)
        content_type = project.content_type("ads/google-search")
        return list(read_briefs(open_rows(path, project.registry), content_type, project.environment, **options))

    return read


@pytest.mark.parametrize(
    "expression",
    ["{{ List_price | money }} €", "{{ row['List price'] | number }} €", '{{ cell("list price") | money }} €'],
)
def test_a_value_that_is_no_amount_is_told_with_its_column(read, expression: str) -> None:
    lamp, shoe = read(literals={"price": expression})
    assert lamp.status == "failed" and shoe.values["price"] == "29.9 €"
    assert lamp.reason.startswith("shop.csv:2: price: ")
    assert "'on request' is no" in lamp.reason and lamp.reason.endswith("(column 'List price')")


def test_the_column_is_told_that_feeds_the_input_an_expression_uses(read) -> None:
    lamp, _ = read(mapping={"price": "List price"}, literals={"offer": "Now {{ price | money }} €"})
    assert lamp.reason.startswith("shop.csv:2: offer: ") and lamp.reason.endswith("(column 'List price')")


def test_a_cell_that_the_message_does_not_quote_is_told_beside_its_column(read) -> None:
    rows = "product,benefits,url,Cost,Pack\nLamp,warm,https://example.com/,30,0\nShoe,red,https://example.com/,30,2"
    lamp, shoe = read(rows, literals={"price": "{{ (Cost | number) / (Pack | number) }} €"})
    assert shoe.values["price"] == "15.0 €"
    assert lamp.reason.endswith("(column 'Cost' is '30', 'Pack' is '0')")
    rows = "product,benefits,url,Cost\nLamp,warm,https://example.com/,"
    (lamp,) = read(rows, literals={"price": "{{ Cost | float * 2 }}"})
    assert "price: " in lamp.reason and "(column 'Cost' is empty)" in lamp.reason
