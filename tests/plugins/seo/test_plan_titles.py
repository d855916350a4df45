"""The titles that a plan offers: the keyword with what most of the outline tells, or a guide to it."""

from __future__ import annotations

from aigc.content import measure
from aigc_plugins.seo.article_plan import plan_titles
from aigc_plugins.seo.outlines import plan_outline

QUESTIONS = ["How do I clean a rain barrel?", "What to do with a rain barrel in winter?"]
FACTS = ["The barrel is rinsed to clean it.", "It is emptied before winter.", "Moss is harmless."]


def titles(topic: str, keyword: str, questions: list[str], facts: list[str], language: str = "en") -> list[str]:
    return plan_titles(topic, keyword, plan_outline(keyword, [], questions, facts, language), None, language)


def test_titles_fit_and_differ() -> None:
    outline = plan_outline("rain barrel", [], [*QUESTIONS, "Is moss harmless?"], FACTS)
    found = plan_titles("keeping a rain barrel", "rain barrel", outline, "beginners")
    assert found[0] == "Keeping a Rain Barrel"
    assert {"Rain Barrel: A Guide for Beginners", "Rain Barrel: A Guide"} < {*found}
    assert titles("rain barrel tips", "rain barrel tips", [], FACTS) == ["Rain Barrel Tips"]  # where there is no other
    assert len(found) == len({one.casefold() for one in found}) <= 5
    assert all(measure(one, "pixels") <= 580 for one in found)
    assert "雨水桶：写给新手" in plan_titles("雨水桶", "雨水桶", plan_outline("雨水桶", [], []), "新手", "zh")


def test_titles_have_the_keyword() -> None:
    questions = ["How much weight does a repair stand hold?", "Where do I clamp the bike?"]
    facts = ["It holds 30 kg.", "Clamp the bike at the seat post."]
    found = titles("bike repair stand", "bike repair stand", questions, facts)
    assert found == ["Bike Repair Stand: A Guide"]
    found = titles("自行车补胎", "自行车补胎", ["补胎要多长时间？"], ["一般十五分钟补好。"], "zh")
    assert found == ["自行车补胎指南"]


def test_no_title_is_one_of_the_questions_but_where_the_keyword_is() -> None:
    questions = ["How do I train goats to it?", "Is it safe?", "How high is it?"]
    facts = ["Goats are trained to it in a week.", "It is safe.", "It is 90 cm high."]
    found = titles("electric fence for goats", "electric fence for goats", questions[:1] + questions[2:], facts)
    assert found == ["Electric Fence for Goats: Training and Height", "Electric Fence for Goats: A Guide"]
    assert not any("?" in one for one in titles("goats", "keeping goats", questions, facts))
    assert titles("how to dry a basement", "how to dry a basement", [], FACTS) == ["How to Dry a Basement"]
    assert titles("雨水桶怎么选", "雨水桶怎么选", [], FACTS, "zh") == ["雨水桶怎么选？"]
    found = titles("登山鞋", "登山鞋", ["登山鞋怎么洗", "登山鞋防水"], ["用软刷洗。", "防水膜怕热。"], "zh")
    assert found == ["登山鞋：清洗、防水", "登山鞋指南"]


def test_a_title_tells_what_is_told_of_the_keyword() -> None:
    questions = ["How much is tuning?", "How long does tuning take?", "How long is a string?"]
    facts = ["It is £70.", "It takes two hours.", "A string is 90 cm."]
    assert "Tuning: Prices and How Long It Takes" in titles("tuning", "tuning", questions, facts)
    assert "调音：价格、用时" in titles("调音", "调音", ["调音多少钱", "调音要多久"], ["300元。", "大约两小时。"], "zh")


def test_a_title_names_no_price_of_costs_and_no_size_of_a_service() -> None:
    questions, facts = ["How much is it a year?", "How large is it?"], ["It is £70.", "It is 90 cm wide."]
    assert not any("Prices" in one for one in titles("pump costs", "pump costs", questions, facts))
    found = titles("photo booth hire", "photo booth hire", ["How much is it?", "What size is it?"], facts)
    assert not any("Size" in one for one in found)
