"""Lines a small model really wrote, good and bad."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from aigc.types import Field
from aigc_plugins.ads import faithful
from aigc_plugins.ads.faithful import keeps_to_fact, plain_line
from aigc_plugins.ads.wording import joins_well
from aigc_plugins.claims.counted import same_numbers
from aigc_plugins.rules.worded_shares import lost_share

LINE = {"width": 30}


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("28 mg caffeine per cup", "28 mg caffeine per cup"),
        ("holds 0.9 litres, enough for three large mugs", "Holds 0.9 litres"),
        ("burns for up to 40 hours on one charge", "Up to 40 hours on one charge"),
        ("weighs 25 g", "Weighs 25 grams"),
        ("a mechanic comes to your door within 48 hours", "Mechanic comes to your door"),
        ("no ink or toner needed", "No ink or toner needed"),
        ("续航40公里", "续航40公里"),
    ],
)
def test_a_line_that_says_its_fact_passes(field: Callable[..., Field], fact: str, line: str) -> None:
    assert list(keeps_to_fact(line, field(fact, limit=LINE))) == []


@pytest.mark.parametrize(
    ("fact", "line", "message"),
    [
        ("quiet motor", "Quiet motor of the year", "'of' is not in the fact"),
        ("folds to 36 cm", "Floats to 36 cm", "'floats' is not in the fact"),
        ("fits a jacket pocket", "Fits a jacket", "says too little"),
        ("carries up to 80 kg", "Carries 80 kg", "drops 'up to'"),
        ("packs down to 42 cm", "Packs up to 42 cm", "adds 'up to'"),
        ("ink does not bleed through", "Ink does bleed through", "turns a no into a yes"),
        ("slips on easily", "No slips on easily", "denies what the fact does not"),
        ("weighs 1.1 kg empty", "Weighs 1.1 kg, 1.1 kg empty", "says '1.1' 2 times"),
        ("charges for 5 hours of music in 10 minutes", "Charges for 5 hours of music", "parts '5'"),
        ("free rebooking up to 24 hours before", "Free rebooking up to 24 hours", "stops before 'before'"),
        (
            "shares logins with colleagues without showing the password",
            "Shares colleagues the password",
            "leaves words out in more than one place",
        ),
        ("starter of organic rye flour", "Organic starter of rye flour", "another order"),
        ("续航40公里", "续航超过40公里", "'超' is not in the fact"),
    ],
)
def test_a_line_that_says_something_else_is_refused(
    field: Callable[..., Field], fact: str, line: str, message: str
) -> None:
    assert message in "; ".join(keeps_to_fact(line, field(fact, limit=LINE), add=["a", "the"]))


def test_forms_of_a_word_count_only_where_they_may(field: Callable[..., Field]) -> None:
    place = field("carry handle on the top")
    assert list(keeps_to_fact("Carries handle on the top", place, inflect=True)) == []
    assert list(keeps_to_fact("Carries handle on the top", place, inflect=False)) == ["'carries' is not in the fact"]


def test_the_product_and_the_brand_may_be_named_and_nothing_else(field: Callable[..., Field]) -> None:
    place = field("no flicker", product="Desk lamp", brand="Lumo", category="office")
    assert list(keeps_to_fact("A Lumo desk lamp with no flicker.", place)) == []
    assert list(keeps_to_fact("An office desk lamp with no flicker.", place)) == ["'office' is not in the fact"]


def test_each_of_two_facts_must_be_told(field: Callable[..., Field]) -> None:
    place = field(["triple filter", "runs under 30 dB"])
    assert list(keeps_to_fact("Triple filter, runs under 30 dB.", place)) == []
    assert "says too little of 'runs under 30 dB'" in list(keeps_to_fact("Triple filter.", place))


@pytest.mark.parametrize(
    ("product", "fact", "sentence"),
    [
        ("GPS tracker for cats", "waterproof", "A GPS tracker for cats that is waterproof."),
        ("Dog bed", "7 cm of memory foam", "A dog bed with 7 cm of memory foam."),
        ("Skillet", "26 cm across", "A skillet that is 26 cm across."),
        ("Solar lights", "charge in daylight", "Solar lights that charge in daylight."),
        ("Bike repair", "open 7 days a week", "Bike repair that is open 7 days a week."),
        ("Enamel mug", "dishwasher safe", "An enamel mug that is dishwasher safe."),
        ("Hotel room", "digital safe", "A hotel room with a digital safe."),
        ("Tripod", "adjustable legs", "A tripod with adjustable legs."),
    ],
)
def test_a_well_joined_sentence_passes(field: Callable[..., Field], product: str, fact: str, sentence: str) -> None:
    assert list(joins_well(sentence, field(fact, product=product))) == []


@pytest.mark.parametrize(
    ("product", "fact", "sentence", "message"),
    [
        ("Dog bed", "7 cm of memory foam", "A dog bed that is 7 cm of memory foam.", "says the product is"),
        ("Skillet", "26 cm across", "A skillet with 26 cm across.", "puts 'with'"),
        ("Tent", "waterproof to 3,000 mm", "A tent with waterproof to 3,000 mm.", "puts 'with'"),
        ("Enamel mug", "dishwasher safe", "An enamel mug with dishwasher safe.", "puts 'with'"),
        ("Desk lamp", "height adjustable", "A desk lamp with height adjustable.", "puts 'with'"),
        ("Lunch bag", "leakproof", "A lunch bag with leakproof.", "puts 'with'"),
        ("Boiler service", "on call 365 days", "A boiler service with on-call 365 days.", "puts 'with'"),
        ("Dog food", "no grain", "Dog food that no grain.", "has no verb"),
        ("Solar lights", "pack of 8", "Solar lights that pack of 8.", "has no verb"),
        ("Tracker", "live position", "A tracker that live position.", "has no verb"),
        ("Bike repair", "open 7 days a week", "Bike repair that opens 7 days a week.", "has no verb"),
        ("Aquarium kit", "54 litre tank", "A 54 litre tank with a kit.", "does not begin with 'aquarium kit'"),
    ],
)
def test_a_badly_joined_sentence_is_refused(
    field: Callable[..., Field], product: str, fact: str, sentence: str, message: str
) -> None:
    assert message in "; ".join(joins_well(sentence, field(fact, product=product)))


def test_a_facts_thing_does_not_follow_the_products_name_at_once(field: Callable[..., Field]) -> None:
    given = field("report in 24 hours", product="Boiler service")
    assert "nothing joins them" in "; ".join(joins_well("A boiler service report in 24 hours.", given, verbs=True))
    assert list(joins_well("A boiler service with a report in 24 hours.", given, verbs=True)) == []
    does = field("holds 2 litres", product="Kettle")
    assert list(joins_well("Kettle holds 2 litres.", does, verbs=True)) == []


def test_a_million_facts_leave_no_more_behind_than_some() -> None:
    kept = [
        one for one in vars(faithful).values() if hasattr(one, "cache_parameters") and inspect.signature(one).parameters
    ]
    assert len(kept) > 3 and all(one.cache_parameters()["maxsize"] for one in kept)


def test_a_plain_line_is_tighter_where_the_whole_fact_is_too_long() -> None:
    assert plain_line("toasts bagels and crumpets too") == "Toasts bagels and crumpets too"
    assert plain_line("toasts bagels and thick crumpets") == "Toasts bagels & thick crumpets"
    assert plain_line("safe in the oven up to 260 degrees") == ""  # no telegram: "safe in oven"
    assert plain_line("holds 200 litres") == "Holds 200 litres"
    assert plain_line("keeps the water warm for a very long time without any noise at all") == ""


@pytest.mark.parametrize(
    ("fact", "line", "lost"),
    [
        ("cuts the noise of the road in the cabin by a third", "Cuts the noise of the road", "third"),
        ("uses half the water of a bath in the tub you have", "Uses the water of a bath", "half"),
        ("gives twice the light of the lamp that it replaces", "Gives the light of the lamp", "twice"),
        ("比普通花洒节水三分之一而且水流更大更稳定更均匀", "比普通花洒节水", "三分之一"),
        ("耗电只有旧款的一半并且声音更小更安静更省心", "耗电只有旧款", "一半"),
        ("续航是上一代的两倍并且充电时间更短更快更方便", "续航是上一代", "两倍"),
    ],
)
def test_an_amount_in_words_stays_with_what_it_is_of(
    field: Callable[..., Field], fact: str, line: str, lost: str
) -> None:
    place = field(fact, language="zh" if not fact.isascii() else "en")
    assert f"leaves out {lost!r} of its fact" in list(keeps_to_fact(line, place))
    assert plain_line(fact, len(line)).casefold() != line.casefold()
    assert list(same_numbers(line, place))


def test_an_amount_in_words_may_go_with_its_clause(field: Callable[..., Field]) -> None:
    place = field("made of solid oak, half the weight of pine furniture", limit={"width": 30})
    assert list(keeps_to_fact("Made of solid oak", place)) == []
    assert not lost_share("Double the light of a lamp", "gives twice the light of a lamp"), "said in another way"


def test_a_fact_too_wide_leaves_its_first_clause() -> None:
    assert plain_line("keep it above 12 °C, the leaves spot in the cold", 44) == "Keep it above 12 °C"


def test_a_line_begins_as_its_fact_does_where_that_is_wanted(field) -> None:  # type: ignore[no-untyped-def]
    place = field("materials included in the price", limit={"width": 30})
    assert list(keeps_to_fact("Included in the price", place, begins=True)) == ["lacks what the fact begins with"]
    assert not list(keeps_to_fact("Included in the price", place))
    assert not list(keeps_to_fact("Materials included", place, begins=True))
    assert not list(keeps_to_fact("200 litres", field("holds 200 litres"), begins=True, share=0.4))


def test_a_joined_line_says_for_how_long(field: Callable[..., Field]) -> None:
    fact = "keeps the temperature for 30 minutes"
    assert plain_line(fact, 30, 0.4, numbers=False) == ""
    assert list(keeps_to_fact("Keeps the temperature", field(fact, limit=LINE), begins=True)) == [
        "does not say for how long"
    ]
    assert (
        list(keeps_to_fact("Keeps the temperature", field(fact, limit=LINE))) == []
    )  # the voice `facts` stays as it was


def test_a_stage_without_items_says_itself_what_it_is_written_from(field: Callable[..., Field]) -> None:
    place = field(None, product="Enamel mug", limit=LINE)
    facts = ["keeps coffee warm for 2 hours"]
    assert not list(keeps_to_fact("Enamel mug keeps coffee warm for 2 hours", place, facts=facts, add=[]))
    assert "'makes' is not in the fact" in list(keeps_to_fact("Makes a hot mug for 2 hours", place, facts=facts))
