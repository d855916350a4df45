from __future__ import annotations

import pytest

from aigc_plugins.ads.fact_shape import opening, told_together


@pytest.mark.parametrize(
    ("fact", "shape"),
    [
        ("holds 200 litres", "does"),
        ("carries up to 80 kg", "does"),
        ("works with most boilers", "does"),
        ("shine for up to 10 hours", "do"),
        ("cancel at any time", "do"),
        ("cover washes at 40 degrees", "clause"),
        ("vets answer your questions", "clause"),
        ("every piece can be replaced", "clause"),
        ("sizes 36 to 48", "noun"),
        ("labels up to 10 cm wide", "noun"),
        ("labels your jars", "does"),
        ("shows from age 3", "noun"),
        ("shows the charge left", "does"),
        ("waterproof to 3,000 mm", "noun"),
        ("gooseneck spout for a slow, even pour", "noun"),
    ],
)
def test_a_fact_begins_with_a_verb_or_not(fact: str, shape: str) -> None:
    assert opening(fact) == shape


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (["holds 0.9 litres", "heats water in 4 minutes"], "Holds 0.9 litres and heats water in 4 minutes."),
        (["shine for 10 hours", "charge in daylight"], "Shine for 10 hours and charge in daylight."),
        (["two doors", "LED light with timer"], "Two doors, LED light with timer."),
        (
            ["gooseneck spout for a slow, even pour", "heats water in 4 minutes"],
            "Gooseneck spout for a slow, even pour. Heats water in 4 minutes.",
        ),
        (["works with Mac and Windows", "connects to 3 devices"], "Works with Mac and Windows. Connects to 3 devices."),
        (["three positions", "made of organic cotton"], "Three positions. Made of organic cotton."),
        (["cover washes at 40 degrees", "non-slip base"], "Cover washes at 40 degrees. Non-slip base."),
        (["non-slip base"], "Non-slip base."),
        (["holds 2 litres", "keeps " + "very " * 15 + "cold"], "Holds 2 litres."),  # both are wider than 90
    ],
)
def test_two_facts_make_no_run_on(facts: list[str], told: str) -> None:
    assert told_together(facts) == told


def test_chinese_facts_are_joined_by_a_comma_or_where_they_have_one_by_a_semicolon() -> None:
    assert told_together(["整车重14公斤", "10秒折叠"], "zh") == "整车重14公斤，10秒折叠。"
    assert told_together(["细长壶嘴，水流均匀", "4分钟烧开"], "zh") == "细长壶嘴，水流均匀；4分钟烧开。"
