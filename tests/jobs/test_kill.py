"""Killed at any moment, a job goes on as if it had not been: nothing lost, nothing asked twice, the same bytes."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from aigc.ledger import KeptLine, opened_ledger
from aigc.ledger.database import Database
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Delta, Request
from aigc.writing.line_log import request_digest

from .conftest import Shop

PRODUCTS = [f"{name}{at}" * (4 if at % 7 == 3 else 1) for at, name in enumerate("abcdefghijklmnopqrst")]
EXPORTS = ["csv", "jsonl", "markdown"]
RECORD = ".exports.json"
STATEMENTS = 370  # about what the whole job takes
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
    output: {type: string, limit: {chars: 12}}
    candidates: 2
  close:
    prompt: item.j2
    output: {type: string, limit: {chars: 12}}
output:
  lines: {type: array, items: {type: string, limit: {chars: 12}}, from: "{{ stages.lines }}"}
  close: {type: string, from: "{{ stages.close }}"}
checks: [limits]
repair: {attempts: 1}
"""


def moody(request: Request, index: int) -> str:
    """This answers by what is asked alone; every fourth answer is too long at first."""
    long = request.sampling.seed % 4 == 0
    return f"Buy {request.sampling.seed % 991}" + " far too long for it" * long


class Diary(ScriptedGenerator):
    """This writes each request it answers into a file, before anybody hears of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(moody, capacity=9, lump=2)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def step(self) -> Sequence[Completion | Delta]:
        events = super().step()
        for event in events:
            if event.index == 0:
                (asked,) = [one for one in self.requests if one.id == event.request_id]
                os.write(self._file, f"{asked.about.brief} {request_digest(asked)}\n".encode())
        return events


@pytest.fixture
def page(shop: Shop) -> Project:
    (shop.folder.parent / "templates/shop/page.yaml").write_text(PAGE, encoding="utf-8")
    return shop.project


def run_until(project: Project, folder: Path, diary: Path, statements: int | None) -> bool:
    """This runs the job in a process of its own, killed before its so-many-th statement; true when it was."""
    pid = os.fork()
    if not pid:
        try:
            if statements is not None:
                _kill_at(statements)
            Shop(project, folder, "shop/page").run(PRODUCTS, exports=EXPORTS, generator=Diary(diary), reuse=False)
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(3)
    _, how = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(how) or os.WEXITSTATUS(how) == 0
    return os.WIFSIGNALED(how)


def _kill_at(statements: int) -> None:
    opened, left = Database.__init__, [statements]

    def count(statement: str) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def init(database: Database, path: Path, *, looking: bool = False) -> None:
        opened(database, path, looking=looking)
        database._db.set_trace_callback(count)

    Database.__init__ = init  # in the child process alone


def content(folder: Path) -> dict[str, bytes]:
    """This is all files but the ledger and the report, which tell what each piece took."""
    apart = ("job.sqlite", "report.html")
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(apart))
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    if RECORD in read:  # which has the report's digest
        read[RECORD] = re.sub(rb'"report.html": "\w+"', b'"report.html": ""', read[RECORD])
    return read


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def safe(folder: Path) -> set[str]:
    """This is what nobody may ask for again: recorded answers, and all requests of finished pieces."""
    with sqlite3.connect(folder / "job.sqlite") as db:
        recorded = db.execute("select id || ' ' || request from completions").fetchall()
    return {said for (said,) in recorded}


def finished(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "job.sqlite") as db:
        (briefs,) = db.execute("select count(*) from pieces").fetchone()
        assert briefs in (0, len(PRODUCTS)), "all are accounted for, or none was asked for yet"
        return {name for (name,) in db.execute("select id from pieces where status <> 'waiting'")}


def written_lines(folder: Path) -> list[KeptLine]:
    with opened_ledger(folder) as ledger:
        return list(ledger.lines.kept())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_fifty_points_the_folder_is_the_same_byte_for_byte(page: Project, tmp_path: Path) -> None:
    whole, diary = tmp_path / "whole", tmp_path / "whole.txt"
    assert not run_until(page, whole, diary, None)
    expected, once = content(whole), lines(diary)
    assert len(once) == len(set(once)) > 80 and len(expected) > 15 and len(written_lines(whole)) > 100
    draw, reached, killed = random.Random(4), set(), 0
    for point in range(50):
        folder, diary = tmp_path / f"killed{point}", tmp_path / f"killed{point}.txt"
        kills = 0
        for _ in range(draw.choice([1, 1, 2, 3])):
            kills += run_until(page, folder, diary, draw.randint(20, STATEMENTS))
        kept, gone, known = len(lines(diary)), finished(folder), safe(folder)
        assert not run_until(page, folder, diary, None)
        again = lines(diary)[kept:]
        assert not known & set(again), "what was recorded is never asked for again"
        assert not gone & {one.split()[0] for one in again}, "nor is a finished piece"
        assert content(folder) == expected
        assert written_lines(folder) == written_lines(whole), "the model's lines are the same too"
        assert set(lines(diary)) == set(once)
        assert len(lines(diary)) <= len(once) + 2 * kills, "but for the answers that were on their way"
        killed += kills > 0
        reached.add(len(gone))
    assert killed >= 45 and len(reached) > 12, "the kills fell all over the job"


def test_every_file_but_the_ledger_may_be_cut_off(page: Project, tmp_path: Path) -> None:
    shop = Shop(page, tmp_path / "cut", "shop/page")
    shop.generator = ScriptedGenerator(moody)
    shop.run(PRODUCTS, exports=EXPORTS)
    before, asked = content(shop.folder), shop.asked
    for name, text in before.items():
        (shop.folder / name).write_bytes(text[: len(text) // 2])
    shop.run(PRODUCTS, exports=EXPORTS)
    assert (content(shop.folder), shop.asked) == (before, asked)


def test_a_step_that_was_never_written_down_is_the_only_one_lost(page: Project, tmp_path: Path) -> None:
    """A power cut may take the end of the write-ahead log."""
    shop = Shop(page, tmp_path / "cut", "shop/page")
    shop.generator = ScriptedGenerator(moody, capacity=9, lump=2)
    pid = os.fork()
    if not pid:
        _kill_at(300)
        shop.run(PRODUCTS, exports=EXPORTS)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    log = shop.folder / "job.sqlite-wal"
    log.write_bytes(log.read_bytes()[:-5000])
    held = len(finished(shop.folder))
    shop.run(PRODUCTS, exports=EXPORTS)
    whole = Shop(page, tmp_path / "whole", "shop/page")
    whole.generator = ScriptedGenerator(moody)
    whole.run(PRODUCTS, exports=EXPORTS, reuse=False)
    assert content(shop.folder) == content(whole.folder) and shop.asked < whole.asked and held >= 0


SLOW = """
import sys, time
from pathlib import Path
from aigc.cli.stopping import gentle_stop
from aigc.project import Project
from aigc.testing import ScriptedGenerator
sys.path.insert(0, sys.argv[3])
from tests.jobs.conftest import Shop, answer

class Slow(ScriptedGenerator):
    def step(self):
        print("step", flush=True)
        time.sleep(0.3)
        return super().step()

with gentle_stop(lambda: 4) as stopping:
    shop = Shop(Project.open(Path(sys.argv[1])), Path(sys.argv[2]))
    report = shop.run([*"abcdefghijkl"], generator=Slow(answer, capacity=4, lump=4), stopping=stopping)
print(report.interrupted, report.counts["accepted"], report.waiting)
"""


@pytest.mark.parametrize(("times", "finished"), [(1, 4), (2, 0)])
@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
def test_ctrl_c_once_finishes_what_is_in_hand_and_twice_stops(shop: Shop, times: int, finished: int) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", SLOW, str(shop.folder.parent), str(shop.folder), str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "step\n"
    process.send_signal(signal.SIGINT)
    if times == 2:
        assert process.stderr is not None
        while (
            "Finishing the 4 pieces in hand, and no more. Ctrl-C again stops at once: what is finished is kept"
            not in process.stderr.readline()
        ):
            pass
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert out.splitlines()[-1] == f"True {finished} {12 - finished}", err
    assert shop.run([*"abcdefghijkl"]).counts["accepted"] == 12
    assert shop.asked == 12 - finished


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")
def test_ctrl_c_gives_the_prompt_back_within_a_few_seconds(shop: Shop) -> None:
    """What is in hand may take minutes: its answers so far stay, and no text depends on where it was stopped."""
    slow = SLOW.replace("gentle_stop(lambda: 4)", "gentle_stop(lambda: 4, grace=0.5)")
    later = "self.steps = getattr(self, 'steps', 0) + 1; time.sleep(60 if self.steps > 1 else 0)"
    slow = slow.replace("time.sleep(0.3)", later)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", slow, str(shop.folder.parent), str(shop.folder), str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == process.stdout.readline() == "step\n"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10, "it waits for no answer that takes a minute"
    assert "Stopping in 0.5 s, with what is finished by then of 4 pieces in hand. Ctrl-C again stops at once" in err
    assert out.splitlines()[-1] == "True 4 8", err
    assert shop.run([*"abcdefghijkl"]).counts["accepted"] == 12
    assert shop.asked == 8
