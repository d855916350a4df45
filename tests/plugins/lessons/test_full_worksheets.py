"""A worksheet asks of all its facts what they let it ask, and one with too few tasks is flagged."""

from __future__ import annotations

from typing import Any

from aigc.types import Brief, Draft
from aigc_plugins.lessons.flashcards import every_fact_taught
from aigc_plugins.lessons.full_worksheets import enough_to_do, full_worksheet
from aigc_plugins.lessons.worksheets import key_answers_sheet


def told(facts: list[str], sheet: dict[str, Any]) -> list[str]:
    draft = Draft(brief=Brief(id="1", values={"facts": facts}), fields=sheet, schema={})
    found = [str(one) for check in (every_fact_taught, enough_to_do) for one in check(draft)]
    return [*found, *(str(one) for one in key_answers_sheet(draft))]


def test_facts_without_a_sure_gap_are_asked_as_well() -> None:
    facts = [
        "Photosynthesis takes place in the *chloroplasts*.",
        "Plants take in carbon dioxide through tiny pores.",
        "Bread was expensive because harvests had failed.",
        "Glucose is stored as starch.",
    ]
    sheet = full_worksheet(facts, topic="plants")
    assert dict(zip(sheet["gaps"], sheet["key"]["gaps"], strict=True)) == {
        "Photosynthesis takes place in the ____.": "chloroplasts",
        "Plants take in carbon dioxide through tiny ____.": "pores",
        "Glucose is stored as ____.": "starch",
    }
    assert sorted(sheet["word_bank"]) == ["chloroplasts", "pores", "starch"]
    assert sheet["questions"] == ["Finish the sentence: Bread was expensive because …"]
    assert sheet["key"]["questions"] == ["harvests had failed"] and told(facts, sheet) == []


def test_chinese_facts_without_a_sure_gap_are_asked_as_well() -> None:
    facts = ["细胞核里有*遗传物质*。", "动物细胞没有细胞壁。", "叶绿体是进行光合作用的场所。", "植物细胞有*液泡*。"]
    sheet = full_worksheet(facts, topic="细胞")
    assert sheet["key"]["gaps"] == ["遗传物质", "液泡"] and told(facts, sheet) == []
    asked = dict(zip(sheet["questions"], sheet["key"]["questions"], strict=True))
    assert asked["判断对错，错的请改正：动物细胞有细胞壁。"] == "错。动物细胞没有细胞壁。"
    assert asked["判断对错，错的请改正：叶绿体是进行光合作用的场所。"] == "对。"


def test_a_worksheet_of_few_tasks_is_flagged() -> None:
    facts = ["The Bastille was stormed on 14 July 1789.", "Who ruled? = the king", "Ice is cold."]
    sheet = full_worksheet(facts, topic="France")
    unused, few = told(facts, sheet)
    assert unused.startswith("nothing from 'Ice is cold.'") and few.startswith("has 2 tasks")


def test_a_word_that_nobody_starred_has_one_gap() -> None:
    facts = ["The largest planet is Jupiter.", "The planet with the red spot is Jupiter.", "Mars is *red*."]
    assert full_worksheet(facts, topic="space")["key"]["gaps"].count("Jupiter") == 1
    starred = ["Rain is a form of *water*.", "Snow is made of *water*.", "Mars is *red*."]
    assert full_worksheet(starred)["key"]["gaps"] == ["water", "water", "red"]
