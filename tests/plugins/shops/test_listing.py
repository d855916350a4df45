"""Product listings: the brief's own words, within what shops take."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.testing import run_cli
from aigc_plugins.shops.listing_parts import ALT_TEXT, TITLE, listing_description, listing_title, picture_text

FACTS = ["6.8 inch display", "weeks of battery life", "waterproof to 2 metres", "stores thousands of books"]


def test_a_title_has_brand_product_and_what_it_has() -> None:
    assert listing_title("E-reader", FACTS, brand="Pagelight") == (
        "Pagelight e-reader, 6.8 inch display, weeks of battery life, waterproof to 2 metres"
    )
    assert listing_title("Pagelight reader", ["keeps its charge"], brand="Pagelight") == "Pagelight reader"
    assert listing_title("雨靴", ["天然橡胶"], brand="小水洼", language="zh") == "小水洼雨靴，天然橡胶"


def test_a_description_tells_every_fact_once() -> None:
    text = listing_description("E-reader", FACTS, story="Made  in Bergen.")
    assert [text.lower().count(fact.lower()) for fact in FACTS] == [1, 1, 1, 1]
    assert text.endswith("\n\nMade in Bergen.")


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        (None, "Compost bin by Meadowly"),
        ("a green bin beside a hedge", "Compost bin by Meadowly: a green bin beside a hedge"),
        ("compost bin in the snow", "Compost bin in the snow"),
    ],
)
def test_a_picture_is_told_with_the_product(picture: str | None, text: str) -> None:
    assert picture_text("Compost bin", brand="Meadowly", picture=picture) == text


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=20), st.text(min_size=1, max_size=80))
def test_titles_are_short_enough_whatever_the_facts_are(facts: list[str], product: str) -> None:
    assert len(listing_title(product, facts, brand="Meadowly")) <= TITLE


def test_the_samples_are_accepted_and_go_into_a_feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    formats = ["--to", "merchant-center", "--to", "csv"]
    assert run_cli("batch", "shops/listing", "sample", "--out", "made", *formats).code == 0
    pieces = [json.loads(line) for line in Path("made", "artifacts.jsonl").read_text("utf-8").splitlines()]
    assert {one["status"] for one in pieces} == {"accepted"}
    assert all(len(one["fields"]["alt_text"]) <= ALT_TEXT for one in pieces)
    items = ET.parse(Path("made", "merchant-center.xml")).getroot().iter("item")
    assert len(list(items)) == len(pieces) >= 10
    assert run_cli("test", "shops/listing").code == 0
