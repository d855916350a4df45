from __future__ import annotations

import pytest

from aigc.content import measure
from aigc_plugins.ads.fact_forms import bare, beside, clauses, short_names, two_in_one


@pytest.mark.parametrize(
    ("product", "names"),
    [
        ("Pour-over coffee kettle", ["Pour-over coffee kettle", "coffee kettle", "kettle"]),
        ("Portable power bank", ["Portable power bank", "power bank"]),  # no bank
        ("Mineral sunscreen SPF 50", ["Mineral sunscreen SPF 50", "Mineral sunscreen", "sunscreen"]),
        ("Chef's knife 20 cm", ["Chef's knife 20 cm", "Chef's knife", "knife"]),
        ("Photo backup for families", ["Photo backup for families", "Photo backup", "backup"]),
        ("Speech therapy online", ["Speech therapy online", "Speech therapy", "therapy"]),
        ("Silent disco on the ferry", ["Silent disco on the ferry", "Silent disco", "disco"]),
        ("Waffle iron", ["Waffle iron"]),
        ("Home cleaning service", ["Home cleaning service", "Home cleaning", "cleaning"]),
        ("Cold brew maker", ["Cold brew maker"]),
        ("Cold brew coffee makers, 1 l", ["Cold brew coffee makers", "coffee makers"]),
        ("Cordless vacuum cleaner", ["Cordless vacuum cleaner", "vacuum cleaner"]),
        ("Lunch bags", ["Lunch bags"]),
        ("Team password manager", ["Team password manager", "password manager"]),
        ("Argan oil hair mask", ["Argan oil hair mask", "hair mask", "mask"]),
        ("Vitamin C face serum", ["Vitamin C face serum", "face serum", "serum"]),
        ("Noise meter app", ["Noise meter app", "app"]),
        ("Language exchange app", ["Language exchange app", "app"]),
        ("Cheese making weekend", ["Cheese making weekend"]),  # no making weekend
        ("手冲咖啡壶", ["手冲咖啡壶", "咖啡壶"]),
    ],
)
def test_shorter_names_still_name_the_thing(product: str, names: list[str]) -> None:
    assert list(short_names(product)) == names


@pytest.mark.parametrize(
    ("fact", "short"),
    [
        ("holds 200 litres", "200 litres"),
        ("comes in a pack of 8", "pack of 8"),
        ("made of natural rubber", "natural rubber"),
        ("comes with a jar and a basket", "comes with a jar and a basket"),
        ("made in Solingen", "made in Solingen"),
        ("measures up to 50 metres", "measures up to 50 metres"),
        ("heats water in 4 minutes", "heats water in 4 minutes"),
    ],
)
def test_a_fact_goes_without_the_verb_that_goes_without_saying(fact: str, short: str) -> None:
    assert bare(fact) == short


@pytest.mark.parametrize(
    ("product", "fact", "line"),
    [
        ("Rain barrel", "holds 200 litres", "Rain barrel: 200 litres"),
        ("Two-person hiking tent", "pitches in 5 minutes", "Tent pitches in 5 minutes"),
        ("Raised garden bed", "38 cm deep for root vegetables", "Raised garden bed: 38 cm deep"),
        ("Airport parking", "guarded day and night by a watchman", ""),  # "Guarded day" says something else
        ("Solar garden lights", "charge in daylight", "Lights charge in daylight"),
        ("Bamboo toothbrushes", "comes in one size", "Bamboo toothbrushes: One size"),
        ("Label printer", "prints 150 labels a minute", "Printer: 150 labels a minute"),  # label not twice
        ("Power bank", "fits a jacket pocket in the coat", ""),
        ("Portable power bank", "fits the jacket pocket", ""),  # no telegram, "fits jacket pocket"
        ("Wedding photography", "printed album included", "Photography: Printed album"),
        ("Folding kayak", "hull patches are included", "Folding kayak: Hull patches"),
        ("Ergonomic office chair", "lumbar support that adjusts in 6 steps", "Office chair: Lumbar support"),
        ("Standing desk", "desktop of oiled oak", ""),  # desk not twice
        ("Smart thermostat", "installs in 30 minutes", "Thermostat installs in 30 min"),
        ("Kettle", "the temperature stays for 30 minutes", ""),  # would lose the number
        ("Kitchen knife", "stays sharp for months of daily cooking", ""),  # would lose for how long
        ("Compost bin", "makes compost in 12 weeks", "Bin makes compost in 12 weeks"),  # compost not twice
    ],
)
def test_product_and_fact_stand_in_one_line(product: str, fact: str, line: str) -> None:
    assert beside(short_names(product), fact, "en") == line


def test_who_sells_it_does_nothing_itself() -> None:
    assert (
        beside(["Raised garden bed"], "assembles without tool", "en", brand="Oakrow")
        == "Oakrow: Assembles without tool"
    )


def test_product_and_fact_stand_in_one_line_in_chinese() -> None:
    assert beside(["雨水桶"], "容量200升", "zh") == "雨水桶：容量200升"
    assert beside(["咖啡壶"], "一壶咖啡只要4分钟", "zh") == ""  # 咖啡 twice


@pytest.mark.parametrize(
    ("fact", "lines"),
    [
        ("holds 0.9 litres, enough for three large mugs", ["Holds 0.9 litres", "Enough for three large mugs"]),
        ("gooseneck spout for a slow, even pour", []),
        ("every cleaner is vetted, trained and insured", []),
        ("charges for 5 hours, with 10 minutes left", []),  # two numbers that belong together
        ("5毫米鞋钉，湿滑路面不打滑", ["5毫米鞋钉", "湿滑路面不打滑"]),
        ("可折叠，如果需要", []),
    ],
)
def test_two_clauses_are_told_as_two_lines(fact: str, lines: list[str]) -> None:
    assert list(clauses(fact)) == lines


def test_short_facts_stand_two_in_a_line_and_in_two_lines_at_most() -> None:
    facts = ["weighs 1.9 kg", "two doors", "pitches in 5 minutes", "awning"]
    lines = [line for line in two_in_one(facts, "en") if line]
    assert lines[:2] == ["1.9 kg, two doors", "Pitches in 5 minutes, awning"]
    assert all(measure(line, "width") <= 30 for line in lines)
    assert all(sum(bare(fact).lower() in line.lower() for line in lines) <= 2 for fact in facts)
    assert not list(two_in_one(["dust sheets", "from $75"], "en"))  # no sheets from $75
    assert next(iter(two_in_one(facts, "en", ["Hiking tent", "Tent"]))) == "Hiking tent: 1.9 kg, two doors"
