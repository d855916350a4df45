"""A fact is told as a sentence with a subject where its words tell how, and a product by what one calls it."""

from __future__ import annotations

import pytest

from aigc_plugins.email.mail_facts import fact_sentence, fact_theme
from aigc_plugins.email.mail_things import MailThing

COURSE = MailThing(name="our pottery course")
SHOES = MailThing(name="our shoes", many=True)


@pytest.mark.parametrize(
    ("fact", "thing", "goods", "told"),
    [
        ("holds 300 litres", COURSE, True, "It holds 300 litres"),
        ("cuts branches up to 18 mm thick", COURSE, True, "It cuts branches up to 18 mm thick"),
        ("weighs 240 g", SHOES, True, "They weigh 240 g"),
        ("keep feet warm for hours", SHOES, True, "They keep feet warm for hours"),
        ("made in Portugal", SHOES, True, "They are made in Portugal"),
        ("dishwasher-safe", COURSE, True, "It is dishwasher-safe"),
        ("leakproof lid", COURSE, True, "It has a leakproof lid"),
        ("18 V brushless motor", COURSE, True, "It has an 18 V brushless motor"),
        ("5-year warranty", COURSE, True, "It comes with a 5-year warranty"),
        ("sizes 36 to 48", SHOES, True, "They come in sizes 36 to 48"),
        ("lid opens by itself above 20 °C", COURSE, True, "The lid opens by itself above 20 °C"),
        ("delivery takes 3 days", COURSE, False, "Delivery takes 3 days"),
        ("5 mm lugs grip wet rock", SHOES, True, "5 mm lugs grip wet rock"),
        ("clay and glazes included", COURSE, False, "Clay and glazes are included"),
        ("no tools needed", COURSE, True, "No tools are needed"),
        ("no contract", COURSE, False, "There is no contract"),
        ("at most eight people", COURSE, False, "At most eight people take part"),
        ("taught by a master potter", COURSE, False, "It is taught by a master potter"),
        ("does not slip on tiles", COURSE, True, "It does not slip on tiles"),
        ("does not slip on tiles", SHOES, True, "They do not slip on tiles"),
        ("open Thursday to Sunday, 5 to 9 pm", COURSE, False, "It is open Thursday to Sunday, 5 to 9 pm"),
        ("felted by hand in Estonia", SHOES, True, "They are felted by hand in Estonia"),
        ("guide and lamps included", COURSE, False, "Guide and lamps are included"),
        ("a former funder reviews every text", COURSE, False, "A former funder reviews every text"),
        ("suits and veils are lent", COURSE, False, "Suits and veils are lent"),
        ("we text you the evening before", COURSE, False, "We text you the evening before"),
        ("bring a blanket", COURSE, False, "Bring a blanket"),
        ("Suits are washed after every hire", COURSE, False, "Suits are washed after every hire"),
        ("built around 1960 in Markneukirchen", COURSE, True, "It was built around 1960 in Markneukirchen"),
        ("made by hand since 1960", COURSE, True, ""),
        ("We collect within 15 miles and bring it back", COURSE, False, ""),
        ("We fetch your mower and bring it back", COURSE, False, "We fetch your mower and bring it back"),
        ("return within 14 days if it does not suit", COURSE, True, ""),
        # what is no sentence and cannot be made one without guessing
        ("100 x 60 cm", COURSE, True, ""),
        ("240 g per shoe", SHOES, True, ""),
        ("no dye, no scent", SHOES, True, ""),
        ("returns free within 60 days", COURSE, True, ""),
        ("groups of six", COURSE, False, ""),
        ("set of three sizes", SHOES, True, ""),
        ("30-day returns", COURSE, True, ""),
        ("spare blades from stock", COURSE, True, ""),
        ("Saturday 9 May, 10 am to 4 pm", COURSE, False, ""),
        ("a guide who has shot for magazines", COURSE, False, ""),
        ("inside and out, frames included", COURSE, False, ""),
    ],
)
def test_a_fact_becomes_a_sentence_where_its_words_tell_how(
    fact: str, thing: MailThing, goods: bool, told: str
) -> None:
    assert fact_sentence(fact, thing, goods=goods) == told


@pytest.mark.parametrize(
    ("product", "named"),
    [
        ("Cold frame for early lettuce", "our cold frame for early lettuce"),
        ("Italian for beginners, online", "“Italian for beginners, online”"),
        ("Invoicing for small workshops", "“Invoicing for small workshops”"),
        ("Harbour Light Festival", "the Harbour Light Festival"),
        ("Sonos Move", "Sonos Move"),
        ("dog grooming at home", "our dog grooming"),
        ("Learn to swim", "“Learn to swim”"),
        ("Membership of the canal trust", "membership of the canal trust"),
        ("Hire of canoes", "the hire of canoes"),
        ("Box of six candles", "our box of six candles"),
        ("Sourcing and saving vegetable seed", "“Sourcing and saving vegetable seed”"),
        ("Second-hand cello, 3/4 size", "our second-hand cello (3/4 size)"),
    ],
)
def test_a_product_is_named_in_a_sentence(product: str, named: str) -> None:
    assert MailThing.of(product, "en").name == named


@pytest.mark.parametrize(
    ("product", "category", "named"),
    [
        ("Sourcing and saving vegetable seed", "course", "the course “Sourcing and saving vegetable seed”"),
        ("Keeping bees", "Weekend workshops", "the workshop “Keeping bees”"),
        ("Friends of the canal", "membership", "the membership “Friends of the canal”"),
        ("Evening pottery class", "course", "our evening pottery class"),
        ("Climbing course", "course", "our climbing course"),
        ("Running shoes", "shoes", "our running shoes"),
        ("Invoicing for small workshops", "software", "the software “Invoicing for small workshops”"),
    ],
)
def test_a_category_says_what_a_title_is(product: str, category: str, named: str) -> None:
    assert MailThing.of(product, "en", category).name == named


def test_who_comes_is_no_it() -> None:
    told = fact_sentence("comes to homes in Galway", MailThing.of("Mobile hairdresser", "en"), goods=False)
    assert told == "They come to homes in Galway"


@pytest.mark.parametrize(
    ("fact", "language", "theme"),
    [
        ("holds 300 litres", "en", "benefit"),
        ("we have filed 4,000 returns since 2014", "en", "proof"),
        ("30-day returns", "en", "practical"),
        ("老师都有五年以上教龄", "zh", "proof"),
        ("七天无理由退货", "zh", "practical"),
        ("六十天结果", "zh", "benefit"),
    ],
)
def test_a_fact_has_its_place_in_a_series(fact: str, language: str, theme: str) -> None:
    assert fact_theme(fact, language) == theme


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("if we can't fix it you don't pay", "If we can't fix it you don't pay"),
        ("dogs on leads are welcome", "Dogs on leads are welcome"),
        ("no tickets on the gate", "There are no tickets on the gate"),
        ("wholemeal rye from a mill in Essex", ""),
        ("a light underneath so you can see how much comes out", ""),
        ("collected from your door and towelled off", ""),
    ],
)
def test_a_fact_of_a_service_is_a_sentence_only_where_its_words_are_one(fact: str, sentence: str) -> None:
    assert fact_sentence(fact, MailThing.of("Dog walking", "en"), goods=False) == sentence


def test_what_is_not_there_agrees_with_its_own_noun() -> None:
    assert fact_sentence("no seam across the toes", SHOES) == "There is no seam across the toes"
