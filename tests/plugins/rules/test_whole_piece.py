from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.rules.once import sentences_differ
from aigc_plugins.rules.phrasing import no_stock_phrases
from aigc_plugins.rules.support import rests_on_facts


def article(*texts: str) -> dict[str, object]:
    return {"intro": texts[0], "sections": [{"heading": "Part", "text": text} for text in texts[1:]]}


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        (("Wipe the chain with a cloth.", "Oil every link.", "With a cloth you wipe the chain."), "sections[1].text"),
        (("用布擦干净链条。", "链条要用布擦干净。"), "sections[0].text"),
        (("每天读十五分钟就够了。", "每天读十五分钟就够了。"), "sections[0].text"),
        (("Wipe the chain with a cloth.", "Oil every link.", "Measure it every 500 km."), ""),
        (("用布擦干净链条。", "每个链节滴一滴油。"), ""),
    ],
)
def test_sentences_differ_over_the_whole_piece(draft: Callable[..., Draft], texts: tuple[str, ...], path: str) -> None:
    found = list(sentences_differ(draft(**article(*texts)), fields=["intro", "sections.text"]))
    assert [finding.field for finding in found] == ([path] if path else [])


def test_stock_phrases_are_counted_over_the_piece(draft: Callable[..., Draft]) -> None:
    piece = draft(**article("We are on the same page.", "Be on the same page.", "Plain words."))
    (finding,) = no_stock_phrases(piece, at_most=3)
    assert finding.message == "has stock phrases: on the same page (2 times)"
    assert list(no_stock_phrases(draft(text="A game-changer.")))
    assert not list(no_stock_phrases(draft(text="A game-changer."), at_most=1))


@pytest.mark.parametrize("text", ["A must-have for cooks.", "Must-have tools.", "It is a must have."])
def test_what_one_must_have_is_a_stock_phrase(draft: Callable[..., Draft], text: str) -> None:
    assert list(no_stock_phrases(draft(text=text)))


def test_a_duty_is_none(draft: Callable[..., Draft]) -> None:
    assert not list(no_stock_phrases(draft(text="Each piece must have at least one bud.")))


def test_a_stock_phrase_of_the_brief_is_no_fault() -> None:
    brief = Brief(id="1", values={"topic": "Peace of mind insurance"})
    assert not list(no_stock_phrases(Draft(brief=brief, fields={"text": "Peace of mind insurance."}, schema={})))


@pytest.mark.parametrize(("values", "fine"), [({"facts": ["One."]}, True), ({"facts": []}, False), ({}, False)])
def test_a_piece_without_facts_is_told(values: dict[str, list[str]], fine: bool) -> None:
    found = list(rests_on_facts(Draft(brief=Brief(id="1", values=values), fields={}, schema={})))
    assert (not found) is fine
    assert rests_on_facts.severity == "warn"


def test_what_the_brief_has_twice_in_other_words_is_its_own() -> None:
    facts = ["Oil the chain of the bicycle weekly.", "Oil the chain of the bicycle weekly in winter."]
    for intro, fine in ((facts[1], True), (facts[0], False)):
        fields = article(intro, facts[0])
        piece = Draft(brief=Brief(id="1", values={"facts": facts}), fields=fields, schema={})
        assert (not list(sentences_differ(piece, fields=["intro", "sections.text"]))) is fine
