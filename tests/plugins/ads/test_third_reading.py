"""What a strict reader would not publish: deeds as things, telegrams, names that tell too little."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.ads.calls import begins_with_deed, named_calls
from aigc_plugins.ads.compose import close_description, display_path
from aigc_plugins.ads.fact_forms import beside, short_names
from aigc_plugins.ads.feed_ads import AdBound, _descriptions
from aigc_plugins.ads.headline_set import AdMaterial, headline_set
from aigc_plugins.ads.long_lines import asset_descriptions, long_headlines
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.search_assets import ad_keywords, has_callouts
from aigc_plugins.ads.sure_forms import in_figures, shorter_whole
from aigc_plugins.ads.word_lists import TAIL
from aigc_plugins.ads.wording import joins_well

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


def test_an_offer_stands_where_there_is_room(field: Callable[..., Field]) -> None:
    def told(*texts: str) -> list[str]:
        every = list(texts)
        values = {"product": "Hutch", "offer": "Free hay for a month with every hutch", "language": "en"}
        made = [
            field(path=f"descriptions[{at}]", limit={"width": 90}, fields={"descriptions": every}, **values)
            for at in range(len(every))
        ]
        return [close_description(text, one, further=True) for text, one in zip(every, made, strict=True)]

    assert told("Two floors.", "x" * 80 + ".")[0].startswith("Two floors. Free hay for a month")
    full = told("x" * 80 + ".", "y" * 80 + ".", "z" * 80 + ".")
    assert full[1].startswith("y") and full[2].startswith("Free hay for a month with every hutch.")


def test_descriptions_tell_each_fact_once() -> None:
    facts = ["140 cm wide", "pure linen", "周一闭园", "cut to measure", "samples for £1"]
    made = asset_descriptions(facts, product="Curtain fabric", price="£24 a metre", offer="Free thread")
    assert all(
        sum(fact.lower() in text.lower() for text in made) == 1 for fact in [*facts, "£24 a metre", "Free thread"]
    )
    assert 2 <= len(made) <= 5 and not any("闭园" in line for line in long_headlines(facts, product="Curtain fabric"))


def test_an_own_keyword_says_no_word_twice() -> None:
    every = [one["keyword"] for one in ad_keywords("Driving lessons", brand="Greenlight Driving")]
    assert "greenlight driving lessons" in every and not [one for one in every if "driving driving" in str(one)]
    assert {"keyword": "rabbit hutch", "match": "Phrase"} in ad_keywords("Rabbit hutch, two floors")


def test_few_callouts_of_many_facts_are_flagged() -> None:
    facts = ["we apply for the road permit for you", "nearly all of the waste is recycled", "comes within two days"]
    draft = Draft(brief=Brief(id="a", values={"benefits": facts}), fields={"callouts": ["Within two days"]}, schema={})
    assert [one.message for one in has_callouts(draft)] == [
        "has 1 callouts from 3 facts: more of these would have to fit in 25"
    ]


def test_a_line_under_the_picture_is_a_whole_fact() -> None:
    values = {"product": "Bag", "benefits": ["holds a laptop", "sewn in a workshop in the middle of Walsall"]}
    assert not _descriptions(values, AdBound(counter="characters", advised=30, most=255))


def test_the_address_says_a_word_once() -> None:
    assert display_path("Birth certificate translation", category="translations") == ("Translations", "")


def test_a_service_is_said_to_do_nothing_but_may_be_listed(field: Callable[..., Field]) -> None:
    values = {"product": "Church hall hire", "benefits": ["seats 120 at tables"], "language": "en"}
    at = field(item="seats 120 at tables", **values)
    assert list(joins_well("Church hall hire: seats 120 at tables.", at, verbs=True)) == []
    assert list(joins_well("A church hall hire that seats 120 at tables.", at, verbs=True))
