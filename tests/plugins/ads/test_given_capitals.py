"""No name loses its capital: not in the middle of a sentence, and not where a model wrote it small."""

from __future__ import annotations

import pytest

from aigc_plugins.ads.fact_lines import ad_sentence, in_sentence
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.given_capitals import with_given_capitals
from aigc_plugins.ads.long_lines import long_headlines


@pytest.mark.parametrize(
    ("fact", "within"),
    [
        ("Gas Safe registered", "Gas Safe registered"),
        ("Leeds, Wakefield and Pontefract", "Leeds, Wakefield and Pontefract"),
        ("Bath and Bristol", "Bath and Bristol"),
        ("Covers Leeds and Wakefield", "covers Leeds and Wakefield"),
        ("In Leeds on Mondays", "in Leeds on Mondays"),
        ("Oak frame", "oak frame"),
    ],
)
def test_a_fact_keeps_the_capital_of_a_name_within_a_sentence(fact: str, within: str) -> None:
    assert in_sentence(fact) == within
    assert ad_sentence(fact, "Boiler servicing") == f"Boiler servicing: {within}."


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("Covers leeds, Wakefield and pontefract", "Covers Leeds, Wakefield and Pontefract"),
        ("A gas Safe registered engineer", "A Gas Safe registered engineer"),
        ("Spoken: polish, romanian", "Spoken: Polish, Romanian"),
        ("A written report", "A written report"),
    ],
)
def test_a_line_has_the_capitals_of_its_brief(line: str, mended: str) -> None:
    facts = [
        "covers Leeds, Wakefield and Pontefract",
        "Gas Safe registered",
        "Polish, Romanian and Ukrainian",
        "Written",
    ]
    assert with_given_capitals(line, facts) == mended


def test_no_capital_is_taken_from_a_title_or_from_a_word_that_is_written_small_too() -> None:
    assert with_given_capitals("flat pack and old oak", ["Flat Pack Made Easy", "a flat Oak top of oak"]) == (
        "flat pack and old oak"
    )


def test_what_may_be_a_name_stands_in_a_sentence_of_its_own() -> None:
    assert told_together(["two doors", "Pontefract delivery"]) == "Two doors. Pontefract delivery."
    assert told_together(["two doors", "Brass hinges"]) == "Two doors, brass hinges."


def test_a_name_that_begins_a_fact_keeps_its_capital_behind_a_colon() -> None:
    told = ad_sentence("Ofsted outstanding twice running", "Childminding", once=True)
    assert told == "Childminding: Ofsted outstanding twice running."
    assert ad_sentence("Holds two litres", "Kettle", once=True) == "Kettle: holds two litres."
    assert long_headlines(["Ofsted outstanding twice running"], product="Childminding")[0].endswith(": " + told[14:-1])
