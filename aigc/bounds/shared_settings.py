"""Settings of Python and the system that hold for all code of the process: a plugin that sets one is named, and it is
set back.

    before = SharedSettings()
    …                                        # others' code is at work
    before.put_back("check 'polite'")

They are what makes other code fail, hang, end or count otherwise: who traces each call, of new threads too, timers and
masks of signals, what the system allows where that was made less, how long a number or a field of a CSV may be, how
decimals are rounded. Those of numpy and torch are looked at where these are loaded; of one that was loaded in between
it is known how they begin.
"""

from __future__ import annotations

import csv
import decimal
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aigc.bounds.library_functions import tell_once

UNLIMITED = -1  # as the system says it
LIMITS = ("NOFILE", "FSIZE", "AS", "DATA", "STACK", "CPU", "NPROC")
NOT_LOADED = object()
NO_TIMER = (0.0, 0.0)
SIGNALS: Any = sys.modules.get("_signal", signal)  # without names for numbers, which take their time
GET_TRACE, SET_TRACE = sys.gettrace, sys.settrace  # also where they were replaced
GET_PROFILE, SET_PROFILE = sys.getprofile, sys.setprofile

try:
    import resource
except ImportError:  # Windows has none
    NUMBERS: list[tuple[str, int]] = []
else:
    NUMBERS = [(name, getattr(resource, f"RLIMIT_{name}")) for name in LIMITS if hasattr(resource, f"RLIMIT_{name}")]
    GET_LIMITS, SET_LIMITS = resource.getrlimit, resource.setrlimit


class Setting(NamedTuple):
    """This is how one is told, read and written, and what it is at first, where its library may be loaded later. One
    without a name is not told."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]
    first: Any = NOT_LOADED


class SharedSettings:
    """These are the settings as they are now."""

    __slots__ = ("_changed", "_held", "_limits", "_traced")

    def __init__(self) -> None:
        self._traced = GET_TRACE(), GET_PROFILE()
        self._held = [one.read() for one in SETTINGS]
        self._limits = _limits()
        self._changed: list[str] = []

    def end_tracing(self) -> None:
        """Have each call traced by who did so before: who does now may raise whatever comes next."""
        trace, profile = self._traced
        if GET_PROFILE() is not profile:
            SET_PROFILE(profile)
            self._changed.append("sys.setprofile")
        if GET_TRACE() is not trace:
            SET_TRACE(trace)
            self._changed.append("sys.settrace")

    def put_back(self, who: str = "") -> None:
        """Set back what was changed since, and name who did that, once."""
        self.end_tracing()
        now = [one.read() for one in SETTINGS]
        if now != self._held:
            self._set_back(now)
        if self._limits != _limits():
            self._changed += _raise_again(self._limits)
        if self._changed:
            names, self._changed = ", ".join(self._changed), []
            tell_once(f"{who or 'a plugin'}: {names} was set for all code of the process; that is put back")

    def _set_back(self, now: Sequence[Any]) -> None:
        for setting, before, after in zip(SETTINGS, self._held, now, strict=True):
            wanted = setting.first if before is NOT_LOADED else before
            if after == wanted or wanted is NOT_LOADED or after is NOT_LOADED:
                continue
            with suppress(Exception):  # it is another thread's
                setting.write(wanted)
                self._changed += filter(None, [setting.name])


def _limits() -> list[int]:
    """Return what the system allows the process now."""
    return [GET_LIMITS(number)[0] for _, number in NUMBERS]


def _raise_again(before: Sequence[int]) -> list[str]:
    """Allow as much as before where it was made less; return which that were. What is more is left."""
    raised = []
    for (name, number), limit in zip(NUMBERS, before, strict=True):
        soft, hard = GET_LIMITS(number)
        if soft != UNLIMITED and (limit == UNLIMITED or soft < limit):
            with suppress(OSError, ValueError):
                SET_LIMITS(number, (limit, hard))
                raised.append(f"resource.setrlimit(RLIMIT_{name})")
    return raised


def _of(library: str, read: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return what reads a setting of a library that may not be loaded."""

    def wanted() -> Any:
        found = sys.modules.get(library)
        if found is None:
            return NOT_LOADED
        try:
            return read(found)
        except Exception:  # it is being loaded, or somebody's own of that name
            return NOT_LOADED

    return wanted


def _into(library: str, write: Callable[[Any, Any], object]) -> Callable[[Any], object]:
    """Return what writes a setting of a library that is loaded."""
    return lambda value: write(sys.modules[library], value)


def _decimals() -> tuple[Any, ...]:
    here = decimal.getcontext()
    return here.prec, here.rounding, here.Emin, here.Emax, here.clamp, here.traps.copy()


def _set_decimals(held: tuple[Any, ...]) -> None:
    precision, rounding, least, most, clamp, traps = held
    decimal.setcontext(
        decimal.Context(
            prec=precision,
            rounding=rounding,
            Emin=least,
            Emax=most,
            clamp=clamp,
            traps=[one for one, on in traps.items() if on],
        )
    )


def _timer(name: str) -> list[Setting]:
    """Return the setting whether a timer of the process runs, where there is one: a plugin's own is stopped."""
    number = getattr(signal, name, None)
    if number is None:
        return []

    def runs() -> bool:
        return bool(SIGNALS.getitimer(number) != NO_TIMER)

    def write(held: bool) -> None:
        if not held:
            SIGNALS.setitimer(number, 0)

    return [Setting("", runs, write)]


def _mask() -> list[Setting]:
    """Return the setting which signals wait, where they can."""
    if not hasattr(signal, "pthread_sigmask"):
        return []
    block, put, change = signal.SIG_BLOCK, signal.SIG_SETMASK, SIGNALS.pthread_sigmask
    return [Setting("signal.pthread_sigmask", lambda: set(change(block, ())), lambda held: change(put, held))]


SETTINGS = (
    Setting("threading.settrace", threading.gettrace, threading.settrace),
    Setting("threading.setprofile", threading.getprofile, threading.setprofile),
    Setting("", sys.getswitchinterval, sys.setswitchinterval),
    Setting("", threading.stack_size, threading.stack_size),
    Setting("", gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    Setting("", gc.get_threshold, lambda held: gc.set_threshold(*held)),
    Setting("sys.set_int_max_str_digits", sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    Setting("csv.field_size_limit", csv.field_size_limit, csv.field_size_limit),
    Setting("decimal.getcontext", _decimals, _set_decimals),
    Setting("socket.setdefaulttimeout", socket.getdefaulttimeout, socket.setdefaulttimeout),
    Setting("logging.setLogRecordFactory", logging.getLogRecordFactory, logging.setLogRecordFactory),
    *_timer("ITIMER_REAL"),
    *_timer("ITIMER_PROF"),
    *_mask(),
    Setting(
        "numpy.seterr",
        _of("numpy", lambda numpy: numpy.geterr()),
        _into("numpy", lambda numpy, held: numpy.seterr(**held)),
        {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    ),
    Setting(
        "torch.set_default_dtype",
        _of("torch", lambda torch: str(torch.get_default_dtype())),
        _into("torch", lambda torch, held: torch.set_default_dtype(getattr(torch, held.rpartition(".")[2]))),
        "torch.float32",
    ),
    Setting(
        "torch.set_default_device",
        _of("torch", lambda torch: str(torch.get_default_device())),
        _into("torch", lambda torch, held: torch.set_default_device(None if held == "cpu" else held)),
        "cpu",
    ),
    Setting(
        "torch.set_grad_enabled",
        _of("torch", lambda torch: torch.is_grad_enabled()),
        _into("torch", lambda torch, held: torch.set_grad_enabled(held)),
        True,
    ),
    Setting(
        "torch.set_num_threads",
        _of("torch", lambda torch: torch.get_num_threads()),
        _into("torch", lambda torch, held: torch.set_num_threads(held)),
    ),
)
