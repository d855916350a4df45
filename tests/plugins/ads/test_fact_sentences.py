"""Facts as what a thing does and as sentences; what is not surely one stays a fact."""

from __future__ import annotations

import pytest

from aigc_plugins.ads.fact_sentences import clause, deed, deeds_told, had, is_many


@pytest.mark.parametrize(
    ("fact", "one", "many"),
    [
        ("holds 300 litres", "holds 300 litres", "hold 300 litres"),
        ("can be resoled twice", "can be resoled twice", "can be resoled twice"),
        ("doesn't smell after three days", "doesn't smell after three days", "don't smell after three days"),
        ("has a lid", "has a lid", "have a lid"),
        ("adapts to the runs you miss", "adapts to the runs you miss", "adapt to the runs you miss"),
        ("made of oak", "is made of oak", "are made of oak"),
        ("not waterproof", "is not waterproof", "are not waterproof"),
        ("suitable for lakes, not for the sea", "is suitable for lakes but not for the sea", None),
        ("comes flat, takes 20 minutes to build", "comes flat and takes 20 minutes to build", None),
        ("exports to CSV, PDF and DATEV", "exports to CSV, PDF and DATEV", None),
        *((fact, "", "") for fact in ("May to September", "may to July")),
        *((fact, "", "") for fact in ("invoices in 12 languages", "340 g glass jar", "runs here, nothing is uploaded")),
    ],
)
def test_what_a_thing_does_agrees_with_it(fact: str, one: str, many: str | None) -> None:
    assert deed(fact) == one
    assert many is None or deed(fact, many=True) == many


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("seat adjusts from 33 to 41 cm", "The seat adjusts from 33 to 41 cm."),
        ("vegetables come from farms nearby", "Vegetables come from farms nearby."),
        ("vegetables are grown nearby", "Vegetables are grown nearby."),
        ("coffee comes from next door", "Coffee comes from next door."),
        ("oven and windows are included", "Oven and windows are included."),
        ("your data stays in Ireland", "Your data stays in Ireland."),
        ("if it rains, we move inside", "If it rains, we move inside."),
        ("Most firms want a deposit of 1,000 euros.", "Most firms want a deposit of 1,000 euros."),
        *((fact, "") for fact in ("two days, six people at most", "entry is free, dogs on a lead", "no dogs are in")),
        *((fact, "") for fact in ("cancelled if wind is strong", "batteries, as long as it is dry")),
        *((fact, "") for fact in ("it is open", "charging points on the roof", "live music from 8 pm")),
    ],
)
def test_a_sentence_is_one_for_sure(fact: str, sentence: str) -> None:
    assert clause(fact) == sentence


def test_what_a_thing_has_is_a_noun_of_its_number() -> None:
    assert had("two pockets on the front") == "two pockets on the front" and had("a lid with a lock")
    for fact in (
        "two year warranty",
        "four prints in ten minutes",
        "a night costs £24",
        "pockets",
        "two doors, one lock",
    ):
        assert had(fact) == ""


def test_deeds_are_joined_where_they_are_alike() -> None:
    assert deeds_told("the desk", ["holds 9 kg", "stops"]) == ["The desk holds 9 kg and stops."]
    assert deeds_told("the desk", ["holds 9 kg", "is black"]) == ["The desk holds 9 kg.", "It is black."]
    assert deeds_told("the shoes", ["drain", "grip and hold"], many=True) == ["The shoes drain.", "They grip and hold."]
    assert is_many("running shoes for men") and not is_many("glass") and not is_many("bike for kids")
