"""The voice in which a model words the first line: only a line that keeps all of its fact stands."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator, open_project
from aigc.types import Artifact, Brief, Draft, Field
from aigc_plugins.articles.paragraphs import retells_facts

SHOES = {"product": "Trail running shoes", "facts": ["240 g per shoe", "dry within a night"], "platform": "linkedin"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    only = {"text", "rules", "formats", "ads", "articles", "claims", "law", "scorers", "social"}
    return open_project(tmp_path_factory.mktemp("social"), only=only)


def written(project: Project, line: str, voice: str) -> Artifact:
    post = project.content_type("social/post")
    brief = Brief(id="1", values=brief_values(post, SHOES, where="test"))
    pipeline = Pipeline(ScriptedGenerator(lambda request, index: line), project.environment, voice=lambda _: voice)
    return next(iter(pipeline.write(post, [brief])))


def test_a_line_that_keeps_its_fact_stands_first_and_tells_it_once(project: Project) -> None:
    post = written(project, "Within a night they dry.", "copy").fields["post"]
    assert post.startswith("Within a night they dry.\n\nTrail running shoes:\n• 240 g per shoe\n\n")


LINES = ["A shoe that weighs 240 g per pair.", "Dry feet all day.", "The best shoes, dry within a night."]


@pytest.mark.parametrize("line", LINES)
def test_another_line_leaves_the_plain_one(project: Project, line: str) -> None:
    piece = written(project, line, "copy")
    assert piece.status == "accepted" and piece.fields["hook"] == "Trail running shoes: 240 g per shoe"


def test_the_plain_voice_asks_no_model(project: Project) -> None:
    assert written(project, "Within a night they dry.", "plain").fields["hook"].endswith("240 g per shoe")
    assert project.content_type("social/post").demands.voices["plain"].needs.parameters == 0


def test_every_line_of_the_bank_keeps_its_fact() -> None:
    text = files("aigc_plugins.templates").joinpath("social/bank/hooks.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["language"] for row in rows} == {"en", "zh"} and len({row["output"] for row in rows}) == len(rows)
    for row in rows:
        draft = Draft(brief=Brief(id="", values={"language": row["language"]}), fields={}, schema={}, item=row["fact"])
        assert not list(retells_facts(row["output"], Field(path="text", schema={}, draft=draft))), row
