"""A thread that a plugin left running does not keep the program from ending."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aigc.bounds.last_threads import NAME

BEGIN = """\
import sys, threading, time
from aigc.bounds import last_threads
from aigc.cli import main
last_threads.PATIENCE = {patience}
threading.Thread(target=lambda: time.sleep({sleep}), name="theirs").start()
sys.exit(main(["no such command"]))
"""


def run(patience: float, sleep: float) -> subprocess.CompletedProcess[str]:
    code = BEGIN.format(patience=patience, sleep=sleep)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100)


def test_it_is_told_and_the_exit_code_is_the_commands() -> None:
    done = run(0.2, 300)
    told = done.stderr.splitlines()
    assert done.returncode == 2 and told[0].startswith("Error: no command named")
    assert told[1:] == ["WARNING: not waiting for what a plugin left running: theirs"]


def test_one_that_ends_by_itself_is_waited_for() -> None:
    done = run(20, 0.5)
    assert done.returncode == 2 and "theirs" not in done.stderr


def test_where_there_is_none_nobody_watches() -> None:
    code = "import threading; from aigc.bounds.last_threads import *; end_without_them(0); print(threading.enumerate())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    assert "MainThread" in ran.stdout and NAME not in ran.stdout


BLOCKS = """\
import logging, sys, time
from aigc.bounds import last_threads
from aigc.cli import main
last_threads.PATIENCE, last_threads.FAREWELL = 0.2, 0.5

class Stuck(logging.Handler):
    def {method}(self):
        time.sleep(300)

from aigc.cli import frame
ended = frame._ended
def with_handler(*given):
    global kept
    kept = Stuck()
    return ended(*given)
frame._ended = with_handler
sys.exit(main(["no such command"]))
"""


@pytest.mark.parametrize("method", ["flush", "close"])
def test_a_handler_of_the_log_that_blocks_at_the_end_is_not_waited_for(method: str) -> None:
    code = BLOCKS.format(method=method)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 2, done.stderr
    told = done.stderr.splitlines()[-1]
    assert told == "WARNING: not waiting for what a plugin left running: Stuck (a handler of the log)"
