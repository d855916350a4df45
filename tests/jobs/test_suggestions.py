"""Suggestions are kept with their piece: through stops, other jobs, workers and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import Scoring, scorer
from aigc.content.mix import Mix, write_mixes
from aigc.jobs import read_artifacts
from aigc.jobs.ray.assignment import packed
from aigc.jobs.ray.author import Author
from aigc.ledger import opened_ledger
from aigc.plugs.extension import generator
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Ask, Candidate, Completion, Delta, Request
from aigc.writing.line_log import request_digest

from .conftest import Shop, briefs

PAGE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  product: {type: string}
stages:
  lines:
    foreach: "[product, product + '!', product + '?']"
    prompt: item.j2
    output: {type: string, limit: {chars: 20}}
    candidates: 4
    fallback: "{{ item }}"
    pick: {by: [likely], mix: lines, suggest: 2}
output:
  lines: {type: array, items: {type: string, limit: {chars: 20}}, from: "{{ stages.lines }}"}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}"
FILES = {"templates/shop/page.yaml": PAGE, "templates/shop/item.j2": TASK}
MIX = Mix(model="smollm2-135m", weights={"likely": 1}, means={"likely": -1}, scales={"likely": 1}, floor=0.65)
PRODUCTS = ["mug", "pot", "pan", "cup", "jug"]


@scorer
def likely(candidates: Sequence[Candidate]) -> Scoring:
    """Prefer what the model finds likely."""
    told = yield [Ask(prompt=one.prompt, text=one.text) for one in candidates]
    return [one.mean if one else -9.0 for one in told]


def moody(request: Request, index: int) -> str:
    return f"Buy {(request.sampling.seed + index) % 991}"


def worth(request: Request) -> float:
    return -(int(request_digest(request), 16) % 300) / 100


class Diary(ScriptedGenerator):
    """This notes what it answered, and breaks where it is told to."""

    def __init__(self, asked: list[str], *, steps: int = 1 << 30) -> None:
        super().__init__(moody, capacity=3, lump=5, likely=worth)
        self._asked, self._steps = asked, steps

    def step(self) -> Sequence[Completion | Delta]:
        self._steps -= 1
        if self._steps < 0:
            raise KeyboardInterrupt
        events = super().step()
        by_id = {request.id: request for request in self.requests}
        self._asked += [request_digest(by_id[one.request_id]) for one in events if one.index == 0]
        return events


class Plugin:
    """This is a plugin of one scorer, and of a generator."""

    @hookimpl
    def aigc_scorers(self) -> list[object]:
        return [likely]

    @hookimpl
    def aigc_generators(self) -> list[object]:
        @generator(name="moody", weights=True)
        def opened(model: str) -> Diary:
            """Answer by what is asked."""
            return Diary([])

        return [opened]


@pytest.fixture
def project(make_project: Callable[..., Project], tmp_path: Path) -> Project:
    project = make_project(FILES)
    project.registry.add(Plugin(), "plugin")
    write_mixes(tmp_path / "templates/shop/mixes/lines.yaml", [MIX])
    return project


def test_a_mix_is_no_content_type(project: Project) -> None:
    assert [name for name in project.content_files() if "lines" in name] == []


def test_a_stopped_job_ends_as_if_it_had_not_been(project: Project, tmp_path: Path) -> None:
    whole, asked = Shop(project, tmp_path / "whole", "shop/page"), list[str]()
    whole.run(PRODUCTS, generator=Diary(asked), reuse=False)
    expected = (whole.folder / "artifacts.jsonl").read_bytes()
    told = [artifact for artifact in read_artifacts(whole.folder) if artifact.suggestions]
    assert told, "some are suggested"
    assert any(artifact.provenance.fallbacks for artifact in told) and any(
        len(artifact.provenance.fallbacks) < 3 for artifact in told
    ), "and some were taken"
    for steps in range(1, 30, 3):
        shop, again = Shop(project, tmp_path / f"stopped{steps}", "shop/page"), list[str]()
        for at in (steps, 1 << 30):
            try:
                shop.run(PRODUCTS, generator=Diary(again, steps=at), reuse=False)
            except KeyboardInterrupt:
                continue
        assert (shop.folder / "artifacts.jsonl").read_bytes() == expected
        assert sorted(again) == sorted(asked), "nothing is asked twice"


def test_pieces_are_reused_with_their_suggestions_until_the_mix_changes(project: Project, tmp_path: Path) -> None:
    first, second = Shop(project, tmp_path / "a", "shop/page"), Shop(project, tmp_path / "b", "shop/page")
    first.run(PRODUCTS, generator=Diary([]))
    assert second.run(PRODUCTS, generator=Diary([])).reused == len(PRODUCTS)
    told = [artifact.suggestions for artifact in read_artifacts(first.folder)]
    assert [artifact.suggestions for artifact in read_artifacts(second.folder)] == told
    with opened_ledger(second.folder) as ledger:
        assert ledger.pieces.entry("00").artifact.suggestions == told[0]
    write_mixes(tmp_path / "templates/shop/mixes/lines.yaml", [replace(MIX, floor=0.66)])
    assert second.run(PRODUCTS, generator=Diary([])).reused == 0


def test_the_file_of_artifacts_has_them_where_there_are_some(project: Project, shop: Shop, tmp_path: Path) -> None:
    shop.run(PRODUCTS)
    assert "suggestions" not in (shop.folder / "artifacts.jsonl").read_text()
    page = Shop(project, tmp_path / "page", "shop/page")
    page.run(PRODUCTS, generator=Diary([]))
    records = [json.loads(line) for line in (page.folder / "artifacts.jsonl").read_text().splitlines()]
    (one, *_) = next(record["suggestions"] for record in records if "suggestions" in record)
    assert set(one) == {"field", "stage", "item", "text", "score"}


def test_a_worker_elsewhere_picks_the_same(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(FILES, generator="moody")
    project.registry.add(Plugin(), "plugin")
    write_mixes(tmp_path / "templates/shop/mixes/lines.yaml", [MIX])
    monkeypatch.setattr(Registry, "discover", lambda **which: project.registry)
    content_type = project.content_type("shop/page")
    here = {one.id: one for one in project.pipeline(Diary([])).write(content_type, briefs(PRODUCTS))}
    monkeypatch.setattr("aigc.generating.source.Source._weights_folder", lambda source, progress: tmp_path)
    with closing(Author(packed(project, content_type))) as author:
        there = [one.artifact for one in author.block([(brief, {}) for brief in briefs(PRODUCTS)])]
    assert any(artifact.suggestions for artifact in there)
    assert [(one.fields, one.suggestions) for one in there] == [
        (here[one.id].fields, here[one.id].suggestions) for one in there
    ]
