"""Rows too short to tell their language are in that of their file, also where the content type does not write it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from aigc.asking import open_rows, read_briefs
from aigc.content.languages import language_beside
from aigc.models.needs import Abilities
from aigc.project import Project
from aigc.types import Brief
from aigc.writing.fitness import Fitness

GERMAN = Path(__file__).with_name("german.csv")
ENGLISH = """product,benefits,url
Teak garden bench,120 cm wide; seats two people,https://example.com/a
Cordless drill,18 V; comes with a charger and two batteries,https://example.com/b
Candle,40 h,https://example.com/c
Crème brûlée,,https://example.com/d
Tarte aux pommes avec de la crème fraîche,servie tiède avec une boule de glace,https://example.com/e
Mug,300 ml,https://example.com/f
"""


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.open()


def briefs(project: Project, path: Path, type_name: str = "ads/google-search") -> list[Brief]:
    content_type = project.content_type(type_name)
    found = read_briefs(open_rows(path, project.registry), content_type, project.environment)
    return [one for one in found if isinstance(one, Brief)]


def told(project: Project, brief: Brief) -> list[str]:
    fitness = Fitness(
        content_type=project.content_type("ads/google-search"),
        voice="joined",
        model=Abilities(name="any"),
        better=lambda parameters, language: "",
    )
    return fitness.of_brief(brief, asked=False)


def test_every_row_of_a_german_file_is_flagged_the_short_ones_too(project: Project) -> None:
    rows = briefs(project, GERMAN)
    why = "the row is in German, which this type does not write (en, zh)"
    assert len(rows) == 12 and all(told(project, row) == [why] for row in rows)
    assert [row.language for row in rows[:3]] == ["", "de", "de"], "the first tells its own"


def test_no_row_of_an_english_file_is_that_tells_none_of_its_own(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(ENGLISH, encoding="utf-8")
    rows = briefs(project, tmp_path / "rows.csv")
    assert len(rows) == 5, "one has no benefits"
    assert [row.language for row in rows] == [""] * 5
    assert [bool(told(project, row)) for row in rows] == [False, False, False, True, False], "one is in French"


def test_a_row_that_says_its_language_is_taken_at_its_word(project: Project, tmp_path: Path) -> None:
    said = GERMAN.read_text(encoding="utf-8").replace(";price", ";language").replace("249,00 €", "en")
    (tmp_path / "rows.csv").write_text(said.replace(" €", ""), encoding="utf-8")
    (bench,) = [row for row in briefs(project, tmp_path / "rows.csv") if row.values["product"] == "Gartenbank Teak"]
    assert bench.language == "" and told(project, bench) == []


SEVERAL = """product,benefits,url
Teak garden bench,120 cm wide; seats two people on a summer evening,https://example.com/a
Gartenbank aus Teak,120 cm breit; zwei Personen sitzen bequem nebeneinander,https://example.com/b
Tarte aux pommes avec de la crème fraîche,servie tiède avec une boule de glace,https://example.com/c
Lampe,12 Watt,https://example.com/d
Mug,300 ml,https://example.com/e
Desk lamp,dims in 5 steps,https://example.com/f
"""


@pytest.mark.parametrize("without", ["nothing", "Tarte"])
def test_in_a_file_of_several_languages_a_short_row_may_be_in_one_of_them(
    project: Project, tmp_path: Path, without: str
) -> None:
    lines = [line for line in SEVERAL.splitlines() if not line.startswith(without)]
    (tmp_path / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    rows = briefs(project, tmp_path / "rows.csv")
    taken = {str(row.values["product"]).split()[0] for row in rows if told(project, row)}
    assert taken == {"Gartenbank", "Tarte", "Lampe"} - {without}


@pytest.mark.parametrize("others", [("de",), ("de", "fr")])
def test_clean_english_rows_are_hardly_ever_taken_for_another(project: Project, others: tuple[str, ...]) -> None:
    inputs, folder = project.content_type("ads/google-search").brief, Path(__file__).parents[2]
    with (folder / "templates/ads/briefs/google-search.csv").open(encoding="utf-8") as file:
        rows = [(row["product"], row["benefits"].split(";")) for row in csv.DictReader(file)]
    for line in (folder / "tests/bench/panels/label-briefs.jsonl").read_text("utf-8").splitlines():
        rows.append((json.loads(line)["product"], json.loads(line)["facts"]))
    english = [(product, facts) for product, facts in rows if product.isascii()]
    assert len(english) >= 200
    for many in (9, 1):  # facts
        briefs = [{"product": product, "benefits": facts[:many]} for product, facts in english]
        taken = [brief for brief in briefs if language_beside(inputs, brief, str, lambda: others)]
        assert len(taken) <= 0.01 * len(briefs), taken


JAPANESE = """topic,keyword
水筒の選び方,水筒 おすすめ
保温水筒,保温水筒
軽量水筒,軽量水筒
水壶的选购方法和保养方法大全,不锈钢保温水壶
"""


def test_a_few_chinese_characters_are_japanese_in_a_japanese_file(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(JAPANESE, encoding="utf-8")
    rows = briefs(project, tmp_path / "rows.csv", "seo/meta")
    assert [row.values["language"] for row in rows] == ["en", "en", "en", "zh"], (
        "none but the last is written in Chinese"
    )
    why = ["the row is in Japanese, which this type does not write (en, zh)"]
    assert [told(project, row) for row in rows[:3]] == [why] * 3 and told(project, rows[3]) == []
    (tmp_path / "rows.csv").write_text("topic,keyword\n保温杯,保温杯\n水壶,水壶\n", encoding="utf-8")
    assert [row.values["language"] for row in briefs(project, tmp_path / "rows.csv", "seo/meta")] == ["zh", "zh"]
