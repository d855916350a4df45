"""A shop with a plugin of its own and scripted answers: the whole command line without a model or bundled plugins."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from aigc.cli import main
from aigc.plugs.extension import check, exporter, importer
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Request, Row
from aigc_plugins import generators, gpt

SLOGAN = """
aigc: 1
name: shop/slogan
version: 3
summary: A slogan.
brief:
  product: {type: string, maxLength: 20, description: What is sold}
  tags: {type: array, items: {type: string}, default: null}
  language: {type: string, enum: [en, zh], default: en}
prompt: slogan.j2
output: {type: string, minLength: 2, limit: {chars: 40}}
repair: {attempts: 0}
checks: [no_digits]
exports: [lines]
examples:
  - name: mug
    shot: true
    brief: {product: Enamel mug}
    output: Coffee outdoors
"""
ADVERT = """
aigc: 1
name: shop/advert
version: 1
summary: An advert in two stages.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
repair: {attempts: 0}
exports: [lines]
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {chars: 40}}
  closing:
    prompt: closing.j2
    output: {type: string, limit: {chars: 40}}
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
  closing: {type: string, from: "{{ stages.closing }}"}
"""
TASK = '{% extends "base.j2" %}{% block system %}You write.{% endblock %}{% block task %}%s{% endblock %}'
FILES = {
    "aigc.yaml": "model: scripted\n",
    "templates/shop/slogan.yaml": SLOGAN,
    "templates/shop/slogan.j2": TASK.replace("%s", "A slogan for {{ product }}."),
    "templates/shop/advert.yaml": ADVERT,
    "templates/shop/line.j2": TASK.replace("%s", "{{ product }}: {{ item }}"),
    "templates/shop/closing.j2": TASK.replace("%s", "After {{ stages.lines | first }}"),
    "templates/shop/briefs/slogan.csv": "product\nTin cup\nWool hat\n",
    "products.csv": "product,name\nTin cup,a\nWool hat,b\nA name that is far too long for it,c\n",
}


@check
def no_digits(text: str) -> Iterator[str]:
    """This finds digits."""
    if any(char.isdigit() for char in text):
        yield "has a digit"


@exporter(name="lines", suffixes=(".txt",))
def lines(artifacts: Sequence[Artifact], folder: Path, *, title: str = "") -> Iterator[Path]:
    """This writes one line per piece."""
    path = folder / "lines.txt"
    path.write_text("\n".join([title, *(json.dumps(dict(a.fields)) for a in artifacts)]), encoding="utf-8")
    yield path


@exporter(name="count", suffixes=(".count",))
def count(artifacts: Sequence[Artifact], folder: Path, *, more: int = 0) -> Iterator[Path]:
    """This writes how many pieces there are."""
    path = folder / "all.count"
    path.write_text(str(len(artifacts) + more), encoding="utf-8")
    yield path


@importer(name="csv", suffixes=(".csv",))
def rows(path: Path, *, encoding: str = "utf-8") -> Iterator[Row]:
    """This reads a CSV file."""
    with path.open(encoding=encoding, newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            yield Row(values=row, where=f"{path.name}:{number}")


class ShopPlugin:
    """This is a plugin with one of everything, and a command."""

    @hookimpl
    def aigc_checks(self) -> list[object]:
        return [no_digits]

    @hookimpl
    def aigc_exporters(self) -> list[object]:
        return [lines, count]

    @hookimpl
    def aigc_importers(self) -> list[object]:
        return [rows]

    @hookimpl
    def aigc_commands(self, cli: click.Group) -> None:
        @cli.command("greet")
        @click.argument("whom")
        def greet(whom: str) -> int:
            """Say hello."""
            click.echo(f"hello {whom}")
            return 0


class Shop:
    """This is the project's folder, what the model answers, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer: Callable[[Request, int], Any] = lambda request, index: "Made to last"
        self.generators: list[ScriptedGenerator] = []
        self.projects: list[Project] = []
        self.plugins: dict[str, object] = {"shop": ShopPlugin(), "generators": generators, "gpt": gpt}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def asked(self) -> list[str]:
        return [r.prompt.messages[-1].content for generator in self.generators for r in generator.requests]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """This is a project folder to stand in, with scripted answers and no installed plugin."""
    made = Shop(tmp_path / "shop")
    for name, text in FILES.items():
        made.write(name, text)

    def discover(*, disabled: Sequence[str] = (), only: Sequence[str] | None = None, **more: object) -> Registry:
        registry = Registry()
        for name, plugin in made.plugins.items():
            if name not in disabled and (only is None or name in only):
                registry.add(plugin, name, distribution="shop 1.0")
        return registry

    def generator(project: Project, progress: object = None, **again: bool) -> ScriptedGenerator:
        made.projects.append(project)
        made.generators.append(ScriptedGenerator(lambda request, index: made.answer(request, index), lump=1))
        return made.generators[-1]

    monkeypatch.setattr(Registry, "discover", discover)
    monkeypatch.setattr("aigc.cli.group.naming_the_hook", lambda: list(made.plugins))
    monkeypatch.setattr(Project, "generator", generator)
    monkeypatch.setattr("aigc.cli.batch.check_model", lambda project: None)  # nobody knows the scripted one
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.chdir(made.folder)
    return made


class Ran:
    """This is how a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def aigc(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """This runs a command in the shop, through the real outermost frame."""

    def run(*argv: str) -> Ran:
        capsys.readouterr()
        code = main(argv)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
