"""What a lesson does with its facts follows from what kind they are, and only where their words surely tell."""

from __future__ import annotations

import pytest

from aigc_plugins.lessons.fact_kinds import compared, dated, done_by_hand, halves, inside, reasons, steps
from aigc_plugins.lessons.false_statements import false_statements
from aigc_plugins.lessons.lesson_things import lesson_things
from aigc_plugins.lessons.phases import planned_lesson
from aigc_plugins.lessons.taught_facts import taught_facts
from aigc_plugins.lessons.worked_sums import steps_of, wrong_result

KITE = [
    "First cross two sticks.",
    "Then tie them together.",
    "Next glue paper to the frame.",
    "Finally tie on a string.",
]
FROGS = ["Frogs have smooth skin.", "Frogs jump far.", "Toads have rough skin.", "Toads walk slowly."]
POLE = [
    "In 1909 Shackleton turned back before the Pole.",
    "Amundsen reached the Pole in 1911.",
    "Scott reached it in 1912.",
]
FROGS_ZH = ["青蛙的皮肤光滑。", "青蛙善于跳跃。", "蟾蜍的皮肤粗糙。", "蟾蜍爬行。"]


def test_steps_are_taken_without_the_words_that_tell_their_order() -> None:
    assert steps(KITE)[0] == "Cross two sticks." and steps(KITE)[-1] == "Tie on a string."
    assert steps(["先把红纸对折。", "然后剪开。", "最后贴上提手。"]) == ["把红纸对折。", "剪开。", "贴上提手。"]
    assert steps(["Coffee grows on trees.", *KITE])[0] == "Cross two sticks."
    assert not steps(["First aid saves lives.", "Then call for help."])
    assert not steps([KITE[3], *KITE[:3]]), "what comes last stands first"
    assert done_by_hand(steps(KITE)) and not done_by_hand(["The fruit is picked.", "The beans dry."])


def test_events_are_taken_without_their_years() -> None:
    found = dated(POLE)
    assert list(found.values()) == [1909, 1911, 1912] and "Amundsen reached the Pole." in found
    assert (
        dated(["1840年，鸦片战争爆发。", "1911年，武昌起义爆发。", "1919年，五四运动爆发。"])["武昌起义爆发。"] == 1911
    )
    assert not dated(POLE[:2]) and not dated([*POLE[:2], "It was shown in 1911 and in 1913."])


@pytest.mark.parametrize(
    ("fact", "lead", "rest", "effect"),
    [
        ("The dough rises because gas forms.", "The dough rises because", "gas forms", "the dough rises"),
        ("Amundsen won because he used dogs.", "Amundsen won because", "he used dogs", ""),
        (
            "The land is dry, so few people live there.",
            "The land is dry, so",
            "few people live there",
            "few people live there",
        ),
        ("因为原料便宜，所以纸普及开来。", "因为原料便宜，所以", "纸普及开来", "纸普及开来"),
        ("黄河因为流经高原，所以含沙量大。", "黄河因为流经高原，所以", "含沙量大", "黄河含沙量大"),
    ],
)
def test_a_reason_is_found_and_what_it_is_the_reason_of(fact: str, lead: str, rest: str, effect: str) -> None:
    (found,) = reasons([fact])
    assert (found.lead, found.rest, found.effect) == (lead, rest, effect)


def test_two_things_are_compared_where_alike_is_said_of_them() -> None:
    assert compared(FROGS) == {"Frogs": ["have smooth skin", "jump far"], "Toads": ["have rough skin", "walk slowly"]}
    assert list(compared(FROGS_ZH)) == ["青蛙", "蟾蜍"] and compared(FROGS_ZH)["青蛙"][0] == "皮肤光滑"
    sound = ["声音是由物体振动产生的。", "振动停止，声音也停止。", "声音可以在水中传播。", "振动越快，声音越高。"]
    assert not compared(sound, "声音的产生")
    years = ["1840年，鸦片战争爆发。", "1895年，条约签订。", "1911年，武昌起义爆发。", "1919年，五四运动爆发。"]
    assert not compared(years), "18 and 191 are no things"


def test_what_is_said_of_both_is_not_sorted() -> None:
    solids = ["A solid keeps its shape.", "A solid has a fixed volume.", "A solid is hard to press."]
    liquids = ["A liquid has a fixed volume too.", "A liquid flows.", "A liquid has no shape of its own."]
    found = compared([*solids, *liquids])
    assert found["A solid"] == ["keeps its shape", "is hard to press"] and len(found["A liquid"]) == 2


def test_a_handout_asks_what_there_is_where_three_gaps_are_not() -> None:
    facts = ["一个滴水的水龙头一天能浪费*七十*升水。", "因为淡水很少，所以要节约用水。", "看到漏水要马上告诉大人。"]
    made = planned_lesson("节水", 40, facts, language="zh")
    assert made["handout"] == ["1. 一个滴水的水龙头一天能浪费____升水。", "2. 把句子写完整：因为淡水很少，所以……"]
    assert made["handout_key"] == ["1. 七十", "2. 要节约用水"]


def test_halves_are_of_sentences_that_do_not_begin_alike() -> None:
    told = [
        "The council decides about money.",
        "The town council is elected.",
        "The mayor leads it.",
        "It meets often.",
    ]
    assert list(halves(told)) == ["The town council", "The mayor"]


def test_a_first_word_is_small_inside_a_sentence_unless_it_may_be_a_name() -> None:
    assert inside("The dough rises", "") == "the dough rises" and inside("Amundsen won", "") == ""
    assert inside("Toads", "frogs and toads") == "toads"


@pytest.mark.parametrize(
    ("fact", "wrong"),
    [
        ("A magnet does not attract wood.", ""),
        ("The tram is not allowed here.", "The tram is allowed here."),
        ("Like poles repel each other.", "Like poles attract each other."),
        ("A spider has eight legs.", "A spider has nine legs."),
        ("The Thames is 346 kilometres long.", "The Thames is 692 kilometres long."),
        ("The war ended in 1945.", ""),
        ("It has more than 200 bones.", ""),
        ("Plants grow because light is strong.", ""),
        ("Let the ball dry.", ""),
        ("A large bat eats insects.", ""),
        ("电梯下降太快时，安全钳会夹住轨道。", ""),
        ("船队最远到达非洲。", ""),
        ("长江是中国最长的河。", "长江是中国最短的河。"),
        ("真空不能传播声音。", "真空可以传播声音。"),
        ("振动越快，声音越高。", "振动越快，声音越低。"),
        ("105年，蔡伦改进了造纸术。", ""),
    ],
)
def test_a_fact_is_made_false_where_it_surely_is_then(fact: str, wrong: str) -> None:
    found = false_statements(taught_facts([fact]))
    assert [one.wrong for one in found] == ([wrong] if wrong else [])


def test_names_of_two_facts_change_places_with_their_article() -> None:
    facts = [
        "A triangle with three equal sides is called an *equilateral* triangle.",
        "One with none is called a *scalene* one.",
    ]
    first, second = false_statements(taught_facts(facts))
    assert first.wrong == "A triangle with three equal sides is called a scalene triangle."
    assert second.wrong == "One with none is called an equilateral one."


def test_things_are_sorted_by_what_a_class_can_do_with_them() -> None:
    found = lesson_things(["clay", "a kettle", "pictures of bees", "recordings of bees", "paper clips", "剪刀", "书包"])
    assert found.made == ("clay", "剪刀") and found.risky == ("a kettle",) and found.shown == ("pictures of bees",)
    assert found.heard == ("recordings of bees",) and found.used == ("paper clips", "书包")


def test_a_lesson_of_steps_puts_them_in_order_and_does_them() -> None:
    made = planned_lesson("making a kite", 40, KITE, materials=["sticks", "paper"])
    assert made["objectives"] == [
        "Demonstrate step by step: making a kite.",
        "Put the steps of the lesson in order: making a kite.",
    ]
    letters = made["exit_key"][0].split(", ")
    shown = made["exit_ticket"][0]
    assert [shown.partition(f"{letter}. ")[2].split(".")[0] for letter in letters] == [one[:-1] for one in steps(KITE)]
    assert made["exit_key"][1] == steps(KITE)[2] and steps(KITE)[1] in made["exit_ticket"][1]
    assert "do it with paper and sticks" in made["phases"][3]["students"]
    assert "handout for each pair" in made["materials"]
    careful = planned_lesson("making a kite", 40, KITE, materials=["sticks", "a knife"])["phases"]
    assert "stay beside those who use" in careful[2]["teacher"] and "a knife" in careful[3]["students"]


def test_a_lesson_of_two_things_sorts_and_compares_them() -> None:
    for given in ([], ["Compare frogs and toads."]):
        made = planned_lesson("frogs and toads", 40, FROGS, objectives=given)
        assert made["objectives"] == ["Compare frogs and toads."]
        assert "Frogs have smooth skin. Toads have rough skin." in made["exit_key"][1]
    heads = {one.partition(": ")[0]: one.partition(": ")[2].split(", ") for one in made["handout_key"]}
    lines = dict(line.split(". ", 1) for line in made["handout"])
    assert [lines[letter] for letter in heads["Toads"]].sort() == ["have rough skin", "walk slowly"].sort()


def test_true_and_false_are_asked_where_two_facts_can_be_false() -> None:
    facts = ["Like poles repel each other.", "A compass needle is a magnet.", "A strong magnet lifts a car."]
    made = planned_lesson("magnets", 45, facts)
    assert made["exit_ticket"][0].endswith("Like poles attract each other.")
    assert made["exit_key"][0] == "False. Like poles repel each other." and "True." in made["exit_key"]


@pytest.mark.parametrize(
    ("sum_", "steps", "wrong"),
    [
        ("23 + 5 = 28", "3 + 5 = 8. Then add the tens: 20 + 8 = 28.", "29"),
        ("34 + 52 = 86", "30 + 50 = 80. Then the ones: 4 + 2 = 6. Together 80 + 6 = 86.", "87"),
        ("47 - 5 = 42", "7 - 5 = 2. Then add the tens: 40 + 2 = 42.", "43"),
        ("42 - 5 = 37", "", "38"),
        ("42 ÷ 6 = 7", "7 × 6 = 42, so 42 ÷ 6 = 7.", "8"),
        ("1/5 + 2/5 = 3/5", "Add the numerators: 1 + 2 = 3.", "3/10"),
    ],
)
def test_sums_have_their_steps_and_a_usual_mistake(sum_: str, steps: str, wrong: str) -> None:
    assert (steps in steps_of(sum_, "en")) if steps else not steps_of(sum_, "en")
    assert wrong_result(sum_) == wrong


def test_chinese_sentences_are_cut_where_their_verb_surely_begins() -> None:
    told = ["动脉把血液送到全身。", "红细胞运输氧气。", "比赛中不能推人。", "心脏有四个腔。", "后来下了大雪。"]
    assert halves(told) == {
        "动脉": "把血液送到全身。",
        "红细胞": "运输氧气。",
        "比赛中": "不能推人。",
        "心脏": "有四个腔。",
    }
    assert not halves(["The Zambezi drops 108 metres at the falls."])
