"""Readings that flow, gaps that teach, exercises without their results, and questions that a sentence surely is."""

from __future__ import annotations

import pytest

from aigc_plugins.lessons.full_worksheets import full_worksheet
from aigc_plugins.lessons.joined_sentences import flowing
from aigc_plugins.lessons.plain_questions import plain_question
from aigc_plugins.lessons.quiz_material import quiz_fact
from aigc_plugins.lessons.readings import reading_tasks, reading_text


@pytest.mark.parametrize(
    ("told", "language", "joined"),
    [
        ("A pump has a handle.|A pump lifts water.", "en", "A pump has a handle and lifts water."),
        ("The fire began in 1666.|It lasted four days.", "en", "The fire began in 1666, and it lasted four days."),
        ("Tea is hot.|The kettle boils.|It is drunk.", "en", "Tea is hot.|The kettle boils.|It is drunk."),
        ("Moss grows, but slowly.|It is green.", "en", "Moss grows, but slowly.|It is green."),
        ("长江是中国最长的河流。|长江流入东海。", "zh", "长江是中国最长的河流，流入东海。"),
        ("熊猫吃竹子。|熊猫宝宝很小。", "zh", "熊猫吃竹子。|熊猫宝宝很小。"),
    ],
)
def test_two_short_sentences_of_one_thing_are_one(told: str, language: str, joined: str) -> None:
    assert flowing(told.split("|"), language) == joined.split("|")


def test_the_tasks_of_a_text_that_flows_keep_its_order() -> None:
    facts = ["A pump has *two* valves.", "A pump lifts *water*.", "Wells are *deep*.", "Ropes wear *out*."]
    tasks = reading_tasks(facts, topic="wells")
    assert reading_text(facts).startswith("A pump has two valves and lifts water.")
    assert tasks["key"]["gaps"] + tasks["key"]["questions"] != [] and tasks["gaps"][0].startswith("A pump lifts")


@pytest.mark.parametrize(
    ("rest", "answer", "question"),
    [
        ("The Aswan Dam was finished in ____.", "1970", "In which year was the Aswan Dam finished?"),
        ("A spider has ____ legs.", "eight", "How many legs does a spider have?"),
        ("A fox's home is called an ____.", "earth", "What is a fox's home called?"),
        ("____ discovered radium.", "Marie Curie", "Who discovered radium?"),
        ("The road is made of ____.", "gravel", "What is the road made of?"),
        ("Louis Braille was born in France in ____.", "1809", "In which year was Louis Braille born in France?"),
        ("Gneiss is made of ____.", "quartz", ""),  # a name, or a stone?
        ("It was finished in ____.", "1970", ""),
        ("Each letter has up to ____ dots.", "six", ""),
        ("A hive has ____ queen.", "one", "How many queens does a hive have?"),
        ("____ discovered radium.", "Scientists", ""),
    ],
)
def test_a_question_is_made_where_it_is_sure(rest: str, answer: str, question: str) -> None:
    assert plain_question(rest, answer) == question


def test_a_reading_asks_and_keeps_three_gaps() -> None:
    facts = [
        "The dam was finished in 1970.",
        "The river is *long*.",
        "Farmers grow *cotton*.",
        "The lake holds *fish*.",
    ]
    tasks = reading_tasks(facts, topic="the Nile")
    assert tasks["questions"][0] == "In which year was the dam finished?" and tasks["key"]["questions"][0] == "1970"
    assert len(tasks["gaps"]) == 3 and len(tasks["word_bank"]) == 3


def test_sums_of_a_worksheet_are_exercises_without_their_results() -> None:
    sheet = full_worksheet(["3/4 of 20 = 15", "2/5 of 30 = 12", "A half is one of *two* parts."])
    assert sheet["questions"][:2] == ["3/4 of 20 = ____", "2/5 of 30 = ____"] and len(sheet["questions"]) > 5
    assert sheet["key"]["questions"][:2] == ["15", "12"] and "15" not in sheet["word_bank"]
    assert len(sheet["questions"]) == len(sheet["key"]["questions"])


def test_a_gap_is_left_for_what_a_lesson_teaches() -> None:
    facts = [
        "The Nile floods every year.",
        "The Great Pyramid was built for the pharaoh Khufu.",
        "The pharaoh was rich.",
    ]
    sheet = full_worksheet([*facts, "The pharaoh was the ruler of Egypt."], topic="Egypt")
    assert "The ____ floods every year." in sheet["gaps"]
    words = [word.removeprefix("the ") for word in sheet["word_bank"]]
    assert len(set(words)) == len(words)


def test_an_order_is_not_asked_for_its_verb_and_it_is_nobody() -> None:
    assert quiz_fact("Turn pan handles inward so that nobody knocks them.") is None
    made = quiz_fact("It lasted four days.")
    assert made is None or made["answer"] != "It"
