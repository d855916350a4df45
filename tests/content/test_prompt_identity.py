"""The hash of a type's prompts: another for another prompt, the same whatever else of the type is changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.content import prompt_hash
from aigc.project import Project

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
  tone: {type: string, enum: [plain, playful], default: plain}
  formal: {type: boolean, default: true}
  language: {type: string, default: en}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {chars: 40}}
    examples:
      - {item: a lid, brief: {product: Mug}, output: Keeps it warm}
      - {item: 盖子, brief: {product: 杯子, language: zh}, output: 保温}
  closing:
    prompt: closing.j2
    output: {title: {type: string}, points: {type: array, items: {type: string}}}
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
  closing: {type: string, from: "{{ stages.closing.title }}"}
checks: [limits]
"""
HEAD = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}"
TASK = HEAD + (
    "{% block task %}{{ product }}: {{ item }}{% if tone == 'playful' %} Have fun.{% endif %}"
    "{% if not formal %} Be casual.{% endif %}{% if avoid %} Not {{ avoid }}.{% endif %}{% endblock %}"
)
CLOSING = HEAD + "{% block task %}After {{ stages.lines | first }}{% endblock %}"

Make = Callable[..., Project]


@pytest.fixture
def hashed(make_project: Make) -> Callable[..., str]:
    def made(
        change: tuple[str, str] = ("", ""), task: tuple[str, str] = ("", ""), *, shots: bool = True, closing: str = ""
    ) -> str:
        assert change[0] in LINE and task[0] in TASK
        files = {"line.yaml": LINE.replace(*change), "line.j2": TASK.replace(*task), "closing.j2": closing or CLOSING}
        project = make_project({f"templates/shop/{name}": text for name, text in files.items()})
        content_type = project.content_type("shop/line")
        return prompt_hash(project.environment, content_type if shots else content_type.without_shots())

    return made


@pytest.mark.parametrize(
    "change",
    [
        ("checks: [limits]", "checks: []"),
        ("summary: A line.", "summary: Another."),
        ("limit: {chars: 40}", "limit: {chars: 30}"),
        (
            "checks: [limits]",
            "examples: [{name: a, brief: {product: x, facts: [y]}, output: {lines: [z], closing: z}}]",
        ),
    ],
)
def test_what_is_no_prompt_changes_nothing(hashed: Callable[..., str], change: tuple[str, str]) -> None:
    assert hashed(change) == hashed() and len(hashed()) == 64


@pytest.mark.parametrize(
    "task",
    [
        ("{{ product }}:", "{{ product }} –"),
        ("You write.", "You write well."),
        ("Have fun.", "Be funny."),
        ("Be casual.", "Be loose."),
        ("Not {{ avoid }}", "Never {{ avoid }}"),
    ],
)
def test_a_changed_template_is_told(hashed: Callable[..., str], task: tuple[str, str]) -> None:
    assert hashed(task=task) != hashed()
    assert hashed(task=("{{ product }}:", "{# as ever #}{{ product }}:")) == hashed(), "a remark is no prompt"


@pytest.mark.parametrize("shot", [("Keeps it warm", "Keeps it hot"), ("保温", "保冷"), ("item: a lid", "item: a cap")])
def test_a_changed_shot_is_told_but_not_where_none_is_shown(hashed: Callable[..., str], shot: tuple[str, str]) -> None:
    assert hashed(shot) != hashed()
    assert hashed(shot, shots=False) == hashed(shots=False) != hashed()


def test_where_nothing_made_up_fits_the_templates_texts_count(hashed: Callable[..., str]) -> None:
    odd = HEAD + "{% block task %}{{ stages.lines[3].text }} %s{% endblock %}"
    first, second = hashed(closing=odd.replace("%s", "one")), hashed(closing=odd.replace("%s", "two"))
    assert first != second
    assert hashed(("checks: [limits]", "checks: []"), closing=odd.replace("%s", "one")) == first


def test_every_bundled_type_has_one() -> None:
    project = Project.open()
    for name in project.content_files():
        content_type = project.content_type(name)
        one = prompt_hash(project.environment, content_type)
        assert one == prompt_hash(Project.open().environment, content_type)
        assert (one == prompt_hash(project.environment, content_type.without_shots())) == (
            not any(stage.shots for stage in content_type.stages)
        )


def test_a_prompt_that_differs_by_voice_is_told(hashed: Callable[..., str]) -> None:
    voices = ("stages:\n", "voices: {copy: {}, facts: {}}\nstages:\n")
    asked = ("{{ product }}:", "{{ product }}{{ '!' if voice == 'facts' }}:")
    assert hashed(voices, asked) != hashed(voices)
    assert hashed(("stages:\n", "needs: {parameters: 1b}\nstages:\n")) == hashed(), "what it needs is no prompt"
