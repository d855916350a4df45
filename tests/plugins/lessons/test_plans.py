"""A lesson plan teaches what its brief says, and tests each objective by it."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.formats.piece_titles import as_labelled
from aigc_plugins.lessons.bloom import performed
from aigc_plugins.lessons.lesson_checks import lesson_has_facts
from aigc_plugins.lessons.phases import planned_lesson
from aigc_plugins.lessons.worked_sums import steps_of, wrong_sum

ROADS = [
    "The Romans built roads so that soldiers could march fast.",
    "A Roman road had layers of stones and gravel.",
    "Ditches at the side took the rain away.",
]


def doubts(**values: Any) -> list[str]:
    return list(lesson_has_facts(Draft(brief=Brief(id="1", values=values), fields={}, schema={})))


def test_given_objectives_stand_and_each_is_asked_or_done() -> None:
    made = planned_lesson(
        "Roman roads",
        60,
        ROADS,
        objectives=[
            "describe how the Romans built a road",
            "Explain why the Romans built roads.",
            "Draw a Roman road.",
        ],
        materials=["gravel", "a tray"],
    )
    assert made["objectives"][0] == "Describe how the Romans built a road."
    assert made["exit_ticket"][:2] == made["objectives"][:2]
    assert made["exit_key"] == [" ".join(ROADS[1:]), ROADS[0]]
    assert "Draw a Roman road." in made["phases"][3]["students"]
    assert "gravel and a tray" in made["phases"][1]["students"]
    assert ["question 1" in made["assessment"][0], "question 2" in made["assessment"][1]] == [True, True]
    assert "Elaborate" in made["assessment"][2]
    assert sum(phase["minutes"] for phase in made["phases"]) == 60


def test_an_objective_of_which_no_fact_speaks_is_told() -> None:
    goals = ["Name the layers of a road.", "Explain the trade of the Romans.", "Describe the temples."]
    found = doubts(topic="Roman roads", facts=ROADS, objectives=goals)
    assert len(found) == 2 and "'Describe the temples.'" in found[1]


def test_a_handout_of_two_lines_is_told() -> None:
    values = {"topic": "篮球", "facts": ["每队上场*五*名队员。", "罚球投中得一分。"], "language": "zh"}
    fields = planned_lesson("篮球", 40, values["facts"], language="zh")
    found = list(lesson_has_facts(Draft(brief=Brief(id="1", values=values), fields=fields, schema={})))
    assert len(found) == 1 and "too little for the class to find out" in found[0]


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        ({"facts": []}, "has no facts to teach from"),
        ({"facts": ROADS, "vocabulary": ["ditch"]}, "does not tell what 'ditch' means"),
        ({"facts": ["3/8 + 2/8 = 5/8"]}, "has one exercise only"),
        ({"facts": ["3/8 + 2/8 = 5/16", "1/5 + 1/5 = 2/5"]}, "it comes to 5/8"),
        ({"facts": [], "vocabulary": ["ditch = a long narrow hole"]}, ""),
        ({"facts": ROADS}, ""),
    ],
)
def test_what_is_too_little_to_teach_from(values: dict[str, Any], doubt: str) -> None:
    found = doubts(topic="roads", **values)
    assert (doubt in found[0]) if doubt else not found


def test_words_have_the_meanings_that_the_brief_or_a_fact_gives() -> None:
    words = ["moraine", "ice sheet = a very large glacier", "ditch"]
    made = planned_lesson("glaciers", 45, ["The rocks that a glacier leaves are called a *moraine*."], vocabulary=words)
    assert made["vocabulary"] == [
        {"term": "moraine", "meaning": "The rocks that a glacier leaves are called a moraine."},
        {"term": "ice sheet", "meaning": "a very large glacier"},
    ]
    assert "Look up ditch" in made["phases"][2]["students"]


def test_sums_are_shown_tried_and_asked_each_once() -> None:
    sums = ["1/7 + 3/7 = 4/7", "2/5 + 1/5 = 3/5", "3/8 + 4/8 = 7/8", "2/9 + 5/9 = 7/9"]
    made = planned_lesson("adding fractions", 45, sums, objectives=["Add two fractions."])
    assert "Add the numerators: 1 + 3 = 4." in made["phases"][2]["teacher"]
    assert "2/5 + 1/5" in made["phases"][3]["students"]
    assert made["exit_ticket"] == ["3/8 + 4/8 = ____", "2/9 + 5/9 = ____"] and made["exit_key"] == ["7/8", "7/9"]


def test_objectives_that_are_made_are_all_asked() -> None:
    made = planned_lesson("首都", 40, ["法国=巴黎", "德国=柏林", "秘鲁=利马"], relation="首都", language="zh")
    assert made["objectives"] == ["说出法国、德国和秘鲁的首都。"]
    assert made["exit_key"] == ["巴黎", "柏林", "利马"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_left_open_whatever_a_brief_has(language: str) -> None:
    kinds: list[dict[str, Any]] = [
        {},
        {"facts": ROADS},
        {"facts": ["2 + 2 = 4"]},
        {"vocabulary": ["a = one", "b = two"]},
    ]
    for given in kinds:
        made = planned_lesson("roads", 45, language=language, **given)
        assert "{" not in "".join(map(str, made["phases"])).replace("{'name'", "") and made["objectives"]
        assert len(made["exit_ticket"]) == len(made["exit_key"])


@pytest.mark.parametrize(
    ("sum_", "language", "steps"),
    [
        ("3/8 + 2/8 = 5/8", "en", "the denominator stays 8"),
        ("5/6 - 1/6 = 2/3", "en", "This is the same as 2/3."),
        ("3 × 8 = 24", "zh", "8 + 8 + 8 = 24"),
        ("1.2 + 0.34 = 1.54", "en", "1.20 + 0.34 = 1.54"),
        ("1/2 + 1/3 = 5/6", "en", ""),
        ("3 × 8 = 25", "zh", ""),
    ],
)
def test_steps_are_told_where_they_are_sure(sum_: str, language: str, steps: str) -> None:
    assert (steps in steps_of(sum_, language)) if steps else not steps_of(sum_, language)


def test_wrong_sums_are_found() -> None:
    assert wrong_sum("7 × 8 = 54") == "56" and wrong_sum("1/2 + 1/3 = 5/6") is None
    assert wrong_sum("len([]) = 1") is None and wrong_sum("4 ÷ 0 = 4") is None


@pytest.mark.parametrize(
    ("goal", "done"),
    [
        ("Write a letter.", True),
        ("Name the parts.", False),
        ("正确计算8的乘法。", True),
        ("写出三个词。", False),
        ("写一封信。", True),
    ],
)
def test_what_is_done_is_told_from_what_is_known(goal: str, done: bool) -> None:
    assert performed(goal) is done


def test_a_chinese_plan_has_chinese_headings() -> None:
    made = planned_lesson("首都", 40, ["法国=巴黎", "德国=柏林", "秘鲁=利马"], relation="首都", language="zh")
    named = as_labelled({"title": "首都", **made})
    assert list(named)[:6] == ["title", "教学目标", "教学准备", "教学过程", "学习单", "学习单答案"]
    assert list(named)[6:11] == ["知识要点", "生词", "课堂小测", "小测答案", "评价方式"]
    assert set(named["教学过程"][0]) == {"name", "时间（分钟）", "教师活动", "学生活动"}  # type: ignore[index, call-overload]
    assert as_labelled({"title": "Capitals", "key": 1}) == {"title": "Capitals", "key": 1}
