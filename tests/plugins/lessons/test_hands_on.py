"""A class does a craft, tests what facts say, and is asked what it was not just told."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.lessons.bloom import performed
from aigc_plugins.lessons.hands_on import hands_on
from aigc_plugins.lessons.lesson_checks import lesson_has_facts
from aigc_plugins.lessons.lesson_content import lesson_content, listed
from aigc_plugins.lessons.lesson_things import lesson_things
from aigc_plugins.lessons.phases import is_young, lesson_texts, planned_lesson

HEM = ["Thread the needle.", "Push it up from the back of the cloth.", "Pull the thread through.", "Stitches are even."]
FLOATS = ["A cork floats in water.", "A coin sinks in water.", "A magnet attracts iron.", "The water is cold."]
SOUND = ["敲鼓时，鼓面上的米粒会跳动。", "音叉放进水里，会溅起水花。", "土电话的线能传声。", "声音由振动产生。"]
SOUND_THINGS = ["音叉", "一杯水", "鼓和米粒", "土电话"]
SUMS = ["2 + 3 = 5", "4 + 1 = 5", "3 + 3 = 6", "5 + 2 = 7", "6 + 2 = 8"]


def phases(topic: str, facts: list[str], **given: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = planned_lesson(topic, 60, facts, **given)["phases"]
    return made


def doubts(**values: Any) -> list[str]:
    given = {key: value for key, value in values.items() if key in ("materials", "language")}
    fields = planned_lesson(values["topic"], 45, values["facts"], **given)
    return list(lesson_has_facts(Draft(brief=Brief(id="1", values=values), fields=fields, schema={})))


def test_a_craft_is_done_step_by_step_and_has_most_of_the_time() -> None:
    made = planned_lesson("hemming", 60, HEM, materials=["needles", "thread", "cloth"])
    _, _, explain, elaborate, _ = made["phases"]
    assert made["objectives"][:2] == [
        "Demonstrate step by step: hemming.",
        "Say what comes next at each step: hemming.",
    ]
    assert "(1) Thread the needle. (2) Push it up" in elaborate["students"] and "even" not in elaborate["students"]
    assert "Show each step with" in explain["teacher"]
    assert elaborate["minutes"] == max(phase["minutes"] for phase in made["phases"])


def test_a_craft_of_which_facts_only_tell_is_tried() -> None:
    facts = [
        "A cross stitch has two slanting stitches.",
        "The thread goes through the canvas.",
        "It was popular in 1600.",
    ]
    students = phases("cross stitch", facts, materials=["needles", "thread", "canvas"])[3]["students"]
    assert "Now try it yourself with" in students and "1600" not in students
    facts = ["剪纸用红纸最多。", "先剪里面，后剪外面。", "剪纸有阴刻和阳刻。"]
    assert "自己动手做一做" in phases("剪纸", facts, materials=["红纸", "剪刀"], language="zh")[3]["students"]


def test_a_step_that_would_be_left_out_leaves_all_out() -> None:
    things = lesson_things(["needles", "thread"])
    broken = lesson_content(["Thread the needle.", "The eye is small.", "Pull the thread through.", "Tie a knot."])
    assert not hands_on(broken, things, "needles").deeds
    assert hands_on(lesson_content(HEM), lesson_things(["cloth"]), "hems").ordered


def test_what_happens_with_the_things_is_tested_and_written_down() -> None:
    made = planned_lesson("floating", 45, FLOATS, materials=["corks", "coins", "a bowl of water", "magnets"])
    assert made["handout"][0] == "1. A cork … in water. I expect: ________ What happens: ________"
    assert made["handout_key"] == [
        "1. A cork floats in water.",
        "2. A coin sinks in water.",
        "3. A magnet attracts iron.",
    ]
    assert made["objectives"][0] == "Test statements about floating, and write down what happens."
    assert "corks, coins, a bowl of water and magnets" in made["phases"][1]["teacher"]
    assert "each line of the handout" in made["assessment"][0]
    made = planned_lesson("声音的产生", 40, SOUND, materials=SOUND_THINGS, language="zh")
    assert made["handout"][0].startswith("1. 敲鼓时……我的猜想") and len(made["handout"]) == 3
    assert "音叉、一杯水、鼓和米粒、土电话" in made["phases"][1]["teacher"]


def test_what_happens_elsewhere_or_long_ago_is_not_tested() -> None:
    facts = ["Warm air over the sea rises.", "Water falls as rain in winter.", "A block of ice was sold."]
    assert not hands_on(lesson_content(facts), lesson_things(["water", "ice"]), "weather").trials


def test_a_word_that_only_looks_like_what_happens_is_none() -> None:
    facts = ["木块在水里浮起来。", "石头在水里下沉。", "盐水的浮力比清水大。"]
    trials = hands_on(lesson_content(facts, language="zh"), lesson_things(["木块", "石头", "盐"]), "水").trials
    assert list(trials) == ["木块在水里……", "石头在水里……"]
    assert performed("Sew a button onto felt.") and performed("缝一颗纽扣。")


def test_one_and_joins_a_list_whose_parts_have_their_own() -> None:
    assert listed(["音叉", "鼓和米粒", "土电话"], lesson_texts("zh")) == "音叉、鼓和米粒、土电话"
    assert listed(["salt and water", "ice"], lesson_texts("en")) == "salt and water, and ice"
    assert listed(["音叉", "鼓"], lesson_texts("zh")) == "音叉和鼓"


@pytest.mark.parametrize(
    ("facts", "materials", "doubt"),
    [
        (["A minim lasts two beats.", "A crotchet lasts one beat."], ["drums"], "uses 'drums' in no activity"),
        (["Rivers carry sand.", "Is every river long?"], [], "a question without an answer, 'Is every river long?'"),
    ],
)
def test_what_cannot_be_used_is_told(facts: list[str], materials: list[str], doubt: str) -> None:
    assert any(doubt in one for one in doubts(topic="notes", facts=facts, materials=materials))
    assert "Is every river" not in str(planned_lesson("notes", 45, facts, materials=materials))


def test_what_every_classroom_has_needs_no_activity() -> None:
    assert not any("activity" in one for one in doubts(topic="frogs", facts=FLOATS, materials=["notebooks", "课本"]))


def test_each_sum_has_a_phase_of_its_own() -> None:
    made = planned_lesson("adding", 45, SUMS)
    engage, explore, explain, elaborate, evaluate = made["phases"]
    assert "4 + 1" in engage["teacher"] and "2 + 3" in explore["teacher"] and "2 + 3 = 5" in explain["teacher"]
    assert "4 + 1" in elaborate["students"] and "2 + 3" not in str(elaborate)
    assert made["exit_ticket"] == ["5 + 2 = ____", "6 + 2 = ____"] and "Clean the board" in evaluate["teacher"]
    assert planned_lesson("adding", 45, SUMS[:2])["exit_ticket"] == ["4 + 1 = ____"]


def test_the_ticket_asks_from_memory_and_gives_no_answer_away() -> None:
    facts = [
        "Light travels in straight lines.",
        "A shadow forms when light is blocked.",
        "A shadow is longest at dawn.",
    ]
    made = planned_lesson("shadows", 45, facts)
    assert "Light travels in straight ____." in made["exit_ticket"] and not any(
        "Words:" in one for one in made["exit_ticket"]
    )
    beats = ["A crotchet lasts one beat.", "A minim lasts two beats.", "A semibreve lasts four beats."]
    made = planned_lesson("rhythm", 45, beats)
    assert not any("____" in one for one in made["exit_ticket"])
    assert not any(one.rpartition(": ")[2] in made["phases"][0]["teacher"] for one in made["exit_ticket"])


def test_the_words_of_an_objective_are_those_that_the_lesson_is_about() -> None:
    facts = ["The thread goes through the cloth.", "A thimble covers the finger.", "Old sewing boxes smell of wood."]
    assert not any("Use the words" in one for one in planned_lesson("sewing", 45, facts)["objectives"])


@pytest.mark.parametrize(
    ("grade", "young"),
    [("year 4", True), ("grade 5", False), ("4th grade", True), ("三年级", True), ("高三", False), ("初一年级", False)],
)
def test_young_classes_write_less(grade: str, young: bool) -> None:
    assert is_young(grade) is young
    facts = ["Keels are made of *oak*.", "Sails are made of *wool*.", "Hulls are *shallow*."]
    students = phases("ships", facts, grade=grade)[3]["students"]
    assert ("short text" in students) is not young


def test_the_first_line_is_done_together() -> None:
    support = planned_lesson("首都", 40, ["法国=巴黎", "德国=柏林", "秘鲁=利马"], language="zh")["differentiation"][
        "support"
    ]
    assert support.startswith("一起完成学习单的第一项：1 配 ")


def test_pictures_are_drawn_with_what_one_draws_with() -> None:
    facts = ["Diwali is a festival of *light*.", "Families share sweets.", "Diwali lasts five days."]
    students = phases("Diwali", facts, materials=["paints", "paper", "clay"])[3]["students"]
    assert "Draw a picture of it with paints on paper" in students and "shape something of it from clay" in students
