"""A batch beside a plugin that ends the program without a word, wherever its code has its turn: it says so instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .test_frame import in_python

HEAD = """
import os, signal, re
import aigc
from aigc import Draft, check, generator, hookimpl, importer
from aigc.testing import ScriptedGenerator

@generator(name="scripted-here")
def scripted_here(model: str):
    "Say one line."
    return %s(lambda request, index: %s)

@hookimpl
def aigc_generators(): return [scripted_here]
"""
SCRIPTED, LINE = "ScriptedGenerator", "f'A plain line {request.sampling.seed % 9973}'"
CHECK = """
@check
def odd(draft: Draft):
    "Do as the test says."
    if draft.brief.id == "b":
        %s
    return []

@hookimpl
def aigc_checks(): return [odd]
"""
IMPORTER = """
@importer(name="rows", suffixes=(".rows",))
def rows(path):
    "Read nothing."
    os._exit(0)

@hookimpl
def aigc_importers(): return [rows]
"""
FILTER = """
@hookimpl
def aigc_environment(environment): environment.filters["odd"] = lambda text: os._exit(0)
"""
STEPS = """
class Ends(ScriptedGenerator):
    def step(self): os._exit(0)
"""
MESSAGE = """class Odd(Exception):
            def __str__(self): os._exit(0)
        raise Odd"""
TYPE = """
aigc: 1
name: t/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
checks: [%s]
exports: [jsonl]
"""
TASK = "{%% extends 'base.j2' %%}{%% block task %%}{{ product%s }}{%% endblock %%}"
ROWS = "id,product\na,Mug\nb,Cup\nc,Pot\n"


def batch(
    folder: Path,
    plugin: str,
    *,
    checks: str = "limits",
    odd: str = "",
    rows: str = "rows.csv",
    texts: str = ROWS,
    template: float = 30,
) -> str:
    """Return what a batch says, and how it ended."""
    types = folder / "templates" / "t"
    types.mkdir(parents=True)
    (types / "line.yaml").write_text(TYPE % checks)
    (types / "line.j2").write_text(TASK % odd)
    (folder / rows).write_text(texts)
    (folder / "odd.py").write_text(plugin)
    timeouts = f"timeouts: {{plugin: 1, template: {template}}}\n"
    (folder / "aigc.yaml").write_text(f"generator: scripted-here\nplugins: [odd.py]\n{timeouts}")
    done = in_python(
        f"from aigc.cli import main; print('ended', main(['batch', 't/line', {rows!r}, '--out', 'out']))", folder
    )
    return done.stdout + done.stderr


def checked(act: str) -> str:
    return HEAD % (SCRIPTED, LINE) + CHECK % act


@pytest.mark.parametrize("act", ["os._exit(0)", MESSAGE], ids=["check", "message"])
def test_a_check_fails_its_piece(act: str, tmp_path: Path) -> None:
    told = batch(tmp_path, checked(act), checks="limits, odd")
    assert "2 accepted, 1 failed" in told and "check 'odd' broke" in told and "ended 1" in told, told


def test_a_filter_fails_the_pieces(tmp_path: Path) -> None:
    told = batch(tmp_path, HEAD % (SCRIPTED, LINE) + FILTER, odd=" | odd")
    assert "3 failed" in told and "SystemExit: os._exit(0)" in told, told


def test_an_importer_is_named(tmp_path: Path) -> None:
    told = batch(tmp_path, HEAD % (SCRIPTED, LINE) + IMPORTER, rows="all.rows")
    assert "importer 'rows' broke: SystemExit: os._exit(0)" in told and "ended 2" in told, told


@pytest.mark.parametrize(("made", "says"), [(SCRIPTED, "os._exit(0)"), ("Ends", LINE)], ids=["answer", "step"])
def test_a_generator_is_named(made: str, says: str, tmp_path: Path) -> None:
    told = batch(tmp_path, HEAD % (made, says) + STEPS)
    assert "generator 'scripted-here' broke: SystemExit: os._exit(0)" in told and "ended 3" in told, told


SPOILS = [
    "os.chdir('/')",
    "signal.alarm(1)",
    "signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "re.Pattern = re.search = None",
    "import json; json.JSONEncoder.encode = json._default_decoder = json.encoder.c_make_encoder = None",
    "import enum; enum.EnumMeta.__call__ = None",
    "import threading; threading.Lock = threading.Event = None",
]


@pytest.mark.parametrize("act", SPOILS)
def test_what_a_check_does_to_the_process_is_put_back_before_the_run_too(act: str, tmp_path: Path) -> None:
    told = batch(tmp_path, checked(act), checks="limits, odd")
    assert "3 accepted" in told and "ended 0" in told, told


def test_a_check_that_does_not_answer_is_named_and_not_asked_for_every_row(tmp_path: Path) -> None:
    asks = "import pathlib, time; pathlib.Path('asked').open('a').write('.'); time.sleep(9)"
    plugin = checked(asks).replace('draft.brief.id == "b"', "not draft.fields")
    told = batch(tmp_path, plugin, checks="limits, odd")
    assert "3 accepted" in told, told
    assert len(re.findall(r"check 'odd' did not answer for 1 s", told)) == 1, told
    assert (tmp_path / "asked").read_text() == "."


def test_a_check_that_raises_the_watchdogs_own_error_fails_its_piece(tmp_path: Path) -> None:
    told = batch(tmp_path, checked("from aigc.bounds.watchdog import OutOfTime; raise OutOfTime"), checks="limits, odd")
    assert "2 accepted, 1 failed" in told and "check 'odd' broke: OutOfTime" in told, told


def test_a_filter_that_does_not_answer_is_told_with_its_place_and_not_asked_for_each_row(tmp_path: Path) -> None:
    waits = "import pathlib, time; pathlib.Path('asked').open('a').write('.'); time.sleep(9)"
    plugin = FILTER.replace("lambda text: os._exit(0)", "waits")
    plugin += f"\ndef waits(text):\n    {waits}\n"
    texts = ROWS + "d,Jar\ne,Jug\nf,Pan\n"
    told = batch(tmp_path, HEAD % (SCRIPTED, LINE) + plugin, odd=" | odd", texts=texts, template=0.5)
    assert "6 failed" in told and "takes longer than 0.5 s, and was at odd.py:" in told, told
    assert "3 times in a row: not rendered again" in told and (tmp_path / "asked").read_text() == "...", told
