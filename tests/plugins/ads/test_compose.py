from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from aigc.content import measure
from aigc.types import Field
from aigc_plugins.ads.calls import calls_to_action, drawn_closings, offering
from aigc_plugins.ads.compose import (
    ad_descriptions,
    ad_headlines,
    close_description,
    display_path,
    product_line,
    product_name,
)
from aigc_plugins.ads.word_lists import closing_lists, word_lists


@pytest.mark.parametrize("part", ["calls", "drawn", "closings"])
def test_every_call_fits_and_each_kind_has_enough_of_them(part: str) -> None:
    for language in ("en", "zh"):
        assert set(word_lists()[part][language]) == {"goods", "service", "software"}
        for lines in word_lists()[part][language].values():
            assert len(lines) == len(set(lines)) >= (40 if part == "drawn" else 4)
            assert all(measure(line, "width") <= 30 for line in lines)
            assert not any("!" in line or "！" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_closings_are_many_short_sentences_that_promise_nothing(language: str) -> None:
    lists = closing_lists()[language]
    assert set(lists) == {"any", "goods", "service", "software"}
    assert min(map(len, lists.values())) >= 40
    for category in ("kitchen", "services", "software"):
        every = drawn_closings(language, "Kettle", category, "")
        assert len(every) == len(set(every))
        assert sum(measure(line, "width") <= 18 for line in every) >= 15, "some for where little room is left"
        for line in every:
            assert measure(line, "width") <= 37 and line.endswith("。" if language == "zh" else ".")
            assert not re.search(r"[!！\d$€]|\b(?:free|deliver|guarantee|save|best|cheap|price|easy|click)", line, re.I)
            assert not re.search("免费|包邮|配送|保证|最|优惠|便宜|价|点击", line)


def test_closings_ask_for_what_is_sold_so() -> None:
    lists = closing_lists()["en"]
    assert not [
        line
        for line in lists["any"]
        if re.search(r"(?i)\b(?:order|book|buy|shop|sign|basket|it)\b", line)
        if line != "See it all online."
    ]
    assert not [line for line in lists["goods"] if re.search(r"(?i)\b(?:book|request|sign|it)", line)]
    assert not [
        line for line in lists["service"] if re.search(r"(?i)\b(?:order|buy|shop|sign|basket|works|plan)", line)
    ]
    assert not [line for line in lists["software"] if re.search(r"(?i)\b(?:order|buy|book|basket)", line)]


def test_calls_suit_what_is_sold_and_vary_by_product() -> None:
    assert offering("Online maths tutoring", None) == "service"
    assert offering("Meal planning app", "food") == "software"
    assert offering("Piano lessons online", None) == offering("Parking for vans", None) == "service"
    assert offering("Kettle", "Home & kitchen") == "goods"
    assert offering("Travel mug", "cleaning products") == "goods"
    assert offering("上门维修", None) == "service"
    assert calls_to_action("en", "Kettle") == calls_to_action("en", "Kettle")
    assert len({tuple(calls_to_action("en", f"Product {n}")) for n in range(20)}) > 2
    assert all(any("\u4e00" <= char <= "\u9fff" for char in call) for call in calls_to_action("zh", "茶"))


def test_headlines_stand_in_order_and_composed_ones_step_back() -> None:
    headlines = ad_headlines(
        ["Weighs 254 g", "30-day free returns"],
        product="Headphones",
        brand="Quietwave",
        keyword="wireless headphones",
        offer="30-day free returns",
        price="$99",
        calls=["Order Yours Online", "An extremely long call to action nobody can show"],
    )
    assert headlines == [
        "Headphones by Quietwave",
        "Wireless headphones",
        "Weighs 254 g",
        "30-day free returns",
        "Yours for $99",
        "Order Yours Online",
    ]


def test_headlines_never_exceed_fifteen() -> None:
    lines = [f"Fact number {number}" for number in range(12)]
    headlines = ad_headlines(lines, product="Kettle", offer="Free delivery", price="$9", calls=["One", "Two", "Three"])
    assert len(headlines) == 15 and set(lines) < set(headlines)


@pytest.mark.parametrize(
    ("product", "brand", "language", "line"),
    [
        ("Slow juicer", "Emberhill", "en", "Slow juicer by Emberhill"),
        ("Two-person hiking tent", "Fernway", "en", "Two-person hiking tent"),
        ("Photo backup for large families", None, "en", "Photo backup"),
        ("A product whose name goes on and on", None, "en", "A product whose name goes"),
        ("降噪耳机", "静浪", "zh", "静浪降噪耳机"),
    ],
)
def test_the_product_is_named_in_thirty(product: str, brand: str | None, language: str, line: str) -> None:
    assert product_line(product, brand, language) == line
    assert measure(line, "width") <= 30


def test_names_from_lists_in_small_letters_get_capitals() -> None:
    assert product_name("bmw 2002") == "BMW 2002"
    assert product_name("chevrolet chevelle malibu") == "Chevrolet Chevelle Malibu"
    assert product_name("Grain-free dog food") == "Grain-free dog food"


@pytest.mark.parametrize(
    ("product", "category", "brand", "path"),
    [
        ("Pour-over coffee kettle", "kitchen", None, ("Kitchen", "Coffee-Kettle")),
        ("Grain-free dog food", "pet", None, ("Pet", "Dog-Food")),
        ("Invoice software for freelancers", "software", None, ("Software", "Invoice")),
        ("Home cleaning service", None, "Brightstep", ("Brightstep", "Home-Cleaning")),
        ("Chef's knife", None, None, ("Chefs-Knife", "")),
        ("手冲咖啡壶", "厨房", None, ("厨房", "手冲咖啡壶")),
        ("a/b\nc", None, None, ("A-B-C", "")),
        ("Superextraordinarily", None, None, ("", "")),
        ("Copper Saucepan 1.5 L", "cookware", None, ("Cookware", "Copper-Saucepan")),
    ],
)
def test_the_path_is_short_and_made_of_whole_words(
    product: str, category: str | None, brand: str | None, path: tuple[str, str]
) -> None:
    assert display_path(product, brand=brand, category=category) == path
    assert all(measure(part, "width") <= 15 for part in path)


def test_descriptions_alternate_and_are_never_alone() -> None:
    assert ad_descriptions(["A.", "C."], ["B.", "D."], product="Kettle") == ["A.", "B.", "C.", "D."]
    assert ad_descriptions(["A."], ["B.", "D."], product="Kettle") == ["A.", "B.", "D."]
    alone = ad_descriptions(["A."], [], product="Kettle")
    assert len(alone) == 2 and alone[1].startswith("Kettle. ")
    assert len(ad_descriptions([], [], product="Kettle")) == 2


def test_a_description_is_filled_with_the_offer_and_a_call(field: Callable[..., Field]) -> None:
    texts = ["A kettle with a spout.", "Weighs 1 kg.", "x" * 85 + ".", "Holds 1 litre."]

    def closed(place: int) -> str:
        at = field(path=f"descriptions[{place}]", limit={"width": 90}, fields={"descriptions": texts}, **values)
        return close_description(texts[place], at)

    values = {"product": "Kettle", "offer": "Free delivery over $40", "language": "en"}
    every = [closed(place) for place in range(4)]
    assert every[0].startswith("A kettle with a spout. ") and len(every[0]) > len(texts[0])
    assert every[1].startswith("Weighs 1 kg. Free delivery over $40. ")
    assert every[2] == texts[2]
    calls = [every[place].split(". ")[-1] for place in (0, 1, 3)]
    assert len(set(calls)) == 3
    assert all(measure(text, "width") <= 90 for text in every)


def test_a_description_in_chinese_is_closed_in_chinese(field: Callable[..., Field]) -> None:
    at = field(
        path="descriptions[0]",
        limit={"width": 90},
        fields={"descriptions": ["保温30分钟。"]},
        product="壶",
        language="zh",
    )
    closed = close_description("保温30分钟。", at)
    assert closed.startswith("保温30分钟。") and closed.endswith("。") and " " not in closed and len(closed) > 8
