"""Sentences that tell facts again: what they may change, and what they may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.paragraphs import retells_facts, tell_facts_once
from aigc_plugins.articles.retold import changes, tells_again
from aigc_plugins.rules.content_words import sentences
from aigc_plugins.rules.support import supported_by_brief

BANK = Path(__file__).resolve().parents[3] / "templates/articles/bank/paragraphs.jsonl"
ROWS = [json.loads(line) for line in BANK.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("Glass takes glue that hardens in UV light.", "Glass takes glue which hardens in UV light."),
        ("Shows run from 18:00 to 21:00.", "The shows run from 18:00 to 21:00."),
        ("Cameras can stay off when the connection is slow.", "When the connection is slow, cameras can stay off."),
        ("Meetings of 25 minutes leave time for a break.", "A 25-minute meeting leaves time for a break."),
        ("Wipe the chain with a cloth before oiling it.", "Before you oil the chain, wipe it with a cloth."),
        ("Never leave the pan in water overnight.", "Do not leave the pan in water overnight."),
        ("One drop of oil per link is enough.", "One drop of oil is enough for each link."),
        ("花盆要有排水孔。", "花盆里要有排水孔。"),
        ("表面2厘米的土干了再浇水。", "表面2厘米的土干了，再浇水。"),
    ],
)
def test_other_words_for_the_same(fact: str, sentence: str) -> None:
    assert tells_again(sentence, fact, "zh" if sentence[0] > "z" else "en")
    assert not list(changes(sentence, [fact], "zh" if sentence[0] > "z" else "en"))


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("Old glue must be scraped off first.", "Choose glue for wood and glass that has been scraped off first."),
        ("Glass takes glue that hardens in UV light.", "For wood and glass, choose glue that hardens in UV light."),
        ("The dog needs a bed in the room where you sleep.", "A flat needs a bed in the room where you sleep."),
        ("The dog needs a bed in the room where you sleep.", "You need a bed in the room where the dog sleeps."),
        ("Shows run from 18:00 to 21:00.", "A hospital radio shows runs from 18:00 to 21:00."),
        ("Write down five new words at most.", "Write down five new words to help you read comics."),
        ("Write down five new words at most.", "Write down five new words."),
        ("Soap works better than oil.", "Oil works better than soap."),
        ("Wipe the chain before oiling it.", "Oil the chain before wiping it."),
        ("Cameras can stay off when the connection is slow.", "Cameras stay off when the connection is slow."),
        ("Never leave the pan in water.", "Leave the pan in water."),
        ("Most herbs need little fertiliser.", "Herbs need little fertiliser."),
        ("The club meets on Tuesdays.", "The club only meets on Tuesdays."),
        ("The club meets on Tuesdays.", "The club meets every Tuesday."),
        ("The lamp stays lit until midnight.", "The lamp is lit after midnight."),
        ("Bring water and a hat.", "Bring water or a hat."),
        ("The hall holds over 40 people.", "The hall holds 40 people."),
        ("The club meets on Tuesdays.", "Choose the club that meets on Tuesdays."),
        ("The old pot suits basil.", "The pot suits basil."),
        ("每天最多浇一次水。", "每天浇一次水。"),
        ("睡前要关掉暖气。", "关掉暖气前要睡。"),
        ("孩子可以自己带望远镜。", "孩子自己带望远镜。"),
        ("肥皂比油好用。", "油比肥皂好用。"),
        ("陪跑员和跑者各拉一根绳子。", "陪跑员和跑者各拉一根绳子，帮助跑者跑步。"),
    ],
)
def test_another_fact_gives_way_to_the_fact(fact: str, sentence: str) -> None:
    language = "zh" if sentence[0] > "z" else "en"
    assert list(changes(sentence, [fact], language))
    brief = Brief(id="1", values={"topic": "choosing glue for wood, a flat, a hospital radio", "language": language})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=[fact]))
    assert tell_facts_once(sentence, field) == fact
    assert list(retells_facts(sentence, field)) and not list(retells_facts(fact, field))


def test_words_of_the_topic_can_be_kept_out() -> None:
    brief = Brief(id="1", values={"topic": "hospital radio", "facts": ["Shows run from 18:00 to 21:00."]})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}))
    text, facts = "Hospital radio shows run from 18:00 to 21:00.", brief.values["facts"]
    assert not list(supported_by_brief(text, field, facts=facts, new_words=0))
    assert list(supported_by_brief(text, field, facts=facts, new_words=0, topic=False))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["topic"]))
def test_paragraphs_by_hand_tell_every_fact_and_change_none(row: dict[str, Any]) -> None:
    told: list[str] = []
    for sentence in sentences(row["output"]):
        about = [fact for fact in row["facts"] if tells_again(sentence, fact, row["language"])]
        assert about and not list(changes(sentence, about, row["language"])), sentence
        told += about
    assert sorted(told) == sorted(row["facts"])
    brief = Brief(id="1", values={"topic": row["topic"], "language": row["language"]})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=row["facts"]))
    assert tell_facts_once(row["output"], field) == row["output"]


def test_a_fact_of_two_sentences_stands() -> None:
    fact = "Wash the blade by hand. Never put the blade in a machine."
    brief = Brief(id="1", values={"topic": "a knife"})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=[fact]))
    assert tell_facts_once("The blade is sharp.", field) == fact
    assert not list(retells_facts(fact, field))


@pytest.mark.parametrize(
    ("facts", "joined"),
    [
        (
            ["A match has two halves of 30 minutes.", "Be at the pitch 45 minutes before kick-off."],
            "A match has two halves of 30 minutes, and be at the pitch 45 minutes before kick-off.",
        ),
        (
            ["Bring a liner and ear plugs.", "Boots stay in the drying room."],
            "Bring a liner and ear plugs, and boots stay in the drying room.",
        ),
    ],
)
def test_an_order_and_a_statement_are_not_one_sentence(facts: list[str], joined: str) -> None:
    brief = Brief(id="1", values={"topic": "a match"})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=facts))
    assert tell_facts_once(joined, field) == " ".join(facts)
    assert list(retells_facts(joined, field)) and not list(retells_facts(" ".join(facts), field))


@pytest.mark.parametrize(
    ("facts", "joined", "fine"),
    [
        (["先关掉总阀门。", "多数漏水是垫圈老化。"], "先关掉总阀门，多数漏水是垫圈老化。", False),
        (["很多老房子用的是铝线。", "先请电工检查总开关。"], "很多老房子用的是铝线，先请电工检查总开关。", False),
        (["先用胶带贴住窗框。", "旧墙一般要刷两遍。"], "先用胶带贴住窗框，旧墙一般要刷两遍。", False),
        (["滚筒从上往下走。", "一桶漆能刷三十平方米。"], "滚筒从上往下走，一桶漆能刷三十平方米。", False),
        (["白菜先晾晒两天。", "坛子用开水烫过晾干。"], "白菜先晾晒两天，坛子用开水烫过晾干。", True),
        (["照片可以在窗口现场拍摄。", "首次办理不收费。"], "照片可以在窗口现场拍摄，首次办理不收费。", True),
    ],
)
def test_what_is_to_be_done_and_what_mostly_is_so_are_two(facts: list[str], joined: str, fine: bool) -> None:
    brief = Brief(id="1", values={"topic": "修理", "language": "zh"})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=facts))
    assert tell_facts_once(joined, field) == (joined if fine else "".join(facts))


def test_no_fact_becomes_a_part_of_another() -> None:
    facts = ["Walk the dog at the stop in Graz.", "Bring water and a blanket."]
    joined = "Walk the dog at the stop in Graz, where you bring water and a blanket."
    assert "part of another: 'where'" in " ".join(changes(joined, facts, "en"))
    one = ["Bring the form to room 4, where you pay."]
    assert "part of another" not in " ".join(changes(one[0], one, "en"))


def test_an_order_has_no_article() -> None:
    facts = ["Book an appointment six weeks ahead."]
    assert "puts 'The' before" in " ".join(changes("The book an appointment six weeks ahead.", facts, "en"))
    assert not list(changes("The shows run from 18:00.", ["Shows run from 18:00."], "en"))


@pytest.mark.parametrize(
    ("facts", "joined"),
    [
        (
            ["Soup is served at seven.", "The lights go out at ten."],
            "Soup is served at seven, and the lights go out at ten.",
        ),
        (["Soap is fine.", "Never leave the pan in water."], "Soap is fine, and you never leave the pan in water."),
        (["Wash the pan.", "Dry the pan at once."], "Wash the pan, and dry the pan at once."),
    ],
)
def test_two_of_a_kind_may_be_one_sentence(facts: list[str], joined: str) -> None:
    brief = Brief(id="1", values={"topic": "a pan"})
    field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=facts))
    assert tell_facts_once(joined, field) == joined and not list(retells_facts(joined, field))


def test_facts_without_a_common_word_are_not_strung_together_at_length() -> None:
    facts = ["The saddle maker takes the measure of the back twice.", "Orders for carts wait until the hay is in."]
    like = ["A course has ten lessons of 45 minutes each.", "The first two lessons take place where you can stand."]
    for given, one in ((facts, False), (like, True)):
        joined = f"{given[0][:-1]}, and {given[1][0].lower()}{given[1][1:]}"
        brief = Brief(id="1", values={"topic": "a saddlery"})
        field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=given))
        assert (tell_facts_once(joined, field) == joined) is one
