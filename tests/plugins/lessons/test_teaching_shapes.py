from __future__ import annotations

import pytest

from aigc_plugins.lessons.bloom import ASKED, plain_objective
from aigc_plugins.lessons.lesson_lines import says_words_once
from aigc_plugins.lessons.phases import lesson_phases, lesson_texts
from aigc_plugins.lessons.teaching_shapes import lesson_line, suits_any_topic


@pytest.mark.parametrize(
    ("part", "topic", "line"),
    [
        ("goal", "the French Revolution", "Use linear equations to solve the French Revolution."),
        ("goal", "pollination", "Use pollination to create new life."),
        ("goal", "electric circuits", "Compare electric circuits."),
        ("ticket", "knife skills", "What is the difference between a knife and a knife?"),
        ("ticket", "earthquakes", "What is a earthquake?"),
        ("ticket", "acids and bases", "What is acids and bases?"),
        ("task", "deserts", "Draw a desert and label its four main regions."),
        ("goal", "the silk road", "Describe the Silk Road in three sentences."),  # elsewhere it is as in the brief
        ("wonder", "deserts", "Why does a desert have no life?"),
        ("ticket", "life in a town", "What is life in a town?"),
        ("ticket", "writing a haiku", "What is writing a haiku?"),
        ("ticket", "rivers", "What do you already know about rivers?"),  # tells nothing of what was learnt
        ("task", "throwing and catching", "Make a mind map of throwing and catching."),
    ],
)
def test_a_line_that_may_not_be_so_goes(part: str, topic: str, line: str) -> None:
    assert list(suits_any_topic(line, part=part, topic=topic))
    assert not list(suits_any_topic(line, part=part, topic=""))  # a larger model may say it


@pytest.mark.parametrize(
    ("part", "topic", "line"),
    [
        ("goal", "treating burns", "Describe the process of treating burns."),
        ("goal", "acids and bases", "Compare acids and bases."),
        ("goal", "magnets", "Explain how magnets work."),
        ("ticket", "acids and bases", "What are acids and bases?"),
        ("wonder", "major and minor scales", "How do major and minor scales work?"),
        ("task", "supply and demand", "Draw a diagram of supply and demand."),
        ("task", "throwing and catching", "Practise throwing and catching with a partner."),
        ("wonder", "rivers", "What do you already know about rivers?"),
        ("ticket", "throwing and catching", "What is the difference between throwing and catching?"),
        ("goal", "the moon's phases", "Describe the moon’s phases in your own words."),
    ],
)
def test_a_line_that_suits_any_topic_stays(part: str, topic: str, line: str) -> None:
    assert not list(suits_any_topic(line, part=part, topic=topic))


def test_lines_that_need_no_model_suit_any_topic() -> None:
    for topic in ("rivers", "the moon's phases", "adding decimals"):
        for part in ("wonder", "activity", "ticket", "homework"):
            kind = part if part in ("wonder", "ticket") else "task"
            assert not list(suits_any_topic(lesson_line(part, topic), part=kind, topic=topic))
        for verb in (verb for level in ASKED["en"] for verb in level):
            assert not list(suits_any_topic(plain_objective(verb, topic), part="goal", topic=topic))


def test_what_one_does_is_practised_and_no_word_comes_twice() -> None:
    for topic in ("writing a haiku", "teaching a dog", "practising scales", "measuring angles", "relay running"):
        for part in ("activity", "homework", "ticket"):
            line = lesson_line(part, topic)
            assert line.replace(topic, "{topic}") in lesson_texts("en")["skill"][part]
            assert not list(says_words_once(line))
    assert lesson_line("activity", "springs in toys").startswith(("Make", "Write"))


def test_what_the_brief_gives_is_handed_out() -> None:
    given = lesson_phases(45, "Why?", "Draw it.", "What?", [], things=["hand drums", "sticks"])
    assert "(hand drums and sticks)" in str(given[1]["teacher"])
    assert str(lesson_phases(45, "Why?", "Draw it.", "What?", [])[1]["teacher"]).startswith("Set up the task and")


def test_not_every_lesson_has_the_same_lines() -> None:
    for part, lines in lesson_texts("en")["plain"].items():
        assert len({lesson_line(part, f"topic {at}").replace(f"topic {at}", "") for at in range(40)}) == len(lines)
