"""Rows, job files, answers and models as people really have them: what leaves, what is refused, and how it is told."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Request, texts_in

HERE = Path(__file__).parent
ADS = "ads/google-search"


def faithful(request: Request, index: int) -> str:
    """Answer as a model does that keeps to the facts."""
    task = request.prompt.messages[-1].content
    stage = request.about.stage if request.about else ""
    if stage == "introductions":
        product, _, fact = task.partition(": ")
        return f"A {product.lower()} with {fact}."
    return task.replace("; ", ", ") + ("." if stage == "pairs" else "")


class Ended:
    """This is how a batch ended: its exit code, what it printed, and its pieces by id."""

    def __init__(self, code: int, told: str, folder: Path) -> None:
        self.code, self.told, self.folder = code, told, folder

    @property
    def pieces(self) -> dict[str, Any]:
        lines = (self.folder / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()
        return {piece["id"]: piece for piece in map(json.loads, lines)}

    @property
    def texts(self) -> list[str]:
        """What stands in the pieces that may leave: accepted and flagged ones."""
        kept = [piece["fields"] for piece in self.pieces.values() if piece["status"] in ("accepted", "flagged")]
        return list(texts_in(kept))


Batch = Callable[..., Ended]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Batch:
    """Return what runs `aigc batch` beside the input files; `answer` stands for the model."""
    for file in HERE.glob("[0-9]*"):
        shutil.copy(file, tmp_path)
    (tmp_path / "aigc.yaml").write_text("model: smollm2-135m\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr("aigc.cli.batch.check_model", lambda project: None)

    def run(*words: str, answer: Callable[[Request, int], Any] = faithful) -> Ended:
        def generator(project: Project, progress: object = None, **again: bool) -> ScriptedGenerator:
            return ScriptedGenerator(answer)

        monkeypatch.setattr(Project, "generator", generator)
        code = main(["batch", *words, "--out", "out", "--no-reuse"])
        return Ended(code, "".join(capsys.readouterr()), tmp_path / "out")

    return run


def rows_of(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_link_in_capitals_is_a_link_and_both_ads_get_their_file(batch: Batch) -> None:
    ended = batch(ADS, "04-upper-scheme.csv")
    assert ended.code == 0, ended.told
    links = [row["Final URL"] for row in rows_of(ended.folder / "google-ads-editor.csv")]
    assert links == ["https://example.com/a", "HTTPS://example.com/b"]


SHOUT = """
aigc: 1
name: shop/ad
summary: An ad with a link that nobody checks.
brief:
  product: {type: string}
  url: {type: string}
prompt: ad.j2
output:
  headlines: {type: array, items: {type: string}, minItems: 1}
  descriptions: {type: array, items: {type: string}}
exports: [google-ads-editor, csv]
"""


@pytest.fixture
def own_type(tmp_path: Path) -> None:
    """Put a content type of somebody's own into the project, whose bounds are not the platform's."""
    folder = tmp_path / "templates" / "shop"
    folder.mkdir(parents=True)
    (folder / "ad.yaml").write_text(SHOUT, encoding="utf-8")
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    (folder / "ad.j2").write_text(task, encoding="utf-8")
    (tmp_path / "ads.csv").write_text(
        "product,url\nCup,https://example.com/a\nJar,www.example.com/b\nPot,HTTP://example.com/c\n", encoding="utf-8"
    )


def written(request: Request, index: int) -> str:
    """Answer with an ad, for a pot with a headline that is too long."""
    product = request.prompt.messages[-1].content
    long = "that is much too long for Google" if product == "Pot" else ""
    return json.dumps({"headlines": [f"{product} {long}".strip(), "Two", "Three"], "descriptions": ["One.", "Two."]})


@pytest.mark.usefixtures("own_type")
def test_what_a_format_will_refuse_fails_as_its_row_before_anything_is_written(batch: Batch) -> None:
    ended = batch("shop/ad", "ads.csv", answer=written)
    assert ended.pieces["0002"]["status"] == "failed"
    assert ended.pieces["0002"]["reason"].startswith("ads.csv:3: google-ads-editor refuses it: has the Final URL 'www.")


@pytest.mark.usefixtures("own_type")
def test_one_bad_piece_does_not_cost_the_others_their_file(batch: Batch) -> None:
    ended = batch("shop/ad", "ads.csv", answer=written)
    assert [row["Headline 1"] for row in rows_of(ended.folder / "google-ads-editor.csv")] == ["Cup"]
    assert len(rows_of(ended.folder / "content.csv")) == 2
    assert ended.code == 1
    assert "Not exported: google-ads-editor without 1 of 2: 0003: Headline 1 has width 36, at most 30" in ended.told


REDUCED = "price={{ (list_price | float * 0.9) | round(2) }} €"


def test_a_price_with_a_decimal_comma_is_reckoned_with(batch: Batch) -> None:
    ended = batch(ADS, "05-decimal-comma.csv", "--set", REDUCED)
    assert [piece["brief"]["values"]["price"] for piece in ended.pieces.values()] == ["26.91 €", "22.05 €"]
    assert not any("0.0" in text for text in ended.texts)


def test_a_price_that_cannot_be_read_fails_its_row(batch: Batch, tmp_path: Path) -> None:
    rows = Path("05-decimal-comma.csv").read_text(encoding="utf-8").replace("$24.50", "on request")
    (tmp_path / "asked.csv").write_text(rows, encoding="utf-8")
    ended = batch(ADS, "asked.csv", "--set", REDUCED)
    assert [piece["status"] for piece in ended.pieces.values()] == ["accepted", "failed"]
    assert "asked.csv:3: " in ended.told and "'on request' is no number" in ended.told


def test_an_amount_in_another_currency_fails_its_row(batch: Batch) -> None:
    ended = batch(ADS, "05-decimal-comma.csv", "--set", "price={{ '%.2f €' | format(list_price | money('€')) }}")
    assert [piece["status"] for piece in ended.pieces.values()] == ["accepted", "failed"]
    assert ended.pieces["0001"]["brief"]["values"]["price"] == "29.90 €"
    assert "'$24.50' is not in €" in ended.pieces["0002"]["reason"]


GERMAN = "die Platte aus massiver Eiche; mit der Hand geölt und geschliffen"


@pytest.mark.parametrize(
    ("columns", "cells", "weight"),
    [
        ("locale", "de-DE", "1299"),
        ("Language", "en", "1.299"),
        ("note", GERMAN, ""),
    ],
)
def test_a_number_with_two_readings_is_read_as_the_row_writes_numbers(
    batch: Batch, tmp_path: Path, columns: str, cells: str, weight: str
) -> None:
    facts = GERMAN if not weight else "cut from one piece; oiled by hand"
    (tmp_path / "boards.csv").write_text(
        f"product,benefits,url,weight,{columns}\nOak board,{facts},https://example.com/b,1.299,{cells}\n",
        encoding="utf-8",
    )
    ended = batch(ADS, "boards.csv", "--set", "offer={{ weight | number }} g")
    assert ended.pieces["0001"]["brief"]["values"]["offer"] == f"{weight or '1299'} g"


def test_numbers_of_a_job_file_stay_as_they_are_written(batch: Batch) -> None:
    ended = batch("26-price.yaml")
    assert ended.pieces["0001"]["brief"]["values"]["price"] == "29.90"
    assert ended.pieces["0001"]["brief"]["values"]["keyword"] == "1.0"
    assert any("29.90" in text for text in ended.texts)
    again = batch("out/job.yaml")
    assert again.pieces["0001"]["brief"]["values"]["price"] == "29.90", again.told
