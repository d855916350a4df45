"""Rows too short to tell their language are in that of their file, also where the content type does not write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.asking import open_rows, read_briefs
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
    return fitness.of_row(brief)


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
