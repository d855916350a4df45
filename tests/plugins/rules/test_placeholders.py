from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.types import Brief, Draft
from aigc_plugins.rules import placeholders as rules
from aigc_plugins.rules.placeholders import brief_filled_in, no_placeholder, placeholders


@pytest.mark.parametrize(
    "text",
    [
        "Dear [Your Name]",
        "Insert benefit 1",
        "Enter your headline here",
        "Hier Text einfügen",
        "[Brand] apron",
        "[product_name], washed",
        "In [SIZE] and [Colour]",
        "Von [Marke]",
        "Buy {product} now",
        "Comes in {size}",
        "{product.title}",
        "{0} litres, {}",
        "${name}",
        "{{ price }}",
        "https://example.com/{{ handle }}",
        "Only %price%",
        "Hello %s",
        "<company name>",
        "Call XXX",
        "Lorem ipsum dolor",
        "Your text here",
        "Price TBD",
        "Size: TBC",
        "【品牌】跑鞋",
        "（产品名称）跑鞋",
        "某某公司",
        "XX公司",
        "[...]",
        "Holds [Volume]",
        "[Key Feature] inside",
        "Brand Name",
        *(
            "tbd",
            "T.B.D.",
            "(tba)",
            "xxx",
            "sample text",
            "待定",
            "[tbd]",
            "[X]% off",
            "[Nom du produit]",
            "[Ihre Marke]",
        ),
        *("Only $XX", "€ XX,XX", "XX.XX €", "Save XX%", "X % off", "Dear *|FNAME|*", "@@brand@@", "##brand##"),
        *("$product_name", "<品牌>跑鞋", "Text folgt", "https://YOUR-SHOP/products/mug", "https://www.yourdomain.com"),
        *(
            "Holds ___ litres",
            "?? litres",
            "Ends 00/00/0000",
            "0000-00-00",
            "until DD.MM.YYYY",
            "tt.mm.jjjj",
            "XX litres",
        ),
        *("容量？？升", "N.N.", "My Company", "XXX kg", "XX litres"),
    ],
)
def test_placeholders(field, text):
    assert list(no_placeholder(text, field({"product": text})))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "{KeyWord:Boots}",
            "{关键词}跑鞋",
            "XXL shirts",
            "Insert coin",
            "Insert name tags into the slot",
            "【新品】跑鞋",
            "a todo list",
            "see [1]",
            "fill in ____",
            "<b>",
        ),
        *("[NEW] Oak board", "Cable [2m]", "[Color: Red]", "[Size 38]", "100 %s", "5% off, 10% back", "<title>"),
        "https://example.com/?kw={keyword}",
        *("0.00 % alcohol", "Company of Heroes", "and so on…", "Why wait??", "Really?? Yes", "10.00.2026", "a__b"),
        *("$0.00 delivery fee", "__init__ runs first", "https://example.com/__/dd-mm-yy"),
        *("Model TBA-200", "size XX", "Louis XX", "$mart", "Xmas sale", "https://example.com/your-shop", "X-ray 5%"),
    ],
)
def test_no_placeholders(field, text):
    assert not list(no_placeholder(text, field()))


def test_an_allowed_placeholder(field):
    assert not list(no_placeholder("Buy {product}", field(), allow=["{product}"]))


def test_brackets_of_a_brief_about_code_are_its_own(field):
    code = field({"facts": ["len([]) = 0", "{name} = a field", "Ohio = TBD"]})
    assert not list(no_placeholder("What is len([]) beside {name}?", code, own_brackets=True))
    assert list(no_placeholder("What is len([])?", code))
    for text in ("What is type({})?", "What goes with TBD?"):
        assert list(no_placeholder(text, code, own_brackets=True))


def test_a_brief_that_nobody_filled_in():
    values = {"product": "Apron", "brand": "[Brand]", "benefits": ["two pockets", "comes in {size}"], "price": None}
    draft = Draft(brief=Brief(id="1", values=values), fields={}, schema={})
    assert list(brief_filled_in(draft)) == [
        "the brief's brand has the placeholder '[Brand]'",
        "the brief's benefits has the placeholder '{size}'",
    ]
    assert len(list(brief_filled_in(draft, but=["benefits"]))) == 1


@pytest.mark.parametrize(
    ("product", "told"), [("🎉", 1), ("1️⃣", 1), ("…", 1), ("🎉 Mug", 0), ("3M", 0), ("茶", 0), (None, 0)]
)
def test_an_input_that_is_to_have_a_word(product, told):
    draft = Draft(brief=Brief(id="1", values={"product": product, "brand": "🎉"}), fields={}, schema={})
    assert list(brief_filled_in(draft, worded=["product"])) == ["the brief's product has no word"] * told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("price", one) for one in ("$0.00", "0,00 €", "0.00", "…", "...", "?", "??")],
        *[("brand", one) for one in ("Company", "company", "N.N.", "NN", "Your Company", "Brand", "公司", "[Firma]")],
        *[("benefits", one) for one in ("…", "holds ___", "___", "- - -")],
        ("product", "Product"),
    ],
)
def test_a_value_that_says_nothing(name, value):
    draft = Draft(brief=Brief(id="1", values={name: [value] if name == "benefits" else value}), fields={}, schema={})
    assert len(list(brief_filled_in(draft))) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("price", "$0.50"),
        ("benefits", "0.00 % alcohol"),
        ("product", "Company of Heroes"),
        ("brand", "The Company Shop"),
        ("category", "company"),
        ("product", "Shop"),
        ("product", "Test"),
        ("keyword", "brand"),
        ("benefits", "and much more…"),
        ("benefits", "$0.00 delivery fee"),
        ("benefits", "my_file__name"),
    ],
)
def test_a_value_that_says_something(name, value):
    assert not list(brief_filled_in(Draft(brief=Brief(id="1", values={name: value}), fields={}, schema={})))


SIGNS = "XX X % $ € 00 / . - dd mm yyyy DD [ ] { } < > ( ) （ 品牌 】 【 _ __ ? ?? ？ # ## @@ *| |* 升 kg 12 , :"
WORDS = "name Brand TBD lorem ipsum s d your insert text here https://your-shop.com platzhalter"
PIECES = st.sampled_from([*SIGNS.split(), *WORDS.split(), " ", "\n"])


@given(parts=st.lists(PIECES, max_size=8))
@settings(max_examples=1000, deadline=None)
def test_a_text_without_signs_has_no_placeholder(parts: list[str]) -> None:
    """What tells soon that there is none never hides one."""
    text = "".join(parts)
    found = [one.group() for one in rules._found(text)]
    assert [one.group() for one in placeholders(text)] == found or rules._whole().match(text)
