"""Briefs without facts get them from the folder of sources, with their places; a row nobody has a source for fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.asking import Plan, read_plan, write_plan
from aigc.asking.grounding import with_facts
from aigc.errors import ContentTypeError, NotFound
from aigc.project import Project
from aigc.testing import run_cli
from aigc.types import Artifact, Brief

TYPE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  topic: {type: string}
  language: {type: string, enum: [en, zh], default: en}
  facts: {type: array, items: {type: string, maxLength: 80}, default: [], from_sources: "{{ topic }}"}
  sources: {type: array, items: {type: string}, default: [], export_only: true}
stages: {}
output:
  text: {type: string, from: "{{ facts | join(' ') }}"}
"""
SOURCE = "# Pans\n\nA layer of oil keeps an iron pan from rusting. Soap is fine for an iron pan. 铁锅洗完要马上擦干。\n"
ROWS = "topic,facts\niron pan,\nbicycle,\niron pan,My own fact.\n"


@pytest.fixture
def project(make_project: Callable[..., Project], tmp_path: Path) -> Project:
    files = {"templates/shop/page.yaml": TYPE, "docs/pans.md": SOURCE, "rows.csv": ROWS}
    return make_project({**files, "aigc.yaml": "sources: docs\n"})


def rows(project: Project) -> list[Brief | Artifact]:
    assert project.folder
    plan = Plan(type="shop/page", briefs=str(project.folder / "rows.csv"))
    return list(plan.rows(project, project.content_type("shop/page")))


def test_facts_are_found_in_the_language_of_the_row(project: Project) -> None:
    first, second, third = rows(project)
    assert isinstance(first, Brief) and isinstance(third, Brief)
    assert first.values["facts"] == [
        "A layer of oil keeps an iron pan from rusting.",
        "Soap is fine for an iron pan.",
    ]
    assert first.values["sources"] == ["pans.md:3 Pans", "pans.md:3 Pans"]
    assert (third.values["facts"], third.values["sources"]) == (["My own fact."], [])
    assert isinstance(second, Artifact) and second.status == "failed"
    assert "says nothing of 'bicycle'" in second.reason
    assert "rows.csv:3: facts: " in second.reason


def test_without_a_folder_a_row_stays_as_it_is(make_project: Callable[..., Project]) -> None:
    project = make_project({"templates/shop/page.yaml": TYPE})
    brief = Brief(id="1", values={"topic": "iron pan", "facts": [], "sources": []})
    assert with_facts(brief, project.content_type("shop/page"), project) == brief


def test_a_folder_that_is_none_is_named_with_its_line(make_project: Callable[..., Project]) -> None:
    project = make_project({"templates/shop/page.yaml": TYPE, "rows.csv": ROWS, "aigc.yaml": "\nsources: dosc\n"})
    with pytest.raises(NotFound, match=r"aigc\.yaml:2: .*dosc: there is no such folder"):
        rows(project)


def test_a_job_file_names_the_folder_as_seen_from_there(project: Project) -> None:
    assert project.folder
    out = project.folder / "out"
    out.mkdir()
    file = write_plan(Plan(type="shop/page", briefs=str(project.folder / "rows.csv")), project, out)
    assert "sources: ../docs" in file.read_text(encoding="utf-8")
    named, place = read_plan(file).settings["sources"]
    assert (Path(str(named)), place) == (project.folder / "docs", f"{file}:{place.rpartition(':')[2]}")


def test_what_is_sought_is_checked_when_the_type_is_read(make_project: Callable[..., Project]) -> None:
    project = make_project({"templates/shop/page.yaml": TYPE.replace("{{ topic }}", "{{ topik }}")})
    with pytest.raises(ContentTypeError, match=r"page\.yaml:8.*'topik'"):
        project.content_type("shop/page")
    project = make_project({"templates/shop/page.yaml": TYPE.replace("default: [], from", "from")})
    with pytest.raises(ContentTypeError, match=r"page\.yaml:8.*is for a list of texts that may be missing"):
        project.content_type("shop/page")


def test_a_batch_and_a_piece_take_the_folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.folder
    monkeypatch.chdir(project.folder)
    (project.folder / "aigc.yaml").write_text("", encoding="utf-8")
    piece = run_cli("generate", "shop/page", "topic=iron pan", "--sources", "docs", "--json").json
    assert piece["fields"]["text"].startswith("A layer of oil")
    done = run_cli("batch", "shop/page", "rows.csv", "--sources", "docs", "--out", "out", "--to", "markdown")
    assert done.code == 1
    assert "sources:\n- pans.md:3 Pans" in Path("out/markdown/0001.md").read_text(encoding="utf-8")
    assert "2 accepted" in run_cli("batch", "out/job.yaml", "--out", "out").out
    (project.folder / "docs/pans.md").write_text(SOURCE.replace("Soap", "Mild soap"), encoding="utf-8")
    assert "1 finished piece is written again" in run_cli("batch", "out/job.yaml", "--out", "out").err
