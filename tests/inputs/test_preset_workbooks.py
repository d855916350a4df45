"""Exports of tools as Excel workbooks: the same columns feed the same as in a CSV file, in whichever sheet they are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.asking import Plan
from aigc.cli import main
from aigc.project import Project
from aigc.types import Artifact, Brief

from . import test_presets as exports

KEYWORDS = {"url": "https://example.com", "product": "Coffee", "benefits": "Cold"}
PRODUCTS = {"url": "https://example.com"}
BELOW = exports.PLANNER.partition('2026"\n')[2]
EXPORTS = [
    ("shopify", exports.SHOPIFY, PRODUCTS),
    ("shopify", exports.SHOPIFY_NEW, PRODUCTS),
    ("matrixify", exports.MATRIXIFY, {}),
    ("woocommerce", exports.WOOCOMMERCE, PRODUCTS),
    ("merchant-center", exports.MERCHANT, {}),
    ("semrush", exports.SEMRUSH, KEYWORDS),
    ("semrush", exports.POSITIONS, KEYWORDS),
    ("semrush", exports.API, KEYWORDS),
    ("ahrefs", exports.AHREFS, KEYWORDS),
    ("screaming-frog", exports.FROG, PRODUCTS),
    ("search-console", exports.QUERIES, KEYWORDS),
    ("search-console", exports.PAGES, KEYWORDS),
    ("keyword-planner", exports.PLANNER, KEYWORDS),
    ("keyword-planner", BELOW, KEYWORDS),
    ("keyword-planner", BELOW + BELOW.partition("\n")[2] * 3, KEYWORDS),
]
CHART = "Date,Clicks,Impressions,CTR,Position\n2026-01-01,3,30,10%,4\n"
NOTES = "How to read this file\nOne row for each product\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with all bundled types and tools."""
    (tmp_path / "aigc.yaml").touch()
    return Project.open(tmp_path)


def workbook(file: Path, sheets: Mapping[str, str]) -> Path:
    """Write tables as sheets of a workbook, numbers as numbers, with the decimals that they are written with."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, text in sheets.items():
        sheet = made.create_sheet(name)
        for at, cells in enumerate(csv.reader(io.StringIO(text), delimiter=sign(text)), 1):
            for column, cell in enumerate(cells, 1):
                if re.fullmatch(r"\d+(\.\d+)?", cell):
                    written = sheet.cell(at, column, float(cell) if "." in cell else int(cell))
                    written.number_format = "0." + "0" * len(cell.partition(".")[2]) if "." in cell else "General"
                elif cell:
                    sheet.cell(at, column, {"TRUE": True}.get(cell, cell))
    made.save(file)
    return file


def sign(text: str) -> str:
    return "\t" if "\t" in text else ";" if text.startswith("database") else ","


def asked(project: Project, type_name: str, file: Path, origin: str, literals: Mapping[str, Any]) -> list[Any]:
    """Return the ids and values of a file's rows, or why they are none."""
    plan = Plan(type=type_name, briefs=str(file), origin=origin, literals=dict(literals))
    rows: list[Brief | Artifact] = list(plan.rows(project, project.content_type(type_name)))
    return [(row.id, row.values if isinstance(row, Brief) else row.reason.partition(": ")[2]) for row in rows]


@pytest.mark.parametrize(("origin", "text", "literals"), EXPORTS)
def test_a_workbook_feeds_what_a_table_does(
    project: Project, tmp_path: Path, origin: str, text: str, literals: Mapping[str, Any]
) -> None:
    table = tmp_path / ("rows.tsv" if sign(text) == "\t" else "rows.csv")
    table.write_text(text, encoding="utf-8")
    book = workbook(tmp_path / "rows.xlsx", {"Sheet1": text})
    for name, given in (("ads/google-search", literals), ("seo/meta", {}), ("seo/keywords", {}), ("articles/blog", {})):
        found = asked(project, name, book, origin, given)
        assert found == asked(project, name, table, origin, given) and found


@pytest.mark.parametrize(
    ("origin", "sheets", "first"),
    [
        ("search-console", {"Chart": CHART, "Queries": exports.QUERIES, "Pages": exports.PAGES}, "cold brew"),
        ("search-console", {"Diagramm": CHART, "Suchanfragen": exports.GERMAN}, "kalter Kaffee"),
        ("matrixify", {"Collections": "ID,Handle\n1,a\n", "Products": exports.MATRIXIFY}, "Enamel Camping Mug"),
        ("matrixify", {"Summary": CHART, "Produkte": exports.MATRIXIFY}, "Enamel Camping Mug"),
        ("shopify", {"Read me": NOTES, "Export": exports.SHOPIFY}, "Enamel Camping Mug"),
        ("keyword-planner", {"Read me": NOTES, "Keyword Stats": exports.PLANNER}, "cold brew at home"),
    ],
)
def test_the_sheet_that_is_the_tool_s_is_read(
    project: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    origin: str,
    sheets: Mapping[str, str],
    first: str,
) -> None:
    file = workbook(tmp_path / "rows.xlsx", sheets)
    assert asked(project, "seo/meta", file, origin, {})[0][1]["topic"] == first
    argv = ["batch", "seo/meta", str(file), "--dry-run", "--project", str(tmp_path)]
    assert main([*argv, "--from", origin]) == 0
    passed_over, read, *_ = sheets
    told = capsys.readouterr().err
    assert f"rows.xlsx: read from the sheet {read!r}, not {passed_over!r} (--input sheet=NAME)" in told
    assert ("line 3 names the columns" in told) == (origin == "keyword-planner")
    assert main(argv) == 2
    assert f"--from {origin}" in capsys.readouterr().err


def test_a_workbook_without_the_tool_s_columns_is_told_by_them(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = workbook(tmp_path / "rows.xlsx", {"One": CHART, "Two": NOTES})
    assert main(["batch", "seo/meta", str(file), "--dry-run", "--project", str(tmp_path), "--from", "matrixify"]) == 2
    told = capsys.readouterr().err
    assert "is no Matrixify export; one has the columns Handle, Title, Body HTML; this file Date, Clicks" in told


@pytest.mark.parametrize(("category", "held"), [("360", None), ("1.5", "1.5")])
def test_a_category_that_is_a_number_fails_no_row(
    project: Project, tmp_path: Path, category: str, held: str | None
) -> None:
    text = f"ID,Type,SKU,Name,Categories,Description\n7,simple,MUG,Mug,{category},Holds 350 ml.\n"
    file = workbook(tmp_path / "rows.xlsx", {"Sheet1": text})
    ((_, values),) = asked(project, "ads/google-search", file, "woocommerce", PRODUCTS)
    assert values["category"] == held
