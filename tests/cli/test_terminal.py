"""What rows, files, models and plugins say drives no terminal, and passes for no line of ours."""

from __future__ import annotations

import csv
import json
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.asking.invisible import visible
from aigc.cli.echo import echo, echo_json, echo_text, in_line
from aigc.cli.learning import Learning
from aigc.cli.progress import bar_of

Run = Callable[..., Any]
BAD = "\x1b]0;owned\x07\x1b[2J\x9b31m\x08\x7f\u202e"
FORGED = "\n12 pieces: 12 accepted\r"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
ROWS = [
    {"id": f"id{BAD}{FORGED}", "product": "Cup\x1b[2J\x9b\x7f\u202e", f"more{BAD}": "1"},
    {"id": f"long{BAD}", "product": f"A name that is far too long for it{BAD}", f"more{BAD}": "1"},
    {"id": f"no{BAD}", "product": "Hat 1", f"more{BAD}": "1"},
]
BATCH = ("batch", "shop/slogan", "bad.csv", "--out", "made")


@pytest.fixture
def bad(shop: Any) -> Any:
    with (shop.folder / "bad.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([ROWS[0], *(row.values() for row in ROWS)])
    shop.answer = lambda request, index: "Words\x1b]\x07\x9b\x7f\u202e" + " 1" * ("Hat" in str(request.prompt))
    return shop


def harmless(ran: Any) -> Any:
    """This is what ran, once nothing in it drives a terminal or forges a line."""
    for text in (ran.out, ran.err):
        assert not CONTROL.search(text), repr(text)
        assert "\n12 pieces: 12 accepted" not in text
    return ran


@pytest.mark.parametrize(
    "argv",
    [
        (*BATCH[:3], "--dry-run"),
        (*BATCH[:3], "--dry-run", "--json"),
        BATCH,
        (*BATCH, "--json"),
        (*BATCH, "--to", "count"),
        (*BATCH, "--only", f"none{BAD}"),
        ("batch", f"shop{BAD}/slogan", "bad.csv", "--out", "x"),
        ("batch", "shop/slogan", f"none{BAD}{FORGED}.csv", "--out", "x"),
        ("generate", "shop/slogan", f"product{BAD}=x"),
        ("generate", "shop/slogan", f"product=Cup{BAD}"),
        ("generate", "shop/slogan", f"product=Cup{BAD}", "--json"),
        ("show", "shop/slogan", "--prompt", f"product=Cup{BAD}"),
        ("show", f"x{BAD}"),
        ("models", "show", f"x{BAD}"),
        ("job", f"none{BAD}{FORGED}"),
        (f"x{BAD}",),
    ],
    ids=lambda argv: re.sub(r"[^ -~]", "", " ".join(argv)),
)
def test_no_command_lets_them_through(aigc: Run, bad: Any, argv: Sequence[str]) -> None:
    harmless(aigc(*argv))


def test_nor_does_looking_at_a_job(aigc: Run, bad: Any) -> None:
    harmless(aigc(*BATCH))
    for argv in (
        ("job", "made"),
        ("job", "made", "--lines"),
        ("job", "made", "--lines", "--json"),
        ("job", "made", "--json"),
        ("job", "made", "--piece", visible(ROWS[0]["id"]).strip()),
        ("export", "made", "--to", "count"),
        ("pick", "made", visible(ROWS[0]["id"]).strip(), "text", "--text", "Other\x1b\x9b"),
        ("evaluate", "made"),
    ):
        assert harmless(aigc(*argv)).code in (0, 1), argv


def test_json_keeps_them_as_it_escapes_them(aigc: Run, bad: Any) -> None:
    harmless(aigc(*BATCH))
    ran = harmless(aigc("job", "made", "--piece", visible(ROWS[0]["id"]).strip(), "--json"))
    assert ran.json["id"] == visible(ROWS[0]["id"]).strip(), "what a program reads is what was there"


def test_a_line_is_one_line_and_a_text_keeps_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    echo(f"a{FORGED}\u2028b\tc")
    echo(f"red{BAD}", fg="red")
    echo_text("two\nlines\x1b")
    echo_json(json.dumps({"a": "\x9b\x7f\u202e\ud800", "b": "ä"}, ensure_ascii=False))
    out = capsys.readouterr().out
    assert out == (
        'a 12 pieces: 12 accepted b c\nred]0;owned[2J31m\ntwo\nlines\n{"a": "\\u009b\\u007f\\u202e\\ud800", "b": "ä"}\n'
    )
    assert in_line("  indented: a\n  b") == "  indented: a b"


def test_warnings_are_lines_too(aigc: Run, bad: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(*given: object) -> None:
        logging.getLogger("aigc.jobs").warning("careful: %s", f"x{BAD}{FORGED}")

    monkeypatch.setattr("aigc.cli.batch.prepare_folder", warn)
    assert "WARNING: careful: x" in harmless(aigc(*BATCH)).err


def test_what_breaks_unexpectedly_says_so_harmlessly(aigc: Run, bad: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError(f"x{BAD}{FORGED}")

    monkeypatch.setattr("aigc.cli.batch.prepare_folder", broken)
    assert harmless(aigc(*BATCH)).code == 3
    assert not CONTROL.search(aigc(*BATCH, "--debug").err)


def test_a_bar_shows_brackets_of_a_text_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    class Look:
        quality, step, figures, texts = 0.5, 1, {"accepted": 1}, {"a": {"text": "[/bold] [red]x"}}

    with bar_of("{task.completed} {task.fields[told]}") as bar:
        Learning(3, bar).looked(Look())  # type: ignore[arg-type]
    assert "[/bold] [red]x" in capsys.readouterr().err


def test_a_file_is_named_without_them(aigc: Run, bad: Any, tmp_path: Path) -> None:
    out = f"made{BAD}"
    harmless(aigc(*BATCH[:-1], out))
    harmless(aigc("job", out))
    assert (bad.folder / out / "job.sqlite").is_file()
