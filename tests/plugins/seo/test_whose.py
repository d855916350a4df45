"""A heading for the price or the size of a thing has those of the thing, not of a repair or a part."""

from __future__ import annotations

import pytest

from aigc_plugins.seo.outlines import outline_text, plan_outline
from aigc_plugins.seo.title_nouns import told_in_titles


def planned(keyword: str, seeds: list[str], facts: list[str], language: str = "en") -> str:
    return outline_text(plan_outline(keyword, seeds, [], facts, language), language)


@pytest.mark.parametrize(
    ("keyword", "search", "fact", "heading"),
    [
        ("used harp", "used harp price", "Repairs start at £90.", "Prices"),
        ("used harp", "used harp price", "Delivery is £40.", "Prices"),
        ("harp repair", "harp repair price", "A repair is £90.", "Harp repair price"),
        ("used harp", "used harp price", "It costs £900, and delivery is £40.", "Used harp price"),
        ("used harp", "used harp size", "The pedals are 20 cm long.", "Good to know"),
        ("used harp", "used harp size", "The harp is 170 cm tall.", "Used harp size"),
        ("used harp", "used harp size", "It is 170 cm tall.", "Used harp size"),
        ("二手古琴", "二手古琴价格", "修理费300元起。", "价格"),
        ("二手古琴", "二手古琴价格", "换一根弦60元。", "价格"),
        ("二手古琴", "二手古琴价格", "古琴二手价3000元起。", "二手古琴价格"),
        ("老人鞋", "老人鞋尺码", "鞋底花纹深3毫米。", "还要知道的"),
        ("老人鞋", "老人鞋尺码", "鞋跟高2厘米。", "还要知道的"),
        ("老人鞋", "老人鞋尺码", "有36码到44码。", "老人鞋尺码"),
        ("雨水桶", "雨水桶尺寸", "桶高90厘米。", "雨水桶尺寸"),
    ],
)
def test_a_price_and_a_size_are_those_of_the_keyword(keyword: str, search: str, fact: str, heading: str) -> None:
    language = "en" if search.isascii() else "zh"
    text = planned(keyword, [search], [fact], language)
    assert text == f"## {heading}\n- {fact}"


def test_what_may_be_its_price_stands_under_prices() -> None:
    text = planned("used harp", ["used harp price"], ["Ten strings are £50."])
    assert text == "## Prices\n- Ten strings are £50.\n- Also searched: used harp price"
    text = planned("used harp", ["used harp price"], ["Strings are £50.", "The harp is £900."])
    assert text == "## Used harp price\n- The harp is £900.\n- Strings are £50."


def test_no_title_has_the_price_of_a_repair() -> None:
    outline = plan_outline("used harp", ["used harp price", "used harp tuning"], [], ["Repairs start at £90."])
    assert "Price" not in told_in_titles(outline.sections, "used harp", "en")
