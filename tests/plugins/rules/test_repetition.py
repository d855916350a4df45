from __future__ import annotations

import pytest

from aigc_plugins.rules.repetition import distinct_openings, no_near_duplicates, no_repetition


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Warm Feet All Day", "Warm feet all day!"),
        ("Natural Rubber Kids Rain Boots", "Kids Rain Boots"),
        ("Kids Rain Boots, Natural Rubber", "Natural Rubber Kids Rain Boots"),
        ("Save 20% on all boots", "Save 20% on all boot"),
        ("折叠电动自行车", "折叠电动自行车！"),
        ("折叠电动自行车续航持久", "折叠电动自行车续航更持久"),
    ],
)
def test_twins(draft, one, other):
    (finding,) = no_near_duplicates(draft(headlines=["Shop now", one, other]), field="headlines")
    assert finding.field == "headlines[2]"
    assert finding.message == f"says the same as headlines[1] ({one!r})"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Save 20% on all boots", "Save 30% on all boots"),
        ("Trail Mug", "Trail Mug 350 ml"),
        ("Warm feet all day", "Dry socks all night"),
        ("折叠电动自行车", "续航四十公里"),
        ("Shop Now", "Shop Boots"),
    ],
)
def test_lines_that_differ(draft, one, other):
    assert not list(no_near_duplicates(draft(headlines=[one, other]), field="headlines"))


def test_the_threshold_decides(draft):
    lines = draft(headlines=["Warm feet all day", "Warm feet every day"])
    assert not list(no_near_duplicates(lines, field="headlines", threshold=0.95))
    assert list(no_near_duplicates(lines, field="headlines", threshold=0.7))


def test_a_line_may_stand_whole_in_a_longer_one_where_the_type_says_so(draft):
    lines = draft(headlines=["Carries up to 80 kg", "Desk: Carries up to 80 kg"])
    assert list(no_near_duplicates(lines, field="headlines"))
    assert not list(no_near_duplicates(lines, field="headlines", inside=False))
    assert list(no_near_duplicates(draft(headlines=["Carries up to 80 kg"] * 2), field="headlines", inside=False))
    named = draft(headlines=["Team password manager", "Password manager works offline"])
    assert list(no_near_duplicates(named, field="headlines"))
    assert not list(no_near_duplicates(named, field="headlines", inside=False))


def test_twins_inside_objects(draft):
    questions = [{"stem": "What is tea?", "options": ["a"]}, {"stem": "What is tea"}, {"options": []}]
    (finding,) = no_near_duplicates(draft(questions=questions), field="questions.stem")
    assert finding.field == "questions[1].stem"


def test_openings(draft):
    lines = ["Get warm feet", "Get warm toes", "get warm, now", "Stay dry"]
    (finding,) = distinct_openings(draft(headlines=lines), field="headlines")
    assert (finding.field, finding.message) == ("headlines[2]", "is item 3 that begins 'get warm', at most 2")
    assert distinct_openings.severity == "warn"


@pytest.mark.parametrize(
    "text",
    [
        "very very very good",
        "Boots and boots for boots",
        "warm and dry warm and dry warm and dry",
        "It keeps feet warm. It is dry. It keeps feet warm.",
        "好用好用好用",
        "这款车很好骑。这款车很好骑。",
    ],
)
def test_going_in_circles(text):
    assert list(no_repetition(text))


@pytest.mark.parametrize(
    "text",
    [
        "very very good",
        "Warm feet all day.",
        "A day at the sea, the day of days",
        "天天开心",
        "试一试，看一看，想一想",
        "",
    ],
)
def test_ordinary_texts(text):
    assert not list(no_repetition(text))


def test_a_phrase_that_keeps_coming_back():
    text = " ".join(f"The best way to brew tea is number {word}." for word in ("one", "two", "three"))
    assert any("the best way to brew" in message for message in no_repetition(text))
