"""Fitting a mix to labelled lines: what ranks, what is sure, where the floor lies, and numbers that are kept."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.content.mix import read_mixes, write_mixes
from aigc.errors import BriefError, EngineError, UsageError
from aigc.evaluation import KeptNumbers, LabelScoring, fit_mix, read_labels
from aigc.evaluation.labels import LabelFile, Labelled
from aigc.evaluation.mix_fitting import _floor
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


def project_with(
    make_project: Callable[..., Project], pick: str = "{by: [likely, fit, length]}", more: str = ""
) -> Project:
    text = TYPE.replace("PICK", pick).replace("brief:\n", f"brief:\n{more}")
    project = make_project({"templates/shop/lines.yaml": text, "templates/shop/line.j2": TASK})
    project.registry.add(scorers, "scorers")
    return project


def labels_in(project: Project, folder: Path, rows: Sequence[Any] = ROWS) -> list[Labelled]:
    file = folder / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(label_file(project, file).labels)


def label_file(project: Project, file: Path) -> LabelFile:
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
        ({"product": "x", "item": "y", "text": "z", "label": 3}, "label 3 is none; 2 better than the fact"),
        ({"item": "y", "text": "z", "label": "abc"}, "labels.jsonl:1: label 'abc' is no number"),
        ({"item": "y", "text": "z"}, "labels.jsonl:1: label '' is none"),
        ({"item": "y", "text": "z", "label": 1, "logprob": "x"}, "labels.jsonl:1: logprob 'x' is no number"),
        ({"item": "y", "text": "z", "label": 1, "logprob": "inf"}, "logprob 'inf' is no number"),
        ({"item": "y", "text": "z", "label": 1, "times": "1.5"}, "labels.jsonl:1: times '1.5' is no count"),
        ({"item": "y", "text": "z", "label": 1, "brief": {"produkt": "p"}}, "unknown input 'produkt'"),
        ({"stage": "slogan", "item": "y", "text": "z", "label": 1}, "has no rows of the stage 'lines'"),
    ],
)
def test_a_row_that_is_none_is_refused_at_its_place(make_project: Any, tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(BriefError, match=message):
        labels_in(project_with(make_project), tmp_path, [row])


def test_rows_of_other_stages_are_passed_over(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project)
    others = [{"stage": "slogan", "text": "Socks!", "label": 7}, {**ROWS[0], "stage": "lines"}]
    assert len(labels_in(project, tmp_path, [*ROWS, *others])) == 5
    assert label_file(project, tmp_path / "labels.jsonl").others == 1


def test_a_row_needs_only_what_its_prompt_needs(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project, "{by: [length]}")
    (one,) = labels_in(project, tmp_path, [{"item": "warm", "text": "Warm feet", "label": 2}])
    assert one.values == {"facts": ["warm"]}
    scoring = scoring_of(project)
    assert scoring.numbers([one], KeptNumbers(tmp_path / "labels.jsonl"), unopened) == [{"length": 0.3}]
    (tmp_path / "templates/shop/line.j2").write_text(TASK.replace("{{ item }}", "{{ product }}: {{ item }}"))
    with pytest.raises(BriefError, match=r"labels.jsonl:1: .*product"):
        scoring_of(Project.open(tmp_path, registry=project.registry)).standing([one])


def test_inputs_that_are_called_like_columns_stand_under_brief(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project, "{by: [length]}", "  text: {type: string}\n")
    row = {"product": "Socks", "item": "warm", "text": "Warm feet", "label": 2}
    (one,) = labels_in(project, tmp_path, [row])
    assert "text" not in one.values
    for within in ({"text": "About socks"}, '{"text": "About socks"}'):
        (one,) = labels_in(project, tmp_path, [{**row, "brief": within}])
        assert (one.text, one.values["text"]) == ("Warm feet", "About socks")


def test_no_model_is_opened_that_nobody_asks(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project, "{by: [likely, times]}")
    labels = labels_in(project, tmp_path, [{**row, "logprob": -0.5 - at} for at, row in enumerate(ROWS)])
    numbers = scoring_of(project).numbers(labels, KeptNumbers(tmp_path / "labels.jsonl"), unopened)
    assert [one["likely"] for one in numbers] == [-0.5, -1.5, -2.5, -3.5]
    assert numbers[1]["times"] > numbers[0]["times"]
    project, labels = project_with(make_project, "{by: [length]}"), labels_in(project, tmp_path)
    assert scoring_of(project).numbers(labels, KeptNumbers(tmp_path / "labels.jsonl"), unopened)[0]["length"] == 0.3


def test_lines_of_a_products_other_facts_stand_beside_a_line_as_in_a_piece(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project, "{by: [apart]}")
    rows = [
        {"product": "Socks", "item": "warm", "text": "Feet of wool", "label": 2, "logprob": -2},
        {"product": "Socks", "item": "warm", "text": "Warm by day", "label": 2, "logprob": -1},
        {"product": "Socks", "item": "soft", "text": "Feet of wool", "label": 2, "logprob": -1},
        {"product": "Socks", "item": "soft", "text": "Warm by day", "label": 2, "logprob": -3},
        {"product": "Barrel", "item": "200 litres", "text": "Feet of wool", "label": 0},
    ]
    kept = KeptNumbers(tmp_path / "labels.jsonl")
    numbers = scoring_of(project).numbers(labels_in(project, tmp_path, rows), kept, unopened)
    first, second, third, fourth, other = (one["apart"] for one in numbers)
    assert (first, fourth) == (0.0, 0.0), "the likeliest line of the other fact"
    assert min(second, third, other) > 0.4
    rows[2]["text"] = "Knitted by hand"
    again = scoring_of(project).numbers(labels_in(project, tmp_path, rows), kept, unopened)
    assert again[0]["apart"] > 0.4, "what was kept is not said of other lines"


def test_what_the_stages_checks_refuse_is_no_candidate(make_project: Any, tmp_path: Path) -> None:
    checks = "[{forbidden_words: {words: [rusts]}}, {forbidden_words: {words: [rain], severity: warn}}]"
    project = project_with(make_project, "{by: [length]}\n    checks: " + checks)
    labels = labels_in(project, tmp_path, [*ROWS, {**ROWS[0], "text": "w" * 31}])
    assert [one.text for one in scoring_of(project).standing(labels)] == ["Warm feet", "Warm", "200 litres of rain"]


def test_numbers_after_a_cut_line_are_read(tmp_path: Path) -> None:
    kept = KeptNumbers(tmp_path / "labels.jsonl")
    kept.add("a", "fit", [1.0, math.nan])
    whole = kept.file.read_bytes()
    kept.file.write_bytes(whole + whole[:9])
    again = KeptNumbers(tmp_path / "labels.jsonl")
    assert again.get("a") is not None
    again.add("b", "fit", [2.0])
    again.add("c", "fit", [3.0])
    last = KeptNumbers(tmp_path / "labels.jsonl")
    assert (last.get("b"), last.get("c")) == ([2.0], [3.0])


def unopened() -> ScriptedGenerator:
    raise AssertionError("no scorer asks a model")


def scoring_of(project: Project) -> LabelScoring:
    content_type = project.content_type("shop/lines")
    return LabelScoring(project, content_type, content_type.stages[0])


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
    assert len(generators) == 1, "nor for one that asks nothing"


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
    assert fitted.floor.faulty.at_most is not None
    assert share < fitted.floor.faulty.at_most < (fitted.floor.faulty.interval or (0, 0))[1], "one side only"
    assert entry.fitted["at_least"] == pytest.approx(1 - fitted.floor.faulty.at_most, abs=1e-3)
    assert entry.fitted["labels"] == 800
    assert entry.fitted["facts"] == 80
    file = tmp_path / "mix.yaml"
    file.write_text("# by hand\naigc: 1\n")
    write_mixes(file, [entry])
    assert read_mixes(file, ["wit", "truth", "noise"]) == (entry,)
    assert file.read_text().startswith("# by hand\naigc: 1\n")
    write_mixes(file, [replace(entry, floor_languages=("zh",))])
    assert read_mixes(file, ["wit", "truth", "noise"])[0].floor_languages == ("zh",)


def test_a_number_that_is_not_known_is_sure_of_nothing() -> None:
    labels, numbers = many(random.Random(7))
    mix = fit_mix(labels, numbers, ["wit", "truth", "noise"]).mix
    good = {"wit": 1.0, "truth": 3.0, "noise": 0.0}
    assert mix.surety(good) > 0.9
    assert mix.surety({**good, "truth": math.nan}) == 0.0
    assert 0 < mix.worth({**good, "truth": math.nan}) < 1, "ranked all the same"


def test_lines_of_which_a_scorer_could_tell_nothing_have_no_part_in_the_fit() -> None:
    labels, numbers = many(random.Random(7))
    more = [(replace(one, label=2), {**mine, "wit": math.nan}) for one, mine in zip(labels, numbers, strict=True)][:300]
    worse = fit_mix([*labels, *(one for one, _ in more)], [*numbers, *(mine for _, mine in more)], ["wit", "truth"])
    alone = fit_mix(labels, numbers, ["wit", "truth"])
    assert (alone.unknown, worse.unknown, worse.labels) == (0, 300, 800)
    assert worse.mix == alone.mix and worse.floor == alone.floor
    with pytest.raises(UsageError, match="no line has a number by every scorer; leave one out of wit, truth"):
        fit_mix(labels, [{**mine, "wit": math.nan} for mine in numbers], ["wit", "truth"])


def test_what_a_judge_failed_to_answer_is_asked_again(make_project: Any, tmp_path: Path) -> None:
    project = project_with(make_project, "{by: [judged, length]}")
    labels, asked = labels_in(project, tmp_path), list[str]()

    def numbers(*failing: str) -> list[dict[str, float]]:
        def likely(request: Request) -> float | None:
            asked.append(question := request.prompt.messages[-1].content)
            return None if any(text in question for text in failing) else -1.0

        return scoring_of(project).numbers(
            labels, KeptNumbers(tmp_path / "labels.jsonl"), lambda: ScriptedGenerator([], likely=likely)
        )

    first = numbers("Never rusts")
    assert [math.isfinite(one["judged"]) for one in first] == [True, True, False, True]
    asked.clear()
    assert all(math.isfinite(one["judged"]) for one in numbers())
    assert asked and all("Never rusts" in question for question in asked), "and nothing else"
    asked.clear()
    numbers()
    assert not asked


def test_where_faults_cannot_be_told_there_is_no_floor() -> None:
    labels, numbers = many(random.Random(7))
    assert fit_mix(labels, [{"noise": one["noise"]} for one in numbers], ["noise"]).floor is None
    few, theirs = many(random.Random(7), products=29)
    assert fit_mix(few, theirs, ["wit", "truth"]).floor is None, "58 first choices tell little of one in twenty"


def test_a_floor_holds_at_every_higher_one_as_well() -> None:
    sures = [round(1 - at / 200, 3) for at in range(200)]
    facts = [str(at) for at in range(200)]

    def floor(*faulty: int) -> float | None:
        found = _floor(facts, sures, sures, [at not in faulty for at in range(200)])
        return found and found.value

    assert floor(1, 2) == sures[199], "two of the first sixty, and no more after them"
    assert floor(1, 2, 61) == sures[60], (
        "three of 62 let expect four of 64: that most of 200 are right does not mend it"
    )
    assert floor(1, 2, 3) is None, "three of the first sixty let expect four of 62"


def test_too_few_labels_are_said() -> None:
    labels, numbers = many(random.Random(7), products=1)
    with pytest.raises(UsageError, match="one product"):
        fit_mix(labels, numbers, ["wit"])
    labels, numbers = many(random.Random(7), products=4)
    kept = [at for at, one in enumerate(labels) if one.label != 2]
    with pytest.raises(UsageError, match="all lines, or none, are better"):
        fit_mix([labels[at] for at in kept], [numbers[at] for at in kept], ["wit"])
