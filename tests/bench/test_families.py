"""What counts the families of content types finds what is wrong, in pieces and in files."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.project import Project

MACRO = {"topic": "Return a lamp", "answer": ["lamps come back within 30 days"], "placeholders": False}


@pytest.fixture
def families(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return import_module("families")


@pytest.fixture
def reading(families: Any) -> Any:
    return import_module("family_reading")


def test_a_job_is_counted_and_its_files_hold_its_pieces(families: Any, tmp_path: Path) -> None:
    rows, folder = tmp_path / "rows.jsonl", tmp_path / "out" / "support--macro"
    rows.write_text(json.dumps(MACRO) + "\n", encoding="utf-8")
    main(["batch", "support/macro", str(rows), "--out", str(folder)])
    found = families.count(Project.open(), "support/macro", folder)
    assert found.row() == "| support/macro | 1 / 0 / 0 / 0 | – | – | – | 0 of 1 | 0 | 0 | 0 of 5 |"
    assert "Lamps come back within 30 days." in families.samples(tmp_path / "out", ["support/macro"])

    table = folder / "content.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("30 days", "13 days"), encoding="utf-8")
    found = families.count(Project.open(), "support/macro", folder)
    assert len(found.files) == 1 and found.files[0].startswith("csv: 0001 reply")


def test_pieces_that_say_the_same_are_twins(families: Any) -> None:
    same = "holds 300 litres and opens at the bottom"
    assert families.twins([same, "made of larch", same + "."]) == {0, 2}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"title": "Rain"}, []),
        ({"title": "Rain barrels"}, ["title: 12 width of 10: 'Rain barrels'"]),
        ({"title": "雨水桶带龙头"}, ["title: 12 width of 10: '雨水桶带龙头'"]),
        ({"lines": ["a"] * 3}, ["lines: 3 items"]),
    ],
)
def test_what_is_over_a_limit_is_found(reading: Any, fields: dict[str, Any], found: list[str]) -> None:
    schemas = {"title": {"limit": {"width": 10}}, "lines": {"maxItems": 2}}
    assert list(reading.over_limits(fields, schemas)) == found


def test_platforms_have_limits_of_their_own(reading: Any) -> None:
    brief = {"values": {"platform": "x"}}
    assert not [*reading.over_platform("social/post", {"post": "雨" * 140}, brief)]
    assert [*reading.over_platform("social/post", {"post": "雨" * 141}, brief)] == ["post: 282 x_weighted of 280"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Holds 300 litres, see https://a.example/bin", []),
        ("Open from 1 March 2027.", []),
        ("Holds 400 litres", ["400"]),
        ("See https://b.example/", ["https://b.example/"]),
        ("It is made in Bergen by hand.", ["Bergen"]),
    ],
)
def test_what_no_input_has_is_a_stranger(reading: Any, text: str, found: list[str]) -> None:
    brief = {"product": "bin", "facts": ["holds 300 litres"], "url": "https://a.example/bin", "when": "2027-03-01"}
    told = [*reading.strangers({"text": text}, brief)]
    assert [one.partition(": ")[2].partition(" in ")[0] for one in told] == found
