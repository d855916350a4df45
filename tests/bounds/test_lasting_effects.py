"""What cannot be put back is refused a plugin, or done otherwise."""

from __future__ import annotations

import atexit
import faulthandler
import os
import subprocess
import sys
from typing import Any

import pytest

from aigc.bounds import lasting_effects
from aigc.bounds.lasting_effects import LASTING_EFFECTS
from aigc.bounds.undisturbed import undisturbed

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
