"""What says a fact another way, what would say something else, and the headlines that are made of four facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aigc import Pipeline, Project
from aigc.content import ContentType, brief_values, measure
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc_plugins.ads.calls import call_verbs, sold_as
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.headline_set import has_phrase, headline_set, twins
from aigc_plugins.ads.strength import headline_kind
from aigc_plugins.ads.sure_forms import ends_surely, loses_bound, other_lines, shorter_whole

# Names with exactly four facts, of products, services, courses, events and software, for half of them a keyword.
FOUR = Path(__file__).with_name("four_facts.jsonl")


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("no deposit for returning customers", "No deposit"),
        ("gooseneck spout for a slow, even pour", "Gooseneck spout for slow"),
        ("gooseneck spout for a slow, even pour", "Gooseneck spout for a slow"),
        ("writes and sends an invoice in 2 minutes", "Writes"),
        ("a mechanic comes to your door within 48 hours", "A mechanic"),
        ("cable hidden in skirting boards", "Cable hidden"),
        ("cutting height from 25 to 75 mm", "Cutting height"),
        ("visit within 48 hours on weekdays", "Visit within 48 hours"),
        ("break down within 180 days in home compost", "Break down within 180 days"),
        ("carries up to 150 kg on flat ground", "Carries up to 150 kg"),
        ("free second visit within 14 days", "Free second visit"),
        ("one guide for every five guests", "One guide"),
        ("tuner trained for seven years", "Tuner trained"),
        ("suction base holds on wet worktops", "Suction base holds"),
        ("all examples from real classrooms", "All examples"),
        ("practice on infant and adult dummies", "Practice on infant"),
        ("works with free programs only", "Works with free programs"),
        ("ten places per walk", "Ten places"),
        ("vegetarian route on request", "Vegetarian route"),
        ("heated floors from October to April", "Heated floors"),
        ("first call free of charge", "First call"),
        ("trial lesson for 5 euros", "Trial lesson"),
    ],
)
def test_a_beginning_that_would_say_more_is_no_line(fact: str, line: str) -> None:
    assert loses_bound(line, fact)
    assert line not in plain_line(fact, numbers=False) or plain_line(fact, numbers=False).lower() == fact
    assert line.lower() not in map(str.lower, other_lines(fact))


@pytest.mark.parametrize(
    ("kept", "lost"),
    [
        ("side pocket", " for a 500 ml bottle"),
        ("pull loops", " on both sides"),
        ("rubber wheels", " that do not mark floors"),
        ("suction base", " holds on wet worktops"),
        ("tax adviser access", " at no extra cost"),
        ("holds 0.9 litres", ", enough for three large mugs"),
        ("springs tested", " and greased"),
        ("CR2032 battery", " in the box"),
    ],
)
def test_an_end_that_only_adds_may_go(kept: str, lost: str) -> None:
    assert ends_surely(kept, lost)
    assert kept in other_lines(kept + lost) or "," in lost


@pytest.mark.parametrize(
    ("fact", "form"),
    [
        ("three hours on Saturday mornings", "3 hours on Saturday mornings"),
        ("panes to 2.5 x 1.5 metres", "panes to 2.5 x 1.5 m"),
        ("heated floors from October to April", "heated floors October to April"),
        ("carries up to 150 kg on flat ground", "up to 150 kg on flat ground"),
        ("first call free of charge", "first call free"),
        ("10 minutes of charging give 5 hours", "10-minute charge gives 5 hours"),
        ("assembled by two adults in 4 hours", "assembled by 2 adults in 4 hrs"),
        ("sold in packs of 50, 200 or 1,000", "packs of 50, 200 or 1,000"),
    ],
)
def test_a_whole_fact_takes_less_room(fact: str, form: str) -> None:
    assert form in shorter_whole(fact)
    assert all(measure(one, "width") < measure(fact, "width") for one in shorter_whole(fact))


@pytest.mark.parametrize(
    "fact", ["from 4 euros a blade", "stops below 8 degrees", "one or two guides", "two 500 ml jars"]
)
def test_what_a_number_means_stays(fact: str) -> None:
    assert shorter_whole(fact) == []


@pytest.mark.parametrize(
    ("fact", "lines"),
    [
        ("front 400 lumens, rear 60 lumens", ["front 400 lumens", "rear 60 lumens"]),
        ("drop off by 6 pm, collect from 8 am", ["drop off by 6 pm", "collect from 8 am"]),
        ("departs from the cathedral at 2 pm", ["departs from the cathedral", "departs at 2 pm"]),
        ("English and German commentary", ["English commentary", "German commentary"]),
        ("for gas, induction and charcoal", ["for gas", "for induction", "for charcoal"]),
        ("works with Outlook and Google Calendar", ["works with Outlook", "works with Google Calendar"]),
        ("18 lessons of 12 minutes", ["18 lessons"]),
        ("all examples from real classrooms", ["examples from real classrooms"]),
        ("meet at the north gate, rain or shine", []),  # no "Meet at Shine"
        ("runs on your own server or ours", ["runs on your own server"]),  # no "Runs on Ours"
        ("sold in packs of 50, 200 or 1,000", []),
        ("hot and cold drinks", []),
    ],
)
def test_a_fact_of_several_things_is_told_in_lines_that_are_true_alone(fact: str, lines: list[str]) -> None:
    assert [line for line in other_lines(fact) if line != "meet at the north gate"] == lines


def test_the_keyword_stands_in_two_calls_with_two_verbs_where_no_fact_fits_beside_it() -> None:
    facts = ["boarding up within 2 hours", "panes to 2.5 x 1.5 metres"]
    brief = {"product": "Emergency glazing repair", "keyword": "emergency glazier", "category": "glazing services"}
    lines = headline_set({"name": 1, "keyword": 3, "calls": 2}, [], facts, **brief)
    assert sum(has_phrase(line, "emergency glazier") for line in lines) == 3
    calls = [line for line in lines if headline_kind(line, brief) == "call"]
    assert len(calls) == 2 and not call_verbs(calls[0], "en") & call_verbs(calls[1], "en")


def test_the_category_and_the_end_of_a_name_stand_in_a_line_where_four_facts_make_too_few() -> None:
    facts = ["for ages 3 to 10", "beech from certified forests", "two swings", "no tools needed"]
    frame = {"product": "Children's climbing frame with slide", "category": "toys"}
    mix = {"name": 1, "ends": [1, 11], "category": [1, 11]}
    assert headline_set(mix, [], facts, **frame) == [
        "Children's climbing frame",
        "Climbing frame with slide",
        "Toys: Climbing frame",
    ]
    assert headline_set(mix, [], facts[:3], **frame) == ["Children's climbing frame"]
    planner = {"product": "Shift planning app for cafes", "category": "software"}
    assert headline_set(mix, [], facts, **planner)[1:] == ["Software for cafes"]
    assert headline_set({"category": 1}, [], facts, product="Booking software", category="software") == []


@pytest.fixture(scope="module")
def sets(project: Project, search_ad: ContentType) -> list[tuple[dict[str, Any], Artifact]]:
    """Return what four facts make, written by a model of which no line can be taken."""

    def written(number: int, row: dict[str, Any]) -> Artifact:
        given = {"url": "https://example.com/a", "benefits": row["facts"]}
        given |= {name: value for name, value in row.items() if name != "facts"}
        brief = Brief(id=str(number), values=brief_values(search_ad, given, where="test"))
        bad = ScriptedGenerator(lambda request, index: "The 99 best of the world!")
        pipeline = Pipeline(bad, project.environment, voice=lambda content_type: "joined")
        return next(iter(pipeline.write(search_ad, [brief])))

    rows = [json.loads(line) for line in FOUR.read_text(encoding="utf-8").splitlines()]
    return [(row, written(number, row)) for number, row in enumerate(rows)]


def _sold(row: dict[str, Any]) -> str:
    return sold_as(row["product"], row.get("category"), row["facts"])


def test_four_facts_of_their_own_words_make_a_set(sets: list[tuple[dict[str, Any], Artifact]]) -> None:
    english = [len(ad.fields["headlines"]) for row, ad in sets if "language" not in row]
    goods = [len(ad.fields["headlines"]) for row, ad in sets if "language" not in row and _sold(row) == "goods"]
    chinese = [len(ad.fields["headlines"]) for row, ad in sets if row.get("language") == "zh"]
    assert len(english) >= 40 and len(chinese) >= 20
    assert len(goods) >= 15
    assert sum(count >= 11 for count in goods) >= len(goods) / 3  # many of these facts are as wide as a line
    assert sum(goods) / len(goods) >= 9.6
    assert sum(english) / len(english) >= 9.2  # what is done has no label of one word: no "Removal: Same day"
    assert min(chinese) >= 11


def test_nothing_in_a_set_is_said_twice_or_asked_thrice(sets: list[tuple[dict[str, Any], Artifact]]) -> None:
    for _, ad in sets:
        lines = ad.fields["headlines"]
        assert ad.status != "rejected", ad.reason
        assert not [pair for at, one in enumerate(lines) for pair in lines[:at] if twins(one, pair)], lines
        assert sum(headline_kind(line, ad.brief.values) == "call" for line in lines) <= 2, lines


def test_nearly_every_keyword_stands_in_three_lines(sets: list[tuple[dict[str, Any], Artifact]]) -> None:
    having = [
        sum(has_phrase(line, row["keyword"]) for line in ad.fields["headlines"]) >= 3
        for row, ad in sets
        if "keyword" in row
    ]
    assert len(having) >= 40 and sum(having) >= 0.9 * len(having)
