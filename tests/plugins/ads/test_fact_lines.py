from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.content import measure
from aigc.types import Field
from aigc_plugins.ads.a_or_an import drop_leading_article, mend_articles, takes_no_article
from aigc_plugins.ads.compose import ad_descriptions
from aigc_plugins.ads.fact_forms import beside, clauses, two_in_one
from aigc_plugins.ads.fact_lines import ad_line, ad_sentence, fact, introduced, paired, shared_out
from aigc_plugins.ads.faithful import keeps_to_fact, plain_line
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.wording import joins_well


@pytest.mark.parametrize(
    ("value", "words"), [("130", "130 horsepower"), (8, "8 horsepower"), (0, "0 horsepower"), (None, None), ("", None)]
)
def test_an_unknown_value_is_no_fact(value: object, words: str | None) -> None:
    assert fact(value, "{} horsepower") == words


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("no flicker.", "No flicker"),
        ("a mechanic comes to your door within 48 hours", "Mechanic comes to your door"),
        ("holds 0.9 litres, enough for three large mugs", "Holds 0.9 litres"),
        ("gooseneck spout for a slow, even pour", "Gooseneck spout"),
        ("折叠电动自行车，续航40公里", "折叠电动自行车，续航40公里"),
        ("细长壶嘴水流均匀，一手可握，不烫手，轻便好拿", "细长壶嘴水流均匀，一手可握"),
        ("safe in the oven up to 260 degrees", ""),  # the limit is the claim
        ("charges for 5 hours of music in 10 minutes", ""),  # two numbers that belong together
        ("free rebooking up to 24 hours before", ""),  # no phrase ends earlier
        ("extraordinarily well-ventilated backpacking", ""),
    ],
)
def test_a_fact_becomes_a_line_or_nothing(text: str, line: str) -> None:
    assert ad_line(text) == line
    assert measure(line, "width") <= 30


@pytest.mark.parametrize("nothing", [".", "-", "…", " – ", "?!", "_", "。", ""])
def test_a_fact_without_a_word_gives_no_line(nothing: str, field: Callable[..., Field]) -> None:
    assert ad_line(nothing) == plain_line(nothing) == ad_sentence(nothing, "Socks") == ""
    assert ad_sentence([nothing, "warm"], "Socks") == "Socks: warm." and ad_sentence([nothing], language="zh") == ""
    assert beside(["Socks"], nothing, "en") == "" and not clauses(f"warm wool, {nothing}")
    assert list(two_in_one([nothing, "warm", "soft"], "en", ["Socks"])) == ["Socks: Warm, soft"]
    assert [*keeps_to_fact("Socks", field(nothing, product="Socks"))] == ["the fact has no word"]
    mix = {"name": 1, "lines": 7, "plain": 4, "clauses": 2, "joined": 5, "paired": 4}
    lines = headline_set(mix, [], [nothing, "warm"], product="Socks")
    assert lines == ["Socks", "Warm", "Socks: Warm"]
    told = ad_descriptions([], [], product="Socks", facts=[nothing, "warm"])
    assert told[0] == "Socks: warm." and not any(one.startswith(("Socks: .", ".")) for one in told)


def test_facts_become_a_sentence_with_the_product_where_it_fits() -> None:
    assert ad_sentence("28 mg caffeine per cup", "Cold brew bags") == "Cold brew bags: 28 mg caffeine per cup."
    assert ad_sentence(["Waterproof", "weighs 25 g"], "GPS tracker") == "GPS tracker: waterproof; weighs 25 g."
    assert ad_sentence(["LED light", "BPA free"], "Lamp") == "Lamp: LED light; BPA free."
    assert ad_sentence("续航40公里", "电动车", "zh") == "电动车：续航40公里。"
    long = ["a" + " very long fact" * 4, "another" + " one" * 12]
    assert ad_sentence(long, "Product") == "Product: a" + " very long fact" * 4 + "."
    assert ad_sentence("word " * 30, "Product") == ""


@pytest.mark.parametrize("count", range(1, 13))
def test_no_fact_is_told_in_two_descriptions(count: int) -> None:
    facts = [f"fact {number}" for number in range(count)]
    told = [*introduced(facts), *(one for pair in paired(facts) for one in pair)]
    assert told and len(told) == len(set(told))
    assert set(told) >= set(facts[:6])
    assert len(introduced(facts)) + len(paired(facts)) <= 4
    assert all(len(pair) == 2 for pair in paired(facts))


@pytest.mark.parametrize(
    ("product", "written", "mended"),
    [
        ("Invoice software", "A invoice software that helps.", "Invoice software that helps."),
        ("E-reader", "A e-reader with an 8 cm case.", "An e-reader with an 8 cm case."),
        ("Tent", "An tent with an USB lamp.", "A tent with a USB lamp."),
        ("Lamp", "A LED lamp, an useful hour.", "An LED lamp, a useful hour."),
        ("Trail running shoes", "A trail running shoes with lugs.", "Trail running shoes with lugs."),
        ("Orthopaedic dog bed", "A Orthopaedic dog bed for you.", "An orthopaedic dog bed for you."),
        ("Ford Torino", "A ford torino for you.", "A Ford Torino for you."),
        ("Mattress", "A mattress for you.", "A mattress for you."),
    ],
)
def test_articles_are_mended(field: Callable[..., Field], product: str, written: str, mended: str) -> None:
    assert mend_articles(written, field(product=product)) == mended


def test_plurals_and_mass_nouns_take_no_article() -> None:
    assert takes_no_article("Solar garden lights") and takes_no_article("Invoice software for freelancers")
    assert not takes_no_article("Compass") and not takes_no_article("Cordless drill")


def test_a_headline_begins_with_a_capital_and_no_article() -> None:
    assert drop_leading_article("a non-slip base") == "Non-slip base"
    assert drop_leading_article("Non-slip base") == "Non-slip base"


def test_a_sentence_does_not_name_twice_what_its_fact_names() -> None:
    assert ad_sentence("kettle holds 1.7 litres", "Electric kettle", once=True) == "Kettle holds 1.7 litres."
    assert ad_sentence("kettle holds 1.7 litres", "Electric kettle") == "Electric kettle: kettle holds 1.7 litres."


def test_facts_are_shared_out_in_pairs_evenly() -> None:
    assert shared_out(["a", "b", "c", "d"], 4) == [["a", "b"], ["c", "d"], ["a", "c"], ["b", "d"]]
    assert shared_out(["a"], 4) == [] and shared_out(["a", "b"], 4) == [["a", "b"]]


def test_where_it_is_wanted_only_verbs_follow_that_and_no_quality_follows_with_a(field) -> None:  # type: ignore[no-untyped-def]
    hotel = field("rooms with lake view", product="Hotel")
    assert list(joins_well("A hotel that rooms with lake view.", hotel, verbs=True))
    assert not list(joins_well("A hotel that rooms with lake view.", hotel))
    jacket = field("waterproof to 20,000 mm", product="Ski jacket")
    assert list(joins_well("A ski jacket with a waterproof to 20,000 mm.", jacket, verbs=True))
    assert list(joins_well("A hotel that offers every guest a vetted, trained and insured.", hotel))
    assert not list(joins_well("A hotel with a vetted and trained team.", hotel))
    kettle = field("keeps drinks hot", product="Kettle")
    assert not list(joins_well("A kettle that keeps drinks hot.", kettle, verbs=True))


def test_a_figure_is_no_name_that_a_fact_begins_with() -> None:
    assert ad_sentence("50 ml tube", "Sunscreen SPF 50", once=True) == "Sunscreen SPF 50: 50 ml tube."


def test_a_warning_has_no_sentence_with_the_product_for_itself() -> None:
    facts = ["keeps drinks cold for 24 hours", "750 ml", "lid does not leak", "not for the dishwasher"]
    assert introduced(facts) == ["keeps drinks cold for 24 hours", "lid does not leak"]
    assert paired(facts) == [["750 ml", "not for the dishwasher"]]
    assert introduced(["not for the dishwasher", "750 ml"])[0] == "not for the dishwasher", "where there is no pair"
