"""Calls that do not come back are broken off, whatever they wait for."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.bounds.boundary import Boundary
from aigc.bounds.watchdog import TICK, WATCHDOG, OutOfTime, Watched
from aigc.errors import PluginError

SHORT = 0.3


def turns() -> None:
    while True:
        pass


def sleeps() -> None:
    time.sleep(30)


def waits() -> None:
    threading.Event().wait(30)


def goes_on_after_exceptions() -> None:
    while True:
        try:
            time.sleep(30)
        except Exception:
            continue


@pytest.mark.parametrize("call", [turns, sleeps, waits, goes_on_after_exceptions])
def test_a_call_that_does_not_come_back_is_broken_off(call: Callable[[], None]) -> None:
    expected = r"^a.yaml:3: check 'x' does not answer: it took longer than 0.3 s, and was at \S*test_watchdog\.py:\d+$"
    with pytest.raises(PluginError, match=expected), Boundary("check 'x'", SHORT, where="a.yaml:3"):
        call()


def test_one_in_another_thread_as_well() -> None:
    found: list[str] = []

    def work() -> None:
        try:
            with Boundary("check 'x'", SHORT):
                turns()
        except PluginError as error:
            found.append(str(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(20)
    (told,) = found
    assert told.startswith("check 'x' does not answer: it took longer than 0.3 s, and was at ")


def test_what_comes_back_in_time_is_left_alone() -> None:
    for _ in range(3):
        with Watched("quick", SHORT) as call:
            time.sleep(0.05)
        assert not call.overdue
    time.sleep(SHORT + 3 * TICK)  # nobody is told of a call that has ended


def test_the_outer_call_ends_when_its_own_time_is_up() -> None:
    with pytest.raises(PluginError, match="outer does not answer"), Boundary("outer", SHORT), Boundary("inner", 30):
        sleeps()


def test_what_is_our_own_is_not_counted_and_what_comes_after_is() -> None:
    with Watched("quick", SHORT) as call:
        with WATCHDOG.uncounted():
            time.sleep(SHORT + 3 * TICK)
        assert call.spent < SHORT and not call.overdue
    with pytest.raises(PluginError, match="does not answer"), Boundary("check 'x'", SHORT):
        with WATCHDOG.uncounted(), WATCHDOG.uncounted():
            pass
        sleeps()


def test_a_time_of_nought_is_no_limit() -> None:
    call = Watched("as long as it wants", 0)
    assert not call.waited(10**6)


def test_a_call_is_told_again_only_after_a_while() -> None:
    call = Watched("x", 10)
    assert [call.waited(4) for _ in range(4)] == [False, False, True, True]
    assert call.waited(0.5) is False and call.waited(0.6) is True
    call.again()
    assert not call.overdue and not call.waited(9)


def in_python(code: str) -> subprocess.CompletedProcess[str]:
    head = "import re, time\nfrom aigc.bounds import watchdog\nfrom aigc.bounds.boundary import Boundary\n"
    return subprocess.run([sys.executable, "-c", head + code], capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize("busy", [r"re.search(r'^(a+)+$', 'a' * 60 + 'b')", "7 ** 10**9"])
def test_what_keeps_python_to_itself_is_broken_off_too(busy: str) -> None:
    done = in_python(
        f"watchdog.BEAT = 0.1\ntry:\n    with Boundary('check', 0.2):\n        {busy}\n"
        "except Exception as error:\n    print(error)\n"
    )
    assert done.stdout == "check does not answer: it took longer than 0.2 s\n", done.stderr


def test_what_does_not_let_itself_be_broken_off_ends_the_program_with_its_name() -> None:
    done = in_python(
        "watchdog.PATIENCE = 0.5\nwatchdog.AGAIN = 0.2\nwith Boundary(\"check 'deaf'\", 0.2):\n    while True:\n"
        "        try:\n            time.sleep(9)\n        except BaseException:\n            pass\n"
    )
    assert (done.returncode, done.stderr) == (
        3,
        "Error: check 'deaf' does not answer, and does not let itself be broken off\n",
    )


def test_the_line_that_it_is_at_is_told_then_too(tmp_path: Path) -> None:
    (tmp_path / "deaf.py").write_text(
        "import time\n\n\nclass Deaf:\n    def __repr__(self):\n        while True:\n            try:\n"
        "                time.sleep(9)\n            except BaseException:\n                pass\n"
    )
    done = in_python(
        f"import sys\nsys.path.append({str(tmp_path)!r})\nfrom deaf import Deaf\nfrom aigc.errors import describe\n"
        "watchdog.PATIENCE = 0.5\nwatchdog.AGAIN = 0.2\nwith Boundary(\"check 'deaf'\", 0.2):\n    describe(Deaf())\n"
    )
    assert done.returncode == 3
    assert re.search(r"^Error: check 'deaf' does not answer at \S*deaf\.py:(6|7|8|9|10), and does not", done.stderr)


def test_no_other_exception_holds_it() -> None:
    assert not issubclass(OutOfTime, Exception)


def test_nothing_beats_any_more_when_python_ends() -> None:
    done = in_python(
        "import atexit, signal\natexit.register(lambda: print(signal.getitimer(signal.ITIMER_VIRTUAL)[1]))\n"
        "with Boundary('check', 5):\n    print(signal.getitimer(signal.ITIMER_VIRTUAL)[1])\n"
    )
    assert done.stdout == "1.0\n0.0\n", done.stderr  # else it would end what comes after, such as a library's own end
