"""Which language a row is in, as far as that is sure."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import pytest
from py3langid.langid import LanguageIdentifier

from aigc.bounds.boundary import Boundary
from aigc.content import languages
from aigc.content.languages import (
    language_beside,
    language_name,
    language_of,
    language_of_text,
    language_said,
    told_by,
    usual_language,
    with_language,
)

SAMPLES = Path(__file__).parents[2] / "templates"
INPUTS: dict[str, Any] = {"product": {}, "tone": {"enum": ["plain", "bold"]}, "language": {"enum": ["en", "zh"]}}

# Of 1,200 rows those that come nearest to another language: their best guess is one.
NEAREST = """\
Ukulele 4 nylon strings|Wheat bag lavender|Tripod 1.1 kg|Silk pillowcase 22 momme silk|Museum pass no queuing
Label printer 12 mm labels|Pyjamas elastic waist|Orbital sander 2.5 mm orbit|Water flosser 200 ml tank|Garden bench teak
Science volcanoes grade 6 magma lava crater|Bike helmet 260 g|Instant camera selfie mirror|Wardrobe 100 cm wide
Aquarium 60 litre silent pump|Dog bed zip-off cover|Lawn mower 38 cm cut|Smart plug timer for 7 days|Spice grinder 80 g
Dehumidifier 12 litres a day 39 dB|Jigsaw puzzle 500 pieces|Stud finder 9 V battery|Socket set chrome vanadium steel
Florist bouquets from 15 euros|Cast iron casserole 4.7 litres|Rain barrel 200 litres child-safe lid|Cat tree sisal posts
Head torch 400 lumens|Tool bag 24 pockets|Cycling gloves gel palm|Pizza delivery 30 minutes|Laser level 15 m range
steel mug enamel mug|Wooden tea enamel mug|apron linen laptop"""


@pytest.mark.parametrize("text", NEAREST.replace("\n", "|").split("|"))
def test_a_short_english_row_is_never_taken_for_another_language(text: str) -> None:
    assert language_of_text(text) in ("", "en")


@pytest.mark.parametrize(
    "file", sorted({*SAMPLES.glob("*/briefs/*")} - {*SAMPLES.glob("*/briefs/*.tickets")}), ids=lambda file: file.name
)
def test_the_samples_are_in_their_language(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows: list[dict[str, Any]] = list(csv.DictReader(lines)) if file.suffix == ".csv" else [*map(json.loads, lines)]
    found = {language_of({}, row) for row in rows} - {""}
    taught = {"de"} if any("der Hund" in str(row) for row in rows) else set()  # words of German are German
    assert found == {"zh"} if file.stem.endswith("-zh") else found - taught <= {"en", *(["zh"] * _has_chinese(rows))}


def _has_chinese(rows: list[dict[str, Any]]) -> bool:
    return any(row.get("language") == "zh" or row.get("market") == "cn" or "人工" in str(row) for row in rows)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Leinenschürze zwei Taschen vorne bei 40 Grad waschbar", "de"),
        ("Льняной фартук. Два кармана спереди. Стирка при 40 градусах", "ru"),
        ("Фартух із льону. Дві кишені спереду, прання при 40 градусах", "uk"),
        ("Ленена престилка с два джоба отпред, пране на 40 градуса", "bg"),
        ("Ланена кецеља са два џепа напред, прање на 40 степени", "sr"),
        ("Regenjacke wasserdicht", "de"),
        ("Cafetière italienne en acier inoxydable", "fr"),
        ("Zapatillas de correr ligeras y con buena suela", "es"),
        ("A travel mug with a leakproof lid that keeps coffee hot for hours", "en"),
        ("手冲咖啡壶", "zh"),
        ("帽子 https://shop.example.com/hats/wool", "zh"),
        ("コーヒーカップ", "ja"),
        ("電動自転車は軽い", "ja"),
        ("전기 자전거", "ko"),
        ("Кружка", "ru"),
        ("Кружка для кави, яка довго зберігає тепло і не протікає", "uk"),
        ("หมวก", "th"),
        ("Longjing tea 龙井 in a tin", ""),
        ("Crème brûlée", ""),
        ("50 €", ""),
        ("", ""),
    ],
)
def test_what_is_sure_is_told(text: str, language: str) -> None:
    assert language_of_text(text) == language


# What an English row may be called: a short fact beside it must not be taken for that name's language.
NAMED = """\
Bellavista Macchinetta Uno: 600 ml|Prosciutto di Parma: sliced|Crème Brûlée Set: 4 ramekins|Château Margaux: 1998
Fleur de Sel Guérande: 125 g|Cappuccino Cup Bella: 180 ml|Zweibrüder Torch: 300 lumens|Kaffee Haus Mug: 300 ml
Casa Blanca Chair: oak legs|Vino Bianco Glass Set: 6 pieces|Chorizo Ibérico: sliced, 100 g|Sombrero Grande: straw
Lampada Luce Desk Lamp: LED|Chianti Classico Riserva: 2019, 0.75 l|Piñata Fiesta: 30 cm|Osteria La Vecchia: lunch"""
BRANDS = ["Maison Duval", "Fratelli Moretti", "Monte Verde", "Hermanos Ruiz", "Atelier Renard", "Weingut Hofer"]


@pytest.mark.parametrize("brand", [None, *BRANDS])
def test_what_a_thing_is_called_does_not_make_its_row_another_language(brand: str | None) -> None:
    for one in NAMED.replace("\n", "|").split("|"):
        product, fact = one.split(": ")
        row = {"product": product, "benefits": [fact], "brand": brand}
        assert language_of({}, row) in ("", "en"), row
    assert language_of({}, {"product": "Aquarium 60 litre", "benefits": ["silent pump"], "brand": brand}) in ("", "en")


def test_a_file_of_things_with_such_names_is_in_no_language_that_its_facts_are_not() -> None:
    rows = [dict(zip(("product", "fact"), one.split(": "), strict=True)) for one in NAMED.replace("\n", "|").split("|")]
    assert usual_language(told_by({}, row) for row in rows) in ("", "en")


def english_rows() -> list[dict[str, Any]]:
    """Return rows of the ads' sample and of their bank's products: one fact each of the latter."""
    with (SAMPLES / "ads/briefs/google-search.csv").open(encoding="utf-8", newline="") as lines:
        rows: list[dict[str, Any]] = [row for row in csv.DictReader(lines) if row["language"] == "en"]
    lines = (SAMPLES / "ads/bank/headlines.jsonl").read_text(encoding="utf-8").splitlines()
    bank = [one for one in map(json.loads, lines) if one["language"] == "en"]
    facts = {one["product"]: {name: one[name] for name in ("product", "category", "fact")} for one in bank}
    return [*rows, *facts.values()]


def test_clean_english_rows_are_english_or_untold() -> None:
    rows = english_rows()
    assert len(rows) > 600
    for brands in ([None], BRANDS):
        named = [{**row, "brand": brands[at % len(brands)]} for at, row in enumerate(rows)]
        wrong = [row for row in named if language_of({}, row) not in ("", "en")]
        assert not wrong, "of 200 one in a hundred would be too many"


@pytest.mark.parametrize(("language", "least"), [("de", 26), ("fr", 28), ("es", 24), ("it", 28)])
def test_rows_in_other_languages_are_found_by_one_short_fact(language: str, least: int) -> None:
    with Path(__file__).with_name("foreign_facts.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row.pop("language") == language]
    found = [language_of({}, {**row, "brand": "Northfield"}) for row in rows]
    assert len(rows) == 30 and found.count(language) >= least and not {*found} - {language, ""}
    assert usual_language(told_by({}, row) for row in rows) == language
    whole = {"product": rows[0]["product"], "benefits": [row["fact"] for row in rows[:3]], "brand": "Northfield"}
    assert language_of({}, whole) == language


def test_words_of_enums_and_what_language_says_are_no_texts() -> None:
    assert language_of(INPUTS, {"product": "帽子", "tone": "plain", "language": "English"}) == "zh"
    assert language_of({}, {"facts": ["续航40公里", {"note": "可折叠"}], "price": 3, "tags": None}) == "zh"


def test_what_language_says_is_read_without_its_country() -> None:
    said = [language_said({"language": one}) for one in ("zh", "zh-TW", "English", None)]
    assert said == ["zh", "zh", "", ""] and language_said({}) == ""


def test_a_row_that_leaves_language_open_gets_its_own_or_the_usual_one() -> None:
    german = "Leinenschürze zwei Taschen vorne bei 40 Grad waschbar"
    cases = {"帽子": "zh", "Hat": "en", german: None}
    for product, language in cases.items():
        got = with_language(INPUTS, {"product": product, "language": " "}, lambda: "en").get("language")
        assert got == (language or " "), "one that the input may not be is left to its default"
    assert with_language(INPUTS, {"product": "帽子", "language": "en"})["language"] == "en", "it was said"
    assert with_language({"product": {}}, {"product": "帽子"}) == {"product": "帽子"}
    assert with_language(INPUTS, {"product": "Hat"}) == {"product": "Hat"}


LONG = {
    "de": "Leinenschürze zwei Taschen vorne bei 40 Grad waschbar",
    "en": "A travel mug with a leakproof lid that keeps coffee hot for hours",
}


def usual(texts: list[str]) -> str:
    return usual_language(told_by({}, {"text": text}) for text in texts)


def test_the_usual_language_is_that_of_most_rows() -> None:
    assert usual([LONG["de"], LONG["en"], LONG["de"], "Hut"]) == "de"
    assert usual(["Hut", ""]) == usual([]) == ""


def test_where_few_rows_tell_their_language_the_others_tell_it_together() -> None:
    short = ["Head torch for", "the night", "Rain barrel with", "a lid", "Mugs for the", "office"]
    assert usual([*short, LONG["de"]]) == "en"
    assert usual(["Hut", "Tee", LONG["de"]]) == "de", "nor do they together"
    assert usual(["Hut", "Tee", "Bus", LONG["de"]]) == "", "one row of four is too few"


def test_a_row_too_short_to_tell_is_in_the_usual_language_where_it_leaves_its_own_open() -> None:
    beside = [
        language_beside(INPUTS, {"product": product, "language": language}, [usual].pop)
        for product, language, usual in (("Hut", " ", "de"), ("Hut", "", "en"), ("Hut", "en", "de"), ("帽子", "", "de"))
    ]
    assert beside == ["de", "", "", ""]


def test_languages_have_names() -> None:
    assert (language_name("de"), language_name("xx")) == ("German", "xx")


def test_what_tells_languages_is_read_within_nobodys_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*given: object, **named: object) -> LanguageIdentifier:
        time.sleep(1.5)  # a slow disk
        return made(*given, **named)

    made = LanguageIdentifier.from_model_file
    monkeypatch.setattr(LanguageIdentifier, "from_model_file", slow)
    languages._identifier.cache_clear()
    languages.language_of_text.cache_clear()
    with Boundary("row 1", 0.8):
        assert language_of_text("Die Tasse hält den Kaffee lange warm und passt in jede Tasche") == "de"
