from __future__ import annotations

import time

import pytest

from aigc_plugins.rules.fact_reading import facts_in
from aigc_plugins.rules.facts import facts_from_brief

BRIEF = {
    "product": "Trail Kettle X200",
    "benefits": [
        "28 mg caffeine per cup",
        "1,200 W",
        "2-year warranty",
        "range 40 km",
        "opens 2026-11-23",
        "打八折 / 5万次充电",
        "holds up to −20 °C",
        "16:9, HP 2000, v2.0.1",
    ],
    "specs": {"weight": {"value": 1200}, "ports": "3"},
    "price": "$49.99",
    "share": "85%",
    "url": "https://shop.example.com/kettle?id=7",
    "contact": "Hello@Example.com",
}


def found(text, field, **options):
    return [finding.message for finding in facts_from_brief(text, field(BRIEF, item="12 cups"), **options)]


@pytest.mark.parametrize(
    "text",
    [
        "28 mg caffeine",
        "28mg",
        "28 milligrams",
        "28毫克咖啡因",
        "２８ mg",
        "1,200 W",
        "1200W",
        "1200 watts",
        "1200瓦",
        "1,200 g",  # the brief's plain 1200 may be of anything
        "1200.0",
        "2 years of warranty",
        "a 2-year warranty",
        "2年质保",
        "40km",
        "40 km",
        "40 kilometres",
        "续航40公里",
        "40–km range",
        "12 cups",  # the item
        "$49.99",
        "49.99",
        "US$49.99",
        "49.99 USD",
        "49.99美元",
        "85%",
        "85 percent",
        "百分之85",
        "85％",
        "3 ports",
        "2026",
        "Nov 23, 2026",
        "23 November",
        "11/23/2026",
        "2026年11月23日",
        "11月开业",
        "50,000次",
        "-20°C",
        "minus 20 degrees",
        "16:9",
        "X200",
        "the x200",
        "HP2000",
        "HP-2000",
        "v2.0.1",
        "shop.example.com",
        "www.shop.example.com/kettle?id=7",
        "https://shop.example.com/kettle?id=7.",
        "hello@example.com",
        "B2B and CO2",
        "No numbers, may march on",
        "两年质保，第一步",
        "",
    ],
)
def test_what_the_brief_says_may_be_said(field, text):
    assert found(text, field) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("30 mg", "30 mg"),
        ("28 g", "28 g"),
        ("28 kg", "28 kg"),
        ("28克", "28克"),
        ("28%", "28%"),
        ("28％", "28％"),
        ("$28", "$28"),
        ("€49.99", "€49.99"),
        ("$49", "$49"),
        ("$50", "$50"),
        ("49.9", "49.9"),
        ("1.2", "1.2"),
        ("120 W", "120 W"),
        ("12,000 W", "12,000 W"),
        ("2-month trial", "2-month"),
        ("40 miles", "40 miles"),
        ("40分钟", "40分钟"),
        ("24/7 support", "24/7"),
        ("4:3", "4:3"),
        ("50% off", "50%"),
        ("100% natural", "100%"),
        ("#1 choice", "1"),
        ("1st choice", "1st"),
        ("the 21st century", "21st"),
        ("Top 10", "10"),
        ("in December", "December"),
        ("12月开业", "12月"),
        ("May 23", "May 23"),
        ("2025", "2025"),
        ("4K video", "4K"),
        ("X300", "X300"),
        ("X20", "X20"),
        ("USB4", "USB4"),
        ("v2.0.2", "v2.0.2"),
        ("shop.example.org", "shop.example.org"),
        ("https://shop.example.com/teapot", "https://shop.example.com/teapot"),
        ("example.com", "example.com"),
        ("me@example.com", "me@example.com"),
        ("½ price", "½"),
        ("2 million users", "2 million"),
    ],
)
def test_what_it_does_not_say_may_not(field, text, named):
    messages = found(text, field)
    assert messages and repr(named) in messages[0]


def test_a_number_is_not_part_of_another(field):
    assert [f.message for f in facts_from_brief("20", field({"x": "200 and 1.20"}))] == ["'20' is not in the brief"]


def test_letters_after_a_digit_are_a_fact_of_their_own(field):
    assert list(facts_from_brief("4K", field({"x": "4 colours"})))
    assert not list(facts_from_brief("4K", field({"x": "4K video"})))
    assert not list(facts_from_brief("5 g", field({"x": "5 g"})))
    assert list(facts_from_brief("5 g", field({"x": "5G network"})))


def test_the_message_names_the_unit_the_brief_has(field):
    assert found("only 28 g", field) == ["'28 g': the brief has 28 mg"]
    assert found("only 28 g", field, numbers_with_units=False) == []


def test_the_span_points_into_the_text_as_written(field):
    text = "据说２８ｍｇ或３０㎎"
    (finding,) = facts_from_brief(text, field(BRIEF))
    assert text[slice(*finding.span)] == "３０㎎"


def test_allow_adds_to_the_brief(field):
    assert found("24/7 and 100%", field, allow=["24/7", "100%"]) == []
    assert found("24/7 and 99%", field, allow=["24/7"]) == ["'99%' is not in the brief"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("two years, seven years", ["'seven years' is not in the brief"]),
        ("the one for you", []),
        ("one year", ["'one year' is not in the brief"]),
        ("两年质保", []),
        ("七年质保", ["'七年' is not in the brief"]),
        ("第一", ["'第一' is not in the brief"]),
        ("一起十分万能", []),
        ("百分之八十五", []),
        ("百分之九十", ["'百分之九十' is not in the brief"]),
    ],
)
def test_numbers_in_words(field, text, named):
    assert found(text, field) == named
    assert found(text, field, number_words=False) == []


def test_words_in_the_brief_are_numbers_too(field):
    brief = {"x": "two-year warranty, thirty days, 三种颜色, 二十五小时"}
    assert not list(facts_from_brief("2-year, 30 days, 3 colours, 25小时", field(brief)))
    assert list(facts_from_brief("5 years", field(brief)))


def test_second_hand_is_no_second(field):
    assert [fact.unit for fact in facts_in("30 second-hand pianos, 30-second tests", words="sure")] == ["", "second"]


@pytest.mark.parametrize(("text", "fine"), [("from 9", True), ("at 9:05", True), ("9点", True), ("for 9 days", False)])
def test_what_a_clock_shows_is_no_number_of_days(field, text, fine):
    assert (not list(facts_from_brief(text, field({"opens": "opens at 9:05"})))) == fine


def test_one_word_without_an_end_is_read_at_once() -> None:
    start = time.perf_counter()
    facts = facts_in("x" * 300_000 + " 5, a.b-c+d@shop.example", words="none")
    assert [fact.text for fact in facts] == ["5", "a.b-c+d@shop.example"]
    assert time.perf_counter() - start < 5
