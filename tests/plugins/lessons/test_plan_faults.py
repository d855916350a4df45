"""Faults that teachers found in plans and readings, each kind of which is left out or mended."""

from __future__ import annotations

from typing import Any

import pytest

from aigc_plugins.lessons.fact_kinds import halves, reasons
from aigc_plugins.lessons.false_statements import false_statements
from aigc_plugins.lessons.phases import planned_lesson
from aigc_plugins.lessons.readings import gap_word, reading_tasks, reading_text
from aigc_plugins.lessons.sure_gaps import sure_gap
from aigc_plugins.lessons.taught_facts import taught_facts
from aigc_plugins.lessons.told_questions import told_question
from aigc_plugins.lessons.told_rules import is_order, is_rule

SCALDS = ["烫伤后先用流动的凉水冲。", "不要涂牙膏。", "不要挑破水泡。", "用纱布盖住伤口。", "急救电话是120。"]


def text_of(made: dict[str, Any]) -> str:
    return str(made)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("打比方：用比喻让抽象的事物更形象。", None),
        ("举例子：用有代表性的事例来说明。", None),
        ("最下面的黄叶可以剪掉。", None),
        ("退货的商品应当完好。", None),
        ("空隙用报纸塞满。", None),
        ("蚯蚓靠湿润的体壁呼吸。", None),
        ("8个比特组成一个字节。", ("字节", 8)),
    ],
)
def test_a_chinese_gap_is_a_word_and_no_part_of_a_saying(sentence: str, word: tuple[str, int] | None) -> None:
    assert gap_word(sentence, last=True) == word


def test_empty_words_and_verbs_are_no_gaps() -> None:
    assert gap_word("Some used a pea-shooter instead of a pole.", last=True) == ("pole", 37)
    assert gap_word("You can renew it unless somebody has reserved it.", last=True) is None
    assert gap_word("The lake slowly fills with mud.", last=True) is None
    assert gap_word("A steel ball sinks, but a steel ship floats.", last=True) is None


def test_starred_words_are_used_before_others_and_dull_ones_never() -> None:
    facts = [
        "Cells become *turgid*.",
        "In salty water they are *flaccid*.",
        "This is called *plasmolysis*.",
        "Strips get lighter.",
    ]
    made = planned_lesson("osmosis", 45, facts)
    assert "“turgid”" in made["objectives"][0] and "lighter" not in made["objectives"][0]
    made = planned_lesson("fires", 45, ["Samuel Pepys wrote to friends.", "Wind blew the flames along.", "Smoke rose."])
    assert "“friends”" not in text_of(made) and "“along”" not in text_of(made)


def test_what_stands_in_words_behind_a_fraction_is_no_sum() -> None:
    first, second, third = taught_facts(["3/4 = three beats in a bar", "3/4 = 75%", "4 + 5 = nine"])
    assert [first.sums, second.sums, third.sums] == [False, True, True]
    assert not taught_facts(["3/4 = 每小节有三拍"])[0].sums
    assert sure_gap("A waltz is in 3/4.") is None


def test_a_reason_whose_effect_leans_on_its_cause_is_asked_by_the_cause() -> None:
    fact = "Water flows fastest on the outside of a bend, so the bank there wears away."
    assert reasons([fact])[0].effect == ""
    goals = planned_lesson("rivers", 45, [fact, "Rivers carry water."])["objectives"]
    assert goals[0] == "State what happens because water flows fastest on the outside of a bend."
    goals = planned_lesson("铁", 45, ["刷油漆能隔绝水和空气，所以能防锈。"], language="zh")["objectives"]
    assert goals[0] == "说出这会带来什么结果：刷油漆能隔绝水和空气。"


def test_words_defined_behind_a_colon_are_taught_as_words() -> None:
    facts = ["列数字：用具体数据说明特点。", "打比方：用比喻说明。", "作比较：把两种事物放在一起比。"]
    made = planned_lesson("说明方法", 45, facts, language="zh")
    assert made["handout"][0] == "1. 列数字" and made["objectives"] == ["说出“列数字”“打比方”“作比较”的意思。"]
    days = ["Monday: swimming in the pool", "Tuesday: the museum visit", "Friday: a walk"]
    assert planned_lesson("our week", 45, days)["vocabulary"] == []


def test_rules_are_told_from_memory_and_judged_by_nobody() -> None:
    made = planned_lesson("烫伤", 40, SCALDS, language="zh")
    assert made["objectives"][0] == "说出关于“烫伤”的三条要求。" and "240" not in text_of(made)
    rules = ["Wear goggles and tie back long hair.", "Never hold the work with your hand.", "Clamp the work."]
    assert planned_lesson("drilling", 40, rules)["objectives"][0] == "State three rules about drilling."
    assert false_statements(taught_facts(rules)) == []
    asked = reading_tasks(["Helmets are not provided.", "Add the card.", "Download the app."])["questions"]
    assert not any("Add the card" in one for one in asked)
    assert is_rule("Only one person may stand there.") and not is_order("Salt water is denser than fresh water.")


def test_a_noun_is_not_turned_round_as_a_verb_is() -> None:
    assert false_statements(taught_facts(["Inflation is a general rise in prices."])) == []
    assert (
        planned_lesson("since", 45, ["She has worked here for six years."])["phases"][0]["teacher"].count("seven") == 0
    )


def test_what_is_read_out_has_single_quotation_marks_within_its_own() -> None:
    made = planned_lesson("霉雨", 45, ["“霉雨”有三个月。", "衣物会发霉。"], language="zh")
    assert "“‘霉雨’有" in made["phases"][0]["teacher"]


def test_a_question_with_its_answer_is_not_cut_in_two() -> None:
    assert halves(["What can you do if your band is wrong? Challenge it online."]) == {}


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("What do you need to join?", "a photo ID", "To join, you need a photo ID."),
        ("What does a plant need to grow?", "light", "To grow, a plant needs light."),
        ("What do bees eat?", "honey", "Bees eat honey."),
    ],
)
def test_what_one_needs_to_do_something_is_told(question: str, answer: str, told: str) -> None:
    assert told_question(question, answer) == told


def test_states_have_their_article() -> None:
    facts = ["Czech Republic = koruna", "Poland = złoty", "Denmark = krone"]
    assert reading_text(facts, "currency of").startswith("The currency of the Czech Republic is the koruna.")


def test_a_topic_stands_in_small_letters_where_it_is_no_name() -> None:
    facts = ["Walls are thick.", "Roofs are flat."]
    assert "about how houses are built" in text_of(planned_lesson("How houses are built", 45, facts))
    assert "about “At the bakery”" in text_of(planned_lesson("At the bakery", 45, facts))
    acids = ["Acids taste sour.", "Litmus turns red in acid."]
    assert "about acids and alkalis" in text_of(planned_lesson("Acids and alkalis", 45, acids))
    assert "about the Great Fire" in text_of(planned_lesson("The Great Fire", 45, facts))


def test_a_number_to_guess_keeps_its_unit_and_is_an_amount() -> None:
    facts = ["8个比特组成一个字节。", "二进制101 = 十进制5", "二进制110 = 十进制6", "二进制111 = 十进制7"]
    assert "____个比特" in planned_lesson("二进制", 45, facts, language="zh")["phases"][0]["teacher"]
    assert "____" not in planned_lesson("烫伤", 45, SCALDS, language="zh")["phases"][0]["teacher"]


def test_names_that_are_compared_have_no_quotation_marks() -> None:
    facts = ["Monet worked outdoors.", "Monet used brushes.", "Seurat made dots.", "Seurat used sketches."]
    assert planned_lesson("Monet and Seurat", 45, facts)["objectives"][0] == "Compare Monet and Seurat."


def test_foreign_words_are_asked_for_what_they_mean() -> None:
    facts = ["une baguette = a long thin loaf", "la monnaie = change", "le pain = bread"]
    assert planned_lesson("food", 45, facts)["objectives"][0].startswith("Say what these mean: une baguette")
