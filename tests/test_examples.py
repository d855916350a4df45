from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from aigc.project import Project
from aigc.testing import run_examples

NAMES = [
    "ads/baidu",
    "ads/feed",
    "ads/google-search",
    "ads/performance-max",
    "ads/search-assets",
    "articles/blog",
    "articles/landing",
    "articles/newsletter",
    "articles/press-release",
    "email/offer",
    "email/sequence",
    "lessons/flashcards",
    "lessons/plan",
    "lessons/quiz",
    "lessons/reading",
    "lessons/worksheet",
    "localise/text",
    "seo/alt-texts",
    "seo/article-brief",
    "seo/internal-links",
    "seo/keywords",
    "seo/meta",
    "shops/listing",
    "social/post",
    "stories/bedtime",
    "stories/flash",
    "support/faq",
    "support/macro",
    "support/reply",
    "support/review-reply",
    "text/continue",
    "text/write",
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
    assert complaint == "shop/slogan, example 'fits': gives text 'Warm all day', not 'Cold all day'"


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_type_has_an_example_in_each_of_its_languages(bundled: Project, name: str) -> None:
    content_type = bundled.content_type(name)
    languages = content_type.demands.needs.languages
    played = [one.brief for one in content_type.examples if one.completion is not None or not content_type.composed]
    assert {brief.get("language", "en") for brief in played} >= {*languages}
    written = {stage.name for stage in content_type.stages}
    answered = [one.completion for one in content_type.examples]
    named = {stage for one in answered if isinstance(one, Mapping) for stage in one}
    assert any(isinstance(one, str) for one in answered) or named == written or not content_type.composed


VOICES = """
aigc: 1
name: shop/voiced
summary: A slogan.
voices: {loud: {}, calm: {}}
brief: {product: {type: string}}
stages:
  shout: {voices: [loud], prompt: slogan.j2, output: {type: string}, fallback: ""}
  whisper: {voices: [calm], prompt: slogan.j2, output: {type: string}, fallback: ""}
output:
  text: {type: string, from: "{{ stages.shout or stages.whisper }}"}
  product: {type: string, from: "{{ product }}"}
examples:
  - {name: first, brief: {product: Mug}, completion: Hey!, output: {text: Hey!}}
  - {name: named, brief: {product: Mug}, completion: {whisper: psst}, output: {text: psst}}
"""


def test_an_example_is_played_in_the_voice_that_has_its_answers(make_project: Callable[..., Project]) -> None:
    project = make_project({"templates/shop/voiced.yaml": VOICES, "templates/shop/slogan.j2": TASK})
    assert run_examples(project.content_type("shop/voiced"), project.environment) == []
