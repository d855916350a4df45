"""`aigc evaluate`, with scripted models that answer by their name."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.generating import Source
from aigc.plugs.hookspecs import hookimpl
from aigc.testing import ScriptedGenerator
from aigc.types import Request
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")
TYPE = ("evaluate", "products.csv", "--type", "shop/slogan")


class Told:
    """This is a score by hand."""

    def __init__(self, *logprobs: float) -> None:
        self.logprobs, self.total = logprobs, sum(logprobs)


class Scripted(ScriptedGenerator):
    """This is a model that answers, and scores, as its name says; `opened` is what was opened, with its adapters."""

    opened: list[tuple[str, list[str]]] = []  # noqa: RUF012

    def __init__(self, model: str) -> None:
        texts = {"good": "Made to last", "bad": "Only 1", "plain": "Wool hat"}
        super().__init__(lambda request, index: texts["good" if request.adapter else model], lump=1)
        self.model = model

    def score(self, asked: Sequence[tuple[Request, str]]) -> list[Told]:
        better = self.model == "good"
        return [Told(*[-1.0 if better and text.startswith("Yes") else -2.0] * len(text)) for _, text in asked]


@pytest.fixture
def models(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """This lets every model open that has an answer, and tells what was opened."""

    def open_source(source: Source, progress: object = None) -> Scripted:
        Scripted.opened.append((source.model, source.adapters.all()))
        return Scripted(source.model)

    monkeypatch.setattr(Scripted, "opened", [])
    monkeypatch.setattr(Source, "open", open_source)
    monkeypatch.setattr("aigc.evaluation.writers.resolve", lambda name: None)
    shop.write("aigc.yaml", "model: plain\n")
    return Scripted.opened


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def figures(ran: Any, place: int = 0) -> dict[str, Any]:
    return {name: one["value"] for name, one in ran.json["models"][place]["figures"].items()}


def test_a_jobs_own_pieces_need_no_model(aigc: Run, shop: Any, models: list[Any]) -> None:
    shop.answer = lambda request, index: "Wool hat" if "hat" in request.prompt.messages[-1].content else "Only 1"
    aigc(*BATCH)
    before = digests(shop.folder)
    ran = aigc("evaluate", "made", "--json")
    assert ran.code == 0 and not models
    found = figures(ran)
    assert found["pieces"] == 2 and found["accepted"] == 0.5 and found["fresh"] == 0.5 and found["quality"] > 0
    assert digests(shop.folder) == before, "a job is only read"
    told = aigc("evaluate", "made").out
    assert "made: shop/slogan, 2 pieces as they stand" in told and "Accepted" in told and "50 % (9–91)" in told


def test_a_job_without_lines_says_so(aigc: Run, shop: Any, models: list[Any]) -> None:
    aigc(*BATCH, "-o", "keep_lines=none")
    ran = aigc("evaluate", "made")
    assert "without 2 pieces that have none kept" in ran.out and "Fresh lines" not in ran.out


def test_models_write_the_jobs_briefs(aigc: Run, shop: Any, models: list[Any]) -> None:
    aigc(*BATCH, "--seed", "7")
    before = digests(shop.folder)
    ran = aigc("evaluate", "made", "-m", "bad", "-m", "good", "--html", "page.html", "--json")
    assert ran.code == 0 and [name for name, _ in models] == ["bad", "good"]
    assert [one["label"] for one in ran.json["models"]] == ["bad", "good"] and ran.json["briefs"] == 2
    assert figures(ran)["accepted"] == 0 and figures(ran, 1)["accepted"] == 1
    page = (shop.folder / "page.html").read_text(encoding="utf-8")
    assert "Made to last" in page and "Only 1" in page and "Tin cup" in page and "has a digit" in page
    after = digests(shop.folder)
    assert {name: after.pop(name) for name in list(after) if name != "page.html"} == before
    assert aigc("evaluate", "made", "-m", "bad", "--limit", "1", "--json").json["briefs"] == 1


def test_a_jobs_settings_are_asked_for_again(aigc: Run, shop: Any, models: list[Any]) -> None:
    aigc(*BATCH, "-n", "2")
    assert "candidates: 2" in (shop.folder / "made/job.yaml").read_text()
    ran = aigc("evaluate", "made", "-m", "bad", "--json")
    assert ran.json["models"][0]["figures"]["refused"]["of"] == 4, "two briefs, two candidates each"
    ran = aigc("evaluate", "made", "-m", "bad", "-o", "candidates=3", "--json")
    assert ran.json["models"][0]["figures"]["refused"]["of"] == 6, "the command line goes over it"


def test_a_job_of_the_format_before_is_compared_too(aigc: Run, shop: Any, models: list[Any]) -> None:
    aigc(*BATCH)
    with sqlite3.connect(shop.folder / "made/job.sqlite") as db:
        db.executescript(
            "drop table reviews; drop table review_log; drop trigger judge_again; "
            "alter table pieces drop column language; pragma user_version = 2; "
            "update pieces set status = 'waiting', artifact = null where place = 0"
        )
    assert aigc("evaluate", "made", "-m", "bad", "--json").json["briefs"] == 2


def test_a_file_of_briefs_and_an_adapter_beside_its_base(aigc: Run, shop: Any, models: list[Any]) -> None:
    shop.write("adapters/house/adapter_config.json", "{}")
    ran = aigc(*TYPE, "-m", "bad", "-m", "adapters/house", "--json")
    assert models == [("bad", []), ("plain", ["adapters/house"])], "the project's model, with the adapter"
    assert figures(ran, 1)["accepted"] == 1 and ran.json["models"][1]["label"] == "adapters/house"
    assert "1 of 3 rows cannot be used" in ran.err
    models.clear()
    assert aigc(*TYPE, "-m", "plain", "-m", "adapters/house").code == 0
    assert models == [("plain", ["adapters/house"])], "one model is opened once"
    models.clear()
    assert aigc(*TYPE).code == 0 and models == [("plain", [])], "the project's own without -m"
    assert aigc("evaluate", "sample", "--type", "shop/slogan", "--json").json["briefs"] == 2


class Books:
    """This is a plugin that reads workbooks."""

    @hookimpl
    def aigc_importers(self) -> list[object]:
        return [xlsx_briefs]


def book(file: Path, *sheets: Sequence[Sequence[Any]]) -> None:
    """Write a workbook with these sheets of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for rows in sheets:
        table = made.create_sheet()
        for row in rows:
            table.append(row)
    made.save(file)


def test_a_table_of_briefs_or_texts_is_found_below_a_title_or_in_another_sheet(
    aigc: Run, shop: Any, models: list[Any]
) -> None:
    shop.plugins["books"] = Books()
    notes = [["How to fill this in"], ["One row for each product"]]
    book(shop.folder / "briefs.xlsx", notes, [["Spring"], [], ["Product", "name"], ["Tin\u200b cup", "a"]])
    ran = aigc("evaluate", "briefs.xlsx", "--type", "shop/slogan", "-m", "good", "--json")
    assert ran.code == 0 and ran.json["briefs"] == 1, ran.err
    assert "briefs.xlsx: read from the sheet 'Sheet1', not 'Sheet'" in ran.err
    assert "briefs.xlsx: line 3 names the columns" in ran.err
    ran = aigc("evaluate", "briefs.xlsx", "--type", "shop/slogan", "-m", "good", "--html", "page.html")
    assert "Tin cup" in (shop.folder / "page.html").read_text(), "cleaned as a batch cleans it"
    book(shop.folder / "pairs.xlsx", notes, [["Pairs"], ["prompt", "chosen", "rejected"], ["Well?", "Yes", "No"]])
    ran = aigc("evaluate", "pairs.xlsx", "-m", "bad", "-m", "good", "--json")
    assert ran.code == 0 and ran.json["texts"] == 1, ran.err


def test_thresholds_name_what_is_missed_and_end_with_1(aigc: Run, shop: Any, models: list[Any]) -> None:
    assert aigc(*TYPE, "-m", "good", "--least", "accepted=90%", "--most", "refused=0").code == 0
    ran = aigc(*TYPE, "-m", "bad", "--least", "accepted=90%", "--most", "refused=0.5")
    assert ran.code == 1 and "Not met: bad: accepted is 0, not at least 0.9" in ran.err
    assert "refused is 1, not at most 0.5" in ran.err
    assert aigc(*TYPE, "-m", "bad", "-m", "good", "--least", "accepted=1").code == 0, (
        "the first is what others are to beat"
    )
    assert aigc(*TYPE, "-m", "good", "-m", "bad", "--least", "accepted=1", "--json").json["unmet"]


def test_texts_are_scored(aigc: Run, shop: Any, models: list[Any], registry: Any, monkeypatch: Any) -> None:
    rows = [
        ["prompt", "chosen", "rejected"],
        ["Well?", "Yes", "No"],
        ["Well?", "Yes, yes", "Never"],
        ["Well?", "", "No"],
    ]
    with (shop.folder / "pairs.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    ran = aigc("evaluate", "pairs.csv", "-m", "bad", "-m", "good", "--least", "margin_above_0=1", "--json")
    assert ran.code == 0 and ran.json["texts"] == 2 and ran.json["left_out"] == 1
    assert figures(ran, 1)["margin"] == 5.5 and figures(ran, 1)["nats_per_token"] == 1.0
    assert figures(ran, 1)["margin_above_0"] == 1.0 and "margin" not in figures(ran)
    assert "pairs.csv:4: chosen is empty" in ran.err
    ran = aigc("evaluate", "pairs.csv", "-m", "bad", "-m", "good")
    assert "pairs.csv: 2 pairs scored" in ran.out and "Margin > 0" in ran.out
    shop.write("text.txt", "Nobody reads this text " * 9)
    assert figures(aigc("evaluate", "text.txt", "--json"))["perplexity"] == pytest.approx(7.389, abs=0.01)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("evaluate", "mad", "-m", "good"), "mad: no such job or file; did you mean 'made'?"),
        (("evaluate", "templates"), "templates: holds no job"),
        (("evaluate", "products.csv"), "--type TYPE says what they are briefs of"),
        ((*TYPE, "--least", "acepted=1"), "did you mean 'accepted'?"),
        ((*TYPE, "--least", "perplexity=1"), "--least perplexity: is not taken here"),
        ((*TYPE, "-m", "good", "-m", "good"), "-m good: is given twice"),
        ((*TYPE, "--html", "products.csv"), "products.csv: is there already"),
        ((*TYPE, "--html", "none/page.html"), "there is no folder 'none'"),
        (("evaluate", "products.csv", "--type", "shop/slogn"), "did you mean 'shop/slogan'"),
        (("evaluate", "empty.txt"), "the file is empty"),
        (
            ("evaluate", "other.csv", "--type", "shop/slogan"),
            "or let `aigc batch shop/slogan other.csv --map product=COLUMN --out JOB` map them and evaluate JOB",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(
    argv: Sequence[str], message: str, aigc: Run, shop: Any, models: list[Any]
) -> None:
    shop.write("made/job.sqlite", "")
    shop.write("empty.txt", "")
    shop.write("other.csv", "what\nhat\n")
    ran = aigc(*argv)
    assert ran.code == 2 and message in ran.err and ran.err.count("\n") == 1 and "Traceback" not in ran.err
    assert not models, "before a model is opened"


def test_pieces_that_fail_are_told(aigc: Run, shop: Any, models: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.types import Completion

    def broken(self: Scripted, request: Request, index: int) -> Completion:
        return Completion(request_id=request.id, index=index, text="", finish_reason="error", error="it is too long")

    monkeypatch.setattr(Scripted, "_complete", broken)
    ran = aigc(*TYPE, "-m", "good")
    assert "good: 2 pieces failed, it is too long." in ran.out
    assert json.loads(aigc(*TYPE, "-m", "good", "--json").out)["notes"]
