from __future__ import annotations

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.ads.a_or_an import mend_articles
from aigc_plugins.ads.calls import calls_to_action, drawn_calls
from aigc_plugins.ads.fact_lines import ad_sentence
from aigc_plugins.ads.gaps import with_articles
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.wording import joins_well

FACTS = ["on site within 4 hours", "tarps the same day", "10-year guarantee", "paperwork done"]


def objections(text: str, product: str, fact: str) -> list[str]:
    draft = Draft(brief=Brief(id="1", values={"product": product, "language": "en"}), fields={}, schema={}, item=fact)
    return list(joins_well(text, Field(path="x", schema={}, draft=draft), verbs=True))


@pytest.mark.parametrize(
    ("text", "product", "fact"),
    [
        ("A first aid course with one day, 9 to 5.", "First aid course", "one day, 9 to 5"),
        ("A Spanish course with four weeks.", "Spanish course", "four weeks, three evenings a week"),
        ("A hose reel with 30 m hose.", "Hose reel", "30 m hose"),
        ("A cast iron pot with 4.2 litres.", "Cast iron pot", "4.2 litres"),
        ("A festival with children under 12 go free.", "Festival", "children under 12 go free"),
        ("House moving with an insured up to $50000.", "House moving", "insured up to $50000"),
        ("Piano tuning that is tuned in 90 minutes.", "Piano tuning", "tuned in 90 minutes"),
        ("Carpet cleaning with a dry after four hours.", "Carpet cleaning", "dry after four hours"),
        ("A seaside hotel with rooms with balconies.", "Seaside hotel", "rooms with balcony"),
        ("A seaside hotel with dogs welcome.", "Seaside hotel", "dogs welcome"),
        ("An adjustable dumbbell that stands included.", "Adjustable dumbbells", "stand included"),
        ("Wine tasting with tables up to 12.", "Wine tasting", "tables for up to 12"),
        ("A weekend with moves to the next new moon.", "Weekend", "moves to the next new moon"),
        ("An aquarium kit with 54 litre glass tanks.", "Aquarium kit", "54 litre glass tank"),
        ("A recycled paper notebook with 100% recycled paper.", "Recycled paper notebooks", "100% recycled paper"),
        ("A coffee maker with no paper filters needed.", "Coffee maker", "no paper filters needed"),
        ("A chess lesson that includes groups of four.", "Chess lessons", "groups of four"),
        ("An acoustic panel with 12 colours.", "Acoustic panels", "12 colours"),
        (
            "A house sitting service that can cancel up to 48 hours before.",
            "House sitting service",
            "cancel up to 48 hours before",
        ),
    ],
)
def test_a_product_is_not_with_what_it_does_not_have_so(text: str, product: str, fact: str) -> None:
    assert objections(text, product, fact)


@pytest.mark.parametrize(
    ("text", "product", "fact"),
    [
        (
            "Wedding photography with two photographers for 8 hours.",
            "Wedding photography",
            "two photographers for 8 hours",
        ),
        ("A toothbrush with three brush heads included.", "Toothbrush", "three brush heads included"),
        ("A course with lessons of 20 minutes.", "Course", "lessons of 20 minutes"),
        ("A reel with 30 m of hose.", "Reel", "30 m of hose"),
        ("A table that folds flat and stores upright.", "Table", "folds flat and stores upright"),
        ("Solar lights that charge in daylight.", "Solar lights", "charge in daylight"),
    ],
)
def test_a_product_is_with_what_it_has(text: str, product: str, fact: str) -> None:
    assert not objections(text, product, fact)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("A lawn mower with cutting width of 38 cm.", "A lawn mower with a cutting width of 38 cm."),
        ("A coffee maker with 1.2-litre glass jug.", "A coffee maker with a 1.2-litre glass jug."),
        ("A cordless drill with 18 V brushless motor.", "A cordless drill with an 18 V brushless motor."),
        ("A board with drop-stitch core.", "A board with a drop-stitch core."),
        ("A board with a steel core.", "A board with a steel core."),
        ("A tool with 4 drawer handles and lid.", "A tool with 4 drawer handles and lid."),
        ("An app with 8-hour battery.", "An app with an 8-hour battery."),
        ("A mower with 2-stroke engines.", "A mower with 2-stroke engines."),
        ("A maker with steel mesh filter.", "A maker with a steel mesh filter."),
        ("A box with pressed cardboard.", "A box with pressed cardboard."),  # who knows whether that is one
        ("A shop with 24-hour delivery.", "A shop with 24-hour delivery."),
    ],
)
def test_what_is_measured_has_its_article_after_with(text: str, mended: str) -> None:
    field = Field(path="x", schema={}, draft=Draft(brief=Brief(id="1", values={}), fields={}, schema={}))
    assert mend_articles(text, field, after_with=True) == mended
    assert mend_articles(text, field) == text


def test_calls_fit_whatever_is_sold_so() -> None:
    for product in ("Emergency roof repair", "Wedding photography", "Jazz festival"):
        for call in drawn_calls([product], "en", "services"):
            assert not any(word in call for word in ("Date", "Works", "Over the Details"))
            assert "Plan" not in call or product == "Jazz festival", "one plans to visit a festival, and no emergency"
    assert calls_to_action("en", "Roof repair", "services", 5) == calls_to_action("en", "Roof repair", "services", 9)


def test_a_category_that_says_nothing_stands_before_no_name() -> None:
    mix = {"category": 1}
    assert headline_set(mix, [], FACTS, product="Emergency roof repair", category="services") == []
    lines = headline_set({"keyword": 3}, [], FACTS, product="Roof repair", category="services", keyword="roofer")
    assert lines and not any(line.startswith("Services") for line in lines)
    assert headline_set(mix, [], FACTS, product="Emergency roof repair", category="home") == [
        "Home: Emergency roof repair"
    ]
    assert headline_set(mix, [], FACTS, product="Cheese festival", category="event") == []


def test_an_article_stands_again_where_there_is_room() -> None:
    assert with_articles("Three days by lake", ["three days by the lake"]) == "Three days by the lake"
    assert with_articles("Two doors", ["two doors"]) == "Two doors"
    assert with_articles("UKulele to borrow", ["ukulele to borrow"]) == "Ukulele to borrow"


def test_a_day_keeps_its_capital() -> None:
    assert ad_sentence("Saturday and Sunday", "Pottery workshop") == "Pottery workshop: Saturday and Sunday."
    assert ad_sentence("Clay included", "Pottery workshop") == "Pottery workshop: clay included."


def test_no_comma_becomes_an_and_and_no_clause_follows_with(field) -> None:  # type: ignore[no-untyped-def]
    given = field("padded heel, thin on top", product="Hiking socks")
    assert list(joins_well("Hiking socks with padded heel and thin on top.", given, verbs=True))
    swept = field("no mess, we bring our own sheets", product="Chimney sweeping")
    assert list(joins_well("Chimney sweeping with no mess, we bring our own sheets.", swept, verbs=True))
    seen = field("see who paid for what", product="Budgeting app")
    assert list(joins_well("Budgeting app: see who paid for what.", seen, verbs=True)) == []
