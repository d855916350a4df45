"""A text for another market of its language: what changes, how it is rounded, what stays, what is told of."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.errors import UsageError
from aigc.types import Brief, Draft, Field
from aigc_plugins.localise.chinese_scripts import in_script
from aigc_plugins.localise.for_market import fits_market, for_market
from aigc_plugins.localise.market_lists import market_list


def told(text: str, market: str, source: str = "") -> list[str]:
    where = Field(path="text", schema={}, draft=Draft(brief=Brief(id="1", values={}), fields={}, schema={}))
    return [one.message for one in fits_market(text, where, market=market, source=source)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("The color of the gray theater", "The colour of the grey theatre"),
        ("ORGANIZED Travelers analyze flavors", "ORGANISED Travellers analyse flavours"),
        ("Favorite jewelry, labeled aluminum", "Favourite jewellery, labelled aluminium"),
        ("A size that surprises the wise is no prize", "A size that surprises the wise is no prize"),
        ("A meter measures; tire of the program", "A meter measures; tire of the program"),  # two meanings
        ("Sale ends 5/12/2026", "Sale ends 12 May 2026"),
        ("From May 12, 2026 to Dec. 3rd", "From 12 May 2026 to 3 Dec"),
        ("24/7 since 1/2 past 2026-05-12", "24/7 since 1/2 past 2026-05-12"),
        ("You may 12 times, Maybe 12", "You may 12 times, Maybe 12"),
    ],
)
def test_english_is_spelt_and_dated_as_in_britain(text: str, written: str) -> None:
    assert for_market(text, market="gb") == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12 oz, 12-ounce, 12 Ounces", "340 g, 340-gram, 340 Grams"),
        ("16 fl oz of 5 lb", "473 ml of 2.3 kg"),
        ("8 x 10 inches", "20.3 x 25.4 cm"),
        ("350°F or 32 degrees Fahrenheit", "177°C or 0 degrees Celsius"),
        ("2 gallons within 5 miles at 30 mph", "7.6 l within 5 miles at 30 mph"),  # roads are in miles
        ("a 27-inch 4K monitor", "a 27-inch 4K monitor"),
        ("Holds up to 200 lb", "Holds up to 90.7 kg"),
        ("1 1/2 inches, 5 in the pack, 5 G", "1 1/2 inches, 5 in the pack, 5 G"),
    ],
)
def test_american_measures_are_converted(text: str, written: str) -> None:
    assert for_market(text, market="gb") == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("240 g, 1.3 kg, 750 ml", "8.5 oz, 2.9 lb, 25.4 fl oz"),
        ("Weighs 110 Grams, in a 110-gram bag", "Weighs 3.9 oz, in a 3.9-ounce bag"),
        ("35 g, 250 grams, 5 kilometres", "1.23 oz, 8.8 oz, 3.1 miles"),
        ("holds 200 litres, 0.5 litres", "holds 53 gallons, 16.9 fl oz"),
        ("a 2-litre bottle", "a 67.6-fluid-ounce bottle"),
        ("washes at 30 °C", "washes at 86 °F"),
        ("Carries up to 130 kg", "Carries up to 286 lb"),  # 286.6: never more than it does
        ("At least 5 kg", "At least 11.1 lb"),
        ("10 mg and 230 V", "10 mg and 230 V"),
        ("colour of the tyres", "color of the tires"),
        ("12 May 2026, 5/12/2026", "May 12, 2026, December 5, 2026"),
    ],
)
def test_metric_measures_are_converted(text: str, written: str) -> None:
    assert for_market(text, market="us", source="gb") == written


def test_the_original_stays_in_brackets_or_altogether() -> None:
    assert for_market("12 oz of color", market="gb", measures="both") == "340 g (12 oz) of colour"
    assert for_market("12 oz of color", market="gb", measures="keep") == "12 oz of colour"


def test_other_markets_take_their_own() -> None:
    assert for_market("organized colors, 5 lb", market="ca") == "organized colours, 2.3 kg"
    assert for_market("5 miles", market="au") == "8 kilometres"
    assert for_market("5 miles at 60 mph", market="us", source="au") == "5 miles at 60 mph"
    assert for_market("2 gallons, 3 pints, 5 oz", market="us", source="gb") == "2.4 gallons, 3.6 pints, 5 oz"


@pytest.mark.parametrize(
    "text",
    [
        "https://color.example.com/center?oz=12%20oz",
        "color@example.com",
        "{{ color }} *|COLOR|*",
        "“the color of 12 oz”",
        "AB-12 #color @color",
        "Grey Center Works",
    ],
)
def test_addresses_codes_quotations_and_names_stay(text: str) -> None:
    assert for_market(text, market="gb", keep=["Grey Center Works"]) == text


def test_a_price_changes_by_a_rate_that_was_given() -> None:
    rates = {"usd": "0.79@2026-11-30"}
    assert for_market("$49.50, US$1,200 or €5", market="gb", rates=rates) == "£39.11, £948.00 or €5"
    assert for_market("$1.5 million", market="gb", rates=rates) == "$1.5 million"
    assert for_market("$49", market="gb") == "$49"
    assert told("$49 or £5", "gb") == ["'$49' is in USD, the market pays in GBP: no rate was given"]
    assert told("$49", "us", "gb") == [] and told("$49", "ca", "us") != []


@pytest.mark.parametrize("rate", ["0.79", "0.79@soon", "x@2026-11-30", "0@2026-11-30"])
def test_no_rate_is_without_its_day(rate: str) -> None:
    with pytest.raises(UsageError, match="the rate usd="):
        for_market("", market="gb", rates={"usd": rate})
    with pytest.raises(UsageError, match="no currency 'usx'"):
        for_market("", market="gb", rates={"usx": "1@2026-11-30"})


def test_what_cannot_be_known_is_told() -> None:
    assert len(told("washes at 30 degrees", "us", "gb")) == 1 and told("washes at 30 degrees", "gb", "au") == []
    assert len(told("1 1/2 inches", "gb")) == 1
    assert len(told("from 13/5/2026", "gb")) == 1 and told("from 12 May 2026, 30 °C", "gb") == []


def test_a_market_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no market 'uk'"):
        for_market("", market="uk")


def test_chinese_takes_the_characters_and_words_of_the_market() -> None:
    pytest.importorskip("opencc")
    assert for_market("软件和鼠标“真的”", market="tw") == "軟體和滑鼠「真的」"
    assert for_market("软件，小水洼", market="hk", keep=["小水洼"]) == "軟件，小水洼"
    assert for_market("軟體「真的」", market="cn", source="tw") == "软件“真的”"
    assert for_market("软件 ¥99", market="tw", rates={"cny": "4.4@2026-11-30"}) == "軟體 NT$436"


def test_without_opencc_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opencc", None)
    in_script.__globals__["_converter"].cache_clear()
    with pytest.raises(UsageError, match="missing") as caught:
        for_market("软件", market="tw")
    in_script.__globals__["_converter"].cache_clear()
    assert "aigc[opencc]" in str(caught.value.hint)


def lines(value: Any) -> list[str]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value] if isinstance(value, str) else [line for one in inside for line in lines(one)]


def test_every_list_names_its_source() -> None:
    for name in ("markets", "measures", "spelling", "formality"):
        told = market_list(name)
        assert told["source"] and told["checked_on"]
    words = [one for group in market_list("spelling")["groups"] for one in lines(group)]
    assert len(words) > 300 and all(word.isascii() for word in words)


@pytest.mark.parametrize("text", ["The color, 12 oz at 347°F on May 12, 2026 for centers", "Analyze gray fibers"])
def test_there_and_back_again(text: str) -> None:
    there = for_market(text, market="gb")
    back = for_market(there, market="us", source="gb")
    assert back == text


@pytest.mark.parametrize(
    "endless", [f"{'9' * 60} oz", f"{'9' * 60}°F", f"${'9' * 60}", f"${'999,' * 20}999", f"0.{'3' * 60} lb"]
)
def test_a_number_that_measures_nothing_stays(endless: str) -> None:
    assert for_market(f"The color of {endless}", market="gb", rates={"usd": "0.79@2026-11-30"}) == (
        f"The colour of {endless}"
    )
    assert for_market(f"A pint of {'9' * 60} pints", market="us", source="gb").startswith("A pint of 999")


@pytest.mark.parametrize("rate", ["1e999999", "1e-999999", "9" * 5000, "nan", "-1"])
def test_a_rate_that_nothing_has_is_refused(rate: str) -> None:
    with pytest.raises(UsageError, match="the rate usd="):
        for_market("It costs $49", market="gb", rates={"usd": f"{rate}@2026-11-30"})


def test_a_row_of_numbers_longer_than_any_measure_stays_and_takes_no_time() -> None:
    endless = "1-2-3-4-5-" * 2000 + "6 oz"
    assert for_market(endless, market="gb") == endless
    assert for_market("1-2-3-4-5-6-7-8-9 oz", market="gb") == "1-2-3-4-5-6-7-8-9 oz"
    assert for_market("8 x 10 x 12 inches", market="gb") == "20.3 x 25.4 x 30.5 cm"
