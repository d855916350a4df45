"""A question of an article's plan is answered by what speaks of it, under a heading that reads as one."""

from __future__ import annotations

import pytest

from aigc_plugins.seo.article_plan import plan_titles
from aigc_plugins.seo.asked_deeds import as_heading, says_alike, speaks_of_another
from aigc_plugins.seo.intent import plan_intent
from aigc_plugins.seo.outlines import outline_text, plan_outline


@pytest.mark.parametrize(
    ("keyword", "question", "fact", "told"),
    [
        ("tomato care", "How often do I water tomatoes?", "They need six hours of sun every day.", False),
        ("tomato watering", "How often is it done?", "They need six hours of sun every day.", False),
        ("tomato watering", "Can tomatoes get too much water?", "Too much water makes the fruit split.", True),
        ("sourdough starter", "Can I freeze it?", "In the fridge once a week is enough.", False),
        ("sourdough starter", "Can I freeze it?", "Frozen starter keeps for half a year.", True),
        ("hall hire", "What is included?", "Cleaning is not included.", False),
        ("hall hire", "What is included?", "Chairs and heating are included.", True),
        ("养多肉", "多久浇一次水？", "每天晒四小时太阳。", False),
        ("开荒保洁", "包含哪些服务？", "外墙玻璃不包括在内。", False),
        ("开荒保洁", "包含哪些服务？", "取消订单包裹退回，退款三天到账。", False),
        ("开荒保洁", "包含哪些服务？", "包括擦玻璃和拖地。", True),
        ("社区蔬菜箱", "一箱有什么？", "一箱八种当季菜。", True),
        ("社区蔬菜箱", "能停一周吗？", "停送要提前两天说。", True),
    ],
)
def test_a_question_is_answered_by_what_speaks_of_it(keyword: str, question: str, fact: str, told: bool) -> None:
    language = "en" if question.isascii() else "zh"
    outline = plan_outline(keyword, [], [question], [fact], language)
    assert any(one.search == question.rstrip("?？") + question[-1:] for one in outline.sections) is told


def test_a_deed_and_a_run_of_words_are_known() -> None:
    assert speaks_of_another("They need sun.", "How often do I water it?", "tomato")
    assert not speaks_of_another("They need sun and water.", "How often do I water it?", "tomato")
    assert not speaks_of_another("清洗另收80元。", "修钟多少钱", "钟表维修")
    assert says_alike("Too much water harms.", "Is there too much water?", "tomato")
    assert not says_alike("Flat feet hurt.", "Do flat feet tire?", "flat feet")


def test_a_heading_reads_as_one() -> None:
    assert as_heading("dog paw care hiking", "dog paw care", ["On hikes, check."]) == "hiking"
    assert as_heading("dog paw care winter", "dog paw care", ["Salt harms."]) == "in winter"
    assert as_heading("yellow leaves tomatoes", "tomato watering", ["Yellow leaves mean hunger."]) == "yellow leaves"
    assert as_heading("old wiring insulation", "old wiring", ["A loom."]) == "old wiring insulation"
    facts = ["包括擦玻璃。", "外墙玻璃不包括在内。", "取消当天收一半费用。"]
    outline = plan_outline("开荒保洁", ["开荒保洁包含什么"], ["包含哪些服务？"], facts, "zh")
    told = {one.heading: one.facts for one in outline.sections}
    assert told["包含哪些服务？"] == (facts[0],), "a question leads, not the search that asks the same"
    assert told["不包含的"] == (facts[1],) and told["取消与退款"] == (facts[2],)


def test_a_search_that_lacks_the_whole_keyword_has_a_heading() -> None:
    outline = plan_outline("church hall hire", ["hall hire with kitchen"], [], ["The kitchen has an oven."])
    assert [one.heading for one in outline.sections] == ["Hall hire with kitchen"]


def test_pages_are_linked_where_their_words_stand() -> None:
    outline = plan_outline(
        "hall hire", ["hall hire cost"], ["Is there a kitchen?"], ["It is £9.", "The kitchen is new."]
    )
    pages = ["Prices = https://example.com/p", "Our kitchen = https://example.com/k", "Book = https://example.com/b"]
    text = outline_text(outline, "en", pages, "hall hire")
    assert "- It is £9.\n- Link: [Prices](https://example.com/p)" in text
    assert "kitchen is new.\n- Link: [Our kitchen](https://example.com/k)" in text
    assert text.count("https://example.com/b") == 1


def test_advice_is_no_choice_of_goods() -> None:
    assert plan_intent("sleeping with a cold", questions=["How do I lie?"]) == "informational"
    assert plan_intent("shoes for flat feet", facts=["A pair is £90."], questions=["How wide?"]) == "commercial"
    assert plan_intent("best tent for rain") == "commercial" and plan_intent("buy a tent") == "transactional"


def test_no_title_is_for_a_long_audience() -> None:
    outline = plan_outline("rug care", ["rug care wool"], [], ["Wool is brushed."])
    told = plan_titles("rug care", "rug care", outline, "people with a rug they like")
    assert not any("They Like" in one for one in told)
    assert "Rug Care: A Guide for Beginners" in plan_titles("rug care", "rug care", outline, "beginners")
