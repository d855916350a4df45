"""`aigc generate`, `batch` and `export`, with scripted answers."""

from __future__ import annotations

import io
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aigc.cli import progress
from aigc.errors import ModelError
from aigc.models import Progress
from aigc.plugs.extension import exporter
from aigc.plugs.hookspecs import hookimpl
from aigc.project import Project
from aigc.types import Artifact

Run = Callable[..., Any]


def test_generate_prints_the_fields_and_nothing_else(aigc: Run, shop: Any) -> None:
    ran = aigc("generate", "shop/slogan", "product=Tin cup")
    assert (ran.code, ran.out, ran.err) == (0, "Made to last\n", "")
    assert shop.asked == ["A slogan for Tin cup."]
    assert shop.generators[0].closed


def test_generate_prints_lists_as_bullets(aigc: Run) -> None:
    ran = aigc("generate", "shop/advert", "product=Cup", "facts=light; red")
    assert ran.out == "lines:\n  - Made to last\n  - Made to last\nclosing: Made to last\n"


def test_generate_json_is_the_artifact(aigc: Run) -> None:
    ran = aigc("generate", "shop/slogan", "product=Tin cup", "tags=a;b", "--json", "--seed", "7", "-m", "other")
    assert ran.json["status"] == "accepted" and ran.json["fields"] == {"text": "Made to last"}
    assert ran.json["brief"]["values"] == {"product": "Tin cup", "tags": ["a", "b"], "language": "en"}
    assert ran.json["provenance"]["seed"] == 7 and ran.json["provenance"]["model"] == "other"


def test_generate_settings_reach_the_request(aigc: Run, shop: Any) -> None:
    aigc("generate", "shop/slogan", "product=Cup", "-o", "sampling.temperature=0.25", "-n", "3")
    (request,) = shop.generators[0].requests
    assert request.sampling.temperature == 0.25 and request.sampling.n == 3


def test_a_rejected_piece_is_exit_code_1_with_findings_on_stderr(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: "Made to last 100 years"
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert ran.code == 1
    assert ran.out == "Made to last 100 years\n"
    assert "text: has a digit (no_digits)" in ran.err and "rejected: " in ran.err


def test_generate_reads_briefs(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("one.json", '\ufeff{"product": "Hat", "language": "zh"}')
    shop.write("one.yaml", "product: Scarf\n")
    asked = aigc("generate", "shop/slogan", "--brief", "one.json", "language=en", "--json").json["brief"]["values"]
    assert (asked["product"], asked["language"]) == ("Hat", "en")
    assert (
        aigc("generate", "shop/slogan", "--brief", "one.yaml", "--json").json["brief"]["values"]["product"] == "Scarf"
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('{"product": "帽子"}'.encode())))
    assert aigc("generate", "shop/slogan", "--brief", "-", "--json").json["brief"]["values"]["product"] == "帽子"
    shop.write("one.json", '{"product": 29.90}')
    asked = aigc("generate", "shop/slogan", "--brief", "one.json", "--json").json["brief"]["values"]
    assert asked["product"] == "29.90", "a number stays as it is written"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["shop/slogn", "product=x"], "did you mean 'shop/slogan'?"),
        (["shop/slogan", "prodct=x"], "did you mean 'product'?"),
        (["shop/slogan", "product"], "not of the form key=value"),
        (["shop/slogan", "product=a", "product=b"], "'product' is given twice"),
        (["shop/slogan", "product=a name with far more than enough letters"], "at most 20"),
        (["shop/slogan"], "product is missing; add product=…; `aigc show shop/slogan` says more"),
        (["shop/slogan", "--brief", "nothing.json"], "nothing.json: no such file; looked for in "),
        (["shop/slogan", "--brief", "bad.json"], "bad.json:2: is not JSON"),
        (["shop/slogan", "--brief", "list.json"], "must be one object"),
        (["shop/slogan", "product=x", "--to", "lines"], "--to needs --out"),
        (["shop/slogan", "product=x", "--to", "line", "--out", "o"], "did you mean 'lines'?"),
        (["shop/slogan", "product=x", "-o", "sampling.temprature=1"], "did you mean 'temperature'?"),
        (["shop/slogan", "product=x", "-o", "engin.device=cpu"], "did you mean 'engine'?"),
        (["shop/slogan", "product=x", "--out", "products.csv"], "products.csv: is a file, not a folder"),
        (["shop/slogan", "product=x", "--sed", "1"], "--seed"),
    ],
)
def test_generate_misuse_is_one_line_before_a_model_loads(aigc: Run, shop: Any, argv: list[str], said: str) -> None:
    shop.write("bad.json", '{"product":\n oops}')
    shop.write("list.json", "[1]")
    ran = aigc("generate", *argv)
    assert ran.code == 2 and ran.out == ""
    assert ran.err.startswith("Error: ") and ran.err.count("\n") == 1 and said in ran.err
    assert not shop.generators


def test_generate_writes_files(aigc: Run, shop: Any) -> None:
    ran = aigc("generate", "shop/slogan", "product=Cup", "--out", "made", "--to", "count")
    assert ran.code == 0 and (shop.folder / "made/all.count").read_text() == "1"
    assert "Wrote made/all.count" in ran.err.replace("\\", "/")
    aigc("generate", "shop/slogan", "product=Cup", "--out", "other")
    assert (shop.folder / "other/lines.txt").is_file()


def test_on_a_terminal_free_text_appears_once_as_it_comes(
    aigc: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert ran.code == 0 and ran.out.count("Made to last") == 1


def test_on_a_terminal_lines_are_shown_as_each_stands(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shop.answer = lambda request, index: f"About {request.prompt.messages[-1].content[-5:]}"
    ran = aigc("generate", "shop/advert", "product=Cup", "facts=light; green")
    assert "lines 1: About light" in ran.out and "lines 2: About green" in ran.out
    assert ran.out.rstrip().endswith("closing: About light")
    assert "- About light" in ran.out


def test_what_a_model_writes_cannot_drive_the_terminal(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: "Made \x1b[2Jto last"
    assert aigc("generate", "shop/slogan", "product=Cup").out == "Made [2Jto last\n"


def test_an_error_on_the_way_is_one_line_with_its_remedy(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: Project, progress: object = None, **again: object) -> None:
        raise ModelError("the model is not there", hint="fetch it")

    monkeypatch.setattr(Project, "generator", refuse)
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert (ran.code, ran.err) == (3, "Error: the model is not there; fetch it\n")
    assert "Traceback" in aigc("generate", "shop/slogan", "product=Cup", "--debug").err


def test_an_error_of_several_lines_is_said_in_one(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: Project, progress: object = None, **again: object) -> None:
        raise ModelError("the model\nis not \u2028 there")

    monkeypatch.setattr(Project, "generator", refuse)
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert (ran.code, ran.err) == (3, "Error: the model is not there\n")


def test_the_unexpected_is_one_line_too(aigc: Run, shop: Any) -> None:
    def break_down(request: object, index: int) -> str:
        raise ZeroDivisionError("so\nodd")

    shop.answer = break_down
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert ran.code == 3 and ran.err.count("\n") == 1
    assert "ZeroDivisionError: so odd; run it again with --debug" in ran.err
    assert "Traceback" in aigc("generate", "shop/slogan", "product=Cup", "--debug").err
    assert all(generator.closed for generator in shop.generators)


def interrupt(request: object, index: int) -> str:
    raise KeyboardInterrupt


def test_generate_interrupted_is_130(aigc: Run, shop: Any) -> None:
    shop.answer = interrupt
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert ran.code == 130 and "Interrupted." in ran.err and "Traceback" not in ran.err
    assert shop.generators[0].closed


def test_batch_accounts_for_every_row(aigc: Run, shop: Any) -> None:
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    assert ran.code == 1, "one row is too long"
    assert "3 pieces: 2 accepted, 1 failed" in ran.out
    assert "products.csv:4: product has 34 characters, at most 20" in ran.out
    assert "made/lines.txt" in ran.out.replace("\\", "/") and "aigc export" in ran.out and "--to count" in ran.out
    assert "tokens/s" in ran.out and "Fallback lines: 0 of 2 (0 %)\n" in ran.out
    pieces = [json.loads(line) for line in (shop.folder / "made/artifacts.jsonl").read_text().splitlines()]
    assert [piece["status"] for piece in pieces] == ["accepted", "accepted", "failed"]
    assert len((shop.folder / "made/lines.txt").read_text().splitlines()) == 3
    assert shop.generators[0].closed


def test_batch_all_accepted_is_0_and_again_writes_nothing(aigc: Run, shop: Any) -> None:
    assert aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2").code == 0
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2", "--json")
    assert ran.code == 0 and ran.json["reused"] == 2 and ran.json["counts"]["accepted"] == 2
    assert [len(generator.requests) for generator in shop.generators] == [2], "no model is opened for nothing"


def test_batch_json_is_the_report(aigc: Run) -> None:
    report = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "count", "--json").json
    assert report["briefs"] == 3 and report["counts"]["failed"] == 1
    assert [Path(name).name for name in report["files"]] == ["artifacts.jsonl", "all.count", "report.html"]


def test_batch_takes_the_types_own_samples(aigc: Run, shop: Any) -> None:
    assert aigc("batch", "shop/slogan", "sample", "--out", "made").code == 0
    assert shop.asked == ["A slogan for Tin cup.", "A slogan for Wool hat."]


def test_batch_maps_and_sets(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--out", "o", "--map", "product=name", "--set", "language=zh")
    assert aigc(*argv, "--input", "encoding=utf-8").code == 0
    assert shop.asked == [f"A slogan for {name}." for name in "abc"]
    record = json.loads((shop.folder / "o/artifacts.jsonl").read_text().splitlines()[0])
    assert record["brief"]["values"]["language"] == "zh"


def test_batch_dry_run_checks_rows_and_shows_prompts_without_a_model(aigc: Run, shop: Any) -> None:
    ran = aigc("batch", "shop/slogan", "products.csv", "--dry-run")
    assert ran.code == 1 and not shop.generators
    assert "3 rows: 2 valid, 1 not" in ran.out and "at most 20" in ran.out
    assert "A slogan for Tin cup." in ran.out and "A slogan for Wool hat." not in ran.out, "the first prompt alone"
    found = aigc("batch", "shop/slogan", "products.csv", "--dry-run", "--limit", "1", "--json")
    assert found.code == 0 and found.json["valid"] == 1 and found.json["failed"] == 0
    assert found.json["prompts"][0]["requests"][0]["messages"][-1]["content"] == "A slogan for Tin cup."


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["shop/slogan", "products.csv"], "--out DIR is needed"),
        (["shop/slogan", "product.csv", "--out", "o"], "did you mean 'products.csv'?"),
        (["shop/slogan", "products.csv", "--out", "o", "--map", "product=nme"], "did you mean 'name'?"),
        (["shop/slogan", "products.csv", "--out", "o", "--set", "languge=en"], "did you mean 'language'?"),
        (["shop/slogan", "products.csv", "--out", "o", "--input", "encodng=x"], "did you mean 'encoding'?"),
        (["shop/slogan", "products.csv", "--out", "o", "--to", "lins"], "did you mean 'lines'?"),
        (["shop/slogan", "products.csv", "--out", "products.csv"], "products.csv: is a file, not a folder"),
        (["shop/slogan", "long.csv", "--out", "o"], "none of its 1 rows can be used"),
        (["shop/slogan", "empty.csv", "--out", "o"], "has no rows"),
        (["shop/advert", "sample", "--out", "o"], "ships no sample briefs"),
    ],
)
def test_batch_misuse_is_one_line_before_a_model_loads(aigc: Run, shop: Any, argv: list[str], said: str) -> None:
    shop.write("long.csv", "product\nA name that is far too long for it\n")
    shop.write("empty.csv", "")
    if argv[0] == "shop/advert":
        (shop.folder / "templates/shop/briefs/slogan.csv").unlink()
    ran = aigc("batch", *argv)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1
    assert not shop.generators


def test_batch_interrupted_keeps_what_was_finished(aigc: Run, shop: Any) -> None:
    def answer(request: Any, index: int) -> str:
        return interrupt(request, index) if "Wool" in request.prompt.messages[-1].content else "Made to last"

    shop.answer = answer
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    assert ran.code == 130
    assert "what was finished is kept" in ran.err
    lines = (shop.folder / "made/artifacts.jsonl").read_text().splitlines()
    kept = [json.loads(line)["brief"]["values"] for line in lines]
    assert {"product": "Tin cup", "tags": None, "language": "en"} in kept


def test_ctrl_c_says_how_many_pieces_are_in_hand(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    many = 30
    shop.write("many.csv", "product\n" + "".join(f"Cup {number}\n" for number in "abcdefghijklmnopqrstuvwxyzABCD"))

    def answer(request: Any, index: int) -> str:
        if request.prompt.messages[-1].content.endswith("Cup b."):
            signal.raise_signal(signal.SIGINT)
        return "Made to last"

    shop.answer = answer
    ran = aigc("batch", "shop/slogan", "many.csv", "--out", "made", "--json")
    said = re.search(r"Stopping in 3 s, with what is finished by then of (\d+) pieces in hand. Ctrl-C again", ran.err)
    assert ran.code == 130 and said, ran.err
    finished = ran.json["counts"]["accepted"]
    assert 1 < int(said[1]) == finished - 1 < many and ran.json["waiting"] == many - finished
    assert f"Writing: {finished}/{finished} · " in ran.err, "no more are to come"
    assert aigc("batch", "shop/slogan", "many.csv", "--out", "made", "--json").json["counts"]["accepted"] == many


def test_a_batch_that_stops_says_what_goes_on_and_begins_nothing_anew(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: interrupt(request, index)
    argv = ("batch", "shop/slogan", "products.csv", "--out", "made", "--retry=failed", "--only", "0002")
    ran = aigc(*argv, "--fresh", "--retry", "flagged")
    assert ran.code == 130
    assert "This writes the rest:\n  aigc batch shop/slogan products.csv --out made --only 0002\n" in ran.err


def test_batch_says_how_far_it_is(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    assert "1/2 · " in ran.err and "accepted" in ran.err and "left" not in ran.err, "after a moment nobody knows"
    monkeypatch.setattr(progress, "SURE", 0.0)
    assert " left\n" in aigc("batch", "shop/slogan", "products.csv", "--out", "other", "--no-reuse").err


@pytest.mark.parametrize(
    ("done", "in_hand", "total", "seconds", "left"),
    [
        (1, 59, 60, 40.0, None),  # 39 minutes, if it were by what is finished alone
        (20, 40, 60, 60.0, None),
        (40, 40, 400, 60.0, 340.0),
        (340, 40, 400, 360.0, 40.0),
        (380, 20, 400, 390.0, 10.0),
        (400, 0, 400, 400.0, 0.0),
        (3, 1, 8, 0.5, None),
        (0, 0, 8, 9.0, None),
    ],
)
def test_how_long_it_takes_is_told_once_it_can_be(
    done: int, in_hand: int, total: int, seconds: float, left: float | None
) -> None:
    assert progress.time_left(done, in_hand, total, seconds) == left


def test_before_half_of_what_is_in_hand_is_finished_time_goes_by_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setattr(progress, "SURE", 0.0)
    piece: Any = SimpleNamespace(status="accepted")
    assert progress.time_for_answers(40, 320, 60.0) == 480.0
    assert progress.time_for_answers(7, 320, 60.0) is progress.time_for_answers(40, -3, 60.0) is None
    for answered, told in ((40, True), (2, False)):
        with progress.writing(60, lambda: 52, to_come=lambda answered=answered: (answered, 320)) as shown:
            shown.heard(piece)
        assert (" left" in capsys.readouterr().err) is told


@pytest.mark.parametrize("terminal", [True, False])
def test_once_stopping_only_what_is_in_hand_is_still_to_come(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    piece: Any = SimpleNamespace(status="accepted")
    stopping = False
    with progress.writing(400, lambda: 2, lambda: stopping) as shown:
        for _ in range(3):
            shown.heard(piece)
        first = capsys.readouterr().err
        stopping = True
        shown.heard(piece)
    assert (terminal or "3/400 · " in first) and "4/6 · " in capsys.readouterr().err


def test_on_a_terminal_batch_shows_a_bar_and_stdout_stays_clean(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--json")
    assert ran.json["briefs"] == 3 and "Writing" in ran.err


@pytest.mark.parametrize("terminal", [True, False])
def test_fetching_a_model_is_shown(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with progress.loading("gpt2") as report:
        report(Progress(stage="download", done=0, total=92_900_000))
        report(Progress(stage="download", done=92_900_000, total=92_900_000))
        report(Progress(stage="convert", done=1, total=0))
    out, err = capsys.readouterr()
    assert out == "" and "Downloading gpt2" in err and "Converting gpt2" in err


def test_export_writes_another_format(aigc: Run, shop: Any) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    ran = aigc("export", "made", "--to", "count", "--to", "lines", "-o", "title=Slogans")
    assert ran.code == 0
    assert [Path(line).name for line in ran.out.splitlines()] == ["all.count", "lines.txt"]
    assert "2 pieces exported; left out: 1 failed" in ran.err
    assert (shop.folder / "made/all.count").read_text() == "2"
    assert (shop.folder / "made/lines.txt").read_text().startswith("Slogans\n")
    assert aigc("export", "made", "--to", "count", "--json").json["left_out"] == 1


def some_flagged(shop: Any) -> None:
    said = (shop.folder / "templates/shop/slogan.yaml").read_text()
    shop.write("templates/shop/slogan.yaml", said.replace("[no_digits]", "[no_digits: {severity: warn}]"))
    shop.answer = lambda request, index: (
        "Made for 2" if "hat" in request.prompt.messages[-1].content else "Made to last"
    )


def test_the_summary_says_what_is_short_of_accepted_and_how_to_export_without_it(aigc: Run, shop: Any) -> None:
    some_flagged(shop)
    said = aigc("batch", "shop/slogan", "products.csv", "--to", "lines", "--out", "made").out
    assert "     1 flagged by no_digits (0002): text: has a digit\n" in said
    assert "     1 failed: products.csv:4: product " in said
    command = "aigc export made --to lines --with-flagged"
    assert f"  {command}    (with the 1 flagged piece too, marked so)\n" in said
    assert "     1 flagged by no_digits (0002): text: has a digit\n" in aigc("job", "made").out
    assert "Made for 2" not in (shop.folder / "made/lines.txt").read_text()
    assert aigc(*command.split()[1:]).err == "2 pieces exported; left out: 1 failed\n"
    assert "Made for 2" in (shop.folder / "made/lines.txt").read_text()
    shop.answer = lambda request, index: "Made for 2"
    aigc("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "other")
    assert "     3 flagged by no_digits (first 0001): text: has a digit\n" in aigc("job", "other").out
    ran = aigc("export", "other", "--to", "count")
    assert ran.code == 3 and "nothing to export: of 3 pieces 3 flagged; --with-flagged writes" in ran.err


def test_a_later_batch_exports_as_was_asked_for_last(aigc: Run, shop: Any) -> None:
    some_flagged(shop)
    batch, made = ("batch", "shop/slogan", "products.csv", "--out", "made"), shop.folder / "made/lines.txt"
    aigc(*batch)
    aigc("export", "made", "--to", "lines", "--to", "count", "-o", "title=Slogans", "--with-flagged")
    made.unlink()
    said = aigc(*batch, "--retry", "failed").out
    assert made.read_text().startswith("Slogans\n") and "Made for 2" in made.read_text()
    assert "marked so" not in said
    shop.write("job.yaml", "type: shop/slogan\nbriefs: products.csv\nexports: [lines: {title: Best}]\n")
    aigc("batch", "job.yaml", "--out", "made")
    assert made.read_text().startswith("Best\n"), "what is said now goes over it"
    aigc("export", "made", "--to", "lines")
    said = aigc(*batch).out
    assert made.read_text().startswith("\n") and "Made for 2" not in made.read_text(), "and so is it taken back"
    assert "  aigc export made --to lines --with-flagged  " in said
    said = aigc("batch", "job.yaml", "--out", "made").out
    assert "  aigc export made --to lines -o title=Best --with-flagged  " in said


def test_a_wrong_option_of_an_export_is_said_once_before_anything_is_written(aigc: Run, shop: Any) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    ran = aigc("export", "made", "--to", "lines", "--to", "count", "-o", "title=Slogans", "-o", "more=many")
    assert ran.code == 2 and ran.err.startswith("Error: -o: count.more: 'many' is not a whole number")
    assert not (shop.folder / "made/lines.txt").read_text().startswith("Slogans")


def test_exports_of_before_are_named_while_pieces_wait(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "made")
    aigc(*argv)
    ran = aigc(*argv, "--fresh", "--only", "0001")
    assert "Exports of before" not in ran.err, "the others stand"
    shop.answer = lambda request, index: (_ for _ in ()).throw(KeyboardInterrupt)
    ran = aigc(*argv, "--fresh")
    assert ran.code == 130 and "Exports of before stay until all is written anew: lines.txt" in ran.err
    assert (shop.folder / "made/lines.txt").is_file()


def test_export_misuse(aigc: Run, shop: Any) -> None:
    ran = aigc("export", "nowhere", "--to", "lines")
    assert ran.code == 2 and "nowhere: no such folder" in ran.err
    shop.answer = lambda request, index: "Only 1"
    aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    ran = aigc("export", "made", "--to", "lines")
    assert ran.code == 3 and "nothing to export" in ran.err
    assert "of 3 pieces 2 rejected, 1 failed" in ran.err
    aigc("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "begun", "--only", "0001")
    ran = aigc("export", "begun", "--to", "lines")
    assert ran.code == 3 and "of 3 pieces 2 wait, 1 rejected; the batch's command goes on" in ran.err
    assert "did you mean 'lines'?" in aigc("export", "made", "--to", "line").err
    assert aigc("export", "made").code == 2


def test_a_language_the_model_does_not_know_is_said_once(aigc: Run, shop: Any) -> None:
    said = "%s will be flagged: written in Chinese by a model that does not know it: take qwen2.5-0.5b\n"
    batch = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "-m", "smollm2-135m", "--out", "made")
    assert said % "3 briefs" in aigc(*batch, "--set", "language=zh", "--dry-run").err
    assert said % "3 briefs" in aigc(*batch, "--matrix", "language=en,zh").err
    assert "does not know" not in aigc(*batch, "--matrix", "language=en,zh", "--dry-run").err, "all is written already"
    assert "does not know" not in aigc(*batch, "--matrix", "language=en,zh").err, "so the same command writes nothing"
    assert said % "1 brief" in aigc(*batch, "--matrix", "language=en,zh", "--only", "0001/zh").err
    rows = (shop.folder / "products.csv").read_text()
    shop.write("products.csv", rows.replace("Tin cup,a", "Tin cup,d"))
    assert said % "1 brief" in aigc(*batch, "--matrix", "language=en,zh").err, "of the row that changed"
    assert aigc("generate", "shop/slogan", "product=帽子", "-m", "smollm2-135m").err == said % "1 brief"
    for argv in (["-m", "smollm2-135m"], ["language=zh", "-m", "qwen2.5-0.5b"], ["language=zh", "-m", "my/model"]):
        assert aigc("generate", "shop/slogan", "product=Hat", *argv).err == ""
    shop.write("aigc.yaml", "adapters: {shop/*: lora}\n")
    assert aigc("generate", "shop/slogan", "product=Hat", "language=zh", "-m", "smollm2-135m").err == ""


def test_next_offers_only_formats_that_take_the_pieces(aigc: Run, shop: Any) -> None:
    @exporter(name="aaa", suffixes=(".a",), refuses=lambda artifact, **options: ["has no headlines"])
    def refusing(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
        """This takes none of the pieces."""
        yield from ()

    @exporter(name="bbb", suffixes=(".b",))
    def demanding(artifacts: Sequence[Artifact], folder: Path, *, campaign: str) -> Iterator[Path]:
        """This does nothing without an option."""
        yield from ()

    class Formats:
        @hookimpl
        def aigc_exporters(self) -> list[object]:
            return [refusing, demanding]

    shop.plugins["formats"] = Formats()
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2")
    assert "  aigc export made --to count    (formats: count, lines)" in ran.out
    for formats, told in (
        (["aaa"], "none of 2 pieces exported\n"),
        (["count", "aaa"], "of 2 pieces exported: 2 as count, none as aaa\n"),
    ):
        argv = ["export", "made", *(word for name in formats for word in ("--to", name))]
        ran = aigc(*argv)
        assert ran.code == 1 and ran.err.startswith(told) and "Not exported: aaa without 2 of 2" in ran.err, ran.err
        assert aigc(*argv, "--json").json["pieces"] == (2 if "count" in formats else 0)
    unknown = aigc("export", "made", "--to", "zzzzzz")
    assert unknown.code == 2 and "no exporter named 'zzzzzz'; made can be written as count, lines\n" in unknown.err
    assert "did you mean 'count'?" in aigc("export", "made", "--to", "cuont").err
    nothing = aigc("export", "made", "--to", "aaa")
    assert nothing.code == 1 and "none of 2 pieces exported\n" in nothing.err
    assert nothing.err.endswith("made can be written as count, lines\n")
