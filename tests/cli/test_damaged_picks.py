"""A sheet of suggestions that came back damaged: each odd row is told, and the others are taken."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.types import at_path
from aigc_plugins import formats
from aigc_plugins.formats.xlsx_picks import filled_in

Run = Callable[..., Any]
PLACES = (f"text[{'9' * 5000}]", "text[1]", "text.x", "text[٣]", "a" * 10_000, "[0]", "text.", f"text[{10**30}]")
PICKS = ("0", "9" * 5000, "²", "٣", "1.0", "-1", "1e400", "#REF!", "x" * 10_000, "a\nb", "\x1b[31m", "{{ x }}")


@pytest.fixture(autouse=True)
def made(aigc: Run, shop: Any) -> None:
    """This is a job of two pieces."""
    shop.plugins |= {"shop": formats}
    text = (shop.folder / "templates/shop/slogan.yaml").read_text().replace("[lines]", "[csv]")
    shop.write("templates/shop/slogan.yaml", text.replace("checks: [no_digits]\n", ""))
    (shop.folder / "templates/shop/advert.yaml").unlink()
    assert aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "xlsx").code == 1, (
        "one row is no brief"
    )


def stands(aigc: Run, name: str) -> str:
    return str(aigc("job", "made", "--piece", name, "--json").json["fields"]["text"])


def test_a_place_that_no_piece_has_holds_nothing() -> None:
    assert not any(at_path({"text": "abc"}, place) for place in PLACES if place != "text.")
    assert at_path({"text": ["a"]}, PLACES[0]) is None


def test_odd_places_and_picks_are_told_row_by_row(aigc: Run, shop: Any) -> None:
    rows = [("0001", place, "Hot") for place in PLACES] + [("0001", "text", pick) for pick in PICKS[:7]]
    rows += [("", "", "Hot"), ("é" * 1000, "text", "Hot"), ("0002", "text", "Hot tea")]
    with (shop.folder / "filled.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "field", "pick"), *rows])
    ran = aigc("pick", "made", "--from", "filled.csv", "--json")
    done = [one["done"] for one in ran.json]
    assert ran.code == 1 and len(done) == len(rows) and done[-1] == "taken"
    assert set(done[: len(PLACES)]) == {"wrong"} and set(done[-3:-1]) == {"wrong"}
    assert stands(aigc, "0002") == "Hot tea"


@pytest.mark.parametrize("value", [{"a": 1}, ["a"], True, 1e999, float("nan"), "\ud800", 10**400, [[[]]]])
def test_what_is_no_cell_is_told(aigc: Run, shop: Any, value: Any) -> None:
    rows = [{"id": "0001", "field": "text", "pick": value}, {"id": value, "field": value, "pick": "Hot"}]
    rows += [{"id": "0002", "field": "text", "pick": "Hot tea"}]
    shop.write("filled.jsonl", "".join(json.dumps(one) + "\n" for one in rows))
    ran = aigc("pick", "made", "--from", "filled.jsonl")
    assert ran.code in (0, 1) and "unexpected" not in ran.err
    assert stands(aigc, "0002") == "Hot tea"


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\0" * 100, b"id,field,pick\n"])
def test_a_workbook_that_cannot_be_read_is_refused_and_kept(aigc: Run, shop: Any, content: bytes) -> None:
    (shop.folder / "filled.xlsx").write_bytes(content)
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert ran.code == 2 and ran.err.startswith("Error: filled.xlsx: ")


@pytest.mark.parametrize(
    "error", [RecursionError, AttributeError, TypeError, AssertionError, MemoryError, OverflowError]
)
def test_whatever_a_workbook_breaks_at_it_may_be_a_persons(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any, **named: Any) -> None:
        raise error("odd")

    (tmp_path / "content.xlsx").write_bytes(b"PK")
    monkeypatch.setattr(openpyxl, "load_workbook", broken)
    assert filled_in(tmp_path / "content.xlsx").more
