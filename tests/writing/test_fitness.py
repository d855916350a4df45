"""A piece is flagged where the model is too small for it, or somebody does not know its row's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from aigc.content import ContentType
from aigc.models.needs import Abilities
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc.writing.fitness import Fitness
from aigc.writing.pipeline import Pipeline

LINES = """
aigc: 1
name: shop/lines
version: 1
summary: A line per fact and a closing one.
needs: {parameters: 100m, languages: [en, zh]}
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
  language: {type: string, enum: [en, zh], default: en}
repair: {attempts: 0}
voices:
  copy: {needs: {parameters: 1b}}
  facts: {}
stages:
  lines:
    foreach: facts
    voices: [copy]
    prompt: line.j2
    output: {type: string, limit: {width: 20}, fallback: "{{ item | trim_to(width=20) }}"}
  closing:
    needs: {parameters: 500m}
    prompt: line.j2
    output: {type: string, limit: {width: 20}, fallback: "The end in {{ voice }}"}
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines or facts }}"}
  closing: {type: string, from: "{{ stages.closing }}"}
  voice: {type: string, from: "{{ voice }}"}
"""
FILES = {
    "templates/shop/lines.yaml": LINES,
    "templates/shop/line.j2": "{% block task %}{{ product }} in the voice {{ voice }}{% endblock %}",
}
SMALL = Abilities(name="small", parameters=135_000_000, languages=("en",))
LARGE = Abilities(name="large", parameters=1_540_000_000, languages=("en", "zh", "de"))
TOO_LONG = "far too long for any line that there is"
GERMAN = {"product": "Leinenschürze", "facts": ["zwei Taschen vorne", "bei 40 Grad waschbar"], "language": "en"}
ENGLISH = {"product": "Travel mug", "facts": ["with a leakproof lid", "keeps coffee hot for hours"], "language": "en"}


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES)


def fitness(content_type: ContentType, model: Abilities, voice: str = "copy") -> Fitness:
    return Fitness(
        content_type=content_type,
        voice=voice,
        model=model,
        better=lambda parameters, language: f"{language or 'any'}-{parameters // 10**6}",
    )


def piece(
    project: Project,
    model: Abilities,
    answer: str = "Fine line",
    *,
    voice: str = "copy",
    values: Mapping[str, Any] = ENGLISH,
) -> Artifact:
    generator = ScriptedGenerator(lambda request, index: answer)
    pipeline = Pipeline(
        generator,
        project.environment,
        voice=lambda content_type: voice,
        fitness=lambda content_type: fitness(content_type, model, voice),
    )
    (artifact,) = pipeline.write(project.content_type("shop/lines"), [Brief(id="1", values=values)])
    return artifact


def told(artifact: Artifact) -> list[str]:
    return [finding.message for finding in artifact.findings if finding.check == "needs"]


def test_what_a_model_that_is_too_small_wrote_is_flagged(project: Project) -> None:
    made = piece(project, SMALL)
    why = "written by a model smaller than this type needs (135M of 1B): take any-1000"
    assert (made.status, made.reason, told(made)) == ("flagged", f"the piece: {why}", [why])
    assert piece(project, LARGE).status == "accepted"
    assert piece(project, Abilities(name="served")).status == "accepted", "nobody knows its parameters"


def test_only_stages_whose_own_text_stands_in_the_piece_count(project: Project) -> None:
    made = piece(project, SMALL, voice="facts")
    assert "(135M of 500M)" in made.reason, "the closing line's own need; the voice has none"
    made = piece(project, SMALL, TOO_LONG)
    assert (made.status, made.fields["closing"]) == ("accepted", "The end in copy"), "no model wrote what stands"


def test_a_language_that_the_model_does_not_know_is_flagged_whatever_stands(project: Project) -> None:
    chinese = {"product": "随行杯", "facts": ["杯盖防漏"], "language": "zh"}
    made = piece(project, SMALL, TOO_LONG, values=chinese)
    assert made.reason.endswith("written in Chinese by a model that does not know it: take zh-1000")
    assert piece(project, LARGE, TOO_LONG, values=chinese).status == "accepted"


def test_a_row_in_a_language_that_the_type_does_not_write_is_flagged(project: Project) -> None:
    why = "the row is in German, which this type does not write (en, zh)"
    assert told(piece(project, LARGE, values=GERMAN)) == [why]
    small = piece(project, SMALL, TOO_LONG, values=GERMAN)
    assert (small.status, told(small)) == ("flagged", [why]), "no other model helps"


def test_where_the_type_writes_any_language_the_model_to_take_is_named(make_project: Callable[..., Project]) -> None:
    anything = LINES.replace(", languages: [en, zh]", "").replace("enum: [en, zh], ", "")
    project = make_project(FILES | {"templates/shop/lines.yaml": anything})
    small = told(piece(project, SMALL, TOO_LONG, values={**GERMAN, "language": "de"}))
    assert small == ["written in German by a model that does not know it: take de-1000"]


def test_a_language_that_the_row_contradicts_is_flagged(project: Project) -> None:
    made = piece(project, LARGE, values={**ENGLISH, "language": "zh"})
    assert told(made) == ["the row is in English, and its language says zh"]
    assert told(piece(project, LARGE, values=ENGLISH)) == []


def test_where_no_model_of_the_catalogue_will_do_none_is_named(project: Project) -> None:
    content_type = project.content_type("shop/lines")
    nobody = Fitness(content_type=content_type, voice="copy", model=SMALL, better=lambda parameters, language: "")
    (told,) = nobody.of_size(["lines"])
    assert told.endswith("(135M of 1B), and no model of the catalogue that fits this machine is up to it")


def test_languages_are_those_of_type_and_model(project: Project) -> None:
    content_type = project.content_type("shop/lines")
    assert fitness(content_type, LARGE).known_languages == ["en", "zh"]
    assert fitness(content_type, SMALL).known_languages == ["en"]
    assert fitness(content_type, Abilities(name="served")).known_languages == ["en", "zh"]


def test_a_voice_without_stages_needs_no_language_of_the_model(make_project: Callable[..., Project]) -> None:
    none = LINES.replace("    needs: {parameters: 500m}\n", "    voices: [copy]\n")
    lines = make_project(FILES | {"templates/shop/lines.yaml": none}).content_type("shop/lines")
    row = Brief(id="1", values={"product": "雨水桶", "facts": ["容量200升"], "language": "zh"})
    assert fitness(lines, SMALL, "facts").of_brief(row) == []
    assert fitness(lines, SMALL, "facts").known_languages == ["en", "zh"]
    assert fitness(lines, SMALL, "copy").of_brief(row) != []


def test_a_stage_is_run_in_its_voices_only_and_expressions_know_the_voice(project: Project) -> None:
    copy, facts = (piece(project, LARGE, voice=voice) for voice in ("copy", "facts"))
    assert copy.fields["lines"] == ["Fine line"] * 2 and copy.provenance.requests == 3
    assert facts.fields["lines"] == ENGLISH["facts"] and facts.provenance.requests == 1
    assert (copy.fields["voice"], facts.fields["voice"]) == ("copy", "facts")


def test_the_voice_is_in_prompts_and_not_in_seeds_so_that_a_stage_of_two_voices_writes_the_same(
    project: Project,
) -> None:
    asked = {}
    for voice in ("copy", "facts"):
        generator = ScriptedGenerator(lambda request, index: "Fine line")
        pipeline = Pipeline(generator, project.environment, voice=lambda content_type, voice=voice: voice)
        list(pipeline.write(project.content_type("shop/lines"), [Brief(id="1", values=ENGLISH)]))
        asked[voice] = generator.requests[-1]
    assert asked["copy"].prompt.messages[-1].content == "Travel mug in the voice copy"
    assert asked["copy"].sampling.seed == asked["facts"].sampling.seed
