"""A judge that nothing asks: it stays closed, and that is told."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.cli.fitness_told import judge_line
from aigc.generating.source import Source
from aigc.testing import ScriptedGenerator
from aigc_plugins import scorers

TYPE = """
aigc: 1
name: shop/lines
version: 1
summary: One line per fact.
brief: {facts: {type: array, items: {type: string}}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string}
    candidates: 2
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
"""
PICK = "    pick: {by: [longer], judge: [judged], suggest: 2}\n"
TASK = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}{% block task %}{{ item }}{% endblock %}"
JUDGE = {"judge.on": "openai", "judge.model": "wise", "judge.base_url": "http://localhost:9/v1"}


@pytest.mark.parametrize("picks", [True, False])
def test_a_judge_that_nothing_asks_stays_closed_and_that_is_told(
    make_project: Any, monkeypatch: pytest.MonkeyPatch, picks: bool
) -> None:
    text = TYPE.replace("output:\n  lines", f"{PICK if picks else ''}output:\n  lines")
    files = {"templates/shop/lines.yaml": text, "templates/shop/line.j2": TASK}
    opened: list[str] = []

    def opening(source: Source, *given: object, **how: object) -> ScriptedGenerator:
        opened.append(source.model)
        return ScriptedGenerator([])

    monkeypatch.setattr(Source, "_opened", opening)

    def project_with(**options: str) -> Any:
        project = make_project(files, **options)
        project.registry.add(scorers, "scorers")
        return project

    project = project_with(**JUDGE)
    content_type = project.content_type("shop/lines")
    project.generator(only=content_type)
    assert ("wise" in opened) is picks and len(opened) == 1 + picks
    told = "judges the lines of lines" if picks else "is not asked: shop/lines picks no line"
    assert judge_line(project, content_type) == f"wise on openai {told}"
    assert judge_line(project_with(), content_type) == ""
