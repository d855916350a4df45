"""Where a keyword stands, and how often."""

from __future__ import annotations

import pytest

from aigc_plugins.rules.keywords import keyword_placed, no_keyword_stuffing


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("Rain Barrels for Small Gardens", True),
        ("Barrels for Rain in Small Gardens", True),
        ("How We Keep Our Small Garden Wet: Rain Barrels", False),
        ("Small Gardens", False),
        ("雨水桶怎么清洗", True),
        ("小院子里的人怎么清洗雨水桶", False),
    ],
)
def test_a_title_has_its_keyword_in_front(title: str, right: bool) -> None:
    keyword = "雨水桶" if "怎" in title else "rain barrel"
    assert bool(list(keyword_placed(title, keyword=keyword))) is not right
    assert not list(keyword_placed(title, keyword=""))


def test_a_text_has_its_keyword_in_the_first_sentence() -> None:
    text = "Gardens need water. A rain barrel holds it."
    (found,) = keyword_placed(text, keyword="rain barrel", within="sentence")
    assert "first sentence" in found
    assert not list(keyword_placed(text, keyword="garden water", within="sentence"))


@pytest.mark.parametrize(
    ("text", "stuffed"),
    [
        ("Rain boots: rain boots for kids, rain boots for men", "'rain' 3 times"),
        ("kids boots, warm boots, cheap shoes", ""),
        ("kids boots, warm boot, cheap boots", "'boot' 3 times"),
        ("red boots, boots for kids, blue mats", ""),
        ("雨靴，儿童雨靴，红色雨靴", "'雨靴' 3 times"),
        ("A child in red boots jumps into a puddle", ""),
        ("The barrel. " + "Water runs into it from the roof and fills a can for herbs, beans, leeks. " * 6, "times"),
    ],
)
def test_no_word_stands_too_often(text: str, stuffed: str) -> None:
    found = " ".join(no_keyword_stuffing(text))
    assert (stuffed in found) if stuffed else not found


def test_a_list_around_one_word_is_a_list_of_keywords() -> None:
    (found,) = no_keyword_stuffing("kids boots, warm boots, cheap boots", times=3)
    assert found == "is a list of keywords around 'boot'"
    assert not list(no_keyword_stuffing("kids boots, warm boots, cheap shoes, boots", times=3))
