"""What a plugin sets for all code of the process is set back, and the plugin is named."""

from __future__ import annotations

import csv
import decimal
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from aigc.bounds.boundary import Contained
from aigc.bounds.shared_settings import SETTINGS
from aigc.bounds.undisturbed import undisturbed


def put_back(act: Callable[[], Any], caplog: pytest.LogCaptureFixture, who: str) -> str:
    """Return what is told of who acts; all settings are checked."""
    before = [one.read() for one in SETTINGS]
    with caplog.at_level(logging.WARNING), undisturbed(who):
        act()
    assert [one.read() for one in SETTINGS] == before
    return caplog.text


def rounds_to_two_digits() -> None:
    decimal.getcontext().prec = 2


SETS: dict[str, Callable[[], Any]] = {
    "threading.settrace": lambda: threading.settrace(lambda *given: None),
    "threading.setprofile": lambda: threading.setprofile(lambda *given: None),
    "sys.set_int_max_str_digits": lambda: sys.set_int_max_str_digits(640),
    "csv.field_size_limit": lambda: csv.field_size_limit(10),
    "decimal.getcontext": rounds_to_two_digits,
    "socket.setdefaulttimeout": lambda: socket.setdefaulttimeout(0.001),
    "logging.setLogRecordFactory": lambda: logging.setLogRecordFactory(lambda *given, **named: 1 / 0),  # type: ignore[arg-type,return-value]
}


@pytest.mark.parametrize("name", SETS)
def test_a_setting_is_put_back_and_told(name: str, caplog: pytest.LogCaptureFixture) -> None:
    told = put_back(SETS[name], caplog, f"check {name!r}")
    assert f"check {name!r}: {name} was set for all code of the process; that is put back" in told


@pytest.mark.parametrize("act", [gc.disable, lambda: gc.set_threshold(1, 1, 1), lambda: sys.setswitchinterval(3)])
def test_what_makes_others_slow_at_most_is_put_back_and_not_told(
    act: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert not put_back(act, caplog, "check 'slow'")


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX")
def test_timers_and_masks_of_signals_are_put_back(caplog: pytest.LogCaptureFixture) -> None:
    def act() -> None:
        signal.setitimer(signal.ITIMER_PROF, 100)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])

    before = signal.getsignal(signal.SIGCHLD)
    assert "check 'mask': signal.pthread_sigmask" in put_back(act, caplog, "check 'mask'")
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0) and signal.getsignal(signal.SIGCHLD) is before


def test_limits_that_are_made_less_are_put_back_for_good_ones_too(caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_FSIZE)

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (9, before[0][1]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    told = put_back(act, caplog, "check 'limit'")
    assert (resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_FSIZE)) == before
    assert "check 'limit': resource.setrlimit(RLIMIT_NOFILE), resource.setrlimit(RLIMIT_FSIZE) was set" in told


def test_a_limit_that_is_made_more_is_left(caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files - 1, most))
    try:
        assert not put_back(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, most)), caplog, "check 'more'")
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (files, most)
        assert resource.getrlimit(resource.RLIMIT_CORE) == (soft, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))


@pytest.mark.skipif(sys.gettrace() is not None or sys.getprofile() is not None, reason="is traced")
@pytest.mark.parametrize("setter", [sys.settrace, sys.setprofile])
def test_who_traces_calls_and_raises_leaves_nothing_else_undone(setter: Callable[[Any], None]) -> None:
    def raises(*given: Any) -> Any:
        raise ValueError("traced")

    here, variables = os.getcwd(), dict(os.environ)  # noqa: PTH109
    with Contained("check 'tracing'", 60) as call, undisturbed("check 'tracing'"):
        os.chdir("/")
        os.environ["AIGC_ODD"] = "1"
        setter(raises)
    assert sys.gettrace() is sys.getprofile() is None
    assert isinstance(call.error, ValueError)
    assert os.getcwd() == here and dict(os.environ) == variables  # noqa: PTH109


def test_arithmetic_of_libraries_is_put_back(caplog: pytest.LogCaptureFixture) -> None:
    numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")

    def act() -> None:
        numpy.seterr(all="raise")
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        torch.set_grad_enabled(False)
        torch.set_num_threads(torch.get_num_threads() + 1)

    told = put_back(act, caplog, "check 'sums'")
    names = ("numpy.seterr", "set_default_dtype", "set_default_device", "set_grad_enabled", "set_num_threads")
    assert all(name in told for name in names), told


def test_a_library_that_is_loaded_in_between_has_what_it_begins_with(monkeypatch: pytest.MonkeyPatch) -> None:
    numpy = pytest.importorskip("numpy")
    before = numpy.geterr()
    monkeypatch.delitem(sys.modules, "numpy")
    with undisturbed("plugin 'sums'"):
        sys.modules["numpy"] = numpy
        numpy.seterr(all="raise")
    assert numpy.geterr() == before
