"""A shop of pages written by a script, and a tiny model's tokenizer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.jobs import open_job
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request

PAGE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}, minItems: 1}
  language: {type: string, enum: [en, zh], default: en}
candidates: 2
repair: {attempts: 1}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, minLength: 1, limit: {chars: 20}}
    fallback: "{{ item }}"
    checks: [limits, {forbidden_words: {words: [cheap]}}]
    examples:
      - {item: two drawers, output: Two drawers}
      - {item: folds flat, output: Folds flat}
  close:
    prompt: close.j2
    output: {type: string, limit: {chars: 20}}
output:
  lines: {type: array, items: {type: string, limit: {chars: 20}}, from: "{{ stages.lines }}"}
  close: {type: string, from: "{{ stages.close }}"}
checks: [limits]
"""
LINE = (
    "{% extends 'base.j2' %}{% block system %}Write a line.{% endblock %}{% block task %}Fact: {{ item }}{% endblock %}"
)
CLOSE = "{% extends 'base.j2' %}{% block task %}Close for {{ product }}{% endblock %}"
FILES = {"templates/shop/page.yaml": PAGE, "templates/shop/line.j2": LINE, "templates/shop/close.j2": CLOSE}
PRODUCTS = {
    "oak table": ["seats six", "made of one tree"],
    "brass lamp": ["dims in steps", "warms up the room"],
    "wool rug": ["washes cold", "needs no glue"],
}


def moody(request: Request, index: int) -> str:
    """Answer with the request's last word; the second candidate of the first try is too long, `glue` always is."""
    word = request.prompt.messages[-1].content.split()[-1]
    if word == "glue":
        return f"{word} {request.about.attempt} {index} is far too long for it"  # type: ignore[union-attr]
    if word == "tree":
        return "cheap tree" if request.about.attempt == 0 else f"one tree {index}"  # type: ignore[union-attr]
    return f"Has {word}" if index == 0 else f"{word} that is far too long for it"


class Works:
    """This is a project with a type of pages, and the jobs written in it."""

    def __init__(self, make_project: Callable[..., Project], folder: Path) -> None:
        self._make, self.folder = make_project, folder
        self.files = dict(FILES)
        self.plugins: dict[str, object] = {}
        self.generator = ScriptedGenerator(moody)

    @property
    def project(self) -> Project:
        return self._project()

    def write(self, name: str = "spring", *, products: Sequence[str] = (*PRODUCTS,), **options: str) -> Path:
        """Write a job, or go on with it, and return its folder."""
        project = self._project(**options)
        content_type = project.content_type("shop/page")
        out = self.folder / name
        with open_job(project, content_type, out, reuse=False) as job:
            job.register([brief(number, product) for number, product in enumerate(PRODUCTS) if product in products])
            job.write(self.generator)
            job.finish(())
        return out

    def _project(self, **options: str) -> Project:
        project = self._make(self.files, **options)
        for name, plugin in self.plugins.items():
            project.registry.add(plugin, name)
        return project


def brief(number: int, product: str) -> Brief:
    return Brief(id=f"b{number}", values={"product": product, "facts": PRODUCTS[product], "language": "en"})


@pytest.fixture
def works(make_project: Callable[..., Project], tmp_path: Path) -> Works:
    return Works(make_project, tmp_path)


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes rows as JSON lines; bytes are written as they are."""

    def write(rows: Iterable[Any], name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that gives a tiny model's folder, with a chat template or without."""
    from aigc.testing import tiny_gpt

    made: dict[tuple[str, bool], Path] = {}

    def folder(kind: str = "llama", *, chat: bool = True) -> Path:
        if (kind, chat) not in made:
            made[kind, chat] = tiny_gpt(kind, tmp_path_factory.mktemp(kind) / "model", chat=chat)
        return made[kind, chat]

    return folder
