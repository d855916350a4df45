"""Wrong answers are of the right one's kind: a weekday beside weekdays, how often beside how often."""

from __future__ import annotations

import pytest

from aigc_plugins.lessons.answer_shapes import answer_shape
from aigc_plugins.lessons.closed_sets import DAYS_ZH, others_of_set
from aigc_plugins.lessons.lesson_lines import of_class
from aigc_plugins.lessons.multiple_choice import quiz_items, short_questions
from aigc_plugins.lessons.questions import asks_the_fact
from aigc_plugins.lessons.quiz_material import quiz_facts, quiz_stem


@pytest.mark.parametrize(
    ("fact", "allowed"),
    [
        ("我们每周*三*上课。", set(DAYS_ZH)),
        ("国庆节在*12*月。", set(map(str, range(1, 13)))),
        (
            "The shop is shut on *Sunday*.",
            {f"{day}day" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")},
        ),
    ],
)
def test_an_answer_of_a_set_has_others_of_it(fact: str, allowed: set[str]) -> None:
    language = "en" if fact.isascii() else "zh"
    facts = quiz_facts([fact, "Tea is made of *leaves*."], None, language)
    (item,) = quiz_items(facts, [], (), None, language)
    assert set(item["options"]) <= allowed and len(set(item["options"])) == 4  # type: ignore[call-overload]


def test_a_set_keeps_what_stands_around_its_members() -> None:
    assert "on Mondays" in others_of_set("on Fridays", "")
    assert others_of_set("canteen", "") == [] and "第二" in others_of_set("第一", "")


def test_the_wrong_answers_of_a_brief_stand_where_they_are_of_a_kind() -> None:
    pool = ["canteen", "car park", "oil", "every week", "once a year", "every five years"]
    facts = quiz_facts(["How often is it tested? = every month", "It is meant for *fires*.", "It is *red*."])
    (item,) = quiz_items(facts, [], (), pool)
    assert set(item["options"]) == {"every month", "every week", "once a year", "every five years"}  # type: ignore[call-overload]
    assert len(short_questions(facts, [], (), pool)) == 2, "nobody knows what the canteen belongs to"
    assert [answer_shape(one) for one in ("after lunch", "8元", "in the hall", "Bern", "oil")] == [
        "time", "number", "place", "name", "thing",
    ]  # fmt: skip


def test_pairs_of_a_relation_are_told_in_one_form() -> None:
    facts = quiz_facts(["cow = calf", "sheep = lamb", "duck = duckling", "horse = foal"], "young of")
    items = quiz_items(facts, [])
    assert [item["feedback"] for item in items][1:3] == ["Young of a sheep: lamb.", "Young of a duck: duckling."]


def test_a_name_is_not_asked_for_by_itself() -> None:
    (fact,) = quiz_facts(["The planet called the red planet = Mars"])
    assert quiz_stem(fact) == "Which planet is called the red planet?"
    (mars,) = quiz_facts(["*Mars* is called the red planet."])
    assert list(asks_the_fact("What is the planet called the red planet?", fact=mars))


def test_a_noun_of_one_does_not_tell_the_number() -> None:
    (fact,) = quiz_facts(["The club has *1* rule."])
    assert quiz_stem(fact) == "How many rules does the club have?"


def test_a_title_says_once_for_whom_it_is() -> None:
    assert of_class("新员工须知", "新员工") == "新员工须知" and of_class("Knots", "year 4") == "Knots, year 4"
