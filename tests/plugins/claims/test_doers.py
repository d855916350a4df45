"""Sentences by hand that keep who does what, and sentences that turn it round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aigc.types import Brief, Draft, Field
from aigc_plugins.claims.doers import same_doers

TABLE = yaml.safe_load(Path(__file__).with_name("doers.yaml").read_text(encoding="utf-8"))
LEAST_PRECISION, LEAST_RECALL = 0.97, 0.9


def found_in(entry: dict[str, Any], sentence: str) -> list[str]:
    language = "zh" if any("\u4e00" <= char <= "\u9fff" for char in sentence) else "en"
    values = {"language": language, "topic": entry["topic"], "facts": entry["facts"]}
    draft = Draft(brief=Brief(id="1", values=values), fields={"text": sentence}, schema={})
    return [finding.message for finding in same_doers(sentence, Field(path="text", schema={}, draft=draft))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_turned_round_is_found_and_little_else(language: str) -> None:
    entries = [entry for entry in TABLE if entry["topic"].isascii() is (language == "en")]
    turned = {text: bool(found_in(entry, text)) for entry in entries for text in entry["turned"]}
    right = {text: bool(found_in(entry, text)) for entry in entries for text in entry["right"]}
    assert len(turned) >= 20 and len(right) >= 20
    caught, wrongly = sum(turned.values()), sum(right.values())
    assert caught / (caught + wrongly) >= LEAST_PRECISION, [text for text, found in right.items() if found]
    assert caught / len(turned) >= LEAST_RECALL, [text for text, found in turned.items() if not found]


@pytest.mark.parametrize(
    ("facts", "sentence", "message"),
    [
        ("We repair your bike.", "Repair your bike with us.", "the reader does 'repair'; in the facts the b"),
        ("We repair your bike.", "We repair our bike.", "says 'our bike'; the facts say 'your bike'"),
        ("Children paint the wall.", "Parents paint the wall.", "the parent does 'paint'; in the facts the c"),
    ],
)
def test_it_says_who_does_what_in_the_facts(facts: str, sentence: str, message: str) -> None:
    (found,) = found_in({"topic": "", "facts": [facts]}, sentence)
    assert message in found


@pytest.mark.parametrize(
    ("topic", "fact", "sentence"),
    [
        ("Repair café", "Volunteers repair alongside you.", "Repair your lamp alongside a volunteer."),
        ("Bike repair course", "Your bike is repaired in two evenings.", "Repair your bike in two evenings."),
        ("Drying rack", "The rack dries 12 shirts.", "Dry 12 shirts on the rack."),
        ("Elm Road School", "Pupils dug a pond.", "The pupils of Elm Road School dug a pond."),
        ("自行车", "Li-Ion 36 V", "Li-Ion 36 V的自行车。"),
        ("面试准备", "自己带三份简历。", "面试者自己带三份简历。"),
    ],
)
def test_what_is_done_together_taught_or_done_by_a_thing_is_let_be(topic: str, fact: str, sentence: str) -> None:
    assert not found_in({"topic": topic, "facts": [fact]}, sentence)


def test_a_service_does_what_its_name_says() -> None:
    entry = {"topic": "Gutter cleaning service", "facts": ["Your gutters are cleaned in 2 hours."]}
    assert found_in(entry, "Clean your gutters in 2 hours.")
    assert not found_in(entry, "Your gutters are cleaned in 2 hours.")
    assert not found_in({**entry, "topic": "How gutters are cleaned"}, "Clean your gutters in 2 hours.")
