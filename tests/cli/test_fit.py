"""`aigc evaluate --fit`: labelled lines in, a mix beside the content type out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.content.mix import read_mixes
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc_plugins import formats, scorers

LINES = """
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
    output: {type: string, maxLength: 60}
    fallback: "{{ item }}"
    pick: PICK
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
"""
PICK = "{by: [fit, length], mix: lines}"


@pytest.fixture
def fit(shop: Any, aigc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a fit over labels whose good lines the model finds likely."""
    draw = random.Random(3)
    rows, likely = list[str](), dict[str, float]()
    for number in range(700):
        label = draw.choice([0, 0, 1, 2])
        text = f"line {number}" + " long" * label
        likely[text] = label + draw.gauss(0, 0.2) - 5
        rows.append(f"p{number // 10},fact {number // 10},{text},{label}\n")
    shop.write("labels.csv", "product,item,text,label\n" + "".join(rows))
    shop.write("templates/shop/mixes/lines.yaml", "# ours\naigc: 1\n")
    shop.plugins["scorers"] = scorers

    def generator(project: Project, progress: object = None) -> ScriptedGenerator:
        shop.generators.append(ScriptedGenerator([], likely=lambda request: likely[request.given or ""]))
        return shop.generators[-1]

    monkeypatch.setattr(Project, "generator", generator)

    def run(*more: str, pick: str = PICK) -> Any:
        shop.write("templates/shop/lines.yaml", LINES.replace("PICK", pick))
        return aigc("evaluate", "--fit", "labels.csv", "--type", "shop/lines", "-o", "model=smollm2-135m", *more)

    return run


def test_it_prints_the_areas_and_the_floor_and_writes_the_mix(fit: Any, shop: Any) -> None:
    ran = fit()
    assert ran.code == 0, ran.err
    assert "labels.csv: shop/lines, lines, smollm2-135m" in ran.out
    assert "better : rest" in ran.out
    assert "all together, out of fold" in ran.out
    assert "700 lines of 70 facts" in ran.out
    assert "Floor 0." in ran.out
    file = shop.folder / "templates/shop/mixes/lines.yaml"
    (mix,) = read_mixes(file, ["fit", "length"])
    assert (mix.model, mix.fitted["labels"]) == ("smollm2-135m", 700)
    assert mix.sha256
    assert mix.floor is not None
    assert mix.sure["fit"] > 0
    assert file.read_text().startswith("# ours\n")
    assert len(Project.open(shop.folder).content_type("shop/lines").stages[0].pick.mixes) == 1


def test_fitting_again_costs_nothing_and_replaces_the_entry(fit: Any, shop: Any, tmp_path: Path) -> None:
    first = fit("--json").json
    again = fit("--json").json
    assert len(shop.generators) == 1, "the numbers are kept beside the labels"
    assert first == again
    assert again["auc"]["fit"]["better"] > 0.9
    assert len(read_mixes(shop.folder / "templates/shop/mixes/lines.yaml", ["fit", "length"])) == 1
    other = fit("--json", "--out", str(tmp_path / "mix.yaml")).json
    assert other["file"] == str(tmp_path / "mix.yaml")


def test_labels_are_found_below_a_title(fit: Any, shop: Any) -> None:
    file = shop.folder / "labels.csv"
    file.write_text("Labels of March\n" + file.read_text())
    shop.plugins["shop"] = formats
    ran = fit()
    assert ran.code == 0 and "700 lines of 70 facts" in ran.out, ran.err


def test_rows_that_are_no_candidates_are_counted(fit: Any, shop: Any) -> None:
    file = shop.folder / "labels.csv"
    rows = file.read_text().replace("item,text,label", "item,text,label,stage")
    file.write_text(rows + f"p1,fact 1,{'w' * 99},2,lines\np1,fact 1,Socks!,2,slogan\n")
    ran = fit()
    assert ran.code == 0, ran.err
    assert "Passed over: 1 row of other stages" in ran.out
    assert "Left out: 1 line that the stage's checks refuse" in ran.out
    told = fit("--json").json
    assert (told["labels"], told["other_stages"], told["refused"]) == (700, 1, 1)
    assert told["faulty"] < told["faulty_at_most"] < 0.2


@pytest.mark.parametrize(("by", "refused"), [("qwen2.5-coder-1.5b, nearest shots", True), ("smollm2-135m", False)])
def test_lines_of_another_model_are_refused_by_its_name(fit: Any, shop: Any, by: str, refused: bool) -> None:
    file = shop.folder / "labels.csv"
    file.write_text(file.read_text().replace("item,text,label", "item,text,label,by") + f'p1,fact 1,line 0,0,"{by}"\n')
    ran = fit()
    assert (ran.code == 2) is refused, ran.err
    told = "labels.csv: 1 line by qwen2.5-coder-1.5b, and the mix is for smollm2-135m; -m qwen2.5-coder-1.5b"
    assert (told in ran.err) is refused
    assert (shop.folder / "templates/shop/mixes/lines.yaml").read_text().startswith("# ours\naigc: 1\n")
    assert ("models:" in (shop.folder / "templates/shop/mixes/lines.yaml").read_text()) is not refused


def test_lines_that_the_judge_could_not_judge_are_left_out_and_counted(fit: Any, shop: Any) -> None:
    told = fit("--json").json
    file = shop.folder / "labels.numbers.jsonl"
    first, *rest = file.read_text().splitlines()
    row = json.loads(first)
    row["numbers"][0] = None
    file.write_text("\n".join([json.dumps(row), *rest, ""]))
    assert "Left out: 1 line of which a scorer or the judge could tell nothing" in fit().out
    assert (told["unknown"], fit("--json").json["unknown"], fit("--json").json["labels"]) == (0, 1, 699)


@pytest.mark.parametrize(
    ("more", "pick", "message"),
    [
        (["--stage", "line"], PICK, "has no stage 'line' with a `pick`; did you mean 'lines'"),
        ([], "{by: [length]}", ""),
        (["-m", "smollm2-135m", "-m", "qwen3-0.6b"], PICK, "one model at a time"),
        (["--type", "shop/slogan"], PICK, "shop/slogan has no stage with a `pick`"),
    ],
)
def test_what_cannot_be_fitted_is_said(fit: Any, more: list[str], pick: str, message: str) -> None:
    ran = fit(*more, pick=pick)
    if message:
        assert ran.code != 0
        assert message in ran.err
    else:
        assert "Not written: the pick names no `mix`" in ran.out
