"""A title or notes above a table: the line that names the columns is found by what is needed, or named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.asking import Plan
from aigc.cli import main
from aigc.content import ContentType
from aigc.errors import BriefError
from aigc.project import Project
from aigc.types import Artifact, Brief

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string, maxLength: 40}
  facts: {type: array, items: {type: string}, default: []}
prompt: item.j2
output: {type: string}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
TABLE = "Product,Price,Facts\nMug,9,dry\nCup,8,warm\n"
TWO = ["Mug", "Cup"]
MAP = {"product": "Item name"}


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})


@pytest.fixture
def item(project: Project) -> ContentType:
    return project.content_type("shop/item")


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Plan]:
    def asked(content: str, name: str = "items.csv", **options: Any) -> Plan:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return Plan(type="shop/item", briefs=str(path), **options)

    return asked


Asked = Callable[..., Plan]


def products(briefs: Iterator[Brief | Artifact]) -> list[Any]:
    return [brief.values["product"] if isinstance(brief, Brief) else brief.reason for brief in briefs]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("", None),
        ("\n\n", None),
        ("Report of items\n", 2),
        ("Report of items\nMarch 2025\n\n", 4),
        ('"Report of\nitems"\n', 3),
        ("Items,March\n", 2),
        ("# -----\n# Items, all of them, of March\n# 2025\n\n", 5),
        ('"Items" of March\n', 2),
        ("March 1; 2025\n" * 2, 3),
        ("March 1\n" * 40, 41),
    ],
)
def test_the_line_that_names_what_is_needed_is_found(
    project: Project, item: ContentType, asked: Asked, above: str, line: int | None
) -> None:
    plan = asked(above + TABLE)
    assert products(plan.rows(project, item)) == TWO
    assert plan.table(project, item).header == line
    assert list(plan.columns_not_used(project, item)) == ["Price"]


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {"product": "Item name"}},
        {"columns": {"product": "Item\u00a0 name"}},
        {"literals": {"product": "{{ Item_name }}"}},
        {"literals": {"product": "{{ row['Item name'] }}"}},
        {"literals": {"product": "{{ row['Item\u00a0name'] ~ '' }}"}},
    ],
)
def test_what_map_and_set_name_is_needed_too(
    project: Project, item: ContentType, asked: Asked, options: dict[str, Any]
) -> None:
    plan = asked("Product\n" + TABLE.replace("Product", '"Item\u00a0\nname"'), **options)
    assert products(plan.rows(project, item)) == TWO and plan.table(project, item).header == 2


def test_the_option_is_stronger_than_what_is_found(project: Project, item: ContentType, asked: Asked) -> None:
    plan = asked("title\n" + TABLE, reading={"header": 0}, columns={"product": "1"})
    assert products(plan.rows(project, item)) == ["title", "Product", *TWO]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Name,Price,Facts\n" + TABLE, "or --input header=2, where all that is needed stands"),
        ("title\n" + TABLE + TABLE, "or --input header=2 or --input header=5, where"),
        ("title\n" + TABLE.replace("Product", "Name"), "--input header=2 if line 2 names the columns (Name, Price, F"),
        ("# title, long, of, all\n" + TABLE.replace("Product", "Name"), "--input header=2 if line 2 names"),
        ("Name\nMug\nProduct\n", "--input header=3"),
        ("Name,Preis\nTitle,Price\nMug,9\n", "; or --input header=N if another line names the columns, 0 if none does"),
    ],
)
@pytest.mark.parametrize("mapped", [{}, {"product": "Product"}])
def test_a_line_that_is_not_sure_is_named(
    project: Project, item: ContentType, asked: Asked, content: str, told: str, mapped: dict[str, str]
) -> None:
    with pytest.raises(BriefError) as caught:
        list(asked(content, columns=mapped).rows(project, item))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "Name,Price\nMug,9\n",
        "Name,Price\nMug,nine\n",
        "Name,Price\nMug,9\nCup,8 €\nPot,\n",
        "Name,Link\nMug,https://example.com/a\nCup,https://example.com/b\n",
        "Name,Text\nMug,It holds half a litre or more of warm tea.\nCup,A cup to carry along on all your journeys\n",
    ],
)
@pytest.mark.parametrize("mapped", [{}, {"product": "Product"}])
def test_no_line_is_asked_for_where_no_other_can_name_columns(
    project: Project, item: ContentType, asked: Asked, content: str, mapped: dict[str, str]
) -> None:
    with pytest.raises(BriefError) as caught:
        list(asked(content, columns=mapped).rows(project, item))
    assert "product" in str(caught.value) and "header" not in str(caught.value)


def test_a_line_that_names_the_columns_again_is_neither_their_header_nor_a_row(
    project: Project, item: ContentType, asked: Asked
) -> None:
    plan = asked("product,facts\nMug,dry\nproduct,facts\n")
    assert products(plan.rows(project, item)) == ["Mug"]


def test_a_workbook_is_looked_through_too(project: Project, item: ContentType, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Items"], [], ["Product", "Price"], ["Mug", 9], ["Cup", 8]):
        book.active.append(row)
    book.save(tmp_path / "items.xlsx")
    plan = Plan(type="shop/item", briefs=str(tmp_path / "items.xlsx"))
    assert products(plan.rows(project, item)) == TWO and plan.table(project, item).header == 3


def test_a_file_without_columns_is_not_looked_through(project: Project, item: ContentType, asked: Asked) -> None:
    with pytest.raises(BriefError) as caught:
        list(asked('{"name": "Mug"}\n', "items.jsonl").rows(project, item))
    assert "header" not in str(caught.value)


def test_a_dry_run_says_which_line_it_is(
    project: Project, asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = asked("title\n" + TABLE)
    assert main(["batch", "shop/item", plan.briefs, "--dry-run", "--project", str(tmp_path)]) == 0
    assert "items.csv: line 2 names the columns (--input header=2)" in capsys.readouterr().err
