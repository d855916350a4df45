"""What no platform prints is written plainly, a name is left as it is, and what cannot be written so is refused."""

from __future__ import annotations

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.rules.editorial import editorial, signs_left_out
from aigc_plugins.rules.gimmicks import plain_spelling, printable

PLAIN = [
    ("F-R-E-E shipping", "Free shipping"),
    ("with F.R.E.E. returns", "with free returns"),
    ("A*Maz*Ing lid", "Amazing lid"),
    ("S*A*L*E", "Sale"),
    ("M*A*S*H shirt", "MASH shirt"),
    ("f1ts every holder", "Fits every holder"),
    ("fl0wers, $ave", "Flowers, save"),
    ("_Strong_ handle", "Strong handle"),
    ("~500 g", "about 500 g"),
    ("hot for 5~6 hours", "hot for 5-6 hours"),
    ("Warm ~ dry", "Warm dry"),
    ("10*15 cm base*", "10×15 cm base"),
    ("5* rating", "5-star rating"),
    ("ＦＵＬＬ steel", "FULL steel"),
    ("»quick« boil, « easy » to clean", '"quick" boil, "easy" to clean'),
    ("10 % 0ff", "10 % off"),
    ("gr8 mug 4u", "Great mug for you"),
]
OWN = [
    "5* hotel in Oslo",
    "50ft hose and 5ft cord",
    "plays mp3s",
    "A1c test",
    "vitamins A B C D",
    "N.A.S.A. labs",
    "USB-C, 3-in-1",
    "user@example.com",
    "https://example.com/_f1ts_/~me",
    "snake_case",
    "H2O, CO2 and B2B",
    "Save $10",
    "Made 4 you",
    "0in and 5in",
    "Home » Mugs",
]


@pytest.mark.parametrize(("text", "wanted"), PLAIN)
def test_a_gimmick_is_written_as_print_has_it(text, wanted):
    assert printable(text) == wanted
    assert printable([text, None]) == [wanted, None]


@pytest.mark.parametrize("text", OWN)
def test_what_is_no_gimmick_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("ＬＥＤ显示", "ＬＥＤ显示"), ("约5～6小时", "约5～6小时"), ("~500克", "约500克"), ("10*15厘米", "10×15厘米")],
)
def test_chinese_keeps_what_is_its_own(text, wanted):
    assert printable(text, "zh") == wanted


@pytest.mark.parametrize(
    ("brand", "product", "text", "wanted"),
    [
        ("F-R-E-E", "", "Boots by F-R-E-E", "Boots by F-R-E-E"),
        ("", "M*A*S*H shirt", "M*A*S*H shirt, s*a*l*e", "M*A*S*H shirt, sale"),
        ("", "F-R-E-E mug", "The F-R-E-E mug", "The free mug"),
        ("e.l.f.", "", "Balm by E.l.f", "Balm by e.l.f."),
        ("P!nk", "", "A p!nk shirt", "A P!nk shirt"),
        ("Fernway", "", "Mug by fernway", "Mug by fernway"),
    ],
)
def test_a_name_is_written_as_it_writes_itself(field, brand, product, text, wanted):
    assert plain_spelling(text, field({"brand": brand, "product": product})) == wanted


REFUSED = [
    "A*Maz*Ing Lid",
    "F-R-E-E Mug",
    "w-i-d-e lid",
    "f1ts all",
    "_Strong_",
    "About ~5 kg",
    "ＦＵＬＬ",
    "Home › Mug",
    "warm*",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_gimmick_is_refused_though_the_brief_has_it(field, text):
    assert list(editorial(text, field({"benefits": [text]}, path="headlines[0]")))


NAMES = [
    "P!nk Shirt",
    "Mail by Yahoo!",
    "Lip Oil by e.l.f.",
    "Toys-R-Us Card",
    "7-Eleven Card",
    "M*A*S*H Shirt",
    "L-O-V-I Lid",
]


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_not_refused(field, text):
    name = next(word for word in text.split() if not word.isalpha())
    assert not list(editorial(text, field({"brand": name}, path="headlines[0]")))
    if "!" not in name:
        assert not list(editorial(text, field({"product": text}, path="headlines[0]")))


@pytest.mark.parametrize("text", ["vitamins A B C D", "A-C-D-E set", "D3O pads", "https://example.com/a_b", "B1rk lid"])
def test_codes_of_the_brief_are_its_own(field, text):
    assert not list(editorial(text, field({"benefits": [text]}, path="headlines[0]")))


def test_full_width_letters_are_chinese_ones_in_chinese(field):
    assert not list(editorial("ＬＥＤ显示", field({"language": "zh"}, path="headlines[0]")))


def test_what_is_written_otherwise_is_said():
    values = {"product": "Mug", "brand": "e.l.f.", "benefits": ["F-R-E-E lid", "f1ts by e.l.f.", "* light *"]}
    draft = Draft(brief=Brief(id="1", values=values), fields={"headlines": ["Mug"]}, schema={})
    assert list(signs_left_out(draft)) == [
        "written as search ads print it: the brief's benefits: F-R-E-E as Free, f1ts as Fits"
    ]
