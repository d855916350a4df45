"""Links stand on words of the text, and lead to the pages whose titles have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.types import Brief, Draft
from aigc_plugins.seo.site_links import leads_somewhere, nearest_pages, pages_have_addresses, text_links

BOOTS, CLEAN, COATS, SIZES = (
    "Rain boots for children | Puddle = https://e.com/boots",
    "How to clean rain boots = https://e.com/clean",
    "Raincoats = https://e.com/coats",
    "Boot sizes for children = https://e.com/sizes",
)
SITE = [BOOTS, CLEAN, COATS, SIZES]


def anchors(text: str, pages: list[str] = SITE, url: str = "https://e.com/") -> list[tuple[str, str]]:
    return [(one["anchor"], one["url"]) for one in text_links(text, pages, url)]


def test_an_anchor_stands_so_in_the_text() -> None:
    text = "Good rain boots for children have a wide shaft. A raincoat helps. Cleaning rain boots is quick."
    assert anchors(text) == [
        ("rain boots for children", "https://e.com/boots"),
        ("raincoat", "https://e.com/coats"),
        ("Cleaning rain boots", "https://e.com/clean"),
    ]
    assert text_links(text, SITE)[1]["sentence"] == "A [raincoat](https://e.com/coats) helps."


@pytest.mark.parametrize(
    "text",
    [
        "# Raincoats\nNothing else.",  # a heading
        "We have [raincoats](https://e.com/coats).",  # a link already
        "See https://e.com/coats: raincoats.",
        "Rain falls on coats.",  # other words
        "The boots are warm.",  # one word of a longer title
        "Boots. Children like mud.",  # words of two sentences
    ],
)
def test_nothing_else_is_linked(text: str) -> None:
    assert anchors(text) == []


@pytest.mark.parametrize(
    ("title", "text", "anchor"),
    [
        ("Beginners' course", "Our beginners’ course runs on Sundays.", "beginners’ course"),
        ("Beginner’s course", "There is a course for beginners.", "course for beginners"),
        ("Members' evening", "Come to the members' evening.", "members' evening"),
        ("Prices for children", "A child's price is lower.", "child's price"),
        ("Sharpening knives", "We show how a knife is sharpened.", "knife is sharpened"),
        ("Knife sharpening", "Sharpening knives takes a stone.", "Sharpening knives"),
        ("Pruning saws", "A pruning saw's teeth are clean.", "pruning saw"),
        ("Parking", "There is free parking behind the hall.", "parking"),
        ("Location and parking", "There is free parking behind the hall.", "parking"),
        ("Parking | Hall", "There is free parking behind the hall.", "parking"),
        ("Shoes and hats", "Hats are sold here.", ""),  # too short to be sure
    ],
)
def test_words_are_found_in_any_form(title: str, text: str, anchor: str) -> None:
    assert [one for one, _ in anchors(text, [f"{title} = https://e.com/1"])] == [anchor][: bool(anchor)]


def test_a_page_does_not_link_to_itself() -> None:
    assert anchors("Raincoats keep you dry.", url="https://e.com/coats/#top") == []


def test_no_page_and_no_words_are_linked_twice() -> None:
    text = "Rain boots for children. Rain boots for children. Raincoats and raincoats."
    assert [url for _, url in anchors(text)] == ["https://e.com/boots", "https://e.com/coats"]
    two = ["Raincoats = https://e.com/1", "Raincoats = https://e.com/2"]
    assert anchors("Raincoats here, raincoats there.", two) == [("Raincoats", "https://e.com/1")]


def test_there_are_five_links_at_most() -> None:
    things = ["kettles", "mirrors", "lanterns", "blankets", "cushions", "curtains", "carpets"]
    pages = [f"{thing} = https://e.com/{thing}" for thing in things]
    assert len(text_links(" ".join(f"We sell {thing}." for thing in things), pages)) == 5


def test_chinese_words_in_a_row_are_an_anchor() -> None:
    pages = ["儿童雨靴怎么选 = https://e.com/1", "雨靴清洗方法 = https://e.com/2", "雨衣 = https://e.com/3"]
    text = "儿童雨靴要选宽一点的。雨衣也要合身。雨靴清洗只要五分钟。"
    assert anchors(text, pages) == [
        ("儿童雨靴", "https://e.com/1"),
        ("雨衣", "https://e.com/3"),
        ("雨靴清洗", "https://e.com/2"),
    ]


@given(st.text("ab cR.ain coats雨衣,\n#[]()", max_size=80))
def test_an_anchor_is_part_of_any_text(text: str) -> None:
    for one in text_links(text, [COATS, "雨衣 = https://e.com/3"]):
        assert one["anchor"] in text


def test_the_nearest_pages_share_rare_words() -> None:
    assert nearest_pages(["cleaning boots"], SITE)[0] == CLEAN
    assert nearest_pages(["returns"], SITE) == []
    assert nearest_pages(["雨靴怎么清洗"], ["雨衣 = https://e.com/3", "雨靴清洗方法 = https://e.com/2"]) == [
        "雨靴清洗方法 = https://e.com/2"
    ]


def test_what_is_no_page_and_what_leads_nowhere_is_said() -> None:
    brief = Brief(id="1", values={"pages": ["Raincoats", COATS]})
    draft = Draft(brief=brief, fields={"anchors": []}, schema={})
    assert list(pages_have_addresses(draft)) == ["the page 'Raincoats' is no `Title = https://address`"]
    assert [one.field for one in leads_somewhere(draft, field="anchors")] == ["anchors"]


def test_a_sentence_leads_to_one_page_and_the_other_finds_its_own() -> None:
    pages = ["Winter sleeping bags = https://e.com/bags", "Camping stoves = https://e.com/stoves"]
    text = "A winter sleeping bag and a camping stove are all you need. A winter sleeping bag keeps you warm."
    found = text_links(text, pages)
    assert [one["url"] for one in found] == ["https://e.com/stoves", "https://e.com/bags"]
    assert len({one["sentence"].replace("[", "") for one in found}) == 2
