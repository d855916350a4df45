from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.project import Project
from aigc.testing import run_examples

NAMES = [
    "ads/google-search",
    "articles/blog",
    "lessons/plan",
    "lessons/quiz",
    "seo/keywords",
    "seo/meta",
    "text/continue",
]
SLOGAN = """
aigc: 1
name: shop/slogan
summary: A slogan.
brief:
  product: {type: string}
prompt: slogan.j2
output: {type: string, limit: {chars: 20}}
checks: [limits]
examples:
  - {name: fits, brief: {product: Mug}, completion: "Warm all day ", output: %s, status: accepted}
  - {name: long, brief: {product: Mug}, completion: "Warm all day and night", status: rejected, findings: [limits]}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


@pytest.fixture(scope="module")
def bundled() -> Project:
    return Project.open()


def test_the_bundled_types_are_these(bundled: Project) -> None:
    assert sorted(name for name, (_, plugin) in bundled.content_files().items() if plugin != "project") == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_type_loads_and_its_examples_hold(bundled: Project, name: str) -> None:
    assert run_examples(bundled.content_type(name), bundled.environment) == []


def test_an_example_that_does_not_hold_is_said(make_project: Callable[..., Project]) -> None:
    good = make_project({"templates/shop/slogan.yaml": SLOGAN % "Warm all day", "templates/shop/slogan.j2": TASK})
    assert run_examples(good.content_type("shop/slogan"), good.environment) == []
    bad = make_project({"templates/shop/slogan.yaml": SLOGAN % "Cold all day"})
    (complaint,) = run_examples(bad.content_type("shop/slogan"), bad.environment)
    assert complaint == "shop/slogan, example 'fits': gives {'text': 'Warm all day'}, not {'text': 'Cold all day'}"
