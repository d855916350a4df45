"""What a post says of several things, of a question, and of what nobody books."""

from __future__ import annotations

from typing import Any

import pytest

from aigc_plugins.ads.told_of import does_something
from aigc_plugins.social.hashtags import post_hashtags
from aigc_plugins.social.post_parts import PostBrief, body, call, hook


def brief(**values: Any) -> PostBrief:
    return PostBrief.of({"platform": "linkedin", "facts": ["two doors", "three seats"], **values}, [])


def test_several_things_do_not_leave_at_nine() -> None:
    tickets = brief(product="Night train tickets", facts=["leaves at 21.50", "breakfast is brought"])
    assert hook(tickets) == "Night train tickets"
    assert body(tickets) == "• Leaves at 21.50\n• Breakfast is brought"
    assert hook(brief(product="Night train", facts=["leaves at 21.50"])) == "Night train: leaves at 21.50"
    assert hook(brief(product="Rubber boots", facts=["two straps"])) == "Rubber boots: two straps"
    assert does_something("sails every hour") and not does_something("glass every day")


@pytest.mark.parametrize("fact", ["Is there a second lock?", "Have an identity card ready."])
def test_a_question_or_an_order_is_no_thing_to_know(fact: str) -> None:
    facts = ["Doors swell in winter.", fact]
    assert hook(brief(topic="locked out", facts=facts, audience="tenants")) == "Locked out: a checklist for tenants"
    assert hook(brief(topic="locked out", facts=facts)) == "Locked out: a checklist"
    known = brief(topic="locked out", facts=["Doors swell in winter.", "Locks freeze."])
    assert hook(known) == "Locked out: two things to know"


def test_a_tag_is_no_number_of_things_without_what() -> None:
    assert post_hashtags([], ["Three mistakes with cast iron"], "#{tag}", 3) == ["#ThreeMistakesWithCastIron"]
    assert post_hashtags([], ["Three mistakes with cast iron pans and pots"], "#{tag}", 3) == []
    assert post_hashtags([], ["Night train tickets to Vienna"], "#{tag}", 3) == ["#NightTrainTickets"]


def test_nobody_books_a_museum_or_takes_a_lesson_home() -> None:
    museum = brief(product="Maritime museum", url="https://example.com/a", price="€8")
    assert call(museum).startswith(("Read more", "Find out more"))
    assert body(museum).endswith("Price: €8.")
    assert body(brief(product="Kettle", price="€8")).endswith("Yours for €8.")
