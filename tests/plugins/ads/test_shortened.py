from __future__ import annotations

import pytest

from aigc_plugins.ads.shortened import heads, loses_particle, loses_time, parts, tightened, with_short_units


@pytest.mark.parametrize(
    ("fact", "last"),
    [
        ("safe in the oven up to 260 degrees", "safe in oven up to 260 degrees"),
        ("works on induction and open fire", "works on induction & open fire"),
        ("book online in 60 seconds", "book in 60 seconds"),
        ("saves 20 measurements online", None),  # "online" belongs to nothing that follows
        ("prints 150 labels a minute", None),  # "a" is "per" here
        ("makes 240 ml at a time", None),
        ("carries up to 80 kg", None),
        ("容量200升和盖子", None),
    ],
)
def test_a_fact_is_tighter_without_what_headlines_go_without(fact: str, last: str | None) -> None:
    assert next(reversed(tightened(fact)), None) == last


def test_the_short_form_of_a_unit_stands_behind_a_number_only() -> None:
    assert with_short_units("ready in 90 seconds") == "ready in 90 sec"
    assert with_short_units("10 strokes per minute") == "10 strokes per min"
    assert with_short_units("ready within minutes") == ""
    told = with_short_units("10 minutes of charging give 5 hours")
    assert told == "10 minutes of charging give 5 hrs", "no '10 Min of Charging Give 5 hrs'"
    assert with_short_units("5 minutes of charging") == "5 min of charging"


def test_a_fact_has_no_part_without_its_share() -> None:
    assert heads("cuts the noise of wind by felt") and not heads("cuts the noise of wind by a third")


@pytest.mark.parametrize(
    ("fact", "kept"),
    [
        ("lumbar support that adjusts in 6 steps", ["lumbar support"]),
        ("toe guard against stones", ["toe guard"]),
        ("50 ml tube fits hand luggage", ["50 ml tube"]),
        ("shows energy use by the hour", ["shows energy use"]),
        ("recipe card for 5 breads", ["recipe card"]),
        ("two photographers all day", ["two photographers"]),
        ("same cleaner every week", ["same cleaner"]),
        ("water resistant for 80 minutes", []),  # a limit
        ("26 hours with case", []),  # not without it
        ("free rebooking up to 24 hours before", []),
        ("free coffee all day", []),
        ("no fee for 3 members", []),
        ("shares logins without showing the password", []),
        ("landed in Newlyn that morning", []),
        ("workshop after every session", []),
        ("car keys stay with you", []),  # car keys alone say nothing
        ("tested for 8 hours a day", []),
        ("joints refilled with sand", []),
    ],
)
def test_a_fact_loses_only_what_it_is_true_without(fact: str, kept: list[str]) -> None:
    assert list(heads(fact)) == kept


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ("every cleaner is vetted, trained and insured", "every cleaner is {}: vetted, trained, insured"),
        ("works from phone and laptop", "works from {}: phone, laptop"),
        ("no ink or toner needed", "no {} needed: ink, toner"),
        ("paddle and pump included", "{} included: paddle, pump"),
        ("two doors and two porches for wet boots", "{}: two doors, two porches for wet boots"),
        ("charges in 4 hours and lasts 3 weeks", "{}: charges in 4 hours, lasts 3 weeks"),
        ("comes with two heads and a travel case", "comes with {}: two heads, a travel case"),
        ("froths hot or cold milk", "froths {} milk: cold"),  # no "froths hot"
    ],
)
def test_what_holds_for_several_things_holds_for_each(fact: str, told: str) -> None:
    pattern, _, things = told.partition(": ")
    assert list(parts(fact)) == [pattern.format(one) for one in things.split(", ")]


@pytest.mark.parametrize(
    "fact",
    [
        "32% nuts and seeds",  # together
        "works between floor and wall",
        "runs without noise and heat",  # "runs with heat" is what would be left
        "inseam 58, 66 or 74 cm",
        "two cones for limes and grapefruits",
        "cuts at 45 and 90 degrees",
        "finds any person or place",
        "guarded day and night",
        "opens and closes by button",
        "works for ukulele and bass too",
    ],
)
def test_what_holds_for_several_things_together_is_not_told_of_each(fact: str) -> None:
    assert list(parts(fact)) == []


def test_chinese_parts_stand_between_commas_unless_one_is_a_condition() -> None:
    assert list(parts("5毫米鞋钉，湿滑路面不打滑")) == ["5毫米鞋钉", "湿滑路面不打滑"]
    assert not any(map(parts, ("人数一改，用量自动换算", "充电10分钟，可听5小时", "容量0.9升")))


def test_a_verb_is_not_told_without_its_particle() -> None:
    assert loses_particle("Taped seams keep snow", "taped seams keep snow and wind out")
    assert not loses_particle("Works on induction", "works on induction and open fire")


@pytest.mark.parametrize(
    ("line", "fact", "lost"),
    [
        ("Keeps the temperature", "keeps the temperature for 30 minutes", True),
        ("Keeps the temperature for 30 min", "keeps the temperature for 30 minutes", False),
        ("Guaranteed against leaks", "guaranteed against leaks for two winters", True),
        ("Stays sharp", "stays sharp for months of daily cooking", True),
        ("Heats water", "heats water in 4 minutes", False),
        ("Sealed tin", "sealed tin, keeps tea fresh for 6 months", False),  # with all of its clause
    ],
)
def test_what_holds_for_a_time_does_not_go_without_it(line: str, fact: str, lost: bool) -> None:
    assert loses_time(line, fact) is lost
