"""Fitting a mix to labelled lines: what ranks, what is sure, where the floor lies, and numbers that are kept."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.content.mix import read_mixes, write_mixes
from aigc.errors import BriefError, EngineError, UsageError
from aigc.evaluation import KeptNumbers, LabelScoring, fit_mix, read_labels
from aigc.evaluation.labels import Labelled
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Request
from aigc_plugins import scorers

TYPE = """
aigc: 1
name: shop/lines
version: 1
summary: One line per fact.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {width: 30}}
    fallback: "{{ item }}"
    pick: PICK
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
"""
TASK = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}{% block task %}{{ item }}{% endblock %}"
ROWS = [
    {"product": "Socks", "item": "warm", "text": "Warm feet", "label": 2},
    {"product": "Socks", "item": "warm", "text": "Warm", "label": "1", "logprob": -0.25, "times": 3},
    {"product": "Socks", "fact": "soft", "line": "Never rusts", "label": 0, "angle": "ease"},
    {"product": "Barrel", "item": "200 litres", "text": "200 litres of rain", "label": 2},
]


def project_with(make_project: Callable[..., Project], pick: str = "{by: [likely, fit, length]}") -> Project:
    project = make_project({"templates/shop/lines.yaml": TYPE.replace("PICK", pick), "templates/shop/line.j2": TASK})
    project.registry.add(scorers, "scorers")
    return project


def labels_in(project: Project, folder: Path, rows: Sequence[Any] = ROWS) -> list[Labelled]:
    file = folder / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    content_type = project.content_type("shop/lines")
    return read_labels(file, content_type, content_type.stages[0], project.registry)


def many(draw: random.Random, *, products: int = 40) -> tuple[list[Labelled], list[dict[str, float]]]:
    """Make labels of ten lines each for two facts of a product: `wit` tells better ones, `truth` faulty ones."""
    labels, numbers = [], []
    for number in range(products * 20):
        wit, truth, noise = draw.gauss(0, 1), draw.gauss(0, 1), draw.gauss(0, 1)
        faulty = truth + draw.gauss(0, 0.3) < 0
        label = 0 if faulty else 2 if wit + draw.gauss(0, 0.3) > 0.5 else 1
        product = f"product {number // 20}"
        labels.append(Labelled(product=product, values={}, item=[product, number // 10], text=str(number), label=label))
        numbers.append({"wit": wit, "truth": truth, "noise": noise})
    return labels, numbers


def test_rows_become_labelled_lines(make_project: Any, tmp_path: Path) -> None:
    warm, plain, soft, barrel = labels_in(project_with(make_project), tmp_path)
    assert (warm.values, warm.item, warm.text, warm.label) == (
        {"product": "Socks", "facts": ["warm", "soft"]}, "warm", "Warm feet", 2,
    )  # fmt: skip
    assert (plain.logprob, plain.times, plain.label) == (-0.25, 3, 1)
    assert (soft.item, soft.text) == ("soft", "Never rusts")
    assert warm.fact == plain.fact != soft.fact
    assert barrel.product == "Barrel"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"product": "x", "item": "y", "label": 1}, r"labels.jsonl:1: there is no 'text'"),
        ({"product": "x", "text": "y", "label": 1}, "there is no 'item'"),
        ({"product": "x", "item": "y", "text": "z", "label": 3}, "label '3' is none; 2 better than the fact"),
        ({"item": "y", "text": "z", "label": 1}, "product is missing"),
    ],
)
def test_a_row_that_is_none_is_refused_at_its_place(make_project: Any, tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(BriefError, match=message):
        labels_in(project_with(make_project), tmp_path, [row])


def test_scorers_see_lines_as_candidates_and_numbers_are_kept(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project)
    labels, generators = labels_in(project, tmp_path), list[ScriptedGenerator]()
    content_type = project.content_type("shop/lines")

    def opened() -> ScriptedGenerator:
        def likely(request: Request) -> float:
            return -len(request.given or "") / 10

        generators.append(ScriptedGenerator([], likely=likely))
        return generators[-1]

    def numbers() -> list[dict[str, float]]:
        scoring = LabelScoring(project, content_type, content_type.stages[0])
        return scoring.numbers(labels, KeptNumbers(tmp_path / "labels.jsonl"), opened)

    first = numbers()
    assert first[0] == pytest.approx({"likely": -0.9, "fit": -0.9, "length": 0.3})
    assert first[1] == pytest.approx({"likely": -0.25, "fit": -0.4, "length": 4 / 30}), "its own log-probability"
    asked = [(request.prompt.messages[-1].content, request.given) for request in generators[0].requests]
    assert len(asked) == len(set(asked)) == 4, "each once, whoever asks"
    assert ("warm", "Warm feet") in asked
    assert generators[0].closed
    assert numbers() == first
    assert len(generators) == 1, "no model is opened for numbers that are there"
    project = project_with(make_project, "{by: [likely, fit, length, novel]}")
    content_type = project.content_type("shop/lines")
    assert numbers()[2]["novel"] == 1.0
    assert {request.given for request in generators[1].requests} == {"Warm feet", "Never rusts", "200 litres of rain"}


def test_a_model_that_can_tell_nothing_is_said(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project)
    labels, content_type = labels_in(project, tmp_path), project.content_type("shop/lines")
    scoring = LabelScoring(project, content_type, content_type.stages[0])
    with pytest.raises(EngineError, match="says nothing of given texts"):
        scoring.numbers(labels, KeptNumbers(tmp_path / "labels.jsonl"), lambda: ScriptedGenerator([]))


def test_the_mix_ranks_by_what_is_better_and_is_sure_of_what_is_not_faulty(tmp_path: Path) -> None:
    labels, numbers = many(random.Random(7))
    fitted = fit_mix(labels, numbers, ["wit", "truth", "noise"])
    mix = fitted.mix
    assert mix.weights["wit"] > 1 > abs(mix.weights["noise"])
    assert mix.sure["truth"] > 2 > abs(mix.sure["wit"])
    assert fitted.scorers["noise"].better == pytest.approx(0.5, abs=0.06)
    assert fitted.mixed.better is not None
    assert fitted.mixed.better > max(one.better or 0 for one in fitted.scorers.values())
    assert fitted.floor is not None
    share, coverage = fitted.floor.faulty.share, fitted.floor.covered.share
    assert share is not None
    assert share <= 0.05
    assert coverage is not None
    assert coverage > 0.9
    assert mix.floor == fitted.floor.value
    entry = fitted.of(model="smollm2-135m", sha256="a" * 64, adapter="", date="2026-12-01")
    assert entry.fitted["precision"] == pytest.approx(1 - share, abs=1e-3)
    assert entry.fitted["labels"] == 800
    assert entry.fitted["facts"] == 80
    file = tmp_path / "mix.yaml"
    file.write_text("# by hand\naigc: 1\n")
    write_mixes(file, [entry])
    assert read_mixes(file, ["wit", "truth", "noise"]) == (entry,)
    assert file.read_text().startswith("# by hand\naigc: 1\n")


def test_a_number_that_is_not_known_is_sure_of_nothing() -> None:
    labels, numbers = many(random.Random(7))
    mix = fit_mix(labels, numbers, ["wit", "truth", "noise"]).mix
    good = {"wit": 1.0, "truth": 3.0, "noise": 0.0}
    assert mix.surety(good) > 0.9
    assert mix.surety({**good, "truth": math.nan}) == 0.0
    assert 0 < mix.worth({**good, "truth": math.nan}) < 1, "ranked all the same"


def test_where_faults_cannot_be_told_there_is_no_floor() -> None:
    labels, numbers = many(random.Random(7))
    assert fit_mix(labels, [{"noise": one["noise"]} for one in numbers], ["noise"]).floor is None
    few, theirs = many(random.Random(7), products=6)
    assert fit_mix(few, theirs, ["wit", "truth"]).floor is None, "twelve first choices tell nothing of one in twenty"


def test_too_few_labels_are_said() -> None:
    labels, numbers = many(random.Random(7), products=1)
    with pytest.raises(UsageError, match="one product"):
        fit_mix(labels, numbers, ["wit"])
    labels, numbers = many(random.Random(7), products=4)
    kept = [at for at, one in enumerate(labels) if one.label != 2]
    with pytest.raises(UsageError, match="all lines, or none, are better"):
        fit_mix([labels[at] for at in kept], [numbers[at] for at in kept], ["wit"])
