from __future__ import annotations

import pytest

from aigc.content import measure
from aigc.types import Brief, Draft
from aigc_plugins.text.beginnings import begin_with
from aigc_plugins.text.casing import sentence_case, title_case
from aigc_plugins.text.endings import drop_final_punctuation, ensure_final_punctuation, limit_exclamations
from aigc_plugins.text.length import drop_incomplete_sentence, trim_to_limit
from aigc_plugins.text.repeats import collapse_repeats, dedupe_items


@pytest.mark.parametrize(
    ("text", "schema", "wanted"),
    [
        ("Natural rubber boots for kids and more", {"limit": {"width": 30}}, "Natural rubber boots for kids"),
        ("Fits", {"limit": {"width": 30}}, "Fits"),
        ("No limit here at all", {}, "No limit here at all"),
        ("Six chars or more", {"maxLength": 9}, "Six chars"),
    ],
)
def test_trim_to_limit(field, text, schema, wanted):
    assert trim_to_limit(text, field(**schema)) == wanted


def test_trim_to_limit_counts_wide_characters_twice(field):
    text = "折叠电动自行车，续航四十公里，轻便易携"
    trimmed = trim_to_limit(text, field(limit={"width": 30}))
    assert trimmed and text.startswith(trimmed) and measure(trimmed, "width") <= 30


def test_trim_to_limit_at_sentence(field):
    text = "Warm feet all day. Dry ones too."
    assert trim_to_limit(text, field(limit={"chars": 25}), at="sentence") == "Warm feet all day."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One whole. Two is not", "One whole."),
        ("Dr. Foo weighs 3.5 kg. And then", "Dr. Foo weighs 3.5 kg."),
        ("第一句。第二句没", "第一句。"),
        ("他说：“好。”然后", "他说：“好。”"),
        ("No sentence at all", "No sentence at all"),
        ("# A\n\nText is here.\n\n## B\n\nand then", "# A\n\nText is here."),
        ("Intro.\n\n- one\n- two\n- thr", "Intro.\n\n- one\n- two"),
        ("All whole. Really.", "All whole. Really."),
    ],
)
def test_drop_incomplete_sentence(field, text, wanted):
    assert drop_incomplete_sentence(text, field(finish_reason="length")) == wanted


def test_drop_incomplete_sentence_leaves_a_finished_text(field):
    assert drop_incomplete_sentence("One. A list: a", field()) == "One. A list: a"
    assert drop_incomplete_sentence("One. A list: a", field(), always=True) == "One."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Natural Rubber Kids Rain Boots", "Natural rubber kids rain boots"),
        ("New USB-C Charger For iPhone 15", "New USB-C charger for iPhone 15"),
        ("Boots By Acme For You", "Boots by Acme for you"),
        ("Coats Made In Vermont", "Coats made in Vermont"),
        ("already a sentence from Paris", "Already a sentence from Paris"),
        ("WARM FEET ALL DAY", "Warm feet all day"),
        ("折叠车", "折叠车"),
        ("iPhone Cases", "iPhone cases"),
        ("Iron Skillet: Oven Safe To 260 °C", "Iron skillet: oven safe to 260 °C"),
        ("Cast Iron Skillet: Oven safe to 260 °C.", "Cast iron skillet: oven safe to 260 °C."),
        ("Copper Saucepan Holds 1.5 L", "Copper saucepan holds 1.5 L"),
    ],
)
def test_sentence_case(field, text, wanted):
    values = {"brand": "Acme", "origin": "made in Vermont by hand"}
    assert sentence_case(text, field(values)) == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"brand": "The North Shed"}, "Dry in the sun now"),
        ({"url": "https://example.com/Dry/In/The/Sun/Now"}, "Dry in the sun now"),
        ({"note": "see www.example.com/Sun and Sun@example.com, for more"}, "Dry in the sun now"),
        ({"note": "dries IN THE shade, comes NOW"}, "Dry in the sun now"),
        ({"note": "a red one. Sun: it does no harm"}, "Dry in the sun now"),
        ({"note": "for Sun and for sun"}, "Dry in the sun now"),
        ({"sku": "hook in a box of Sun make"}, "Dry in the sun now"),
        ({"note": "made in Sun"}, "Dry in the Sun now"),
        ({"note": "Made in Sun"}, "Dry in the sun now"),
        ({"brand": "In"}, "Dry in the sun now"),
        ({"note": "RED IN SUN"}, "Dry in the sun now"),
        ({"note": "is made by hand in Sun county"}, "Dry in the Sun now"),
        ({"brand": "Sun"}, "Dry in the Sun now"),
        ({"brand": "The Sun"}, "Dry in The Sun now"),
        ({"brand": "The Sun", "note": "dries in the sun"}, "Dry in the sun now"),
        ({"brand": "The Sun", "note": "DRIES IN THE SUN"}, "Dry in the Sun now"),
        ({"brand": "The Sun", "note": "made by The Sun"}, "Dry in The Sun now"),
    ],
)
def test_only_names_teach_capitals(field, values, wanted):
    assert sentence_case("Dry In The Sun Now", field(values)) == wanted


def test_a_brand_of_several_words_stays_one(field):
    assert title_case("boots by the north shed in the sun", field({"brand": "The North Shed"})) == (
        "Boots by The North Shed in the Sun"
    )
    values = {"brand": "Fresh Bread Co", "note": "baked fresh"}
    assert (
        sentence_case("Bread By Fresh Bread Co, Baked Fresh", field(values)) == "Bread by Fresh Bread Co, baked fresh"
    )


@pytest.mark.parametrize(
    ("brand", "note", "text", "wanted"),
    [
        ("The Sun", "dries in the sun", "Garden chair by The Sun", "Garden Chair by The Sun"),
        ("The Sun", "dries in the sun", "dries in the sun", "Dries in the Sun"),
        ("The Sun", "by The Sun, dries in the sun", "The Sun: dries in the sun", "The Sun: Dries in the Sun"),
        ("Of The Hill", "at the foot of the hill", "Jam of the hill by Of The Hill", "Jam of the Hill by Of The Hill"),
        ("e.l.f.", "", "lip oil by e.l.f.", "Lip Oil by e.l.f."),
        ("P!nk", "a pink p!nk lid", "P!nk shirt", "P!nk Shirt"),
    ],
)
def test_a_brand_beside_the_words_it_is_made_of(field, brand, note, text, wanted):
    assert title_case(text, field({"brand": brand, "note": note})) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("see https://example.com/in/The", "See https://example.com/in/The"),
        ("https://Example.com/aB is new", "https://Example.com/aB Is New"),
        ("more at www.example.com/aB", "More at www.example.com/aB"),
        ("write to info@example.com", "Write to info@example.com"),
        ("shop at example.com today", "Shop at example.com Today"),
        ("example.com/in/the sun", "example.com/in/the Sun"),
        ("made by hand.it works", "Made by Hand.it Works"),
    ],
)
def test_a_link_keeps_its_capitals(field, text, wanted):
    assert title_case(text, field()) == wanted
    assert all(word in sentence_case(wanted, field()) for word in wanted.split() if "/" in word or "@" in word)


def test_sentence_case_keeps_named_words(field):
    assert sentence_case("Warm Feet In Oslo City", field(), keep=["Oslo"]) == "Warm feet in Oslo city"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("natural rubber boots for the kids", "Natural Rubber Boots for the Kids"),
        ("the best of", "The Best Of"),
        ("charge it with USB-C and iPhone", "Charge It with USB-C and iPhone"),
        ("state-of-the-art kettle", "State-of-the-Art Kettle"),
        ("warm feet: a guide", "Warm Feet: A Guide"),
        ("kids' boots", "Kids' Boots"),
        ("boots by acme", "Boots by ACME"),
        ("28 mg per cup, 2 l jug, 12 oz", "28 mg per Cup, 2 l Jug, 12 oz"),
        ("2 cups and a min", "2 Cups and a Min"),
        ("yours for 1.049,00 kr", "Yours for 1.049,00 kr"),
        ("yours for 49,- kr.", "Yours for 49,- kr."),
        ("yours for kr 1 049", "Yours for kr 1 049"),
        ("yours for 49 zł or 300 Kč or 9 лв", "Yours for 49 zł or 300 Kč or 9 лв"),
        ("9 rs, 9 lei", "9 rs, 9 lei"),
        ("5 euros for kr lovers", "5 Euros for Kr Lovers"),
    ],
)
def test_title_case(field, text, wanted):
    assert title_case(text, field({"brand": "ACME"})) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Warm feet", "Warm feet."),
        ("Warm feet,", "Warm feet."),
        ("Warm feet!", "Warm feet!"),
        ('He said "warm."', 'He said "warm."'),
        ("双脚温暖", "双脚温暖。"),
        ("双脚温暖，", "双脚温暖。"),
        ("Intro.\n- a list item", "Intro.\n- a list item"),
        ("", ""),
    ],
)
def test_ensure_final_punctuation(field, text, wanted):
    assert ensure_final_punctuation(text, field()) == wanted


def test_ensure_final_punctuation_does_not_pretend_that_a_cut_text_is_whole(field):
    assert ensure_final_punctuation("A mug with a leakproof", field(finish_reason="length")) == "A mug with a leakproof"


def test_ensure_final_punctuation_never_breaks_the_limit(field):
    assert ensure_final_punctuation("Warm feet", field(limit={"chars": 9})) == "Warm feet"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Warm Feet.", "Warm Feet"),
        ("Warm Feet...", "Warm Feet"),
        ("双脚温暖。", "双脚温暖"),
        ("Warm Feet?", "Warm Feet?"),
        ("Made in the U.S.", "Made in the U.S."),
        ("By Acme Inc.", "By Acme Inc."),
        (".", ""),
    ],
)
def test_drop_final_punctuation(text, wanted):
    assert drop_final_punctuation(text) == wanted


@pytest.mark.parametrize(
    ("text", "at_most", "wanted"),
    [
        ("Wow!! Buy! Now!", 1, "Wow! Buy. Now."),
        ("Wow! Now!", 0, "Wow. Now"),
        ("Really?!", 1, "Really?"),
        ("好！快！", 1, "好！快。"),
        ("None", 1, "None"),
    ],
)
def test_limit_exclamations(text, at_most, wanted):
    assert limit_exclamations(text, at_most=at_most) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It is good. It is good. Buy it.", "It is good. Buy it."),
        ("It is good. Buy it. it is GOOD!", "It is good. Buy it."),
        ("The the cat sat on on a mat.", "The cat sat on a mat."),
        ("很好用。很好用。真的。", "很好用。真的。"),
        ("# A\n\nSame here now.\n\n# A\n\nSame here now.", "# A\n\nSame here now.\n\n# A"),
        ("3.5 kg and 3.5 m", "3.5 kg and 3.5 m"),
    ],
)
def test_collapse_repeats(text, wanted):
    assert collapse_repeats(text) == wanted


def test_dedupe_items():
    fields = {
        "headlines": ["Warm Feet", "warm feet!", "Dry Feet", {"a": 1}, {"a": 1}],
        "title": "x",
        "tags": ["a", "A"],
    }
    draft = Draft(brief=Brief(id="1", values={}), fields=fields, schema={})
    assert dedupe_items(draft) == {"headlines": ["Warm Feet", "Dry Feet", {"a": 1}], "title": "x", "tags": ["a"]}
    assert dedupe_items(draft, field="tags") == {**fields, "tags": ["a"]}


def test_dedupe_items_by_likeness_keeps_other_numbers():
    fields = {"lines": ["Save 20% on all boots", "Save 30% on all boots", "Save 20% on all boot"]}
    draft = Draft(brief=Brief(id="1", values={}), fields=fields, schema={})
    assert dedupe_items(draft, threshold=0.9)["lines"] == ["Save 20% on all boots", "Save 30% on all boots"]
    assert dedupe_items(draft)["lines"] == fields["lines"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sizes 36 to 48", "Sizes 36 to 48"),
        ("come in a pack of 8", "Come in a Pack of 8"),
        ("2 for the price of 1", "2 for the Price of 1"),
        ("of oak, to last", "Of Oak, to Last"),
        ("what it is for", "What It Is For"),
    ],
)
def test_title_case_keeps_small_words_small_beside_numbers(field, text, wanted):
    assert title_case(text, field()) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("16GB RAM", "16GB RAM"),
        ("512GB SSD", "512GB SSD"),
        ("4K HDMI OUTPUT", "4K Hdmi Output"),
        ("RED MUG", "Red Mug"),
        ("holds 2l", "Holds 2l"),
    ],
)
def test_a_unit_behind_its_number_is_no_shout(field, text, wanted):
    assert title_case(text, field()) == wanted


def test_a_text_that_goes_on_stands_behind_the_one_before():
    assert begin_with("We are back on Tuesday. ", before="Closed on Monday.\n") == (
        "Closed on Monday.\n\nWe are back on Tuesday."
    )
    assert begin_with("Closed. Back soon.", before="Closed.") == "Closed. Back soon.", "it is not said twice"
    assert begin_with(" as it is", before=" ") == " as it is"
    assert begin_with(" ", before="Closed.") == "Closed."
    assert begin_with("b", before="a", gap=" ") == "a b"
