from __future__ import annotations

from collections import Counter

import pytest

from aigc.types import Brief, Draft, Field, Json
from aigc_plugins.lessons.bloom import begins_with_verb, measurable
from aigc_plugins.lessons.flashcards import every_fact_taught
from aigc_plugins.lessons.lesson_lines import (
    answer_first,
    classroom_task,
    covers_topic,
    no_given_word,
    says_words_once,
    term_first,
)
from aigc_plugins.lessons.minutes import adds_up, five_e_minutes
from aigc_plugins.lessons.multiple_choice import lacking_answers, quiz_items
from aigc_plugins.lessons.questions import asks_the_fact, every_fact_asked, well_formed_items, wrong_answers
from aigc_plugins.lessons.quiz_material import quiz_fact, quiz_facts, quiz_stem

CAPITALS = ["Alabama = Montgomery", "Alaska = Juneau", "Arizona = Phoenix", "Ohio = Columbus", "Texas = Austin"]


def draft(fields: dict[str, Json], **values: Json) -> Draft:
    return Draft(brief=Brief(id="1", values=values), fields=fields, schema={})


DASHED = ["Berlin - Germany", "Paris – France", "Rome — Italy", "Madrid - Spain"]


def test_facts_that_all_have_a_dash_are_pairs() -> None:
    made = quiz_facts(DASHED)
    assert [fact["answer"] for fact in made] == ["Germany", "France", "Italy", "Spain"]
    assert quiz_stem(made[0]) == 'What goes with "Berlin"?'
    assert quiz_stem(quiz_facts(DASHED, "country of")[0]) == "What is the country of Berlin?"


@pytest.mark.parametrize(
    "other", ["Water boils at 100 °C.", "1990 - 1995", "Oslo - Norway - Europe", "Oslo - *Norway*"]
)
def test_a_dash_that_not_all_facts_have_is_no_pairs(other: str) -> None:
    made = quiz_facts([*DASHED, other])
    assert not any("goes with" in quiz_stem(fact) or fact["answer"] == "Germany" for fact in made)


@pytest.mark.parametrize("duration", [10, 11, 37, 40, 45, 50, 60, 61, 90, 240])
def test_phases_add_up_to_the_lesson(duration: int) -> None:
    minutes = five_e_minutes(duration)
    assert sum(minutes) == duration
    assert len(minutes) == 5 and min(minutes) >= 1
    if duration >= 40 and duration % 5 == 0:
        assert all(part % 5 == 0 for part in minutes)


def test_minutes_that_do_not_add_up_are_found() -> None:
    phases = [{"minutes": 20}, {"minutes": 24}]
    assert [f.message for f in adds_up(draft({"phases": phases}, duration=45))] == [
        "the minutes add up to 44, the brief has 45"
    ]
    assert not list(adds_up(draft({"phases": phases}, duration=44)))


@pytest.mark.parametrize(
    ("text", "language", "fine"),
    [
        ("Describe the water cycle.", "en", True),
        ("Know the water cycle.", "en", False),
        ("The water cycle is described.", "en", False),
        ("比较两个分数的大小。", "zh", True),
        ("了解光合作用。", "zh", False),
    ],
)
def test_objectives_can_be_observed(text: str, language: str, fine: bool) -> None:
    field = Field(path="objectives[0]", schema={}, draft=draft({}, language=language))
    assert (not list(measurable(text, field))) is fine


def test_an_objective_begins_with_its_verb() -> None:
    assert not list(begins_with_verb("Describe a river.", verb="describe"))
    assert list(begins_with_verb("Explain a river.", verb="describe"))
    assert list(begins_with_verb("Describe.", verb="describe"))


@pytest.mark.parametrize(
    ("fact", "relation", "statement", "answer", "stem"),
    [
        (
            "Ohio = Columbus",
            "capital of",
            "The capital of Ohio is Columbus.",
            "Columbus",
            "What is the capital of Ohio?",
        ),
        ("largest planet = Jupiter", None, "The largest planet is Jupiter.", "Jupiter", "What is the largest planet?"),
        ("Who wrote Emma? = Jane Austen", None, "Jane Austen wrote Emma.", "Jane Austen", "Who wrote Emma?"),
        ("Ice is *frozen* water.", None, "Ice is frozen water.", "frozen", "Fill in the gap: Ice is ____ water."),
        (
            "Water boils at 100 °C at sea level",
            None,
            "Water boils at 100 °C at sea level.",
            "100 °C",
            "Fill in the gap: Water boils at ____ at sea level.",
        ),
        (
            "Alexander Bell invented the telephone.",
            None,
            "Alexander Bell invented the telephone.",
            "Alexander Bell",
            "Who invented the telephone?",
        ),
    ],
)
def test_a_fact_gives_a_statement_an_answer_and_a_plain_question(
    fact: str, relation: str | None, statement: str, answer: str, stem: str
) -> None:
    (made,) = quiz_facts([fact], relation)
    assert (made["statement"], made["answer"], quiz_stem(made)) == (statement, answer, stem)


@pytest.mark.parametrize(
    ("fact", "stem", "answer"),
    [
        ("largest planet => Jupiter", "What is the largest planet?", "Jupiter"),
        ("largest planet ==> Jupiter", "What is the largest planet?", "Jupiter"),
        ("Alaska =\tJuneau", 'What goes with "Alaska"?', "Juneau"),
        ("Q: What is 2+2? A: 4", "What is 2+2?", "4"),
        ("What is the capital of France? Paris", "What is the capital of France?", "Paris"),
        ("largest planet -> Jupiter", "What is the largest planet?", "Jupiter"),
        ("largest planet\tJupiter", "What is the largest planet?", "Jupiter"),
        ("capital of Ohio = **Columbus**", "What is the capital of Ohio?", "Columbus"),
        ("Water boils at **100 °C** at **sea** level.", "Fill in the gap: Water boils at ____ at sea level.", "100 °C"),
        ("Rain and __snow__ fall.", "Fill in the gap: Rain and ____ fall.", "snow"),
        ("4 + 5 = 9", "What is 4 + 5?", "9"),
        ("2 ** 3 = 8", "What is 2 ** 3?", "8"),
        ("len([]) = 0", "What is len([])?", "0"),
        ("f(a=1) = 2", "What is f(a=1)?", "2"),
        ("x == 1 => True", "What is x == 1?", "True"),
        ("Alaska = Juneau", 'What goes with "Alaska"?', "Juneau"),
        ("dog = Hund", 'What goes with "dog"?', "Hund"),
        ("erosion = wearing away of rock", "What is erosion?", "wearing away of rock"),
    ],
)
def test_pairs_and_stars_as_people_write_them(fact: str, stem: str, answer: str) -> None:
    (made,) = quiz_facts([fact])
    assert (quiz_stem(made), made["answer"]) == (stem, answer)
    assert "*" not in made["statement"].replace("2 ** 3", "")


def test_chinese_pairs_that_do_not_say_what_is_asked() -> None:
    stems = [quiz_stem(made, "zh") for made in quiz_facts(["法国=巴黎", "4 + 5 = 9", "最大的行星=木星"], None, "zh")]
    assert stems == ["下列哪一项与“法国”相对应？", "4 + 5 等于多少？", "最大的行星是什么？"]


def test_a_fact_without_a_question_is_named() -> None:
    facts = ["Ohio = Columbus", "Texas = Austin", "Jupiter", "Ohio=Columbus"]
    asked = [{"feedback": "The capital of Ohio is Columbus."}]
    found = list(every_fact_asked(draft({"items": asked}, facts=facts, relation="capital of")))
    assert [message.partition(":")[0] for message in found] == [
        "no question from 'Texas = Austin'",
        "no question from 'Jupiter'",
    ]
    assert "lacks three wrong answers" in found[0] and "*asterisks*" in found[1]


def test_chinese_facts() -> None:
    (made,) = quiz_facts(["法国=巴黎"], "首都", "zh")
    assert made["statement"] == "法国的首都是巴黎。"
    assert quiz_stem(made, "zh") == "法国的首都是哪座城市？"


def test_a_chinese_answer_is_starred_without_blanks_around_it() -> None:
    (made,) = quiz_facts(["三角形有*三条*边。"], None, "zh")
    assert (made["answer"], made["rest"], made["statement"]) == ("三条", "三角形有____边。", "三角形有三条边。")
    (made,) = quiz_facts(["2*3*4 = 24"])
    assert made["answer"] == "24"


@pytest.mark.parametrize(
    ("fact", "stem", "statement"),
    [
        ("The capital of France is ____. = Paris", "What is the capital of France?", "The capital of France is Paris."),
        ("Ice is _____ water = frozen", "Fill in the gap: Ice is ____ water", "Ice is frozen water"),
        ("法国的首都是（ ） = 巴黎", "填空：法国的首都是____", "法国的首都是巴黎"),
    ],
)
def test_a_blank_that_somebody_left_is_asked_for(fact: str, stem: str, statement: str) -> None:
    language = "en" if fact.isascii() else "zh"
    (made,) = quiz_facts([fact], None, language)
    assert (quiz_stem(made, language), made["statement"]) == (stem, statement)


def test_a_fact_twice_is_one_question() -> None:
    assert len(quiz_facts(["Ohio = Columbus", "Ohio=Columbus"], "capital of")) == 1


def test_items_take_wrong_answers_from_other_facts_and_balance_keys() -> None:
    facts = quiz_facts([f"State{at} = City{at}" for at in range(20)], "capital of")
    items = quiz_items(facts, [quiz_stem(fact) for fact in facts])
    answers = {fact["answer"] for fact in facts}
    assert len(items) == 20
    assert all(len(set(item["options"])) == 4 and set(item["options"]) <= answers for item in items)  # type: ignore[arg-type, call-overload]
    places = Counter(item["options"].index(item["answer"]) for item in items)  # type: ignore[attr-defined]
    assert set(places.values()) == {5}
    assert not list(well_formed_items(draft({"items": items})))
    assert items == quiz_items(facts, [quiz_stem(fact) for fact in facts])


def test_numbers_get_numbers_of_the_same_unit() -> None:
    facts = quiz_facts(["Water boils at 100 °C.", "The Berlin Wall fell in 1989.", "A spider has 8 legs."])
    assert not lacking_answers(facts)
    for item in quiz_items(facts, [quiz_stem(fact) for fact in facts]):
        unit = str(item["answer"]).lstrip("0123456789")
        assert all(str(option).endswith(unit) and str(option)[0].isdigit() for option in item["options"])  # type: ignore[attr-defined]


def test_a_model_is_asked_only_where_facts_do_not_suffice() -> None:
    facts = quiz_facts(CAPITALS[:2], "capital of")
    assert lacking_answers(facts) == facts
    assert not lacking_answers(facts, ["Denver", "Austin", "Boston"])
    items = quiz_items(facts, ["?", "?"], ["Montgomery: Denver; Austin; Boston"])
    assert [item["answer"] for item in items] == ["Montgomery"]


def test_a_name_and_its_part_are_one_answer() -> None:
    facts = quiz_facts(["Who printed books? = Johannes Gutenberg"])
    (item,) = quiz_items(facts, [], [], ["Gutenberg", "James Watt", "Ada Lovelace", "Carl Benz"])
    assert "Gutenberg" not in item["options"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("stem", "wrong"),
    [
        ("What is the capital of Ohio?", ""),
        ("Which city is the capital of Ohio?", ""),
        ("Fill in the gap: The capital of Ohio is ____.", ""),
        ("Which capital is Columbus?", "gives the answer away"),
        ("Which state capital is Ohio?", "does not ask of Ohio"),
        ("What is the capital?", "does not mention 'Ohio'"),
        ("The capital of Ohio", "is no question"),
        ("What is the capital of Ohio? Is it big?", "more than one"),
        ("What is the famous ancient capital of Ohio?", "brings in"),
        ("What is the name of the state capital of Ohio?", "brings in 'state'"),
        ("What is the name of the state of Ohio?", "does not say what is asked"),
        ("What is the number of capitals of Ohio?", "asks for a number, but the answer is 'Columbus'"),
    ],
)
def test_a_question_asks_its_fact(stem: str, wrong: str) -> None:
    (fact,) = quiz_facts(["Ohio = Columbus"], "capital of")
    found = list(asks_the_fact(stem, fact=fact))
    assert any(wrong in message for message in found) if wrong else not found


def test_a_question_says_what_is_asked_of_a_name() -> None:
    (fact,) = quiz_facts(["Alexander Graham Bell patented the telephone in *1876*."])
    assert list(asks_the_fact("What is Alexander Graham Bell?", fact=fact))
    assert not list(asks_the_fact("When did Alexander Graham Bell patent the telephone?", fact=fact))


def test_badly_formed_items_are_found() -> None:
    good = {"stem": "A?", "options": ["a", "b", "c", "d"], "answer": "a"}
    broken = [good, good | {"options": ["b", "c", "d", "e"], "stem": "B?"}, good | {"options": ["a", "b", "b", "c"]}]
    messages = [finding.message for finding in well_formed_items(draft({"items": broken}))]
    assert messages == [
        "its answer is not exactly one of its options",
        "an option comes twice",
        "the same question comes twice",
    ]
    always_first = [good | {"stem": f"{at}?"} for at in range(8)]
    assert [f.message for f in well_formed_items(draft({"items": always_first}))] == [
        "the right answer stands in one place too often"
    ]


def test_lines_of_wrong_answers() -> None:
    assert answer_first("Paris: London, Paris, Rome; Bonn", answer="Paris") == "Paris: London; Rome; Bonn"
    assert answer_first("London; Rome; Bonn.", answer="Paris") == "Paris: London; Rome; Bonn"
    assert not list(wrong_answers("Paris: London; Rome; Bonn", answer="Paris"))
    assert list(wrong_answers("Paris: London; Rome", answer="Paris"))
    assert list(wrong_answers("Paris: London; Rome; " + "a very long answer " * 3, answer="Paris"))


@pytest.mark.parametrize(
    "written",
    [
        "Evaporation is water turning into gas.",
        "The word evaporation means water turning into gas.",
        "water turning into gas",
    ],
)
def test_a_meaning_is_written_after_its_term(written: str) -> None:
    assert term_first(written, term="evaporation") == "evaporation: water turning into gas"


@pytest.mark.parametrize(
    ("meaning", "fine"),
    [
        ("water turning into gas", True),
        ("the evaporating of water into gas", False),
        ("a gas", False),
        ("Majesty is a volcano", False),
        ("like a story with a twist", False),
    ],
)
def test_a_meaning_explains_its_term(meaning: str, fine: bool) -> None:
    assert (not list(no_given_word(f"evaporation: {meaning}", term="evaporation"))) is fine


def test_tasks_and_lines() -> None:
    assert not list(classroom_task("Draw a river and label its tributaries."))
    assert list(classroom_task("Count your footsteps before the river."))
    assert list(classroom_task("Draw a river with another river."))
    assert list(says_words_once("Use decimals to explain decimals."))
    assert not list(says_words_once("Explain how to add decimals."))
    assert not list(covers_topic("Compare volcanoes with mountains.", topic="a volcano"))
    assert list(covers_topic("Name a famous writer.", topic="persuasive writing"))


SAME = ["2 = 2", "x = x", "x => x", "２ = 2", "**a** = a.", "Paris is Paris.", "水是水", "a\ta"]


@pytest.mark.parametrize("fact", SAME)
def test_a_fact_with_both_sides_the_same_is_no_question(fact: str) -> None:
    assert quiz_fact(fact) is None
    made = draft({"items": []}, facts=[fact, "4 + 5 = 9", "2 = two"])
    told = list(every_fact_asked(made))
    assert told[0] == f"no question from {fact!r}: both sides are the same"
    assert not any("the same" in one for one in told[1:])
    assert list(every_fact_taught(made)) == [f"nothing from {fact!r}: both sides are the same"]


def test_more_than_ten_are_not_asked_with_ji() -> None:
    (bones,) = quiz_facts(["成年人有*206*块骨头。"], None, "zh")
    assert list(asks_the_fact("成年人有几块骨头？", fact=bones)) and not list(
        asks_the_fact("成年人有多少块骨头？", fact=bones)
    )
