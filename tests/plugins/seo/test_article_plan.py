"""A plan of an article sorts what the brief has; its table feeds articles/blog."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aigc.content import measure
from aigc.testing import run_cli
from aigc.types import Brief, Draft
from aigc_plugins.seo.article_plan import (
    headings_have_facts,
    not_covered,
    outline_text,
    plan_outline,
    plan_schema,
    plan_sections,
    plan_titles,
    words_to_use,
)

QUESTIONS = ["How do I clean a rain barrel?", "What to do with a rain barrel in winter?"]
FACTS = ["The barrel is rinsed to clean it.", "It is emptied before winter.", "Moss is harmless."]


def headings(seeds: list[str], questions: list[str], keyword: str = "rain barrel") -> list[object]:
    return [one["heading"] for one in plan_outline(keyword, seeds, questions)]


def test_questions_lead_and_searches_to_buy_are_no_headings() -> None:
    seeds = ["rain barrel with tap", "best rain barrel", "buy rain barrel", "rain barrel"]
    assert headings(seeds, QUESTIONS) == [*QUESTIONS, "Rain barrel with tap"]
    assert headings(["buy rain barrel"], []) == ["Buy rain barrel"]  # where there is nothing else


def test_searches_of_one_thing_stand_together() -> None:
    seeds = ["rain barrel with tap", "rain barrel tap leaks", "rain barrel lid"]
    first, second = plan_outline("rain barrel", seeds, [])
    assert {str(first["heading"]), *first["below"]} == {"Rain barrel with tap", "Rain barrel tap leaks"}
    assert second["heading"] == "Rain barrel lid" and second["below"] == []


def test_there_are_six_headings_at_most() -> None:
    things = ["tap", "lid", "stand", "hose", "mesh", "pump", "colour", "filter"]
    assert len(plan_outline("rain barrel", [f"rain barrel {thing}" for thing in things], [])) == 6


def test_a_fact_stands_under_the_heading_it_answers() -> None:
    one, two = plan_outline("rain barrel", [], QUESTIONS, FACTS)
    assert (one["facts"], two["facts"]) == ([FACTS[0]], [FACTS[1]])
    assert outline_text([one]) == f"## {QUESTIONS[0]}\n- {FACTS[0]}"


def test_a_rare_word_tells_more_than_one_that_many_facts_have() -> None:
    facts = ["A starter is fed daily.", "In the fridge it is fed once a week.", "It is fed with rye."]
    found = plan_outline("starter", ["starter in the fridge"], ["How often is a starter fed?"], facts)
    assert {one["heading"]: one["facts"] for one in found}["Starter in the fridge"] == [facts[1]]


def test_a_heading_without_a_fact_is_named() -> None:
    outline = outline_text(plan_outline("rain barrel", ["rain barrel lid"], QUESTIONS, FACTS))
    draft = Draft(brief=Brief(id="1", values={"facts": FACTS}), fields={"outline": outline}, schema={})
    assert [one.message for one in headings_have_facts(draft, field="outline")] == [
        "no fact of the brief goes with 'Rain barrel lid'"
    ]


@pytest.mark.parametrize(("many", "sections"), [(0, 3), (1, 3), (4, 2), (6, 3), (24, 3)])
def test_sections_have_two_facts_each(many: int, sections: int) -> None:
    outline = plan_outline("rain barrel", ["rain barrel lid"], QUESTIONS)
    assert plan_sections(outline, ["x"] * many) == sections


def test_titles_fit_and_differ() -> None:
    found = plan_titles(
        "keeping a rain barrel", "rain barrel", [*QUESTIONS, "Why " + "so " * 60 + "long?"], "beginners"
    )
    assert found[:3] == ["Keeping a Rain Barrel", "Rain Barrel", "Rain Barrel for Beginners"]
    assert len(found) == len({one.casefold() for one in found}) == 5
    assert all(measure(one, "pixels") <= 580 for one in found)
    assert "雨水桶：写给新手" in plan_titles("雨水桶", "雨水桶", [], "新手", "zh")


def test_words_are_those_of_most_searches_and_not_the_keyword() -> None:
    texts = ["rain barrel tap", "rain barrels with taps", "best rain barrel lid", "buy a rain barrel"]
    assert words_to_use("rain barrel", texts) == ["tap", "lid"]
    assert words_to_use("雨水桶", ["雨水桶怎么清洗", "雨水桶清洗方法推荐"], "zh")[0] == "清洗"


def test_headings_of_others_are_named_where_the_brief_says_nothing_of_it() -> None:
    assert not_covered(["Winter storage", "Mosquito nets", "Rain barrel"], "rain barrel", [*QUESTIONS, *FACTS]) == [
        "Mosquito nets"
    ]


@pytest.mark.parametrize(
    ("intent", "facts", "schema"),
    [
        ("informational", ["costs $20"], "BlogPosting"),
        ("commercial", [], "BlogPosting"),
        ("transactional", ["The barrel costs 89 €."], "Product"),
        ("transactional", ["The barrel holds 89 litres."], "WebPage"),
        ("navigational", [], "WebPage"),
    ],
)
def test_the_schema_goes_by_what_is_wanted(intent: str, facts: list[str], schema: str) -> None:
    assert plan_schema(intent, facts) == schema


def test_the_table_of_plans_feeds_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli("batch", "seo/article-brief", "sample", "--out", "plans").code == 0
    with Path("plans", "content.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ran = run_cli("batch", "articles/blog", "plans/content.csv", "--out", "blog", "--dry-run", "--json")
    assert ran.code == 0, ran.err
    told = ran.json
    assert told["valid"] == len(rows) == 3
    assert {"topic", "keyword", "audience", "facts", "sections", "language"} <= rows[0].keys()
    assert run_cli("test", "seo/article-brief").code == 0
