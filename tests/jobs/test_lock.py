"""A folder is one run's: however runs begin, end and are killed, and whatever lies where the lock is to be."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.errors import JobError
from aigc.jobs import lock
from aigc.jobs.lock import HOLDER, LOCK, only_run, only_writer, refuse_second_run, running

SHORT_RUNS = """
import os, random, sys, time
from pathlib import Path
from aigc.errors import JobError
from aigc.jobs import lock
folder, until = Path(sys.argv[1]), time.monotonic() + 2
{before}
log = os.open(folder / "log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def run():
    try:
        with lock.only_run(folder):
            os.write(log, f"{{time.monotonic()}} + {{os.getpid()}}\\n".encode())
            time.sleep(random.uniform(0, 0.02))
            os.write(log, f"{{time.monotonic()}} - {{os.getpid()}}\\n".encode())
    except JobError:
        pass
alive = 0
while time.monotonic() < until:
    if alive >= 5:
        os.wait()
        alive -= 1
    if not os.fork():
        run()
        os._exit(0)
    alive += 1
while alive:
    os.wait()
    alive -= 1
"""
WITHOUT_LOCKS = """
def refuse(number, how):
    raise OSError(38, "Function not implemented")
import fcntl
fcntl.flock = refuse
lock.log.disabled = True
"""
HOLDS = """
import sys, time
from pathlib import Path
from aigc.jobs.lock import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lock, "GRACE", 0.1)
    return tmp_path


@pytest.fixture
def another(folder: Path) -> Callable[[], subprocess.Popen[str]]:
    """This begins a process that holds the folder until it is told to end."""

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        return process

    return begin


@pytest.mark.skipif(not hasattr(os, "fork"), reason="begins runs by forking")
@pytest.mark.parametrize("before", ["", WITHOUT_LOCKS], ids=["with locks", "without"])
def test_runs_that_begin_as_others_end_never_meet(tmp_path: Path, before: str) -> None:
    code = SHORT_RUNS.format(before=before)
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
    inside, held = 0, 0
    for line in sorted((tmp_path / "log").read_text().splitlines(), key=lambda one: float(one.split()[0])):
        inside += 1 if line.split()[1] == "+" else -1
        held += inside
        assert inside in (0, 1), "two runs hold the folder"
    assert held > 10


def test_who_holds_it_is_named_and_a_killed_run_holds_nobody_up(
    folder: Path, another: Callable[[], subprocess.Popen[str]]
) -> None:
    process = another()
    name = f"process {process.pid} on {socket.gethostname()}"
    assert running(folder) == name
    with pytest.raises(JobError, match=rf"another run \({name}\) is writing here; wait for it"), only_run(folder):
        pass
    with pytest.raises(JobError, match="another run"):
        refuse_second_run(folder)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / HOLDER).exists() and not running(folder), "its note means nothing"
    with only_run(folder):
        assert running(folder) == f"process {os.getpid()} on {socket.gethostname()}"
    assert not (folder / HOLDER).exists() and (folder / LOCK).exists(), "the file that is locked stays"
    process.communicate()


def test_within_one_process_too_there_is_one_run(folder: Path) -> None:
    with only_run(folder), pytest.raises(JobError, match="another run"), only_run(folder):
        pass


def test_files_are_written_while_a_run_goes_on_but_not_twice_at_once(folder: Path) -> None:
    with only_run(folder), only_writer(folder):
        with pytest.raises(JobError, match="writes its files just now"), only_writer(folder, patience=0):
            pass
        assert running(folder)
    with only_writer(folder):
        assert not running(folder)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a process is known by /proc")
def test_whoever_removes_the_file_lets_nobody_in(folder: Path, another: Callable[[], subprocess.Popen[str]]) -> None:
    process = another()
    (folder / LOCK).unlink()
    assert running(folder) == f"process {process.pid} on {socket.gethostname()}"
    with pytest.raises(JobError, match=f"process {process.pid} on"), only_run(folder):
        pass
    process.communicate("\n")
    with only_run(folder):
        pass


@pytest.mark.parametrize("junk", ["", "[" * 100_000, "\0\1", "null", '{"pid": -1, "host": 3}', '{"pid": "x"}'])
def test_junk_in_the_files_is_nobody(folder: Path, junk: str) -> None:
    for name in (LOCK, HOLDER):
        (folder / name).write_text(junk)
    assert not running(folder)
    with only_run(folder):
        (folder / HOLDER).write_text(junk)
        assert running(folder) == "another process"


def test_a_run_of_an_earlier_boot_or_another_machine_is_gone_once_the_lock_is_free(folder: Path) -> None:
    for host, pid in (("elsewhere", 17), (socket.gethostname(), os.getppid())):
        (folder / HOLDER).write_text(json.dumps({"pid": pid, "host": host, "started": "1 of an earlier boot"}))
        assert not running(folder)
        with only_run(folder):
            pass


@pytest.mark.parametrize("make", ["folder", "link", "dangling link", "pipe"])
def test_what_is_no_file_is_one_plain_line_and_is_left_alone(folder: Path, make: str) -> None:
    place, elsewhere = folder / LOCK, folder / "elsewhere"
    if make == "folder":
        place.mkdir()
    elif make == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(elsewhere)
    if make == "link":
        elsewhere.write_text("mine")
    with pytest.raises(JobError, match=r"\.lock: is no file that can be locked; delete it$"), only_run(folder):
        pass
    assert not running(folder)
    assert elsewhere.exists() == (make == "link") and (make != "link" or elsewhere.read_text() == "mine")


def test_a_note_that_is_a_link_leads_nowhere(folder: Path) -> None:
    precious = folder / "precious"
    precious.write_text("mine")
    (folder / HOLDER).symlink_to(precious)
    with only_run(folder):
        assert running(folder)
    assert precious.read_text() == "mine"


def test_without_locks_the_note_holds_and_says_what_to_do_after_a_kill(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(number: int, *, shared: bool = False) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_locked", refuse)
    with caplog.at_level(logging.WARNING), only_run(folder):
        assert running(folder)
        with pytest.raises(JobError, match=r"another run .* if it is long gone, delete .*\.holder"), only_run(folder):
            pass
    assert "this disk knows no locks (No locks available)" in caplog.text
    assert not running(folder) and not (folder / HOLDER).exists()
    (folder / HOLDER).write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    with pytest.raises(JobError, match="process 1 on elsewhere"), only_run(folder):
        pass


def test_a_disk_that_refuses_is_one_line(folder: Path) -> None:
    with pytest.raises(JobError, match=r"none: cannot be written to \(No such file"), only_run(folder / "none"):
        pass


def test_who_is_interrupted_while_letting_go_holds_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = Path.unlink

    def interrupted(path: Path, missing_ok: bool = False) -> None:
        monkeypatch.setattr(Path, "unlink", unlink)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), only_run(folder):
        monkeypatch.setattr(Path, "unlink", interrupted)
    with only_run(folder):
        assert True, "as in a session that goes on after Ctrl-C"
