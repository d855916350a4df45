"""Ads for what is done for somebody, and for places: what they call for, and what their lines are said of."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.content import measure
from aigc_plugins.ads.a_or_an import mend_articles
from aigc_plugins.ads.calls import call_verbs, drawn_calls, drawn_closings, named_calls, occasion, sold_as
from aigc_plugins.ads.fact_forms import beside, short_names
from aigc_plugins.ads.headline_set import AdMaterial, headline_set, with_articles
from aigc_plugins.ads.sure_forms import loses_bound, shorter_whole
from aigc_plugins.ads.told_of import with_subjects
from aigc_plugins.ads.told_once import told_enough
from aigc_plugins.ads.word_lists import occasions
from aigc_plugins.ads.wording import joins_well

MIX = {"name": 1, "lines": 7, "price": 1, "calls": 2, "joined": [5, 14], "parts": [4, 13], "shortened": [4, 11]}


def test_calls_of_each_occasion_are_many_and_fit() -> None:
    for kind, lists in occasions().items():
        assert set(lists) == {"words", "calls", "named", "closings"}
        assert kind == "firm" or min(len(lists["calls"]), len(lists["closings"])) >= 20
        assert all(len(lines) == len(set(lines)) for lines in lists.values())
        assert all(measure(line, "width") <= 30 for line in lists["calls"])
        assert all(measure(line, "width") <= 37 and line.endswith(".") for line in lists["closings"])


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("Trombone lessons online", "lessons"),
        ("Ghost tour of the old town", "place"),
        ("Driving school for automatic cars", "school"),
        ("Maritime museum", "visit"),
        ("Campsite on the river", "stay"),
        ("Saxophone repair", None),
        ("Bicycle repair workshop", None),
        ("Kettle", None),
    ],
)
def test_what_one_does_with_it_is_told_by_its_last_word(product: str, kind: str | None) -> None:
    assert occasion(product) == kind
    assert occasion(product, "zh") is None


def test_nobody_books_a_museum_or_orders_a_school() -> None:
    facts = ["three ships to board", "closed on Mondays"]
    for product, asked in (("Maritime museum", "visit"), ("Driving school", "school"), ("Ghost tour", "place")):
        assert sold_as(product, None, facts) == "service"
        calls = list(drawn_calls(short_names(product), "en", None, sold="service"))
        listed = {*occasions()[asked]["calls"]}
        assert calls[0] in listed and product in calls[1]
        ends = drawn_closings("en", product, None, "", facts=facts)
        assert ends[0] in occasions()[asked]["closings"]
    assert not any("Book" in call for call in drawn_calls(["Maritime museum"], "en", None, sold="service"))
    assert sold_as("Chocolate bar", None, ["weighs 100 g"]) == "goods"
    assert "Book Your Bookkeeping" not in named_calls(["Bookkeeping"], "en", "service")


def test_a_service_is_called_for_by_its_name_once_and_by_another_verb() -> None:
    for number in range(30):
        lines = headline_set({"calls": 2}, [], [f"fact {number}"], product="Roof repair")
        assert sum("oof repair" in line for line in lines) == 1 and len(lines) == 2
        assert not call_verbs(lines[0], "en") & call_verbs(lines[1], "en")


def test_what_may_be_anything_asks_once() -> None:
    facts = ["school holidays marked", "ships rolled", "A1 size", "in red"]
    assert len(headline_set({"calls": 2}, [], facts, product="Wall planner")) == 1


def test_no_label_of_one_word_stands_before_what_is_done() -> None:
    lines = headline_set(MIX, [], ["dents pressed out in a day", "estimate first"], product="Saxophone repair")
    assert not [line for line in lines if line.startswith("Repair:")]
    assert AdMaterial(lines=[], facts=[], product="Lawn aerator hire").names == ["Lawn aerator hire", "aerator hire"]
    assert "workshop" in AdMaterial(lines=[], facts=[], product="Violin workshop").names


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("loan instrument", "loan instrument for students"),
        ("loan instrument while yours is repaired", "loan instrument while yours is repaired, for pupils"),
        ("loan bike", "loan bike for commuters"),
        ("first lesson free", "first lesson free for under-12s"),
        ("you leave", "you leave with a white violin"),
        ("lid seals", "lid seals with four clips"),
    ],
)
def test_whom_it_is_for_stays_with_what_is_offered(line: str, fact: str) -> None:
    assert loses_bound(line, fact)
    assert line not in beside(["Saxophone repair"], fact, "en").lower()


def test_a_choice_or_two_times_that_fit_are_told_in_no_parts() -> None:
    facts = ["starts in May and August", "pads of leather or synthetic"]
    lines = headline_set(MIX, ["Starts in May and August"], facts, product="Welding course")
    assert not [line for line in lines if line.endswith(("in May", "in August", "of leather", "Pads of synthetic"))]


def test_a_line_has_its_facts_commas() -> None:
    assert with_articles("MIG, TIG, and stick", ["MIG, TIG and stick"]) == "MIG, TIG and stick"
    assert "Thursdays, May to September" in shorter_whole("every Thursday from May to September")


def test_a_price_is_told_once_and_as_of_what_is_done() -> None:
    facts = ["uprights and grands", "pitch raised in one visit", "tuner trained for seven years", "takes 90 minutes"]
    lines = headline_set(MIX, [], facts, product="Piano tuning", price="from £60")
    assert [line for line in lines if "£60" in line] == ["Piano tuning: From £60"]


def test_an_hour_is_no_label() -> None:
    assert not told_enough("Bar opens at 19:00", ["Every second Friday at 20:00"], frozenset())
    assert told_enough("Chair: 900 g", ["Camp chair: 900 grams"], frozenset())


@pytest.mark.parametrize(
    ("product", "pair", "told"),
    [
        ("Griddle", ["fits two hobs", "weighs 5 kg"], "The griddle fits two hobs and weighs 5 kg."),
        ("Dog boarding", ["two walks a day", "heated kennels"], "Fern: two walks a day, heated kennels."),
        ("Bird tour", ["starts at 5", "binoculars lent"], "Bird tour: starts at 5, binoculars lent."),
        ("Train tickets", ["leaves at 21.50", "bicycles travel free"], "Leaves at 21.50. Bicycles travel free."),
        ("Oak coat rack", ["1.2 m wide", "six hooks, two rows"], "Oak coat rack: 1.2 m wide; six hooks, two rows."),
    ],
)
def test_two_facts_are_told_of_something(product: str, pair: list[str], told: str) -> None:
    from aigc_plugins.ads.fact_shape import told_together

    assert with_subjects([told_together(pair)], pair, product, "en", brand="Fern") == [told]
    assert with_subjects(["两扇门。"], ["两扇门"], "帐篷", "zh") == ["两扇门。"]
    short = with_subjects(["x.", told_together(pair)], pair, product, "en", brand="Fern", offer="o" * 60)
    assert short[1] == told_together(pair), "no room beside the offer"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("A hall with open until 23:00 every day.", "open until 23:00 every day"),
        ("A hall with dry in four hours.", "dry in four hours"),
        ("A hall that can replace ear pads.", "replaceable ear pads"),
        ("A hall that changes rooms with lockers.", "changing rooms with lockers"),
        ("A hall that has 300 m from the station.", "300 m from the station"),
        ("A hall with dents removed without heat.", "dents removed without heat"),
        ("A hall report by email.", "service report by email"),
        ("Hall, MIG and TIG.", "MIG and TIG"),
    ],
)
def test_a_sentence_joins_what_the_product_is_not(field: Any, text: str, fact: str) -> None:
    place = field(fact, product="Hall")
    assert list(joins_well(text, place, verbs=True))
    assert not list(joins_well("A hall with two floors.", field("two floors", product="Hall"), verbs=True))


def test_a_thing_is_not_said_of_itself(field: Any) -> None:
    place = field("folds to 9 cm deep", product="Folding desk")
    assert list(joins_well("A folding desk that folds to 9 cm deep.", place, verbs=True))
    glasses = field("strengths from +1 to +3", product="Reading glasses")
    assert list(joins_well("Reading glasses that are strengths from +1 to +3.", glasses, verbs=True))


def test_articles_of_short_names_and_of_names_with_names(field: Any) -> None:
    boots = field("12 studs", product="Football boots for firm ground")
    assert mend_articles("A football boots with 12 studs.", boots) == "Football boots with 12 studs."
    school = field("eight pupils", product="Language school for Spanish")
    told = mend_articles("A Language school for Spanish with eight pupils.", school)
    assert told == "A language school for Spanish with eight pupils."
