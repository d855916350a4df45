"""Texts that must show stand in the ad as the brief has them, at a place where they can."""

from __future__ import annotations

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.ads.pinned import pins_can_show, with_pins

LINES = ["Holds 200 Litres", "Childproof Lid", "Tap at the Bottom"]


def found(pins, headlines=LINES, descriptions=("One.", "Two.")):
    draft = Draft(
        brief=Brief(id="1", values={"pins": pins}),
        fields={"headlines": list(headlines), "descriptions": list(descriptions)},
        schema={},
    )
    return [one.message for one in pins_can_show.function(draft)]


def test_pinned_texts_stand_first_and_once():
    assert with_pins(LINES, ["H1 = Tonnage", "h2：childproof lid", "D1 = Terms."], "H") == [
        *("Tonnage", "childproof lid", "Holds 200 Litres", "Tap at the Bottom")
    ]
    assert with_pins(LINES, [], "H") == LINES and with_pins(LINES, None, "H") == LINES
    many = [f"{chr(97 + at) * 3} {chr(98 + at) * 4}" for at in range(15)]
    assert len(with_pins(many, ["H1 = Tonnage"], "H")) == 15


@pytest.mark.parametrize(
    ("pins", "told"),
    [
        (["H1 = Childproof lid"], []),
        (["Tonnage"], ["the pin 'Tonnage' is no `H1 = text`; places are H1 to H3, D1 and D2"]),
        (["H4 = Tonnage"], ["the pin 'H4 = Tonnage' is no `H1 = text`; places are H1 to H3, D1 and D2"]),
        (["H1 = Tonnage"], ["'Tonnage' is pinned to H1 and not in the ad"]),
        (["H3 = Childproof lid"], ["H3 is not always shown; what must show stands in H1, H2, D1"]),
        ([f"H2 = {line}" for line in LINES], ["pins all but 0 lines, which leaves nothing to show in H1 and H3"]),
        (["D1 = One", "D1 = Two"], ["pins all but 0 lines, which leaves nothing to show in D2"]),
        ([f"H1 = {'x' * 31}"], [f"'{'x' * 31}' has width 31, at most 30 fit H1"]),
    ],
)
def test_a_pin_that_cannot_show_is_told(pins, told):
    assert found(pins) == told
