"""A text to read is its facts' sentences, and its words are held against a level."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.lessons import levels
from aigc_plugins.lessons.levels import hard_words, reads_at_level
from aigc_plugins.lessons.readings import every_fact_read, gap_word, reading_tasks, reading_text
from aigc_plugins.lessons.sure_gaps import cuts_a_word
from aigc_plugins.lessons.told_questions import told_question
from aigc_plugins.rules.reading_ease import reading_grade

ENGLISH = {
    "the": 1.0,
    "bees": 2.4,
    "bee": 2.4,
    "make": 1.0,
    "honey": 2.6,
    "in": 1.0,
    "a": 1.0,
    "hive": 5.0,
    "hives": 5.0,
}
CHINESE = {"太阳": 2, "行星": 5, "合作": 4, "作用": 4, "需要": 3, "阳光": 3, "我们": 1}


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "_english", lambda: ENGLISH.get)
    monkeypatch.setattr(levels, "_chinese", lambda: CHINESE)


@pytest.fixture
def no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "_english", lambda: None)
    monkeypatch.setattr(levels, "_chinese", dict)


def told(text: str, level: str) -> list[str]:
    draft = Draft(brief=Brief(id="1", values={}), fields={"text": text}, schema={})
    return list(reads_at_level(draft, field="text", level=level))


def test_sentences_are_read_in_their_order_and_none_alone() -> None:
    facts = [f"Fact number *{word}* is here." for word in ("one", "two", "three", "four", "five")]
    text = reading_text([*facts, "dog = Hund", "4 + 5 = 9"])
    assert text == " ".join(fact.replace("*", "") for fact in facts)
    assert [part.count("Fact") for part in reading_text([*facts, "Fact number *six* is here"]).split("\n\n")] == [4, 2]
    assert reading_text(["Ohio = Columbus", "Texas = Austin"], "capital of") == (
        "The capital of Ohio is Columbus. The capital of Texas is Austin."
    )
    assert reading_text(["太阳系有*八颗*行星。", "冰很冷"]) == "太阳系有八颗行星。冰很冷。"
    assert reading_text(["dog = Hund"]) == ""


@pytest.mark.usefixtures("lists")
def test_words_above_a_level_are_listed_once() -> None:
    text = "The bees of Paris make honey in a hive. In a hive bees make honey in hives."
    assert hard_words(text, "A1") == ["bees", "of", "honey", "hive"]  # "of" is in no list
    assert hard_words(text, "B1") == ["of", "hive"]
    assert hard_words(text, None) == []


@pytest.mark.usefixtures("lists")
def test_chinese_words_that_another_reaches_into_are_no_words() -> None:
    assert hard_words("我们需要太阳和行星。光合作用需要阳光。", "HSK2") == ["需要", "行星", "阳光"]
    assert hard_words("我们需要太阳和行星。光合作用需要阳光。", "HSK4") == ["行星"]


@pytest.mark.usefixtures("lists")
def test_a_text_with_many_words_above_its_level_is_told() -> None:
    (message,) = told("Bees make honey. Hives. Nectar, pollen and propolis in a hive.", "A2")
    assert message == "6 of 10 words are above A2: honey, hives, pollen, and, propolis, hive"
    assert not told("The bees make honey in a hive.", "B1")
    assert not told("Nectar, pollen, propolis.", "")
    (message,) = told("the bees make " * 7, "A2")
    assert message == "its sentences have 21 words on average, those of A2 at most 12"
    (message,) = told("我们需要太阳" * 4 + "。", "HSK3")
    assert message == "its sentences have 24 characters on average, those of HSK3 at most 20"


@pytest.mark.usefixtures("no_lists")
def test_without_a_list_english_is_graded_by_its_syllables() -> None:
    hard = "Photosynthesis converts electromagnetic radiation into biochemical energy."
    assert hard_words(hard, "A1") == []
    (message,) = told(hard, "B1")
    assert "by Flesch and Kincaid, B1 is at most 8" in message
    assert not told("The cat sat on the mat. The dog ran to the cat.", "A1")
    assert not told("我们需要太阳。", "HSK1")


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("The cat sat on the mat.", -2, 0), ("Many spiders make webs of silk and eat insects.", 3, 7), ("", 0, 0)],
)
def test_a_grade_is_about_what_the_formula_gives(text: str, least: float, most: float) -> None:
    found: Any = reading_grade(text)
    assert least <= found <= most


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("Who wrote Emma?", "Jane Austen", "Jane Austen wrote Emma."),
        ("What is the largest planet?", "Jupiter", "The largest planet is Jupiter."),
        ("What do spiders eat?", "insects", "Spiders eat insects."),
        (
            "What do the workers do in the morning?",
            "open the hive",
            "What do the workers do in the morning? Open the hive.",
        ),
        ("How many eggs do barn owls lay?", "four to seven", "Barn owls lay four to seven eggs."),
        (
            "How long do the young stay in the nest?",
            "about eight weeks",
            "The young stay in the nest for about eight weeks.",
        ),
        ("How long do bones take to heal?", "six weeks", "How long do bones take to heal? Six weeks."),
        ("泡绿茶用多少度的水？", "80度左右", "泡绿茶用80度左右的水。"),
        ("刺猬一次生几只小刺猬？", "三到六只", "刺猬一次生三到六只小刺猬。"),
        ("三角形有几条边？", "三", "三角形有三条边。"),
        ("我们用什么买东西？", "手机", "我们用手机买东西。"),
        ("用什么水泡茶？", "泉水", "用什么水泡茶？泉水。"),
        ("造纸术传到了哪些国家？", "朝鲜、日本和印度", "造纸术传到了朝鲜、日本和印度。"),
        ("老人怎么学会用手机？", "孩子教他们", "老人怎么学会用手机？孩子教他们。"),
        ("Where was the first one?", "Egypt", "Where was the first one? Egypt."),
        ("Where do owls live?", "in hollow trees", "Owls live in hollow trees."),
        ("Who uses a horn?", "ships and trains", "Ships and trains use a horn."),
        ("Who uses it today?", "ships and trains", "Who uses it today? Ships and trains."),
        ("谁设计了赵州桥？", "李春", "李春设计了赵州桥。"),
        ("为什么红茶是红色的？", "因为茶叶发酵", "因为茶叶发酵，所以红茶是红色的。"),
        ("外婆在厨房做什么？", "饺子", "外婆在厨房做什么？饺子。"),
        ("主要工程有哪些？", "修筑拦河大坝和开凿渠道", "主要工程包括修筑拦河大坝和开凿渠道。"),
        ("What do bees eat in winter?", "honey", "Bees eat honey in winter."),
        ("为什么受欢迎？", "因为价格便宜", "为什么受欢迎？因为价格便宜。"),
        ("How does the water come?", "through a pipe", "The water comes through a pipe."),
        ("What do members pay per year?", "40 euros", "Members pay 40 euros per year."),
        ("When is the floor mopped?", "after closing", "The floor is mopped after closing."),
        ("Why does a plant wilt?", "it loses much water", "A plant wilts because it loses much water."),
        ("How many moons does the Earth have?", "1", "The Earth has 1 moon."),
        ("清明节人们做什么？", "扫墓", "清明节人们扫墓。"),
        ("都江堰在哪个省？", "四川省", "都江堰在哪个省？四川省。"),
    ],
)
def test_a_question_is_told_with_its_answer(question: str, answer: str, told: str) -> None:
    assert told_question(question, answer) == told
    facts = [f"{question} = {answer}", "Ice is cold."]
    assert (told in reading_text(facts)) is ("?" not in told and "？" not in told)
    asked = reading_tasks(facts)["questions"]
    assert (question in asked) is (told in reading_text(facts)), "what the text does not answer is not asked"


def test_a_reading_has_three_gaps_or_none() -> None:
    told = ["Tea is made from *leaves* and hot *water*.", "The kettle is hot.", "It is drunk in the garden."]
    facts = [*told, "Who drinks it? = my aunt"]
    tasks = reading_tasks(facts, topic="tea")
    assert tasks["gaps"] == [
        "Tea is made from ____ and hot water.",
        "The ____ is hot.",
        "It is drunk in the ____.",
    ], "a second gap of a sentence would tell the first one's answer"
    assert sorted(tasks["word_bank"]) == ["garden", "kettle", "leaves"]
    assert tasks["questions"] == ["Who drinks it?"]
    few = reading_tasks(facts[2:], topic="tea")
    assert few["gaps"] == few["word_bank"] == few["key"]["gaps"] == []
    chinese = reading_tasks(
        ["赵州桥在河北省赵县。", "桥全长*五十多米*。", "它已经有一千四百多年的历史了。"], topic="赵州桥"
    )
    assert chinese["key"]["gaps"] == ["河北省赵县", "五十多米", "历史"]


def test_a_fact_that_the_text_cannot_tell_is_named_and_not_asked() -> None:
    facts = ["dog = Hund", "cat = Katze", "bird = Vogel", "Ice is *cold*."]
    assert reading_tasks(facts)["left"] == []
    named = list(every_fact_read(Draft(brief=Brief(id="1", values={"facts": facts}), fields={}, schema={})))
    assert [one.partition(" is no")[0] for one in named] == ["'dog = Hund'", "'cat = Katze'", "'bird = Vogel'"]


def test_what_has_no_gap_is_asked_in_another_way() -> None:
    facts = ["小店早上七点开门。", "店里卖*面包*和牛奶。", "因为东西便宜，所以大家常来。", "外婆不喜欢喝茶。"]
    tasks = reading_tasks(facts, topic="小店")
    asked = dict(zip(tasks["questions"], tasks["key"]["questions"], strict=True))
    assert asked["小店早上几点开门？"] == "七点" and asked["把句子写完整：因为东西便宜，所以……"] == "大家常来"
    assert asked["填空：店里卖____和牛奶。"] == "面包" and tasks["gaps"] == []
    english = reading_tasks(
        [
            "The tram was built in *1911*.",
            "It has *two* doors.",
            "A *driver* rings a bell.",
            "The tram is not allowed here.",
        ]
    )
    (truth,) = english["questions"]
    assert truth.endswith("The tram is allowed here.") and english["key"]["questions"][0].startswith("False.")


def test_a_gap_stands_for_no_pronoun_and_no_word_twice() -> None:
    tasks = reading_tasks(
        ["燕鸥是一种候鸟。", "它是飞得最远的鸟。", "燕鸥每年飞*七万*公里。", "它排成*人字形*。"], topic="候鸟"
    )
    assert "它" not in tasks["key"]["gaps"] + tasks["key"]["questions"]
    votes = [
        "A member proposes a *bill*.",
        "Then the parliament votes.",
        "A bill needs half of the votes.",
        "The president signs it.",
    ]
    bank = reading_tasks(votes, topic="laws")["word_bank"]
    assert len(set(bank)) == len(bank) >= 3


def test_a_question_of_what_something_is_has_no_sentence_as_its_answer() -> None:
    values = {"facts": ["What is left over in the evening? = it is given to the hens", "Why is it hot? = it is heated"]}
    clause, left_out = every_fact_read(Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    assert "its answer is a sentence" in clause and left_out.startswith("the text does not answer 'Why is it hot?")


def test_a_question_that_the_text_does_not_answer_is_named_and_not_asked() -> None:
    facts = ["Ice is *cold*.", "How is it made? = by hand", "How many? = two", "Snow is *white*.", "Two men *sing*."]
    (named,) = every_fact_read(Draft(brief=Brief(id="1", values={"facts": facts}), fields={}, schema={}))
    assert named.startswith("the text does not answer 'How is it made? = by hand'")
    assert reading_tasks(facts)["questions"] == ["How many?"], "two stands in another sentence"
    few = {"gaps": ["Ice is ____."], "left": [], "questions": []}
    named = list(every_fact_read(Draft(brief=Brief(id="1", values={"facts": facts[:1]}), fields=few, schema={})))
    assert named and named[0].startswith("has too few tasks, 1 of 3")


def test_a_chinese_gap_cuts_no_word() -> None:
    assert gap_word("不能在上面乱写乱画。") is gap_word("孩子们在操场上踢球。") is None
    facts = ["立春是二十四节气中的第一个。", "二十四节气是古人观察太阳得出来的。", "他们把字写在竹简和丝帛上。"]
    facts += ["冬至那天北方人吃饺子。", "商人们用骆驼运货。", "小明上三年级。", "寒假有二十八天。"]
    tasks = reading_tasks(facts, topic="二十四节气")
    gaps = dict(zip(tasks["gaps"], tasks["key"]["gaps"], strict=True))
    assert gaps["____是二十四节气中的第一个。"] == "立春" and gaps["他们把字写在____上。"] == "竹简和丝帛"
    assert not any("三年" in word or "二十四" in word or "运" in word for word in gaps.values())
    assert not any("多少节" in one or "几年" in one for one in tasks["questions"])
    assert gap_word("种子落在松软的泥土里。", "松软的泥土") is None and gap_word("石头落到水中。") is None
    assert gap_word("花粉落到雌蕊柱头。", "雌蕊柱头部") is None
    assert cuts_a_word("它的____光滑。", "叶片表", "叶片表面") is False
    assert cuts_a_word("它的____面光滑。", "叶片表", "叶片表面有蜡")
