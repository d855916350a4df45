"""Fixtures of the content room: an environment, a registry with a few extensions, and types written to a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Literal, TypeAlias

import pytest

from aigc.content import ContentType, load_content_type, make_environment
from aigc.content.environment import TemplateEnvironment
from aigc.plugs.extension import Extension, check, exporter, postprocessor
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.types import Artifact, Draft, Field

Load: TypeAlias = Callable[..., ContentType]

BASE = """\
aigc: 1
name: shop/line
summary: One line about a product.
brief:
  product: {type: string, maxLength: 40}
  price: {type: number, default: null}
  facts: {type: array, items: {type: string}, default: null}
  language: {type: string, enum: [en, zh], default: en}
"""
SIMPLE = """\
prompt: line.j2
output: {type: string, minLength: 3, limit: {width: 30}, fallback: "{{ product | trim_to(width=30) }}"}
"""
FIELDS = """\
prompt: line.j2
output:
  title: {type: string, limit: {pixels: 580}, fallback: "About {{ product }}"}
  tags: {type: array, minItems: 1, maxItems: 3, items: {type: string, maxLength: 20}}
fallback: {tags: [new, "50% off"]}
sampling: {temperature: 0.2, top_p: 0.9, top_k: 40, min_p: 0.1, repetition_penalty: 1.1, stop: "\\n\\n"}
candidates: 2
repair: {attempts: 5}
postprocess: [shorten]
checks:
  - whole
  - contains: {field: title, value: "{{ product }}", severity: warn}
exports: [jsonl]
examples:
  - name: mug
    shot: true
    brief: {product: Mug}
    output: {title: A mug, tags: [mug]}
  - brief: {product: Jug, price: "3"}
    completion: "Sure! {...}"
    status: rejected
    findings: [contains]
"""
STAGED = """\
sampling: {temperature: 0.5, max_tokens: 40}
candidates: 3
stages:
  lines:
    foreach: facts
    prompt: fact.j2
    output: {type: string, limit: {width: 30}}
    sampling: {temperature: 0.9}
    fallback: "{{ item | trim_to(width=30) }}"
    checks: [contains: {value: "{{ item }}"}]
    examples:
      - {brief: {product: Mug, language: en}, item: holds 350 ml, output: Holds 350 ml}
      - {item: is blue, output: Blue as the sky}
  title:
    prompt: title.j2
    output: {title: {type: string}}
    candidates: 1
    repair: {attempts: 0}
    chat: false
output:
  lines: {type: array, items: {type: string, limit: {width: 30}}, from: "{{ stages.lines + calls(language) }}"}
  title: {type: string, from: stages.title.title}
checks: [whole]
"""
STAGED_TEMPLATES = {
    "fact.j2": '{% extends "base.j2" %}{% block task %}{{ product }}, {{ index }}: {{ item }}{% endblock %}',
    "title.j2": "Lines: {{ stages.lines | join('; ') }}",
}
TEMPLATE = '{% extends "base.j2" %}\n{% block task %}\nWrite about {{ product }}.\n{% endblock %}\n'


@postprocessor
def shorten(text: str, field: Field, *, at: Literal["word", "sentence"] = "word") -> str:
    """This shortens."""
    return text


@check
def contains(text: str, *, value: str) -> Iterator[str]:
    """This wants a value in the text."""
    if value not in text:
        yield f"lacks {value}"


@check(severity="warn")
def whole(draft: Draft) -> Iterator[str]:
    """This looks at everything."""
    yield from ()


@exporter(name="jsonl", suffixes=(".jsonl",))
def to_jsonl(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """This writes lines."""
    yield folder


def _returning(*extensions: Extension) -> Callable[[], Sequence[Extension]]:
    return hookimpl(lambda: extensions)


@pytest.fixture
def registry() -> Registry:
    plugin = SimpleNamespace(
        aigc_postprocessors=_returning(shorten),
        aigc_checks=_returning(contains, whole),
        aigc_exporters=_returning(to_jsonl),
    )
    found = Registry()
    found.add(plugin, "sample")
    assert not found.plugins[0].quarantined, found.plugins[0].error
    return found


@pytest.fixture
def environment() -> TemplateEnvironment:
    made = make_environment()
    made.globals["calls"] = lambda language: ["Buy now"]
    return made


@pytest.fixture
def load(tmp_path: Path, registry: Registry, environment: TemplateEnvironment) -> Load:
    """This writes `rest` after BASE (or `whole` instead), and templates, and loads what it wrote."""

    def loading(
        rest: str = "", *, whole: str = "", templates: Mapping[str, str] | None = None, folder: str = "shop"
    ) -> ContentType:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for name, text in {"line.j2": TEMPLATE, **(templates or {})}.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_text(dedent(text), encoding="utf-8")
        file = place / "line.yaml"
        file.write_text(dedent(whole) or BASE + dedent(rest), encoding="utf-8")
        return load_content_type(file, registry=registry, environment=environment, plugin="sample")

    return loading
