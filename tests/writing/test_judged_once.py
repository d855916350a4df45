"""What is the same is judged once, and what is not is judged each for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aigc import check, postprocessor
from aigc.content import ContentType
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc.writing import sheet
from aigc.writing.pipeline import Pipeline

LINES = """
aigc: 1
name: shop/lines
summary: A line.
brief:
  product: {type: string}
voices:
  loud: {}
  still: {}
prompt: line.j2
candidates: 4
repair: {attempts: 0}
output: {type: string}
postprocess: [ended: {marks: "{{ ['!'] if voice == 'loud' else ['.'] }}"}]
checks: [noted: {word: "{{ product }}"}]
"""
FILES = {"templates/shop/lines.yaml": LINES, "templates/shop/line.j2": "{% block task %}{{ product }}{% endblock %}"}
NOTED: list[tuple[str, str]] = []


@postprocessor
def ended(text: str, *, marks: list[str]) -> str:
    """End a text with the first mark, and add to the marks what is nobody else's."""
    marks.append("?")
    return text + "".join(marks[:-1])


@check
def noted(text: str, *, word: str) -> Iterator[str]:
    """A text has a word."""
    NOTED.append((text, word))
    if word not in text:
        yield f"lacks {word}"


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    NOTED.clear()
    project = make_project(FILES)
    for extension in (ended, noted):
        project.registry._extensions[extension.kind, extension.name] = (extension, "test")
    return project


def write(project: Project, voice: str, products: list[str], answers: list[str]) -> list[Artifact]:
    def spoken(content_type: ContentType) -> str:
        return voice

    generator = ScriptedGenerator(lambda request, index: answers[index])
    pipeline = Pipeline(generator, project.environment, voice=spoken)
    briefs = [Brief(id=product, values={"product": product}) for product in products]
    return sorted(pipeline.write(project.content_type("shop/lines"), briefs), key=lambda one: one.id)


def test_candidates_that_are_the_same_are_judged_once(project: Project) -> None:
    (piece,) = write(project, "still", ["mug"], ["a pot", "a mug", "a pot", "a mug"])
    assert NOTED == [("a pot.", "mug"), ("a mug.", "mug")]
    assert (piece.status, piece.fields) == ("accepted", {"text": "a mug."})


def test_an_option_of_the_voice_alone_is_rendered_once_and_each_voice_has_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []

    def evaluate(environment: Any, text: str, names: Any) -> Any:
        rendered.append(text)
        return before(environment, text, names)

    before = sheet.evaluate
    monkeypatch.setattr(sheet, "evaluate", evaluate)
    told = {voice: write(project, voice, ["mug", "pot"], ["mug and pot"] * 4) for voice in ("loud", "still", "loud")}
    assert [[one.fields["text"] for one in pieces] for pieces in told.values()] == [
        ["mug and pot!"] * 2,
        ["mug and pot."] * 2,
    ]
    assert sum("voice" in text for text in rendered) == 3, "once in each session"
    assert sum("product" in text for text in rendered) == 6, "for each piece"
