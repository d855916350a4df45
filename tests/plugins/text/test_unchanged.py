"""A text that needs nothing done is seen at once: it comes out as it would have the long way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.types import Brief, Draft, Field
from aigc_plugins.text import emoji, quotes, spaces
from aigc_plugins.text.casing import title_case

EVERY = re.compile("")  # finds something in every text
SIGNS = "aB1 .,!?:;*~=|^\"'`()-\n\t\r\u00a0你，✓🔥\ufe0f\u20e3"
TEXT = st.one_of(st.text(alphabet="aB1 ,.!", max_size=6), st.text(alphabet=SIGNS, max_size=12))


@given(text=TEXT, symbols=st.booleans())
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_the_short_way_comes_to_the_same(
    text: str, symbols: bool, field: Callable[..., Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ways() -> tuple[Any, ...]:
        return (
            emoji.strip_emoji(text, symbols=symbols),
            quotes.normalise_quotes(text, field()),
            quotes.normalise_quotes(text, field({"language": "zh"}), style="curly"),
            spaces.normalise_spaces(text, han_latin="space" if symbols else "keep"),
        )

    short = ways()
    with monkeypatch.context() as long:
        for module, name in ((emoji, "ANY"), (quotes, "ANY"), (spaces, "UNTIDY")):
            long.setattr(module, name, EVERY)
        assert short == ways()


def test_one_brief_s_names_are_no_other_s(field: Callable[..., Field]) -> None:
    plain, named = {"facts": ["made by acme"]}, {"facts": ["made by AcMe for you"], "brand": "AcMe"}
    for values, keep, expected in (
        (plain, (), "Made by Acme"),
        (named, (), "Made by AcMe"),
        (plain, ("aCME",), "Made by aCME"),
        (named, ("aCME",), "Made by aCME"),
        (plain, (), "Made by Acme"),
    ):
        place = Field(path="text", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
        assert title_case("made by acme", place, keep=keep) == expected


@pytest.mark.parametrize(
    ("text", "titled"), [("drives 90 km/h and more", "Drives 90 km/h and More"), ("with 28 µg iron", "With 28 µg Iron")]
)
def test_a_unit_of_two_parts_stays_small(text: str, titled: str, field: Callable[..., Field]) -> None:
    assert title_case(text, field()) == titled
