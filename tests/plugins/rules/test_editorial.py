from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.types import Brief, Draft, Field
from aigc_plugins.rules.editorial import editorial, no_lost_cross, signs_left_out


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Amazing!", "1 exclamation marks, at most 0"),
        ("太好了！", "1 exclamation marks"),
        ("Wow!! Yes", "repeated punctuation"),
        ("Really??", "repeated punctuation"),
        ("Wait... boots", "repeated punctuation"),
        ("Fun 🎉", "emoji"),
        ("*flowers*", "symbol"),
        ("Warm • Dry", "symbol"),
        ("F.L.O.W.E.R.S", "spelt-out word"),
        ("f1owers here", "gimmick spelling"),
        ("4 sale", "gimmick spelling"),
        ("Big sale.Buy now", "bad spacing"),
        ("fast , easy", "bad spacing"),
        ("SOFTWARE sale", "'SOFTWARE' in capitals"),
        ("BUY SOME MORE", "'BUY' in capitals"),
        ("SOFTwAre", "gimmick capitals"),
        ("Call 555-123-4567", "phone number"),
        ("Call +1 (555) 123-4567", "phone number"),
        ("拨打13812345678", "phone number"),
        ("Call +49 30 1234567", "phone number"),
        ("WhatsApp 01761234567", "phone number"),
        ("𝐁𝐨𝐥𝐝 letters", "styled letters"),
        ("ⓟⓛⓐⓘⓝ lid", "styled letters"),
        ("Wow ‼", "emoji"),
        ("拨打400-123-4567", "phone number"),
        ("Click here", "call to click"),
        ("点击此处", "call to click"),
    ],
)
def test_what_is_refused(field, text, part):
    assert any(part in finding.message for finding in editorial(text, field(path="headlines[0]")))


@pytest.mark.parametrize(
    "text",
    [
        "Natural Rubber Kids Rain Boots",
        "5* hotel in Oslo",
        "Buy NOW",
        "USB-C and HDMI",
        "iPhone cases",
        "WiFi router",
        "Boots | Acme",
        "From $1,200.00",
        "Open 2026-11-23",
        "折叠电动自行车，续航40公里",
        "H2O and CO2",
        "GTIN 4006381333931",
        "+20% on 1000 items",
        "MEGABRAND boots",  # the brief writes it so
    ],
)
def test_what_is_fine(field, text):
    assert [f.message for f in editorial(text, field({"brand": "MEGABRAND"}, path="headlines[0]"))] == []


def test_exclamation_marks_by_field(field):
    assert not list(editorial("Amazing!", field(path="descriptions[0]")))
    assert list(editorial("Amazing! Wow!", field(path="descriptions[0]")))
    assert list(editorial("Amazing!", field(path="text"), exclamations=0))


def test_the_span_is_the_offence(field):
    text = "Warm feet 🎉 now"
    (finding,) = editorial(text, field())
    assert text[slice(*finding.span)] == "🎉"


SIGNS = ["Fun 🎉 Apron", "Warm • Dry", "★★★ Apron", "✅ Washes", "A → B", "A ← B", "Wait??", "*** Sale ***", "a ^ b"]
SIGNS += ["keeps <hot>", "𝐁𝐨𝐥𝐝 letters", "◉ Lid", "Call +49 30 1234567"]


@pytest.mark.parametrize("text", SIGNS)
def test_the_brief_s_having_a_sign_is_no_excuse_for_it(field, text):
    assert list(editorial(text, field({"product": text}, path="headlines[0]")))


def test_signs_that_were_left_out_are_named():
    values = {"product": "👩‍🍳 Apron", "benefits": ["✅ washes", "• ✅ dries"], "price": "5 €"}
    draft = Draft(brief=Brief(id="1", values=values), fields={"headlines": ["Apron", "Washes"]}, schema={})
    assert list(signs_left_out(draft)) == [
        "left out of the brief's product: 👩‍🍳, which search ads do not print",
        "left out of the brief's benefits: ✅ •, which search ads do not print",
    ]
    values = {"benefits": ["©️ 2026", "*** light ***"]}
    draft = Draft(brief=Brief(id="1", values=values), fields={"headlines": ["© 2026", "Light"]}, schema={})
    assert list(signs_left_out(draft)) == ["left out of the brief's benefits: ***, which search ads do not print"]


def test_signs_that_are_kept_are_not_named():
    values = {"product": "👩‍🍳 Apron", "benefits": ["✅ washes", "• ✅ dries"], "price": "5 €"}
    draft = Draft(brief=Brief(id="1", values=values), fields={}, schema={})
    kept = replace(draft, fields={"headlines": ["👩‍🍳 Apron", "✅ • Washes"]})
    assert not list(signs_left_out(kept))


@pytest.mark.parametrize("fact", ["❌ BPA", "✗ Gluten", "🚫 Lactose", "Gluten: ✗", "BPA ✖️, washable ✅", "✖ 2 handles"])
def test_a_fact_that_is_crossed_out_is_none(fact):
    draft = Draft(brief=Brief(id="1", values={"benefits": [fact, "light"]}), fields={"headlines": ["BPA"]}, schema={})
    assert [found.split(";")[0] for found in no_lost_cross(draft)] == [f"the brief's benefits says {fact!r}"]
    assert not list(no_lost_cross(replace(draft, fields={"headlines": [fact]}))), "where a text shows the cross"


@pytest.mark.parametrize("fact", ["10✕20 cm", "10 ✖ 20 cm", "10 × 20", "no BPA", "✅ light"])
def test_a_size_is_not_crossed_out(fact):
    draft = Draft(brief=Brief(id="1", values={"benefits": [fact]}), fields={"headlines": ["Light"]}, schema={})
    assert not list(no_lost_cross(draft))


WORDS = (
    "Fold",
    "for",
    "a",
    "A",
    "sale",
    "click",
    "here",
    "u",
    "U",
    "SPF",
    "SoftWare",
    "Non-slip",
    "5",
    "555",
    "1234",
    "4",
)
PARTS = st.sampled_from(
    [*WORDS, "leak-proof", "&", "-", "!", "..", "f1ower", "it's", "kept.Buy", "50", "555 123 4567", "4 sale"]
)
BETWEEN = st.sampled_from([" ", " ", ", ", ". ", ",", "  ", "-", "."])


@given(parts=st.lists(st.tuples(PARTS, BETWEEN), min_size=1, max_size=6), stop=st.sampled_from(["", "."]))
@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_plain_print_has_nothing_that_is_refused(
    parts: list[tuple[str, str]], stop: str, field: Callable[..., Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(part for pair in parts for part in pair).rstrip(" ,.-") + stop
    at_once = list(editorial(text, field(path="headline")))
    with monkeypatch.context() as long:
        long.setattr(import_module("aigc_plugins.rules.editorial"), "PRINTED", re.compile("(?!)"))
        assert at_once == list(editorial(text, field(path="headline")))
