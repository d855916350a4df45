"""Meanings come first, and a plan with hardly a heading is flagged."""

from __future__ import annotations

from aigc.types import Brief, Draft
from aigc_plugins.seo.outlines import facts_have_headings, outline_text, plan_outline


def planned(keyword: str, searches: list[str], facts: list[str], language: str = "en") -> str:
    return outline_text(plan_outline(keyword, searches, [], facts, language), language)


def test_what_a_word_means_stands_before_the_facts_that_have_it() -> None:
    facts = ["The loom stays clear of insulation.", "A loom is a woven sleeve.", "Fuses are old."]
    assert planned("old wiring", ["old wiring insulation"], facts) == (
        "## Old wiring insulation\n- A loom is a woven sleeve.\n- The loom stays clear of insulation.\n"
        "## Good to know\n- Fuses are old."
    )
    facts = ["Moss is cut by hand.", "A loom is a woven sleeve for moss."]
    assert (
        planned("old wiring", [], facts)
        == "## Good to know\n- Moss is cut by hand.\n- A loom is a woven sleeve for moss."
    )
    facts = ["量夹板要两分钟。", "夹板是一种薄木板。"]
    assert planned("修琴", [], facts, "zh") == "## 还要知道的\n- 夹板是一种薄木板。\n- 量夹板要两分钟。"


def test_what_it_is_leads() -> None:
    facts = ["A bothy has a stove.", "A bothy is a free hut."]
    text = planned("bothy", ["bothy stove", "what is a bothy hut"], facts)
    assert text.startswith("## What is a bothy hut?\n- A bothy is a free hut.")


def test_a_plan_with_most_under_good_to_know_is_flagged() -> None:
    def found(outline: str, count: int) -> list[str]:
        values = {"facts": [f"Fact {at}." for at in range(count)], "language": "en"}
        draft = Draft(brief=Brief(id="1", values=values), fields={"outline": outline}, schema={})
        return [one.message for one in facts_have_headings(draft)]

    one = "## Price\n- Fact 0.\n## Good to know\n- Fact 1.\n- Fact 2."
    assert found(one, 3)[0].startswith("2 of 3 facts stand under 'Good to know'")
    assert found(one.replace("- Fact 2.", ""), 2) == []
    assert found("## Price\n- Fact 0.\n- Fact 3.\n## Size\n- Fact 4.\n## Good to know\n- Fact 1.\n- Fact 2.", 5) == []
