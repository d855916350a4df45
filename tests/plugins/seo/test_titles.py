"""Titles: what a search finds, and what reads like a title."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.rules.topic import contains
from aigc_plugins.seo.meta import meta_adds_something, meta_description, says_it_once, whole_sentences
from aigc_plugins.seo.titles import meta_title, title_keeps_to_topic, title_reads_well

BANK = Path(__file__).resolve().parents[3] / "templates/seo/bank/meta.jsonl"
ROWS = [json.loads(line) for line in BANK.read_text(encoding="utf-8").splitlines()]


def field(topic: str, keyword: str = "", **fields: str) -> Field:
    brief = Brief(id="1", values={"topic": topic, "keyword": keyword})
    return Field(path="title", schema={}, draft=Draft(brief=brief, fields=fields, schema={}))


@pytest.mark.parametrize(
    ("title", "topic", "fine"),
    [
        ("陪跑员：给视障跑者当", "给视障跑者当陪跑员", False),
        ("夜间自然观察课：夜间自然观察", "夜间自然观察课怎么报名", False),
        ("夜间自然观察课：怎么报名", "夜间自然观察课怎么报名", True),
        ("自制燕麦奶：用搅拌机在家做", "用搅拌机在家做燕麦奶", True),
        ("How to Drying Mushrooms", "drying mushrooms", False),
        ("How to Mushrooms", "drying mushrooms", False),
        ("How to Dry Mushrooms", "drying mushrooms", True),
        ("How to Bring a Cat to the Vet", "bringing a cat to the vet", True),
        ("Dog Grooming: Grooming Dogs", "dog grooming", False),
    ],
)
def test_a_title_reads_like_one(title: str, topic: str, fine: bool) -> None:
    assert (not list(title_reads_well(title, field(topic)))) is fine


def test_a_chinese_title_keeps_to_its_topic() -> None:
    given = field("夜间自然观察课怎么报名", "夜间自然观察课")
    assert not list(title_keeps_to_topic("夜间自然观察课：怎么报名", given, new_words=1))
    assert list(title_keeps_to_topic("夜间自然观察课：探索森林奥秘", given, new_words=1))


@pytest.mark.parametrize(
    ("topic", "keyword", "language", "title"),
    [
        (
            "Swimming lessons for children with autism",
            "swimming lessons autism",
            "en",
            "Swimming Lessons for Children with Autism",
        ),
        ("Drying mushrooms at home", "dry mushrooms", "en", "Drying Mushrooms at Home"),
        ("给视障跑者当陪跑员", "视障陪跑", "zh", "给视障跑者当陪跑员"),
        ("成人古筝小班", "成人古筝课", "zh", "成人古筝课"),
    ],
)
def test_a_plain_title_says_it_in_the_topics_words(topic: str, keyword: str, language: str, title: str) -> None:
    assert meta_title(topic, keyword, language) == title
    draft = field(topic, keyword, title=title).draft
    assert not list(contains(draft, value=keyword, field="title", words=True))


def test_all_words_of_a_search_are_wanted_not_their_order() -> None:
    draft = field("", title="Swimming Lessons for Children").draft
    assert list(contains(draft, value="swimming lessons autism", field="title", words=True))
    assert list(contains(draft, value="lesson swimming", field="title"))
    assert not list(contains(draft, value="lesson swimming", field="title", words=True))


def test_a_sentence_says_nothing_twice() -> None:
    assert list(says_it_once("药店的叫号屏会说三种话，顾客取号，屏幕会说三种话。", field("")))
    assert list(
        says_it_once("The screen speaks three languages, and on the screen three languages are spoken.", field(""))
    )
    assert not list(says_it_once("药店的叫号屏会说三种话。顾客取号后看屏幕。", field("")))


def test_plain_titles_and_descriptions_by_hand_pass() -> None:
    for row in ROWS:
        given, title = field(row["topic"], row["keyword"]), meta_title(row["topic"], row["keyword"], row["language"])
        assert not list(title_reads_well(title, given)), title
        assert not list(title_keeps_to_topic(title, given, new_words=1)), title
        assert not list(says_it_once(title, given)) and not list(says_it_once(row["output"], given)), row


def test_a_repetition_of_the_brief_is_no_fault_of_the_text() -> None:
    fact = "一楼的图书角放旧书，二楼的图书角放新书。"
    assert list(says_it_once(fact, field("图书角")))
    assert not list(says_it_once(fact, field(fact)))


def test_a_description_may_name_the_topic_that_is_its_title() -> None:
    topic = "Swimming lessons for children with autism in the old town of Ghent"
    text = meta_description(topic, "swimming lessons")
    assert not list(meta_adds_something(field(topic, title=topic, description=text).draft))
    assert list(meta_adds_something(field(topic, title=topic, description=topic + ".").draft))
    assert list(
        meta_adds_something(field("Ghent", title="Swimming in Ghent", description="Swimming in Ghent. Go.").draft)
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The pool opens at ten, a ticket is 5 pounds, the page has.", "stops behind 'has'"),
        ("The pool opens at ten, a ticket is 5 pounds.", "joins two sentences by a comma before 'a ticket is'"),
        ("The pool opens at ten and the page", "does not end with a whole sentence"),
        ("The pool opens at ten. In winter, the water is warm, and a ticket is 5 pounds.", ""),
        ("When the pool opens, the water is warm. See what a ticket costs, the times it opens and where it is.", ""),
        ("Open from May, the pool is heated. Here is all that the kiosk has.", ""),
        ("The kiosk is shut, it has moved.", ""),  # as the page has it
        ("泳池十点开门，门票五元", "does not end with a whole sentence"),
        ("泳池十点开门，门票五元。", ""),
    ],
)
def test_a_description_is_made_of_whole_sentences(text: str, wrong: str) -> None:
    brief = Brief(id="1", values={"facts": ["The kiosk is shut, it has moved."]})
    field = Field(path="description", schema={}, draft=Draft(brief=brief, fields={}, schema={}))
    found = list(whole_sentences(text, field))
    assert (found[0] if found else "") == wrong


def test_a_plain_description_is_never_cut_inside_a_sentence() -> None:
    topic = "A page on " + "very " * 30 + "old pools"
    fact = "The pool was built in 1931."
    assert meta_description(topic, "pools", facts=[fact]) == fact
    assert meta_description(f"Old pools, and {topic}", "pools") == "Old pools."
    long = "The pool " + "is very, very old and " * 6 + "deep."
    assert meta_description("Old pools of the north", "pools", facts=[long]) == "Old pools of the north."
    assert meta_description("Old pools of the north", "pools", facts=[long, fact]) == f"Old pools of the north: {fact}"
