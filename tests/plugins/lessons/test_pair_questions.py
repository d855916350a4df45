"""A pair asks as its sides, its relation and the topic say, and no wrong answer may be right as well."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.lessons.asked_things import is_mass, is_several, with_article
from aigc_plugins.lessons.chinese_stems import asked_in_place, strays
from aigc_plugins.lessons.doubtful_options import follows, tells_itself
from aigc_plugins.lessons.multiple_choice import lacking_answers, quiz_items, short_questions
from aigc_plugins.lessons.pair_questions import told_relation
from aigc_plugins.lessons.questions import asks_the_fact, every_fact_asked
from aigc_plugins.lessons.quiz_material import quiz_facts, quiz_stem

TOOLS = ["whisk = beats egg whites", "colander = drains pasta", "rolling pin = flattens dough", "bell = warns people"]


def items_of(
    facts: list[str], relation: str | None = None, language: str = "en", topic: str = "", pool: list[str] | None = None
) -> list[dict[str, Any]]:
    return quiz_items(quiz_facts(facts, relation, language, topic), [], (), pool, language)


@pytest.mark.parametrize(
    ("thing", "named"),
    [
        ("window", "a window"),
        ("oak leaf", "an oak leaf"),
        ("uniform", "a uniform"),
        ("flour", "flour"),
        ("erosion", "erosion"),
        ("front light", "a front light"),
        ("bricks", "bricks"),
        ("salt and pepper", "salt and pepper"),
        ("mortise and tenon joint", "a mortise and tenon joint"),
        ("Norway", "Norway"),
        ("the king", "the king"),
    ],
)
def test_a_thing_has_the_article_that_it_takes(thing: str, named: str) -> None:
    assert with_article(thing) == named


def test_mass_nouns_and_plurals_are_told_from_others() -> None:
    assert is_mass("olive oil") and not is_mass("wine glass") and not is_mass("painting")
    assert is_several("mitochondria") and is_several("scales") and not is_several("glass")


@pytest.mark.parametrize(
    ("fact", "relation", "topic", "stem", "statement"),
    [
        ("saw = cuts wood", None, "", "What does a saw do?", "A saw cuts wood."),
        ("ribs = protect the heart", None, "", "What do ribs do?", "Ribs protect the heart."),
        ("row counter = counts rows", None, "", "What does a row counter do?", "A row counter counts rows."),
        ("moat = a ditch with water", None, "", "What is a moat?", "A moat is a ditch with water."),
        ("garter stitch = every row is knitted", None, "", "Which description fits “garter stitch”?", None),
        ("1066 = the Battle of Hastings", None, "", "What happened in 1066?", "1066: the Battle of Hastings."),
        ("battle of Hastings = 1066", None, "", "In which year was the battle of Hastings?", None),
        ("Columbus reaches America = 1492", None, "", "In which year did this happen: Columbus reaches America?", None),
        ("D-Day = 1944", None, "", "In which year was D-Day?", "D-Day: 1944."),
        ("1 m = 100 cm", None, "", "What is 1 m in cm?", "1 m = 100 cm"),
        ("1/2 of 18 = 9", None, "", "What is 1/2 of 18?", "1/2 of 18 = 9"),
        ("the dog = le chien", None, "French", "What is “the dog” in French?", "“the dog” is “le chien” in French."),
        ("il coltello = the knife", None, "Italian", "Which word or phrase means “il coltello”?", None),
        ("mouse = mice", "plural of", "", "What is the plural of “mouse”?", "The plural of “mouse” is mice."),
        ("heart = pumping blood", "function of", "", "What is the function of the heart?", None),
        ("telephone = Bell", "inventor of", "", "Who is the inventor of the telephone?", None),
        ("iron = Fe", "chemical symbol for", "", "What is the chemical symbol for iron?", None),
        ("milk = calcium", "good source of", "", "What is milk a good source of?", "Milk is a good source of calcium."),
        ("How many days are in a week? = 7", None, "", "How many days are in a week?", "There are 7 days in a week."),
    ],
)
def test_a_pair_asks_as_it_says(fact: str, relation: str | None, topic: str, stem: str, statement: str | None) -> None:
    (made,) = quiz_facts([fact], relation, "en", topic)
    assert quiz_stem(made) == stem
    assert statement in (None, made["statement"])


@pytest.mark.parametrize(
    ("fact", "relation", "topic", "stem"),
    [
        ("四川 = 成都", "省会", "", "四川的省会是哪座城市？"),
        ("《春望》 = 杜甫", "作者", "", "《春望》的作者是谁？"),
        ("高 = 矮", "反义词", "", "“高”的反义词是什么？"),
        ("青蛙 = 两栖动物", "类别", "", "青蛙属于哪一类？"),
        ("苹果 = apple", None, "英语", "“苹果”用英语怎么说？"),
        ("苹果 = píng guǒ", None, "", "“苹果”的拼音是什么？"),
        ("apple = 苹果", None, "", "“apple”是什么意思？"),
        ("1米 = 100厘米", None, "", "1米等于多少厘米？"),
        ("鸦片战争爆发 = 1840年", None, "", "鸦片战争爆发是在哪一年？"),
        ("辛亥革命 = 1911年", None, "", "辛亥革命发生在哪一年？"),
        ("火警电话 = 119", None, "", "火警电话是多少？"),
        ("蒸发 = 水变成水蒸气的过程", None, "", "什么是蒸发？"),
        ("白日依山尽 = 黄河入海流", None, "古诗", "“白日依山尽”的下一句是什么？"),
        ("画蛇添足 = 做多余的事情", None, "成语", "“画蛇添足”是什么意思？"),
    ],
)
def test_a_chinese_pair_asks_as_it_says(fact: str, relation: str | None, topic: str, stem: str) -> None:
    (made,) = quiz_facts([fact], relation, "zh", topic)
    assert quiz_stem(made, "zh") == stem


def test_a_topic_tells_a_relation_where_its_direction_is_sure() -> None:
    right = [("Japan", "Tokyo"), ("Peru", "Lima"), ("Kenya", "Nairobi")]
    assert told_relation(right, "Capital cities", "en") == "capital of"
    assert told_relation([(b, a) for a, b in right], "Capital cities", "en") is None
    assert told_relation(right[:2], "Capital cities", "en") is None and told_relation(right, "Cities", "en") is None
    assert told_relation([("四川", "成都"), ("浙江", "杭州"), ("陕西", "西安")], "中国的省会", "zh") == "省会"
    assert told_relation([("氢", "H"), ("氧", "O"), ("铁", "Fe")], "化学元素", "zh") == "元素符号"


def test_what_no_side_tells_is_flagged() -> None:
    (item, *_) = items = items_of(["Ohio = red", "Utah = blue", "Iowa = pink", "Texas = grey"])
    values = {"facts": ["Ohio = red"], "topic": "States"}
    told = list(every_fact_asked(Draft(brief=Brief(id="1", values=values), fields={"items": items}, schema={})))
    assert item["stem"] == 'What goes with "Ohio"?'
    assert told == [
        "'Ohio = red' does not say what its right side is to its left one: give a `relation`, such as 'capital of'"
    ]


def test_deeds_that_share_a_word_are_no_choice() -> None:
    assert len(items_of(TOOLS)) == 4
    both = [
        "saw = cuts wood",
        "chisel = cuts joints",
        "plane = smooths wood",
        "clamp = holds parts together",
        *TOOLS[:2],
    ]
    options = {item["stem"]: item["options"] for item in items_of(both)}
    assert not {"cuts joints", "smooths wood"} & set(options["What does a saw do?"])
    gear = ["reflective vest = makes riders visible", "reflector = throws light back", *TOOLS[:2]]
    assert not [one for one in items_of(gear) if "vest" in one["stem"]]  # three of which none is akin are lacking


def test_a_relation_with_several_answers_gives_a_choice_only_of_what_the_brief_says_is_wrong() -> None:
    facts = ["mitre joint = frames", "dovetail joint = drawers", "finger joint = boxes", "lap joint = gates"]
    made = quiz_facts(facts, "used for")
    assert not quiz_items(made, []) and len(short_questions(made, [])) == 4 and not lacking_answers(made)
    assert len(items_of(facts[:1], "used for", pool=["soup", "wheels", "sails"])) == 1
    assert len(items_of(["a = cutting", "b = drilling", "c = gluing", "d = sanding"], "used for")) == 4


def test_two_facts_that_ask_the_same_are_no_choice_for_one_another() -> None:
    facts = [f"The language of Belgium is *{one}*." for one in ("Dutch", "French", "German")]
    (item,) = items_of([*facts, "The language of Peru is *Spanish*."])
    assert item["answer"] == "Spanish"


def test_chinese_answers_that_share_characters_are_no_choice() -> None:
    facts = ["醋 = 去除腥味", "料酒 = 去腥增香", "盐 = 增加咸味", "老抽 = 给菜上色"]
    assert not [one for one in items_of(facts, "作用", "zh") if one["stem"].startswith("醋")]
    (item,) = items_of(["赵州桥已有*1400*多年的历史。"], language="zh")
    assert all(abs(int(one) - 1400) > 50 for one in item["options"] if one != "1400")


def test_an_answer_that_its_question_says_is_asked_without_a_choice() -> None:
    assert tells_itself("锯子的用途是什么？", ["锯断木料", "敲钉子", "测量长度", "刨平表面"])
    assert not tells_itself("三角形有几条边？", ["三条", "四条", "五条", "六条"])
    assert not tells_itself("What is 50 % of 80?", ["40", "50", "25", "30"])
    assert tells_itself("What is the capital of Guatemala?", ["Guatemala City", "Lima", "Quito", "Havana"])


def test_a_number_beside_a_rough_or_bounded_one_is_not_as_true() -> None:
    (item,) = items_of(["A hill is about *10* metres high."])
    assert not {"9", "11", "12"} & set(item["options"])
    (item,) = items_of(["煮鸡蛋需要*10*分钟。"], language="zh")
    assert not {"9", "11", "12"} & set(item["options"])
    (item,) = items_of(["Cheddar ripens for at least *3* months."])
    assert not {"1", "2"} & set(item["options"])
    (item,) = items_of(["地球表面约*71*%是海洋。"], language="zh")
    assert all(float(one) <= 100 for one in item["options"])
    assert not follows({"rest": "It has ____ legs.", "answer": "8"}, "7")


def test_numbers_err_as_people_do() -> None:
    (item,) = items_of(["1 km = 1000 m"])
    assert set(item["options"]) <= {"1000 m", "10000 m", "100 m", "100000 m", "10 m"}
    items = items_of(["1/2 = 0.5", "1/4 = 0.25", "1/5 = 0.2", "1/10 = 0.1"])
    assert len(items) == 4 and all(len({float(one) for one in item["options"]}) == 4 for item in items)
    (item,) = items_of(["Stoneware is fired at *1250* °C."])
    assert all(abs(int(one) - 1250) > 50 for one in item["options"] if one != "1250")
    (item,) = items_of(["The Vikings raided Lindisfarne in *793*."])
    assert all(abs(int(one) - 793) < 20 for one in item["options"])
    (item,) = items_of(["煮饺子一般要点*三*次冷水。"], language="zh")
    assert "二" not in item["options"]


def test_answers_of_the_same_words_in_another_order_differ() -> None:
    ways = [("melting", "solid", "liquid"), ("freezing", "liquid", "solid"), ("evaporation", "liquid", "gas")]
    facts = [f"{name} = changing from {one} to {other}" for name, one, other in ways]
    assert len(items_of([*facts, "condensation = changing from gas to liquid"])) == 4


def test_what_a_thing_is_like_is_no_choice_beside_what_it_is_called() -> None:
    facts = [
        "Molten rock is called *magma*.",
        "Hot rock outside is called *lava*.",
        "Its opening is called the *crater*.",
    ]
    assert not items_of([*facts, "A volcano that sleeps for good is called *extinct*."])


@pytest.mark.parametrize(
    ("rest", "answer", "question"),
    [
        ("骑车上路要年满____周岁。", "12", "骑车上路要年满多少周岁？"),
        ("正方形有____条边。", "4", "正方形有几条边？"),
        ("彩虹有____种颜色。", "七", "彩虹有几种颜色？"),
        ("第一次出使是在公元前____年。", "138", "第一次出使是在公元前多少年？"),
        ("____发明了活字印刷术。", "毕昇", "谁发明了活字印刷术？"),
        ("____发明了机器。", "蜜蜂", ""),
        ("油锅起火时应盖上____。", "锅盖", "油锅起火时应盖上什么？"),
        ("造纸术的改进者是____。", "蔡伦", "造纸术的改进者是谁？"),
        ("过马路要走____。", "斑马线", ""),
        ("水在____结冰，在100℃沸腾。", "0℃", ""),
    ],
)
def test_a_chinese_sentence_asks_in_place_where_that_is_sure(rest: str, answer: str, question: str) -> None:
    assert asked_in_place(rest, answer) == question


@pytest.mark.parametrize(
    ("question", "rest", "fine"),
    [
        ("过马路时应该遵守什么规则？", "过马路要走____。", False),
        ("油锅起火时应该做什么？", "油锅起火时应盖上____。", False),
        ("地球的卫星是哪颗行星？", "地球的卫星是____。", False),
        ("车速超过多少公里时，车距应在多少米以上？", "车速超过100公里时，车距应在____米以上。", False),
        ("太阳系中最大的行星是哪颗？", "太阳系中最大的行星是____。", True),
        ("故宫在哪里？", "故宫在____。", True),
    ],
)
def test_a_chinese_question_keeps_to_its_sentence(question: str, rest: str, fine: bool) -> None:
    assert (not list(strays(question, rest))) is fine
    fact = {"rest": rest, "answer": "某物", "question": "", "statement": rest.replace("____", "某物")}
    assert (not list(asks_the_fact(question, fact=fact))) is fine


def test_what_frogs_are_is_not_what_they_are_called() -> None:
    (fact,) = quiz_facts(["Frogs are *amphibians*."])
    assert list(asks_the_fact("What are frogs called?", fact=fact))


def test_a_feedback_does_not_say_its_question_again() -> None:
    (item,) = items_of(["What is left of 3 apples after you eat one? = 2"])
    assert item["feedback"] == "The answer is 2."
    (item,) = items_of(["一盒铅笔12支，3盒有多少支？ = 36"], language="zh")
    assert item["feedback"] == "正确答案：36。"
