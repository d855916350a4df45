"""The engine within a job: the same texts however the job is cut, and prompts as long as they were told to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.content import render_prompt
from aigc.jobs import open_job, read_artifacts
from aigc.jobs.forecast.tokens import TokenCounter
from aigc.project import Project
from aigc.types import Brief, Message, Prompt

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
stages:
  lines:
    foreach: "[product, product + '!']"
    prompt: line.j2
    output: {type: string, limit: {chars: 12}}
    sampling: {temperature: 1.5, max_tokens: 8}
    candidates: 2
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
repair: {attempts: 1}
"""
TASK = "{% extends 'base.j2' %}{% block system %}Be brief.{% endblock %}{% block task %}{{ item }}{% endblock %}"
PRODUCTS = [f"mug {at}" for at in range(7)]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project({"templates/shop/line.yaml": LINE, "templates/shop/line.j2": TASK}, model="tiny")


def texts(
    project: Project, folder: Path, generator: Any, products: Sequence[str], stop_after: int | None = None
) -> dict[str, Any]:
    briefs = [Brief(id=name, values={"product": name}) for name in products]
    heard: list[object] = []
    with open_job(project, project.content_type("shop/line"), folder, reuse=False) as job:
        job.register(briefs)
        job.write(generator, heard=heard.append, stopping=lambda: stop_after is not None and len(heard) >= stop_after)
        job.finish()
    return {one.id: (dict(one.fields), one.status) for one in read_artifacts(folder)}


def test_a_text_depends_on_its_brief_alone(project: Project, tmp_path: Path, open_tiny: Callable[..., Any]) -> None:
    whole = texts(project, tmp_path / "whole", open_tiny("llama"), PRODUCTS)
    assert len(whole) == 7 and len({json.dumps(said) for said in whole.values()}) > 3
    assert texts(project, tmp_path / "narrow", open_tiny("llama", rows=1), PRODUCTS) == whole
    assert texts(project, tmp_path / "turned", open_tiny("llama", rows=3), PRODUCTS[::-1]) == whole
    halves = [texts(project, tmp_path / part[0], open_tiny("llama"), part) for part in (PRODUCTS[:3], PRODUCTS[3:])]
    assert halves[0] | halves[1] == whole
    begun = texts(project, tmp_path / "resumed", open_tiny("llama", rows=2), PRODUCTS, stop_after=2)
    assert 2 <= len(begun) < 7 and begun.items() <= whole.items()
    assert texts(project, tmp_path / "resumed", open_tiny("llama"), PRODUCTS) == whole


@pytest.mark.parametrize(("kind", "chat"), [("llama", True), ("gpt2", False)])
def test_prompts_are_as_long_as_a_dry_run_says(
    project: Project, tiny_folder: Callable[..., Path], kind: str, chat: bool
) -> None:
    from aigc.engine.front import load_front

    folder = tiny_folder(kind, chat=chat)
    front, counter = load_front(folder), TokenCounter(folder)
    (stage,) = project.content_type("shop/line").stages
    values = {"product": "Émail 杯子 mug"}
    prompts = [render_prompt(project.environment, stage, values, item=one, index=0, stages={}) for one in "abc"]
    prompts.append(Prompt(messages=(Message(role="user", content="Hello"),), chat=False))
    assert counter.exact and counter.context == 512
    assert counter.prompts(prompts) == [len(front.encode(prompt)) for prompt in prompts]


@pytest.mark.slow
@pytest.mark.model
def test_prompts_for_the_real_model_are_off_by_a_token_or_two_at_most(real_model_folder: Path) -> None:
    from aigc.engine.front import load_front

    project = Project.open()
    front, counter = load_front(real_model_folder), TokenCounter(real_model_folder)
    values = {"product": "Travel mug", "category": "kitchen", "language": "en"}
    for stage in project.content_type("ads/google-search").stages:
        item = ["leakproof lid", "holds 0.5 litres"] if stage.name in ("pairs", "joint") else "leakproof lid, 杯盖防漏"
        prompt = render_prompt(project.environment, stage, values, item=item, index=0, stages={})
        assert abs(counter.prompts([prompt])[0] - len(front.encode(prompt))) <= 2
