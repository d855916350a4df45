"""An input for exports only is kept with the piece; neither prompts nor checks see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc import Pipeline, Project
from aigc.content import ContentType, brief_values, input_schema
from aigc.content.languages import language_of
from aigc.content.prompt_identity import prompt_hash
from aigc.errors import ContentTypeError
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Provenance, Request
from aigc.writing.amending import amended
from aigc.writing.sheet import Setup
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from aigc_plugins.publishing.post_calendar import post_calendar

NOTE = """
aigc: 1
name: shop/note
summary: A note.
brief:
  topic: {type: string, maxLength: 60}
  date:  {type: string, maxLength: 25, default: null MORE}
prompt: note.j2
output: {type: string, minLength: 2}
checks: [facts_from_brief]
repair: {attempts: 0}
"""
TEMPLATE = '{% extends "base.j2" %}{% block task %}Topic: {{ topic }}{% endblock %}'
DATED = {"topic": "herbs on a balcony", "date": "2026-12-01"}


def note(folder: Path, more: str = ", export_only: true", template: str = TEMPLATE) -> tuple[Project, ContentType]:
    (folder / "templates" / "shop").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / "shop" / "note.yaml").write_text(NOTE.replace(" MORE", more))
    (folder / "templates" / "shop" / "note.j2").write_text(template)
    (folder / "aigc.yaml").write_text("")
    project = Project.open(folder)
    return project, project.content_type("shop/note")


def written(
    project: Project, kind: ContentType, asked: list[Request], text: str = "Herbs of 2026 grow.", **given: str
) -> Artifact:
    def answer(request: Request, index: int) -> str:
        asked.append(request)
        return text

    brief = Brief(id="1", values=brief_values(kind, {**DATED, **given}, where="here"))
    (artifact,) = Pipeline(ScriptedGenerator(answer), project.environment).write(kind, [brief])
    return artifact


def test_checks_and_prompts_do_not_see_it_and_the_piece_keeps_it(tmp_path: Path) -> None:
    asked: list[Request] = []
    artifact = written(*note(tmp_path), asked)
    assert artifact.status == "rejected" and "2026" in artifact.reason
    assert artifact.brief.values["date"] == "2026-12-01"
    project, seen = note(tmp_path, more="")
    assert written(project, seen, asked).status == "accepted", "an input that checks see permits its number"
    without = Brief(id="1", values={"topic": DATED["topic"], "date": None})
    kind = note(tmp_path)[1]
    assert kind.told(without) == kind.told(Brief(id="1", values=DATED))


def test_its_text_is_the_same_whatever_it_says(tmp_path: Path) -> None:
    asked: list[Request] = []
    project, kind = note(tmp_path)
    written(project, kind, asked)
    written(project, kind, asked, date="2027-01-01")
    assert asked[0].sampling.seed == asked[1].sampling.seed


def test_a_persons_text_is_held_to_the_same(tmp_path: Path) -> None:
    project, kind = note(tmp_path)
    artifact = written(project, kind, [], "Herbs grow.")
    assert artifact.status == "accepted"
    setup = Setup(content_type=kind, environment=project.environment)
    assert amended(setup, artifact, {"text": "Herbs of 2026."}).status == "rejected"


def test_a_template_that_uses_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentTypeError, match="'date'"):
        note(tmp_path, template=TEMPLATE.replace("topic }}", "date }}"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (", export_only: perhaps", "export_only"),
        (", export_onli: true", "did you mean 'export_only'"),
        ("}\n  tags: {type: array, items: {type: string, export_only: true}", "unknown word 'export_only'"),
        ("}\n  language: {type: string, export_only: true", "has to know the language"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(ContentTypeError, match=message):
        note(tmp_path, more=more)


def test_it_tells_no_language_and_no_program(tmp_path: Path) -> None:
    _, kind = note(tmp_path)
    german = "Die Kräuter wachsen auf dem Balkon und brauchen nicht viel Wasser, aber jeden Tag etwas Sonne."
    assert language_of(kind.brief, {"topic": german}) == "de" and not language_of(kind.brief, {"date": german})
    assert "export_only" not in str(input_schema(kind))


def test_an_article_appears_on_its_date(tmp_path: Path) -> None:
    kind = Project.open().content_type("articles/blog")
    assert kind.brief["date"]["export_only"]
    values = brief_values(kind, {**DATED, "date": "2026-12-01 09:30"}, where="here")
    fields = {"title": "Herbs", "description": "Herbs on a balcony.", "intro": "Herbs grow.", "sections": []}
    provenance = Provenance(content_type=kind.name, version=kind.version)
    artifact = Artifact(
        id="1", status="accepted", fields=fields, brief=Brief(id="1", values=values), provenance=provenance
    )
    (page,) = markdown_pieces([artifact], tmp_path, site="jekyll")
    assert page.name.startswith("2026-12-01-") and "2026-12-01 09:30" in page.read_text(encoding="utf-8")
    calendar = next(path for path in post_calendar([artifact], tmp_path) if path.suffix == ".ics")
    assert "20261201T0930" in calendar.read_text(encoding="utf-8")


def test_what_a_prompt_shows_does_not_hang_on_it(tmp_path: Path) -> None:
    project, kind = note(tmp_path)
    before = prompt_hash(project.environment, kind)
    project, other = note(tmp_path, more=", enum: [a, b], export_only: true")
    assert prompt_hash(project.environment, other) == before


def test_the_date_of_a_post_permits_no_number_in_it() -> None:
    kind = Project.open().content_type("social/post")
    seen = kind.told(Brief(id="1", values={"topic": "herbs", "date": "2026-12-01", "offer": "2 for 1"}))
    assert seen.values == {"topic": "herbs", "offer": "2 for 1"}


def test_an_input_for_checks_only_is_seen_by_checks_and_draws_nothing(tmp_path: Path) -> None:
    asked: list[Request] = []
    project, kind = note(tmp_path, ", checks_only: true")
    artifact = written(project, kind, asked)
    written(project, kind, asked, date="2027-01-01")
    assert artifact.status == "accepted", "its number is known to the check"
    first, second = asked
    assert first.sampling.seed == second.sampling.seed and first.prompt.messages == second.prompt.messages


def test_a_template_cannot_use_an_input_for_checks_only(tmp_path: Path) -> None:
    with pytest.raises(ContentTypeError, match="date"):
        note(tmp_path, ", checks_only: true", TEMPLATE.replace("topic }}", "topic }} {{ date }}"))
