"""What a strict reader would not publish: deeds as things, telegrams, names that tell too little."""

from __future__ import annotations

import pytest

from aigc_plugins.ads.calls import begins_with_deed, named_calls
from aigc_plugins.ads.compose import display_path
from aigc_plugins.ads.fact_forms import beside, short_names
from aigc_plugins.ads.headline_set import AdMaterial, headline_set
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.sure_forms import in_figures, shorter_whole
from aigc_plugins.ads.word_lists import TAIL

MIX = {"name": 1, "lines": 7, "tight": 3, "calls": 2, "joined": [5, 14], "shortened": [4, 11]}


def test_a_name_that_is_a_deed_is_a_call_by_itself() -> None:
    calls = named_calls(["Rent a cello", "cello"], "en", "service")
    assert calls and all(call.startswith("Rent a cello") for call in calls)
    assert begins_with_deed("Paint your own mug") and not begins_with_deed("Paint brush")


def test_a_hire_seats_nobody() -> None:
    ad = AdMaterial(lines=[], facts=["seats 120 at tables"], product="Church hall hire")
    assert ad.beside("seats 120") == "Church hall hire: Seats 120"
    assert beside(["Tent"], "pitches in 5 minutes", "en") == "Tent pitches in 5 minutes"


@pytest.mark.parametrize(
    ("product", "names"),
    [
        ("British Sign Language night classes", ["British Sign Language night classes"]),
        ("Thai cookery evening class", ["Thai cookery evening class", "cookery evening class"]),
        ("Rabbit hutch, two floors", ["Rabbit hutch", "hutch"]),
    ],
)
def test_a_short_name_still_tells_what_it_is(product: str, names: list[str]) -> None:
    assert [name for name in short_names(product) if name != "class"] == names
    assert TAIL.sub("", "Rabbit hutch, two floors") == "Rabbit hutch"


def test_the_last_word_of_a_name_is_no_headline() -> None:
    lines = headline_set(MIX, [], ["stamped and signed"], product="Birth and marriage certificate translation")
    assert not [line for line in lines if " " not in line]


def test_one_thing_is_not_shopped() -> None:
    every = [call for at in range(9) for call in named_calls([f"chest freezer {'abcdefghi'[at]}"], "en", "goods")]
    assert not [call for call in every if call.startswith("Shop ")]
    ad = AdMaterial(lines=[], facts=["200 litres"], product="Chest freezer", keyword="chest freezer for garage")
    assert not ad.keyword_calls


@pytest.mark.parametrize(
    "fact", ["we take the old one away for £15", "we apply for the road permit", "cut to the half metre"]
)
def test_an_article_stays_where_the_phrase_needs_it(fact: str) -> None:
    assert all(form.count("the ") == 1 for form in shorter_whole(fact))


def test_words_and_figures_are_not_mixed() -> None:
    assert not in_figures("ready in four to five weeks") and in_figures("ready in four weeks") == "ready in 4 weeks"


def test_a_closing_day_is_no_reason_to_come() -> None:
    assert warns("周一闭园") and warns("每周一休馆") and not warns("春节不闭馆") and not warns("设有休息区")


def test_the_address_says_a_word_once() -> None:
    assert display_path("Birth certificate translation", category="translations") == ("Translations", "")
