from __future__ import annotations

import pytest

from aigc.content import measure
from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.headings import first_sentence, heads_its_points, point_heading
from aigc_plugins.articles.paragraphs import keep_supported_sentences, lead_with
from aigc_plugins.articles.parts import (
    article_angles,
    article_description,
    article_intro,
    article_sections,
    article_title,
    share_out,
)

FACT = "Pots need drainage holes so that roots do not rot."


def field(item: str | None = FACT, **values: str) -> Field:
    brief = Brief(id="1", values={"topic": "growing herbs on a balcony", **values})
    return Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=item))


@pytest.mark.parametrize(
    "dropped",
    [
        "In fact, the Romans used drainage holes in Egypt.",
        "Drill 5 drainage holes into every pot.",
        "I always drill drainage holes.",
        "Meetings are more productive in the morning.",
        "Here is why drainage matters.",
        "Drainage is a double-edged sword.",
        "Pots need drainage holes so that roots do not rot.",
        "Drainage holes let the roots brea",
    ],
)
def test_what_the_brief_does_not_carry_is_taken_out(dropped: str) -> None:
    kept = "Water that stays in a pot drowns the roots."
    assert keep_supported_sentences(f"{kept} {dropped}", field()) == kept


def test_a_sentence_may_go_on_from_the_one_before() -> None:
    text = "Drainage keeps soil airy. This lets everything breathe."
    assert keep_supported_sentences(text, field()) == text
    assert keep_supported_sentences("This lets everything breathe.", field()) == ""


def test_denials_need_one_in_the_brief() -> None:
    assert keep_supported_sentences("Basil does not need sun.", field("Basil needs sun.")) == ""


def test_numbers_of_the_brief_stay_and_sentences_are_counted() -> None:
    item = "Basil needs 6.5 hours of sun."
    text = "With 6.5 hours of daily sun the leaves grow well. Sun also helps the smell. Sun dries the soil quickly."
    assert keep_supported_sentences(text, field(item), at_most=2) == text.rpartition(" Sun dries")[0]


def test_chinese_sentences_are_kept_without_blanks_between() -> None:
    assert (
        keep_supported_sentences("排水孔让水流走。根就能呼吸。", field("花盆要有排水孔。"))
        == "排水孔让水流走。根就能呼吸。"
    )
    assert keep_supported_sentences("每盆要打5个孔。", field("花盆要有排水孔。")) == ""


def test_a_paragraph_begins_with_its_fact_once() -> None:
    assert lead_with("Water flows off.", sentence="Pots need holes") == "Pots need holes. Water flows off."
    assert lead_with("Pots need holes. So.", sentence="Pots need holes.") == "Pots need holes. So."
    assert lead_with("", sentence="花盆要有孔") == "花盆要有孔。"


@pytest.mark.parametrize(
    ("paragraph", "heading"),
    [
        ("Mint spreads quickly, so give it its own pot. More.", "Mint Spreads Quickly"),
        ("Pots need drainage holes so that roots do not rot.", "Pots Need Drainage Holes"),
        ("A dishwasher dulls the blade.", "A Dishwasher Dulls the Blade"),
        ("薄荷长得很快，所以要单独种。", "薄荷长得很快"),
    ],
)
def test_a_heading_is_made_of_the_first_clause(paragraph: str, heading: str) -> None:
    assert point_heading([paragraph, "Another."]) == heading
    assert not list(heads_its_points(heading, points=[paragraph]))


def test_a_made_heading_always_fits() -> None:
    assert measure(point_heading(["word " * 40 + "."]), "chars") <= 60


@pytest.mark.parametrize(
    "heading", ["Bloom on Your Balcony", "Drainage Floors for Pots", "Holes", "Pots Need Pots with Drainage Holes"]
)
def test_a_heading_that_says_something_else_is_refused(heading: str) -> None:
    assert list(heads_its_points(heading, points=[FACT]))


def test_a_first_sentence_is_not_cut_at_a_point_inside() -> None:
    assert first_sentence("It weighs 2.5 kg. It is light.") == "It weighs 2.5 kg."
    assert first_sentence("第一句。第二句。") == "第一句。"


@pytest.mark.parametrize(
    ("points", "sections", "sizes"), [(8, 4, [2, 2, 2, 2]), (7, 3, [3, 2, 2]), (2, 4, [1, 1]), (0, 4, [])]
)
def test_points_are_shared_out_in_order(points: int, sections: int, sizes: list[int]) -> None:
    shared = share_out([str(at) for at in range(points)], sections)
    assert [len(part) for part in shared] == sizes
    assert [point for part in shared for point in part] == [str(at) for at in range(points)]


def test_a_lacking_heading_never_shifts_the_others() -> None:
    sections = article_sections(
        ["Only One"], [["A dishwasher dulls the blade."], ["Drying it prevents rust.", "More."]]
    )
    assert [section["heading"] for section in sections] == ["A Dishwasher Dulls the Blade", "Drying It Prevents Rust"]
    assert sections[1]["text"] == "Drying it prevents rust.\n\nMore."


def test_points_are_asked_for_only_without_facts() -> None:
    assert article_angles("herbs", 3, facts=["A fact."]) == []
    assert len(article_angles("herbs", 3)) == 6


@pytest.mark.parametrize("topic", ["growing herbs on a balcony", "a very long topic " * 4, "阳台种香草"])
@pytest.mark.parametrize("audience", [None, "beginners"])
def test_plain_parts_keep_their_limits(topic: str, audience: str | None) -> None:
    language = "en" if topic.isascii() else "zh"
    headings = ["Pots Need Drainage Holes", "Mint Spreads Quickly", "Most Herbs Need Little Fertiliser"]
    title = article_title(topic.strip(), audience, language)
    assert 4 <= len(title) <= 60 and measure(title, "pixels") <= 580
    assert 5 <= measure(article_description(topic.strip(), audience, headings, language), "chars") <= 155
    assert topic.strip() in article_intro(topic.strip(), audience, headings, language)


def test_a_community_is_not_unity() -> None:
    text = "Drainage holes keep roots healthy in a community garden."
    assert keep_supported_sentences(text, field()) == text
