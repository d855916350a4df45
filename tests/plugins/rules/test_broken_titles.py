"""Titles and sentences that are broken in ways that no other check sees, and the many that are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.headings import heads_its_points
from aigc_plugins.rules.broken_titles import left_hanging, misformed
from aigc_plugins.rules.content_words import HAN
from aigc_plugins.rules.run_ons import no_glued_sentences
from aigc_plugins.seo.titles import title_reads_well

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
MOST_ALARMS = 0.005


def bank() -> Iterator[tuple[str, str]]:
    """Yield the English texts of the bank, and what they were written from."""
    for file in sorted(TEMPLATES.glob("*/bank/*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = row.pop("output", None) or row.pop("line")
            if not HAN.search(text):
                yield text, " ".join(map(str, row.values()))


@pytest.mark.parametrize(
    ("title", "given"),
    [
        ("Feed the Starter Only", "Feed the starter only when it is hungry."),
        ("Lessons for Every", "Lessons for every level."),
        ("Water the Pots With", "Water the pots with rain."),
        ("Keep the Bike Clean And", "Keep the bike clean and dry."),
        ("Hedges Cut Just", "Hedges are cut just after the birds have left."),
    ],
)
def test_a_title_does_not_end_where_something_is_missing(title: str, given: str) -> None:
    assert list(left_hanging(title, given))
    assert list(heads_its_points(title, points=[given]))


@pytest.mark.parametrize(
    ("title", "given"),
    [
        ("Works with Free Programs Only", "works with free programs only"),
        ("Groups of Six at Most", "groups of six at most"),
        ("Sundays Only", "open at weekends"),
        ("A Bench to Sit On", "a bench to sit on"),
    ],
)
def test_a_title_may_end_as_its_fact_does(title: str, given: str) -> None:
    assert not list(left_hanging(title, given))


def test_a_word_that_only_begins_as_one_of_the_brief_is_no_form_of_it(title_field) -> None:  # type: ignore[no-untyped-def]
    assert list(misformed("Referring for Beginners", "a refereeing course for beginners"))
    place = title_field("A refereeing course for beginners", "refereeing course")
    assert any("no form" in one for one in title_reads_well("Refereeing Course: Referring for Beginners", place))


@pytest.mark.parametrize(
    ("title", "given"),
    [
        ("Refereed Matches", "refereeing course"),
        ("Refereeing Basics", "a course for referees"),
        ("Baking Bread at Home", "How to bake bread"),
        ("Beginner's Guide to Knitting", "knitting for beginners"),
        ("Insulating a Loft", "loft insulation"),
        ("Easy Drying Racks", "a rack that dries laundry"),
        ("Swimmers' Goggles", "goggles for swimming"),
        ("Restored Furniture", "furniture restoration"),
        ("Photographers at Work", "a photography course"),
        ("Planning a Garden", "a garden plan"),
    ],
)
def test_other_forms_of_a_word_are_no_wrong_ones(title: str, given: str) -> None:
    assert not list(misformed(title, given))


@pytest.mark.parametrize(
    "text",
    [
        "The course takes six weeks learn from coaches.",
        "Every tour lasts two hours see the old town.",
        "The workshop is on Saturdays bring your own tools.",
        "Learn from coaches the course takes six weeks.",
    ],
)
def test_a_statement_and_a_request_are_two_sentences(text: str) -> None:
    assert list(no_glued_sentences(text))


@pytest.mark.parametrize(
    "text",
    [
        "The course takes six weeks. Learn from coaches.",
        "The course takes six weeks, learn from coaches.",
        "In six weeks learn from coaches.",
        "The course runs for two evenings and lets you learn from coaches.",
        "The first week is for people who learn with a coach.",
        "See how the course takes shape.",
        "Learn why the course takes six weeks.",
        "课程六周，跟教练学。",
    ],
)
def test_one_sentence_is_one(text: str) -> None:
    assert not list(no_glued_sentences(text))


def test_the_bank_raises_next_to_no_alarm() -> None:
    texts = list(bank())
    assert len(texts) >= 3000
    assert sum(any(no_glued_sentences(text)) for text, _ in texts) <= MOST_ALARMS * len(texts)
    assert sum(any(misformed(*pair)) for pair in texts) <= MOST_ALARMS * len(texts)
    assert sum(any(left_hanging(text.rstrip("."), given)) for text, given in texts) <= MOST_ALARMS * len(texts)


@pytest.fixture
def title_field():  # type: ignore[no-untyped-def]
    def make(topic: str, keyword: str) -> Field:
        draft = Draft(brief=Brief(id="1", values={"topic": topic, "keyword": keyword}), fields={}, schema={})
        return Field(path="title", schema={}, draft=draft)

    return make


@pytest.mark.parametrize(
    ("title", "well"),
    [
        ("手工葱油饼：用葱油饼", False),
        ("阳台种菜：在阳台种菜", False),
        ("自制燕麦奶：用搅拌机在家做", True),
        ("徒步保温杯：350毫升，保温6小时", True),
        ("阳台种菜：新手入门", True),
        ("手工葱油饼：手工葱油饼的三种和面方法", True),
    ],
)
def test_a_chinese_title_says_something_new_behind_its_colon(title_field, title: str, well: bool) -> None:  # type: ignore[no-untyped-def]
    found = list(title_reads_well(title, title_field("适合新手的做法", "做法")))
    assert any("nothing new" in one for one in found) is not well
