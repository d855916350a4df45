"""A plan of an article sorts what the brief has; its table feeds articles/blog."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aigc.content import measure
from aigc.testing import run_cli
from aigc.types import Brief, Draft
from aigc_plugins.seo.answers import asked_for, told_by
from aigc_plugins.seo.article_plan import not_covered, plan_links, plan_schema, plan_titles, words_to_use
from aigc_plugins.seo.outlines import headings_have_facts, outline_text, plan_outline, plan_sections

QUESTIONS = ["How do I clean a rain barrel?", "What to do with a rain barrel in winter?"]
FACTS = ["The barrel is rinsed to clean it.", "It is emptied before winter.", "Moss is harmless."]


def headings(seeds: list[str], questions: list[str], keyword: str = "rain barrel") -> list[str]:
    return [one.heading for one in plan_outline(keyword, seeds, questions)]


def planned(keyword: str, searches: list[str], facts: list[str], language: str = "en") -> dict[str, list[str]]:
    """Return the facts of each heading, and of those below it."""
    outline = plan_outline(keyword, searches, [], facts, language)
    return {one.heading: [*one.facts] for section in outline for one in (section, *section.below)}


def test_questions_lead_and_searches_to_buy_are_no_headings() -> None:
    seeds = ["rain barrel with tap", "best rain barrel", "buy rain barrel", "rain barrel"]
    assert headings(seeds, QUESTIONS) == [*QUESTIONS, "Rain barrel with tap"]
    assert (
        headings(["buy rain barrel", "rain barrel near me"], [])[0] == "Buy rain barrel"
    )  # where there is nothing else
    assert "boat hire for two" in [one.casefold() for one in headings(["boat hire for two"], [], "boat hire")]


def test_searches_of_one_thing_stand_together() -> None:
    seeds = ["rain barrel tap thread", "rain barrel tap leaks", "rain barrel lid"]
    first, second = plan_outline("rain barrel", seeds, [])
    assert [first.heading, *(one.heading for one in first.below)] == ["Rain barrel tap thread", "Rain barrel tap leaks"]
    assert second.heading == "Rain barrel lid" and second.below == ()


def test_what_asks_the_same_is_named_with_it() -> None:
    first, *_ = plan_outline("rain barrel", ["rain barrel cost", "rain barrel tips"], ["How much is a rain barrel?"])
    assert first.searches == ("rain barrel cost", "rain barrel tips")
    assert "- Also searched: rain barrel cost, rain barrel tips" in outline_text([first])


def test_there_are_six_headings_at_most_and_no_search_is_lost() -> None:
    seeds = [f"rain barrel {thing}" for thing in ["tap", "lid", "stand", "hose", "mesh", "pump", "colour", "filter"]]
    outline = plan_outline("rain barrel", seeds, [], ["The pump lifts water."])
    assert len(outline) == 6 and plan_sections(outline) == 6
    assert outline[-1].heading == "Good to know" and "Rain barrel pump" in [one.heading for one in outline]
    assert all(seed in outline_text(outline).casefold() for seed in seeds)


def test_a_fact_stands_under_the_heading_it_answers_and_the_others_under_one_of_their_own() -> None:
    one, two, rest = plan_outline("rain barrel", [], QUESTIONS, FACTS)
    assert (one.facts, two.facts) == ((FACTS[0],), (FACTS[1],))
    assert (rest.heading, rest.facts) == ("Good to know", (FACTS[2],))
    assert outline_text([one]) == f"## {QUESTIONS[0]}\n- {FACTS[0]}"


ANSWERED = [
    ("How often should a clock be oiled?", "Oil is needed once in five years."),
    ("How long does the repair take?", "Most are done within 10 working days."),
    ("How soon is it ready?", "It is ready in a week."),
    ("What does it cost to oil a clock?", "We charge €40."),
    ("Clock repair prices", "An estimate is free of charge."),
    ("When are you open?", "We open on Saturdays at 9:30."),
    ("Where is the workshop?", "You find us next to the harbour."),
    ("Where do you work?", "We work at Barton."),
    ("From what age may children come?", "Children aged 8 and older may come."),
    ("How heavy is it?", "It weighs 12 kg."),
    ("What should I bring?", "A box is provided."),
    ("钟表多久保养一次？", "每五年上一次油。"),
    ("维修要几天？", "一般七个工作日。"),
    ("修钟多少钱", "清洗另收80元。"),
    ("几点开门？", "周六上午九点。"),
    ("店在哪里？", "店在东门街12号。"),
    ("几岁能学？", "八岁以上都可以。"),
    ("要带什么？", "工具由店里提供。"),
]


@pytest.mark.parametrize(("search", "fact"), ANSWERED)
def test_what_is_asked_is_told(search: str, fact: str) -> None:
    assert asked_for(search) & told_by(fact)
    language = "en" if search.isascii() else "zh"
    others = ["Brass is a soft metal."] if language == "en" else ["黄铜很软。"]
    keyword = "clock repair" if language == "en" else "钟表维修"
    outline = plan_outline(keyword, [], [search, "Why brass?"], [*others, fact], language)
    assert [one.facts for one in outline if one.heading == search] == [(fact,)]


def test_a_time_of_the_day_is_not_how_often_and_a_span_is_no_price() -> None:
    assert "often" not in told_by("It opens every day at 9 am.") and "often" not in told_by("每天九点开门。")
    assert "long" not in told_by("It costs £45 a day.") and "long" not in told_by("Oil it every 3 months.")
    assert "where" not in told_by("It is oiled in March.")


def test_a_fact_of_another_thing_does_not_answer() -> None:
    facts = ["草莓每天要晒六小时太阳。", "春天两三天浇一次水。"]
    assert planned("种草莓", ["草莓几天浇一次水", "草莓用什么土"], facts, "zh")["草莓几天浇一次水"] == [facts[1]]
    found = planned("quails", ["Do quails need a permit?", "quails eggs"], ["The run needs a net."])
    assert found["Do quails need a permit?"] == [] and found["Good to know"] == ["The run needs a net."]


def test_what_nobody_asks_has_headings_of_its_own() -> None:
    facts = ["It costs £9.", "We are next to the pier.", "Open on Sundays.", "Dogs are welcome."]
    found = planned("boat hire", ["boat hire for two"], facts)
    assert [found[name] for name in ("Prices", "Location", "Dates and times", "Good to know")] == [
        [one] for one in facts
    ]
    found = planned("保养钟表", ["保养钟表用什么油"], ["工具一套30元。", "铜不能用水洗。"], "zh")
    assert (found["价格"], found["还要知道的"]) == (["工具一套30元。"], ["铜不能用水洗。"])


def test_a_fact_may_answer_twice_where_nothing_else_does() -> None:
    facts = ["Frames cost £9 and take two days."]
    questions = ["How much are frames?", "How long do frames take?"]
    assert planned("prints", questions, facts) | {"Good to know": []} == {
        questions[0]: facts,
        questions[1]: facts,
        "Good to know": [],
    }


def test_a_rare_word_tells_more_than_one_that_many_facts_have() -> None:
    facts = ["A starter is fed daily.", "In the fridge it is fed once a week.", "It is fed with rye."]
    found = planned("starter", ["starter in the fridge", "How is a starter fed?"], facts)
    assert found["Starter in the fridge"] == [facts[1]]


def test_a_heading_without_a_fact_says_what_is_to_be_found_out() -> None:
    questions = [*QUESTIONS, "How often is the tap changed?"]
    outline = outline_text(plan_outline("rain barrel", ["rain barrel lid"], questions, FACTS))
    assert "## How often is the tap changed?\n- To find out: how often\n" in outline
    draft = Draft(brief=Brief(id="1", values={"facts": FACTS}), fields={"outline": outline}, schema={})
    assert [one.message for one in headings_have_facts(draft, field="outline")] == [
        "under 'How often is the tap changed?' no fact of the brief tells 'how often'",
        "under 'Rain barrel lid' no fact of the brief tells 'facts on this'",
    ]
    assert "- 待查：多少钱" in outline_text(plan_outline("雨水桶", ["雨水桶价格"], [], [], "zh"), "zh")


@pytest.mark.parametrize(("questions", "sections"), [([], 2), (QUESTIONS, 3)])
def test_there_are_as_many_sections_as_headings(questions: list[str], sections: int) -> None:
    outline = plan_outline("rain barrel", ["rain barrel lid"], questions)
    assert plan_sections(outline) == len(outline) == sections


def test_links_lead_to_where_one_gets_what_is_wanted() -> None:
    book, prices, reach, history, boats = (
        f"{title} = https://e.com/{at}"
        for at, title in enumerate(("Reserve a place", "Price list", "Find us", "Our history", "Rowing boats"))
    )
    pages = [history, boats, reach, prices, book]
    assert plan_links("boat hire", ["boat hire cost", "boat hire near me"], [], pages) == [book, prices, reach, boats]
    assert plan_links("rowing", ["buy boats"], [], pages) == [boats, book]
    assert plan_links("rowing boats", ["old rowing boats"], [], pages) == [boats]
    pages = ["预约维修 = https://e.com/1", "联系我们 = https://e.com/2", "店史 = https://e.com/3"]
    assert plan_links("修钟", ["修钟附近"], [], pages) == pages[:2]


def test_titles_fit_and_differ() -> None:
    found = plan_titles(
        "keeping a rain barrel", "rain barrel", [*QUESTIONS, "Why " + "so " * 60 + "long?"], "beginners"
    )
    assert found[:3] == ["Keeping a Rain Barrel", "Rain Barrel for Beginners", "Rain Barrel: 3 Questions Answered"]
    assert plan_titles("rain barrel", "rain barrel", []) == ["Rain Barrel"]  # where there is no other
    assert len(found) == len({one.casefold() for one in found}) == 5
    assert all(measure(one, "pixels") <= 580 for one in found)
    assert "雨水桶：写给新手" in plan_titles("雨水桶", "雨水桶", [], "新手", "zh")


def test_words_are_those_of_most_searches_and_not_the_keyword() -> None:
    texts = ["rain barrel tap", "rain barrels with taps", "best rain barrel lid", "buy a rain barrel"]
    assert words_to_use("rain barrel", texts) == ["tap", "lid"]
    assert words_to_use("雨水桶", ["雨水桶怎么清洗", "雨水桶清洗方法推荐"], "zh")[0] == "清洗"
    assert words_to_use("雨水桶", ["雨水桶多久清洗一次", "雨水桶什么时候装"], "zh") == ["清洗"]


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
