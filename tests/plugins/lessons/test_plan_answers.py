"""A plan answers what it asks: what begins the lesson, what the class works out, why a thing is so."""

from __future__ import annotations

from aigc.types import Brief, Draft
from aigc_plugins.lessons.fair_tickets import fairly_asked
from aigc_plugins.lessons.lesson_checks import lesson_has_facts
from aigc_plugins.lessons.lesson_content import LessonGoal, LessonTask
from aigc_plugins.lessons.noun_places import names_in
from aigc_plugins.lessons.phases import planned_lesson

FRACTIONS = ["1/5 + 2/5 = 3/5", "3/8 + 2/8 = 5/8", "2/7 + 4/7 = 6/7", "The denominator stays the same."]


def test_the_sums_that_are_set_are_solved_nowhere_that_the_class_sees() -> None:
    made = planned_lesson("adding fractions", 45, FRACTIONS)
    phases = {phase["name"]: phase for phase in made["phases"]}
    assert made["facts"] == ["1/5 + 2/5 = 3/5", "The denominator stays the same."]
    assert "facts below" not in phases["Explain"]["teacher"]
    wrong = phases["Elaborate"]["students"].rpartition(": ")[2]
    assert wrong.endswith(".") and not wrong.startswith("1/5 + 2/5") and wrong[:9] not in str(made["handout"])
    assert phases["Explore"]["teacher"].endswith("1/5 + 2/5.")
    assert "handout for each student" in made["materials"] and "handout for each pair" not in made["materials"]


def test_the_question_of_the_beginning_is_answered() -> None:
    first, _, explained, *_ = planned_lesson("adding fractions", 45, FRACTIONS)["phases"]
    question = first["teacher"].partition('"')[2].partition(" = ?")[0]
    assert f"come back to the question from the beginning: {question} = " in explained["teacher"]
    first, _, explained, *_ = planned_lesson("水的三态", 40, ["水在0℃结冰。", "水在100℃沸腾。"], language="zh")[
        "phases"
    ]
    assert "“" in first["teacher"] and "最后回到导入时的问题：" in explained["teacher"]


def test_no_question_of_a_ticket_tells_the_answer_of_another() -> None:
    one = LessonTask(asked="The holes are called ____.", right="stomata", told="")
    two = LessonTask(asked="Stomata let out ____.", right="water", told="")
    (goal,) = fairly_asked([LessonGoal(text="Say it.", tasks=(one, two))])
    assert goal.tasks == (one,)
    assert len(fairly_asked([LessonGoal(text="", tasks=(one,)), LessonGoal(text="", tasks=(two,))])[1].tasks) == 1


def test_what_is_told_is_no_question() -> None:
    told = planned_lesson("plants", 45, ["Why does a plant wilt? = it loses much water"])["facts"]
    assert told == ["A plant wilts because it loses much water."]
    told = planned_lesson("垃圾分类", 45, ["为什么要分类？ = 减少污染"], language="zh")["facts"]
    assert told == ["为什么要分类：减少污染。"]


def test_a_reason_that_no_fact_gives_is_named() -> None:
    values = {
        "topic": "plants", "facts": ["The tiny holes are called *stomata*.", "A plant has *leaves*."],
        "objectives": ["Explain why a plant wilts.", "Name the holes."],
    }  # fmt: skip
    found = list(lesson_has_facts(Draft(brief=Brief(id="1", values=values), fields={}, schema={})))
    assert any("Explain why a plant wilts." in one for one in found)


def test_the_first_word_of_a_second_sentence_is_no_name() -> None:
    assert list(names_in("How does it leave? Through tiny holes in Kew.")) == ["Kew"]


def test_nothing_is_asked_twice_and_no_count_stands_on_the_board() -> None:
    facts = ["Roots take up *water*.", "Leaves are *green*.", "Why does a plant wilt? = it loses much water"]
    ticket = planned_lesson("plants", 45, facts)["exit_ticket"]
    assert "Why does a plant wilt?" not in ticket and any("wilts because" in one for one in ticket)
    facts = ["水有*三种*状态。", "水变成水蒸气叫做*蒸发*。", "水蒸气变成水叫做*凝结*。", "水变成冰叫做*凝固*。"]
    board = planned_lesson("水", 45, facts, language="zh")["phases"][2]["teacher"].partition("写在黑板上：")[2]
    assert board.startswith("状态；蒸发；凝结；凝固。")
