"""Introductions: what announces, and what would have to be proven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.announcing import announces, keep_announcements
from aigc_plugins.articles.parts import article_intro

BANK = Path(__file__).resolve().parents[3] / "templates/articles/bank/intros.jsonl"
ROWS = [json.loads(line) for line in BANK.read_text(encoding="utf-8").splitlines()]
BRIEFS: dict[str, dict[str, Any]] = {
    "dog": {
        "topic": "keeping a guide dog in a flat",
        "audience": "new owners",
        "facts": ["Cables are kept out of reach.", "A bowl of water stands in the kitchen.", "A trainer comes twice."],
    },
    "machine": {
        "topic": "sharing a washing machine in a stairwell",
        "audience": "tenants",
        "facts": ["The caretaker cleans the filter every month."],
    },
    "comics": {"topic": "reading comics in a foreign language", "audience": "language learners", "facts": []},
    "school": {
        "topic": "walking to school in the dark",
        "audience": "parents",
        "facts": ["Reflectors are seen from 150 metres.", "Dark coats are not seen at all."],
    },
    "run": {
        "topic": "给视障跑者当陪跑员",
        "audience": "跑步爱好者",
        "facts": ["陪跑员和跑者各拉一根绳子。", "转弯前要先说。", "第一次跑三公里就够了。"],
        "language": "zh",
    },
}


def field(values: dict[str, Any]) -> Field:
    return Field(path="intro", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dog", "New owners can keep a guide dog in a flat."),
        ("dog", "Read on about the bowl, the cables and the trainer."),
        ("dog", "Where does a guide dog sleep in a flat?"),
        ("dog", "This page tells new owners how often a trainer comes."),
        ("machine", "Tenants want to share a washing machine in a stairwell."),
        ("machine", "This article is about the filter and the caretaker."),
        ("school", "This article is about walking to school in the dark, reflectors and coats."),
        ("run", "跑步爱好者也可以给视障跑者当陪跑员。"),
        ("run", "这篇文章讲绳子怎么拉，转弯前说什么。"),
        ("run", "给视障跑者当陪跑员，第一次跑多远？"),
    ],
)
def test_an_announcement_stays(name: str, sentence: str) -> None:
    assert not list(announces(sentence, field(BRIEFS[name])))
    assert keep_announcements(sentence, field(BRIEFS[name])) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dog", "A flat is the right place for a guide dog."),
        ("dog", "It needs a bowl, cables, and a trainer."),
        ("dog", "This article shows that a guide dog needs a bowl."),
        ("dog", "Here is why a guide dog has a trainer."),
        ("dog", "New owners can keeping a guide dog in a flat."),
        ("machine", "Sharing a washing machine in a stairwell helps tenants."),
        ("machine", "Tenants can save money by sharing a washing machine."),
        ("comics", "Language learners are asked to start reading comics."),
        ("comics", "Reading comics is the best way to learn a foreign language."),
        ("school", "Parents who walk to school in the dark need to know which reflectors to use."),
        ("school", "This article is about walking to school in the dark, which is safe for parents."),
        ("school", "This article is about the dark, and parents must walk to school."),
        ("dog", "This article tells new owners the trainer comes twice."),
        ("run", "给视障跑者当陪跑员对健康有好处。"),
        ("run", "跑步爱好者需要一根绳子。"),
        ("run", "本文告诉跑步爱好者，陪跑员需要一根绳子。"),
        ("run", "跑步爱好者可以通过陪跑来锻炼身体。"),
        ("run", "给视障跑者当陪跑员，陪什么，绳子怎么拉，先说什么，跑几公里？"),  # rambles
    ],
)
def test_what_states_something_goes(name: str, sentence: str) -> None:
    assert list(announces(sentence, field(BRIEFS[name])))
    assert keep_announcements(sentence, field(BRIEFS[name])) == ""


@pytest.mark.parametrize("values", BRIEFS.values(), ids=BRIEFS)
def test_a_plain_introduction_announces(values: dict[str, Any]) -> None:
    plain = article_intro(values["topic"], values["audience"], values.get("language", "en"))
    assert not list(announces(plain, field(values)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["topic"]))
def test_introductions_by_hand_announce(row: dict[str, Any]) -> None:
    assert not list(announces(row["output"], field(row)))


def test_a_plain_introduction_stands_whatever_its_topic() -> None:
    given = field({"topic": "life in St. Ives, why is it cold?", "audience": "guests"})
    plain = article_intro("life in St. Ives, why is it cold?", "guests")
    assert not list(announces(plain, given)) and keep_announcements(plain, given) == plain
