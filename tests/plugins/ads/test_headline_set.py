from __future__ import annotations

import re
from collections import Counter

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.ads.calls import call_verbs, drawn_calls, offering
from aigc_plugins.ads.compose import ad_headlines
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.gaps import is_scrap, misses_words
from aigc_plugins.ads.headline_set import has_phrase, headline_set, twins
from aigc_plugins.ads.strength import headline_kind
from aigc_plugins.ads.told_once import told_enough
from aigc_plugins.ads.untold import price_is_told

FACTS = ["holds 200 litres", "childproof lid", "made of recycled plastic", "brass tap"]
LINES = ["Holds 200 litres", "Childproof lid", "Made of recycled plastic", "Brass tap"]
COLOURS = ["red", "blue", "green", "black", "white", "grey", "amber", "brown", "pink", "teal"]
ALL = {"name": 1, "keyword": 3, "lines": 7, "offer": 1, "price": 1, "calls": 2, "brand": [1, 13], "joined": 5}


def test_the_mix_says_how_many_of_which_kind_and_in_which_order() -> None:
    lines = headline_set({"lines": 0, "calls": 1, "name": 1, "joined": 2}, [], FACTS, product="Rain barrel")
    assert [headline_kind(line, {"product": "Rain barrel"}) for line in lines[:2]] == ["call", "name"]
    assert lines[2:] == ["Rain barrel: 200 litres", "Rain barrel: Childproof lid"]
    with pytest.raises(ValueError, match="no kind of headline 'hooks'"):
        headline_set({"hooks": 1}, [], FACTS, product="Rain barrel")


def test_a_kind_may_be_wanted_only_while_there_are_few() -> None:
    assert len(headline_set({"lines": 4, "joined": [9, 6]}, LINES, FACTS, product="Rain barrel")) == 6


def test_four_facts_make_eleven_different_headlines_and_never_more_than_fifteen() -> None:
    brief = {"product": "Rain barrel", "brand": "Oakrow", "category": "garden"}
    lines = headline_set(ALL, LINES, FACTS, **brief)
    assert len(lines) >= 11
    assert not [pair for at, one in enumerate(lines) for pair in lines[:at] if twins(one, pair)]
    pockets = [f"{colour} pocket" for colour in COLOURS]
    more = {"keyword": "water butt", "offer": "Free delivery", "price": "$49"}
    many = headline_set(ALL, pockets, FACTS, **brief, **more)
    assert len(many) == 15
    assert Counter(headline_kind(line, brief) for line in many)["call"] == 2


def test_poor_briefs_get_no_padding() -> None:
    lines = headline_set(ALL, ["Brass tap"], ["brass tap"], product="Rain barrel")
    assert len(lines) == 5  # name, fact, two calls, both together
    assert sum(headline_kind(line, {"product": "Rain barrel"}) == "name" for line in lines) == 1


@pytest.mark.parametrize("sign", ["🎉🔥", "✓", "1️⃣", "…"])
def test_what_has_no_word_is_no_headline(sign: str) -> None:
    kinds = {"offer": 1, "price": 1, "keyword": 3, "brand": 1, "lines": 2, "plain": 2, "joined": 4}
    brief = {"brand": sign, "keyword": sign, "offer": sign, "price": sign}
    assert headline_set(kinds, [sign], [sign], product="Rain barrel", **brief) == []
    assert headline_set({**kinds, "name": 1}, [], ["brass tap"], product=sign, **brief) == ["Brass tap"]


def test_the_keyword_stands_in_three_headlines() -> None:
    for keyword in ("water butt", "garden water butt", "large garden water butts"):
        lines = headline_set(ALL, LINES, FACTS, product="Rain barrel", brand="Oakrow", keyword=keyword, price="$49")
        assert sum(has_phrase(line, keyword) for line in lines) >= 3, lines
    named = headline_set(ALL, LINES, FACTS, product="Rain barrel", keyword="rain barrel")
    assert sum(has_phrase(line, "rain barrel") for line in named) >= 3
    chinese = headline_set(ALL, [], ["容量200升", "铜质龙头"], product="集雨桶", language="zh", keyword="雨水桶")
    assert sum(has_phrase(line, "雨水桶") for line in chinese) >= 3


def test_a_plain_fact_stands_beside_a_fresh_line_that_differs() -> None:
    mix = {"lines": 9, "plain": 9}
    lines = ["Catch the rain of one storm", "The childproof lid"]
    assert headline_set(mix, lines, FACTS[:2], product="Rain barrel") == [*lines, "Holds 200 litres"]


def test_lines_of_which_one_adds_nothing_are_twins() -> None:
    assert twins("Childproof lid", "Rain barrel: Childproof lid")
    assert not twins("Rain barrel: Childproof lid", "Childproof lid")
    assert twins("Lid that is childproof", "Lid that's childproof")
    assert not twins("Holds 200 litres", "Holds 300 litres")
    assert twins("容量200升的桶", "容量200升桶")


@pytest.mark.parametrize(("language", "category"), [("en", None), ("en", "services"), ("en", "software"), ("zh", None)])
def test_no_call_stands_in_over_a_tenth_of_a_catalogue(language: str, category: str | None) -> None:
    drawn = Counter[str]()
    for number in range(200):
        product = f"{'灯' if language == 'zh' else 'Lamp model'} {number}"
        calls = [call for call, _ in zip(drawn_calls(short_names(product), language, category), range(2), strict=False)]
        assert len(calls) == 2
        drawn.update(calls)
    assert max(drawn.values()) <= 20


def test_a_product_always_draws_the_same_calls() -> None:
    assert list(drawn_calls(["Kettle"], "en", None)) == list(drawn_calls(["Kettle"], "en", None))
    assert "Kettle" in list(drawn_calls(["Kettle"], "en", None))[1]


def test_what_somebody_types_is_not_offered_for_sale() -> None:
    lines = headline_set(ALL, LINES, FACTS, product="Piano lessons", keyword="piano teacher near me")
    assert [line for line in lines if "near me" in line.lower()] == ["Piano teacher near me"]


def test_a_keywords_own_calls_count_among_the_two() -> None:
    brief = {"product": "Samovar", "price": "$9", "keyword": "large electric tea kettle"}
    lines = headline_set(ALL, LINES, ["holds two litres of water", "boils in a minute or two"], **brief)
    assert sum("large electric tea kettle" in line.lower() for line in lines) == 3
    assert sum(headline_kind(line, brief) == "call" for line in lines) == 2


MIX = ALL | {"tight": 3, "joined": [5, 14], "parts": [4, 13], "paired": [6, 12], "shortened": [4, 11]}


def test_facts_that_leave_no_room_are_told_in_their_parts() -> None:
    facts = ["works on induction and open fire", "safe in the oven up to 260 degrees", "26 cm across"]
    lines = headline_set(MIX, ["Works on induction"], facts, product="Cast iron skillet", brand="Hearthby")
    assert {"Works on open fire", "Iron skillet: 26 cm across"} <= {*lines}
    assert not any("in oven" in line for line in lines)  # no telegram


def test_where_four_facts_make_too_few_headlines_name_and_brand_stand_apart() -> None:
    facts = [f"takes away what the {word} leaves behind for good" for word in ("cat", "dog", "child", "guest")]
    brief = {"product": "Smart thermostat", "brand": "Homewarm"}
    assert {"Smart thermostat", "Thermostat by Homewarm"} <= {*headline_set(MIX, [], facts, **brief)}
    assert headline_set(MIX, [], facts[:3], **brief)[0] == "Smart thermostat by Homewarm"


def test_few_facts_are_not_told_in_pairs_over_and_over() -> None:
    lines = headline_set(MIX, [], ["12款花片", "每个50克", "按压脱模"], product="月饼模具", language="zh")
    assert sum("，" in line for line in lines) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_calls_of_an_ad_ask_for_the_same(language: str) -> None:
    for category in (None, "services" if language == "en" else "服务", "software" if language == "en" else "软件"):
        for number in range(120):
            product = f"{'灯' if language == 'zh' else 'Lamp model'} {number}"
            lines = headline_set({"calls": 2}, [], [], product=product, language=language, category=category)
            one, other = (call_verbs(line, language) for line in lines)
            assert not one & other, lines


def test_a_call_asks_for_nothing_that_a_fact_asks_for() -> None:
    for number in range(40):
        brief = {"product": f"Cleaning {number}", "category": "services"}
        lines = headline_set({"lines": 1, "calls": 2}, ["Book online in 60 seconds"], [], **brief)
        assert len(lines) == 3 and not any("book" in call_verbs(line, "en") for line in lines[1:])


def test_nobody_books_a_cushion_for_travelling() -> None:
    assert offering("Neck pillow", "travel", further=True) == offering("拖把桶", "清洁", further=True) == "goods"
    assert (
        offering("Home cleaning", "cleaning", further=True) == offering("地暖清洗", "家居", further=True) == "service"
    )


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("$49", "Yours for $49"),
        ("CHF 1'299.-", "Yours for CHF 1'299.-"),
        ("Rs. 499", "Yours for Rs. 499"),
        ("19-29 €/kg", "Yours for 19-29 €/kg"),
        ("ab 19 €", "Rain barrel: Ab 19 €"),
        ("from $19", "Rain barrel: From $19"),
        ("on request", ""),
        ("N/A €", ""),
        ("0.00 €", ""),
    ],
)
def test_a_price_is_told_as_what_it_is(price: str, told: str) -> None:
    lines = headline_set(ALL, LINES[:1], FACTS[:1], product="Rain barrel", price=price)
    assert (told in lines) if told else not any(price.casefold() in line.casefold() for line in lines)
    assert not any(line.startswith("Yours for") and line != told for line in lines)
    assert ad_headlines([], product="Rain barrel", price=price)[1:] == ([told] if told.startswith("Yours") else [])


@pytest.mark.parametrize(("offer", "told"), [("15%", True), ("15 % off", True), ("0.15", False), ("5", False)])
def test_an_offer_of_nothing_but_a_number_is_not_told_and_that_is_said(offer: str, told: bool) -> None:
    lines = headline_set(ALL, LINES[:1], FACTS[:1], product="Rain barrel", offer=offer)
    assert any(offer in line for line in lines) is told
    draft = Draft(brief=Brief(id="a", values={"offer": offer, "price": "on request"}), fields={}, schema={})
    price = "price is left out: 'on request' is no amount"
    why = f"offer is left out: {offer!r} may be a share, an amount or a number of things"
    assert list(price_is_told(draft)) == [price, *([] if told else [why])]


def test_a_name_that_begins_small_stays_so_and_no_article_stands_twice() -> None:
    lines = headline_set(ALL, LINES[:1], FACTS[:1], product="iPhone case", brand="Oakrow", keyword="eBay case")
    assert any(line.startswith("iPhone") for line in lines) and any(line.startswith("eBay") for line in lines)
    assert not [line for line in lines if "IPhone" in line or "EBay" in line]
    calls = [line for at in range(20) for line in drawn_calls([f"The tent {at}"], "en", None)]
    assert any("the tent" in call.lower() for call in calls)
    assert not [call for call in calls if "the the" in call.lower() or "your the" in call.lower()]


def test_a_line_names_no_product_by_a_word_that_is_no_name() -> None:
    facts, lines = ["fits any fridge door", "2 year warranty"], ["Maker fits any fridge door", "Any fridge door"]
    made = headline_set(MIX, lines, facts, product="Cold brew maker", brand="Oakrow")
    assert "Any fridge door" in made and not [line for line in made if line.startswith("Maker")]
    own = headline_set(MIX, ["Cover washes at 40 degrees"], ["cover washes at 40 degrees"], product="Cushion cover")
    assert "Cover washes at 40 degrees" in own, "the fact's own word"


@pytest.mark.parametrize(
    ("product", "keyword", "facts", "price"),
    [
        ("Merino hiking socks", "wool hiking socks", ["70% merino", "reinforced heel"], "14,50 €"),
        ("Folding camp chair", "camping chair", ["weighs 900 grams", "cup holder", "carries up to 120 kg"], "49 kr"),
        ("集雨桶", "雨水桶", ["容量200升", "铜质龙头"], "99元"),
    ],
)
def test_a_fact_stands_behind_one_name_and_its_number_in_two_lines(
    product: str, keyword: str, facts: list[str], price: str
) -> None:
    language = "en" if product.isascii() else "zh"
    lines = headline_set(MIX, [], facts, product=product, keyword=keyword, price=price, language=language)
    told = Counter(line.replace("：", ":").partition(":")[2].strip().casefold() for line in lines)
    assert [fact for fact, count in told.items() if fact and count > 1] == []
    numbers = Counter(number for line in lines for number in re.findall(r"\d[\d,]*", line))
    assert len(numbers) > 1 and max(numbers.values()) <= 2, lines


def test_a_number_that_names_the_product_stands_in_any_line() -> None:
    brief = {"product": "Drill X 500", "keyword": "drill x 500", "brand": "Oakrow"}
    lines = headline_set(MIX, [], FACTS, **brief)
    assert sum("500" in line for line in lines) > 2
    assert told_enough("Chair: 900 g", ["Camp chair: 900 grams"], frozenset())
    assert told_enough("Weighs 900 g", ["900 grams, two pockets", "Only 900 grams"], frozenset())
    assert not told_enough("5 heads", ["Pitches in 5 minutes", "5 minutes, two doors"], frozenset())


@pytest.mark.parametrize(
    ("fact", "line", "gone"),
    [
        ("folds down to the size of a fist", "Folds down to size of fist", True),
        ("works out your VAT and files it with HMRC", "Works out files it with HMRC", True),
        ("keeps for five days in a paper bag", "Loaf: Keeps for 5 days in paper bag", True),
        ("keeps for five days in a paper bag", "Keeps for 5 days", False),
        ("screws and plugs in the box", "Rack: Screws in the box", False),
        ("heated floors from October to April", "Heated floors October to April", False),
    ],
)
def test_no_headline_is_a_telegram_of_its_fact(fact: str, line: str, gone: bool) -> None:
    assert misses_words(line, [fact]) == gone
    assert (line in headline_set({"lines": 7}, [line], [fact], product="Thing")) != gone


def test_no_headline_is_a_scrap_of_its_fact() -> None:
    facts = ["Saturday 12 September, 10 to 5", "flour and salt, nothing else", "order before noon, collect at 8"]
    told = [*facts, "taught by Rosa, who ran a bakery", "10 to 9"]
    assert all(is_scrap(line, told) for line in ("10 to 5", "Nothing else", "Order before noon", "Taught by Rosa"))
    assert not is_scrap("10 to 9", told) and not is_scrap("Flour and salt", told)


def test_nobody_books_a_glazier_and_no_app_chases_behind_a_colon() -> None:
    brief = {"product": "Emergency glazing repair", "keyword": "emergency glazier", "category": "services"}
    lines = headline_set({"keyword": 3, "calls": 2}, [], ["on call 365 days"], **brief)
    assert "Book emergency glazier" not in lines and any(line.startswith("Emergency glazier: ") for line in lines)
    app = {"product": "Invoicing app for freelancers", "category": "software"}
    assert "App: Chases late payers" not in headline_set(ALL, [], ["chases late payers", "one fact"], **app)
    fair = {"product": "Cheese festival", "category": "event", "keyword": "food festival Somerset"}
    assert not any(line.startswith("Event:") for line in headline_set(ALL, [], FACTS, **fair))
