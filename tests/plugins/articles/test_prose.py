"""Facts as an article's sentences, and what is no prose."""

from __future__ import annotations

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.articles.prose import as_sentences, reads_as_prose


def told(intro: str, *texts: str) -> list[str]:
    fields = {"intro": intro, "sections": [{"heading": "No Verb Here", "text": text} for text in texts]}
    return [one.message for one in reads_as_prose(Draft(brief=Brief(id="1", values={}), fields=fields, schema={}))]


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("old soil is shaken  off gently", "The old soil is shaken off gently."),
        ("water tank is emptied before frost", "The water tank is emptied before frost."),
        ("entry is free", "Entry is free."),
        ("choose a wider pot", "Choose a wider pot."),
        ("Prints don't need power", "Prints don't need power."),
        ("opened tubes last a year", "Opened tubes last a year."),
        ("no sugar", "No sugar."),
        ("Is it cold?", "Is it cold?"),
        ("疫苗本一定要带", "疫苗本一定要带。"),
    ],
)
def test_a_point_is_a_sentence_with_its_article(fact: str, sentence: str) -> None:
    assert as_sentences([fact]) == [sentence]


def test_sentences_without_verbs_and_short_ones_in_a_row_are_no_prose() -> None:
    whole = "The barrel is emptied before the first frost, since ice can split it."
    assert told(whole) == told(whole, whole) == told("", "") == []
    assert (
        "2 of 3 sentences have no verb, as 'Two hours, then into bags.'"
        in told(f"{whole} Two hours, then into bags.", "No sugar.")[0]
    )
    assert told(f"{whole} {whole} {whole} {whole}", "No sugar.") == [], "one of five may"
    assert told("A tent with two doors lets everyone out.") == []
    short = "The lid is shut. The tap is closed. The hose is dry."
    assert told(short) == [] and "6 sentences of 4 words read as a list" in told(short, short)[0]
    listed = Draft(brief=Brief(id="1", values={}), fields={"intro": f"{short} {short}"}, schema={})
    assert [one.severity for one in reads_as_prose(listed)] == ["note"], "it is less good, not wrong"
    assert told("盖子盖好。水龙头关好。水管擦干。", "桶要放空。铁架要收。")
    assert not told("黄豆要提前泡上八个小时才能用。煮开以后还要再煮五分钟。" * 3)
