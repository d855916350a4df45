"""Product listings: the brief's own words, within what shops take."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.testing import run_cli
from aigc_plugins.shops.listing_parts import (
    ALT_TEXT,
    TITLE,
    listing_bullets,
    listing_description,
    listing_title,
    picture_text,
)

FACTS = ["6.8 inch display", "weeks of battery life", "waterproof to 2 metres", "stores thousands of books"]


def test_a_title_has_brand_product_and_what_it_has() -> None:
    assert listing_title("E-reader", FACTS, brand="Pagelight") == (
        "Pagelight e-reader, 6.8 inch display, waterproof to 2 metres"
    )
    assert listing_title("Pagelight reader", ["keeps its charge"], brand="Pagelight") == "Pagelight reader"
    named = "Trail shoes, oak sole, 240 g"
    facts = ["5 mm lugs grip wet rock", "240 g per shoe in size 42", "from 14 towns", "15 euros", "oak sole", "240 g"]
    assert listing_title("Trail shoes", facts) == named
    assert listing_title("Merino top", ["175 g merino", "flat seams"]) == "Merino top", "no word is said twice"
    assert listing_title("Oven dish", ["foams to 70 degrees"]) == "Oven dish", "nor anything that it does"
    assert listing_title("雨靴", ["天然橡胶"], brand="小水洼", language="zh") == "小水洼雨靴，天然橡胶"


@pytest.mark.parametrize(
    "fact", ["a clamp for tables", "a loop for hanging", "it locks with two pins", "2 year guarantee", "soft to touch"]
)
def test_a_title_takes_stuff_and_size_alone(fact: str) -> None:
    assert listing_title("Bench", [fact, "solid oak", "60 cm wide", "weighs 9 kg"]) == "Bench, solid oak, 60 cm wide"


def test_bullets_tell_every_fact_once_and_what_points_stays_with_its_own() -> None:
    told = listing_description("E-reader", FACTS)
    assert told == "The e-reader is waterproof to 2 metres. It stores thousands of books."
    assert listing_bullets(FACTS, product="E-reader") == ["6.8 inch display", "Weeks of battery life"]
    assert listing_bullets(["a tray", "it comes out", "steel"]) == ["A tray; it comes out"]
    assert listing_bullets(["steel", "free up to 5 invoices", "£6 a month after that"]) == [
        "Free up to 5 invoices; £6 a month after that"
    ]
    assert listing_bullets(["底座可拆", "它可以机洗"], language="zh") == ["底座可拆；它可以机洗"]


def test_what_the_title_tells_is_no_bullet_where_others_are_left() -> None:
    facts = ["340 g glass jar", "from 14 hives on the moor", "sets thick, stir it first", "never heated"]
    assert listing_title("Honey", facts) == "Honey, 340 g glass jar"
    assert "340 g glass jar" not in listing_bullets(facts, product="Honey")
    assert listing_bullets(["340 g glass jar", "thick"], product="Honey") == ["Thick"]


@pytest.mark.parametrize(
    ("product", "facts", "brand", "told"),
    [
        ("Apron", ["two pockets", "washes at 40 degrees", "holds a towel", "pure linen"], "Mills",
         "The Mills apron washes at 40 degrees and holds a towel."),
        ("Apron", ["two pockets", "washes at 40 degrees", "pure linen"], None,
         "The apron washes at 40 degrees."),
        ("Notebooks", ["two pockets", "lies flat when open"], "Paperjay", "The Paperjay notebooks lie flat when open."),
        ("Trail shoes", ["not waterproof", "drains in a minute", "sizes 36 to 48", "can be resoled", "in black", "new"],
         "Fell", "The Fell trail shoes drain in a minute and can be resoled. They are not waterproof."),
        ("Bike repair at home", ["mechanic comes to you", "puncture fixed for £15", "you pay last", "Monday to Friday"],
         "Spoke", "Spoke bike repair at home: the mechanic comes to you. You pay last."),
        ("Apron", ["pure linen"], "Mills", "Apron by Mills: pure linen."),
        ("Bench", ["a", "b", "c", "d", "e", "holds 9 kg", "Felt feet"], "Oak", "The Oak bench holds 9 kg."),
    ],
)  # fmt: skip
def test_a_description_leaves_the_bullets_alone(product: str, facts: list[str], brand: str | None, told: str) -> None:
    assert listing_description(product, facts, brand=brand) == told
    assert listing_description(product, facts, brand=brand, story="Made  in Bergen.") == f"{told}\n\nMade in Bergen."


def test_a_chinese_description_takes_two_facts() -> None:
    facts = ["天然橡胶", "不可机洗", "内里加绒", "22至35码"]
    assert listing_description("雨靴", facts, brand="小水洼", language="zh") == "小水洼雨靴：天然橡胶，内里加绒。"
    assert listing_bullets(facts, product="雨靴", language="zh") == ["不可机洗", "22至35码"]
    spoken = ["304不锈钢", "容量600毫升", "壶嘴细长，水流好控制", "壶盖带温度计", "不能放在电磁炉上", "手柄不烫手"]
    assert (
        listing_description("手冲壶", spoken, language="zh")
        == "手冲壶：壶嘴细长，水流好控制。壶盖带温度计，手柄不烫手。"
    )


def test_a_brand_does_not_seem_to_have_done_what_a_name_ends_with() -> None:
    assert picture_text("Blanket, striped", brand="Fjordvev") == "Fjordvev blanket, striped"
    assert picture_text("Kettle with lid", brand="Voltleaf", picture="steam") == "Voltleaf kettle with lid: steam"
    assert picture_text("Linen apron", brand="Mills", picture="apron on a hook") == "Apron on a hook"


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
