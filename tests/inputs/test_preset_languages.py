"""Exports of tools in other languages than English, and what only some shops write into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.asking import Plan
from aigc.asking.origins import likely_origin
from aigc.project import Project
from aigc_plugins.origins.cell_texts import parted, short_facts, without_shortcodes

Read = Callable[..., list[Any]]
LADEN = """\
ID;Typ;Artikelnummer;Name;Veröffentlicht;Kurzbeschreibung;Beschreibung;Regulärer Preis;Kategorien;\
Übergeordnetes Produkt;Marken;Attribut 1 Name;Attribut 1 Wert(e)
17;variable;BECHER;Becher aus Emaille;1;Fasst 350 ml.;<p>Wiegt 120 g.</p>;;Küche > Becher;;Nordleder;Farbe;Blau, Rot
18;variation;B-B;Becher - Blau;1;;;19,90;;BECHER;;Farbe;Blau
19;variation;B-R;Becher - Rot;1;;;19,90;;id:17;;Farbe;Rot
20;simple;TOPF;Topf;-1;Fasst 2 l.;;29,90;Küche;;;;
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "aigc.yaml").touch()
    return Project.open(tmp_path)


@pytest.fixture
def read(project: Project, tmp_path: Path) -> Read:
    def read(type_name: str, text: str, origin: str, **literals: str) -> list[Any]:
        (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
        plan = Plan(type=type_name, briefs=str(tmp_path / "rows.csv"), origin=origin, literals=literals)
        found = likely_origin(tmp_path / "rows.csv", project.registry, {})
        assert found is not None and found.name == origin, "it is known by its columns"
        return list(plan.rows(project, project.content_type(type_name)))

    return read


def test_a_german_store(read: Read) -> None:
    (mug,) = read("ads/google-search", LADEN, "woocommerce", url="https://example.com/?p={{ ID }}")
    assert (mug.id, mug.values["brand"], mug.values["category"]) == ("17", "Nordleder", "Becher")
    assert mug.values["benefits"] == ["Fasst 350 ml.", "Wiegt 120 g.", "Farbe: Blau, Rot"]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Najpopularniejsze zapytania,Kliknięcia,Wyświetlenia,CTR,Pozycja\nkubek,1,2,1%,3\n", "kubek"),
        ("Populairste zoekopdrachten,Klikken,Vertoningen,CTR,Positie\nwaterfles,1,2,1%,3\n", "waterfles"),
        ("Principais consultas,Cliques,Impressões,CTR,Posição\ngarrafa,1,2,1%,3\n", "garrafa"),
        ("上位のページ,クリック数,表示回数,CTR,掲載順位\nhttps://example.jp/mizu-boトル/,1,2,1%,3\n", "mizu boトル"),
        (
            "Pages les plus populaires,Clics,Impressions,CTR,Position\nhttps://e.fr/gourde-bleue,1,2,1%,3\n",
            "gourde bleue",
        ),
        ("Top queries,Last 3 months Clicks,Previous 3 months Clicks\ncold brew,1,2\n", "cold brew"),
    ],
)
def test_searches_in_other_languages_and_those_of_two_periods(read: Read, text: str, topic: str) -> None:
    (one,) = read("seo/keywords", text, "search-console")
    assert one.values["topic"] == topic


def test_a_crawl_by_a_german_program(read: Read) -> None:
    crawl = "Adresse,Statuscode,Titel 1,H1-1\nhttps://e.de/a,200,Becher,\nhttps://e.de/b,404,Fehler,Fehler\n"
    (mug,) = read("seo/meta", crawl, "screaming-frog")
    assert mug.values["topic"] == "Becher"


def test_the_shortcodes_of_a_page_builder_are_no_facts(read: Read) -> None:
    store = (
        "ID,Type,SKU,Name,Published,Short description,Description\n"
        '1,simple,A,Lamp,1,"[vc_row][vc_column width=""1/2""]Two bulbs of 5 W.[/vc_column][/vc_row]",'
        '"[gallery ids=""1,2""]<p>Switch on the cord [new].</p>"\n'
    )
    (lamp,) = read("seo/meta", store, "woocommerce")
    assert lamp.values["facts"] == ["Two bulbs of 5 W.", "Switch on the cord [new]."]
    assert without_shortcodes(["sizes [S] and [M]", "[b]bold[/b]"]) == ["sizes [S] and [M]", "\nbold\n"]


def test_a_heading_of_a_description_is_no_fact() -> None:
    text = "<h2>Features</h2><ul><li>Boils 1.7 l</li></ul><h3>Technische Daten</h3>2400 W<p>Details in the box</p>"
    assert short_facts(text) == ["Boils 1.7 l", "2400 W", "Details in the box"]


def test_the_highlights_of_a_feed_stand_in_one_cell(read: Read) -> None:
    feed = (
        "id\ttitle\tdescription\tlink\tproduct highlight\n1\tMug\t\thttps://e.com/a\tWeighs 1,5 kg,With a lid, in red\n"
    )
    (mug,) = read("ads/google-search", feed, "merchant-center")
    assert mug.values["benefits"] == ["Weighs 1,5 kg", "With a lid, in red"]
    assert parted([]) == []
