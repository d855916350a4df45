"""What a brief will ask, told before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.errors import ContentTypeError
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief
from aigc.writing.preview import Preview, preview

ADVERT = """
aigc: 1
name: shop/advert
summary: Lines, then a closing one.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string}
  closing:
    prompt: closing.j2
    output: {type: string}
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
  closing: {type: string, from: "{{ stages.closing }}"}
"""
FILES = {
    "templates/shop/advert.yaml": ADVERT,
    "templates/shop/line.j2": "{{ product }}, {{ index }}: {{ item }}{{ avoid }}",
    "templates/shop/closing.j2": "After {{ stages.lines[1] }} ({{ stages.lines | length }})",
}
BRIEF = Brief(id="1", values={"product": "Mug", "facts": ["light", "red"]})


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES)


def look(project: Project, brief: Brief = BRIEF, **options: Any) -> list[Preview]:
    return list(preview(project.content_type("shop/advert"), project.environment, brief, **options))


def texts(seen: Preview) -> list[str]:
    return [prompt.messages[-1].content for prompt in seen.prompts]


def test_the_prompts_are_those_that_a_piece_sends(project: Project) -> None:
    generator = ScriptedGenerator(lambda request, index: "Buy it")
    list(project.pipeline(generator).write(project.content_type("shop/advert"), [BRIEF]))
    seen = look(project, stand_ins={"lines": "Buy it"})
    assert [prompt for one in seen for prompt in one.prompts] == [request.prompt for request in generator.requests]


def test_a_stage_that_builds_on_earlier_ones_has_to_wait(project: Project) -> None:
    lines, closing = look(project)
    assert (lines.stage.name, lines.requests, texts(lines), lines.why) == (
        "lines",
        2,
        ["Mug, 0: light", "Mug, 1: red"],
        "",
    )
    assert (closing.requests, closing.first) == (1, None) and closing.why.startswith("needs what earlier stages write")


def test_a_stand_in_is_there_once_for_every_request(project: Project) -> None:
    _, closing = look(project, stand_ins={"lines": "Buy it"})
    assert texts(closing) == ["After Buy it (2)"]


def test_a_stand_in_that_does_not_fit_leaves_a_stage_waiting(project: Project) -> None:
    _, closing = look(project, Brief(id="1", values={"product": "Mug", "facts": ["light"]}), stand_ins={"lines": "x"})
    assert closing.requests == 1 and not closing.prompts and closing.why


def test_some_prompts_are_enough_where_all_are_alike(project: Project) -> None:
    lines, _ = look(project, most=1)
    assert lines.requests == 2 and texts(lines) == ["Mug, 0: light"] and lines.first == lines.prompts[0]


def test_a_list_of_nothing_asks_nothing(project: Project) -> None:
    lines, _ = look(project, Brief(id="1", values={"product": "Mug", "facts": []}))
    assert (lines.requests, lines.first, lines.why) == (0, None, "asks nothing: facts is empty")


def test_a_first_prompt_that_cannot_be_rendered_is_an_error(project: Project) -> None:
    with pytest.raises(ContentTypeError, match="product"):
        look(project, Brief(id="1", values={"facts": ["light"]}))


def test_a_piece_that_is_written_again_is_told_what_to_avoid(project: Project) -> None:
    lines, _ = look(project, Brief(id="1", values=BRIEF.values, avoid=" not so"))
    assert texts(lines) == ["Mug, 0: light not so", "Mug, 1: red not so"]
