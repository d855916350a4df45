"""What cannot be put back is refused a plugin, or done otherwise."""

from __future__ import annotations

import atexit
import faulthandler
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from aigc.bounds import lasting_effects
from aigc.bounds.lasting_effects import LASTING_EFFECTS
from aigc.bounds.undisturbed import undisturbed
from aigc.bounds.watchdog import WATCHDOG

ENDLESS = """\
import atexit, sys, time
from aigc.bounds import last_threads
from aigc.bounds.undisturbed import undisturbed
from aigc.cli import main
last_threads.PATIENCE, last_threads.FAREWELL = 0.2, {seconds}
with undisturbed("plugin 'odd'"):
    atexit.register(time.sleep, {sleep})
sys.exit(main(["no such command"]))
"""


def test_a_hook_of_audits_is_refused() -> None:
    with undisturbed("check 'odd'"), pytest.raises(RuntimeError, match="can never be taken away"):
        sys.addaudithook(lambda *given: None)


def test_a_traceback_that_is_to_come_later_does_not_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(lasting_effects, "LATER", lambda *given, **named: asked.append((given, named)))
    with undisturbed("check 'odd'"):
        faulthandler.dump_traceback_later(5, True, exit=True)
        faulthandler.dump_traceback_later(5, False, sys.stderr, True)
    assert [(given[0], named["exit"]) for given, named in asked] == [(5, False), (5, False)]


def test_what_is_called_at_the_end_is_noted_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LASTING_EFFECTS, "at_the_end", [])
    with undisturbed("check 'odd'"):
        assert atexit.register(os.getpid) is os.getpid
    atexit.unregister(os.getpid)
    (noted,) = LASTING_EFFECTS.at_the_end
    assert noted.startswith(f"getpid of {__file__}:")


@pytest.mark.parametrize(("seconds", "sleep", "told"), [(0.5, 300, True), (60, 0.5, False)])
def test_what_does_not_end_at_the_end_is_told_and_not_waited_for(seconds: float, sleep: float, told: bool) -> None:
    code = ENDLESS.format(seconds=seconds, sleep=sleep)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 2
    assert ("not waiting for what a plugin left running: sleep of <string>:7" in done.stderr) is told, done.stderr


def test_a_thread_of_its_own_does_not_move_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WATCHDOG, "owning", True)
    LASTING_EFFECTS.guard()
    here, told = Path.cwd(), list[str]()

    def go() -> None:
        for move in (os.chdir, os.fchdir, sys.modules["posix"].chdir):
            number = os.open(tmp_path, os.O_RDONLY)
            try:
                move(number)
            except RuntimeError as error:
                told.append(str(error))
            finally:
                os.close(number)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    assert Path.cwd() == here and [one.partition(":")[0] for one in told] == ["os.chdir", "os.fchdir", "os.chdir"]
    monkeypatch.chdir(tmp_path)  # the main one goes where it likes
    assert Path.cwd() == tmp_path


def test_a_hard_limit_is_not_made_less_for_good() -> None:
    resource = pytest.importorskip("resource")
    number = resource.RLIMIT_CORE
    before = resource.getrlimit(number)
    with undisturbed("check 'odd'"):
        resource.prlimit(0, number, (0, 0))
        assert resource.prlimit(os.getpid(), number) == (0, before[1])
        resource.prlimit(0, number, before)
    assert resource.getrlimit(number) == before
