"""What all code of a process shares, and a plugin may spoil for the rest: put back when it is done.

    with undisturbed("plugin 'polite'"):
        module = import_module(name)

That is the folder we stand in, the three streams, how deep the stack may be, where and by whom modules are found first
and which are there, `LibraryFunctions`, `SharedSettings`, and who hears of errors that nobody caught; who hears
signals, and no alarm rings later; the locale, the mask of new files' rights, variables of the environment, which
warnings are errors, and whether our own log is heard. In the meantime `os._exit` raises SystemExit, `LAST_WORDS` have
the name, and `LASTING_EFFECTS` are kept off; a child that is forked and comes back ends. What is added, a deeper stack
and what silences warnings is left to the plugin. Where `lasting_descriptors` hold them, 0, 1 and 2 are what they were,
and what others print goes to stderr: stdout may be read by a program. It takes some 60 microseconds: it stands around
the steps of a piece, not around each call of a check, and only where others' code is at work. Threads take turns.
"""

from __future__ import annotations

import locale
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from os import getpid
from typing import Any, TypeAlias

from aigc.bounds.hard_exit import RefusedExit, end_forked
from aigc.bounds.last_words import LAST_WORDS
from aigc.bounds.lasting_effects import LASTING_EFFECTS
from aigc.bounds.library_functions import LibraryFunctions
from aigc.bounds.own_files import OWN_FILES
from aigc.bounds.shared_settings import SharedSettings
from aigc.bounds.watchdog import HEARS, WATCHDOG

OUR_LOGS = ("aigc", "aigc_plugins")
LOG = logging.getLogger(OUR_LOGS[0])
KNOWN = frozenset((*OUR_LOGS, "jinja2", "markupsafe", "builtins", "operator", "_operator"))  # packages of functions
OUR_VARIABLES = "AIGC_"  # how the names of variables begin that say what we do
HEARD = tuple(
    int(getattr(signal, name))  # a plain number is faster
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGPIPE", "SIGCHLD", "SIGHUP", "SIGPROF", "SIGXFSZ")
    if hasattr(signal, name)
)
SET_DEPTH, DEPTH = sys.setrecursionlimit, sys.getrecursionlimit  # also where they were replaced
STREAMS = ("stdin", "stdout", "stderr")  # by descriptor
STDOUT, STDERR = 1, 2
HIGH = 200  # of 256 that a system allows at the least
TURN = threading.RLock()  # whose thread has others' code at work: what it spoils is all threads'
PATIENCE = 60.0  # seconds for another thread's turn to end; longer, and both go on together

_descriptors: dict[int, tuple[int, os.stat_result]] = {}  # number → a copy that nobody knows of, and what it is
_diverted: list[object] = []  # whose work has stdout lead to stderr now


class _Undisturbed(AbstractContextManager[None]):
    """This holds what was there. It is no generator: to end one, Python needs the names that may be gone."""

    __slots__ = (
        *("_around", "_attributes", "_before", "_depth", "_ending", "_environ", "_filters", "_finders", "_folder"),
        *("_functions", "_hearers", "_hooks", "_lists", "_locale", "_mask", "_modules", "_name", "_paths", "_process"),
        *("_quiet", "_settings", "_streams", "_turn", "_variables"),
    )

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._turn = TURN.release if TURN.acquire(timeout=PATIENCE) else None
        try:
            self._note()
        except BaseException:
            if self._turn is not None:
                self._turn()
            raise

    def __exit__(self, kind: object, error: BaseException | None, place: object) -> None:
        try:
            self._settings.end_tracing()
            if self._around is not None:
                self._around.ending.remove(self)
            self._put_back(error)
        finally:
            turn, self._turn = self._turn, None  # what is traced may raise here, and this is called again
            if turn is not None:
                turn()

    def _note(self) -> None:
        OWN_FILES.guard()
        LASTING_EFFECTS.guard()
        self._process = getpid()
        self._streams, self._depth = (sys.stdin, sys.stdout, sys.stderr), sys.getrecursionlimit()
        self._attributes = [vars(one).copy() if hasattr(one, "__dict__") else None for one in self._streams]
        self._lists, self._environ = (sys.path, sys.meta_path, sys.path_hooks), (os.environ, vars(os.environ).copy())
        self._paths, self._folder = tuple(sys.path), _here()
        self._finders = tuple(sys.meta_path), tuple(sys.path_hooks)
        self._hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
        self._settings = SharedSettings()
        self._functions, self._modules = LibraryFunctions(), sys.modules.copy()
        self._hearers = [HEARS(number) for number in HEARD]
        self._quiet = _quiet()
        self._locale, self._filters = locale.setlocale(locale.LC_ALL), list(warnings.filters)
        self._mask = os.umask(0o077)
        os.umask(self._mask)
        self._variables = _variables().copy()
        WATCHDOG.refuse_exits()
        self._ending, os._exit = os._exit, RefusedExit(os._exit)
        self._before = LAST_WORDS.begin(self._name)
        self._around = WATCHDOG.innermost()
        if self._around is not None:
            self._around.ending.append(self)
        if self._name and _descriptors and not _diverted:
            _diverted.append(self)
            sys.stdout = sys.stderr
            if STDOUT in _descriptors:
                os.dup2(STDERR, STDOUT)

    def _put_back(self, error: BaseException | None) -> None:
        if DEPTH() < self._depth:
            SET_DEPTH(self._depth)
        end_forked(self._process, error)
        self._functions.put_back(self._name)  # nothing can be called before
        self._settings.put_back(self._name)
        os._exit = self._ending
        LAST_WORDS.end(self._before)
        if len(sys.modules) != len(self._modules):
            for name in self._modules.keys() - sys.modules.keys():
                sys.modules[name] = self._modules[name]
        sys.stdin, sys.stdout, sys.stderr = self._streams
        for stream, held in zip(self._streams, self._attributes, strict=True):
            if held is not None and vars(stream) != held:  # another `write`, of its own
                vars(stream).clear()
                vars(stream).update(held)
        sys.path, sys.meta_path, sys.path_hooks = self._lists
        _first_again(sys.path, self._paths)
        _first_again(sys.meta_path, self._finders[0])
        _first_again(sys.path_hooks, self._finders[1])
        sys.excepthook, sys.unraisablehook, threading.excepthook = self._hooks
        os.umask(self._mask)
        if self._folder and self._folder != _here():
            with suppress(OSError):  # it is gone: whoever needs it says so
                os.chdir(self._folder)
        if locale.setlocale(locale.LC_ALL) != self._locale:
            locale.setlocale(locale.LC_ALL, self._locale)
        if warnings.filters != self._filters:
            _filter_again(self._filters)
        os.environ, held = self._environ  # the very object that was there
        vars(os.environ).update(held)
        if _variables() != self._variables:
            _set_again(self._variables)
        self._hear_again()
        if _quiet() != self._quiet:
            _log_again(*self._quiet)
        if _diverted and _diverted[0] is self:
            _diverted.clear()
        for number, (copy, what) in _descriptors.items():
            if not (number == STDOUT and _diverted) and not _is_still(number, what) and _is_still(copy, what):
                with suppress(OSError):
                    os.dup2(copy, number)
        OWN_FILES.check(self._name)

    def _hear_again(self) -> None:
        """Have signals heard by who heard them; only the main thread can have changed that."""
        WATCHDOG.listen_again()
        if [HEARS(number) for number in HEARD] == self._hearers:
            return
        if threading.current_thread() is threading.main_thread():
            for number, hearer in zip(HEARD, self._hearers, strict=True):
                if hearer is not None:  # it is no function of Python's, and cannot be put back
                    signal.signal(number, hearer)


def undisturbed(name: str = "") -> AbstractContextManager[None]:
    """Have the process as it is now when this ends. `name` says whose code is at work, where that is not ours."""
    return _Undisturbed(name)


def undisturbed_by(name: str, others: bool) -> AbstractContextManager[None]:
    """Have the process as it is now when this ends where the code at work is `others`', which they name."""
    return _Undisturbed(name) if others else nullcontext()


def disturbs_nothing(function: object) -> bool:
    """Say whether a function is ours, Jinja's or Python's: what those do is known."""
    return str(getattr(function, "__module__", "")).partition(".")[0] in KNOWN


@contextmanager
def lasting_descriptors() -> Iterator[None]:
    """Hold the descriptors 0, 1 and 2: where a plugin closes one, the next file that is opened would take its number,
    and what is printed would be written into it."""
    if _descriptors:
        yield
        return
    for number in range(len(STREAMS)):
        with suppress(OSError):
            _descriptors[number] = (_high_copy(number), os.fstat(number))
            OWN_FILES.take(_descriptors[number][0], f"the copy of {STREAMS[number]}")
    try:
        yield
    finally:
        while _descriptors:
            _let_go(_descriptors.popitem()[1][0])


def _high_copy(number: int) -> int:
    """Copy a descriptor, to a number that whoever closes the first few does not reach."""
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):  # fewer files may be open at once
            return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, HIGH)
    return os.dup(number)


def forget_descriptor(number: int) -> None:
    """Hold a descriptor no longer: it is something else from now on."""
    if number in _descriptors:
        _let_go(_descriptors.pop(number)[0])


def _let_go(copy: int) -> None:
    OWN_FILES.let_go(copy)
    with suppress(OSError):  # somebody closed that too
        os.close(copy)


def _first_again(now: list[Any], before: tuple[Any, ...]) -> None:
    """Put back what was taken out of a list, in its order: what was added comes after it."""
    if before != tuple(now):
        now[:] = [*before, *(one for one in now if not any(one is ours or one == ours for ours in before))]


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a Path takes its time
    except OSError:
        return ""


def _variables() -> dict[bytes, bytes] | dict[str, str]:
    """Return the environment as Python keeps it: to decode it takes its time."""
    kept: dict[bytes, bytes] | None = getattr(os.environ, "_data", None)
    return dict(os.environ) if kept is None else kept


def _set_again(before: Mapping[bytes, bytes] | Mapping[str, str]) -> None:
    """Set the variables of the environment that were changed or taken away, and take away ours that were added."""
    then = {os.fsdecode(name): os.fsdecode(value) for name, value in before.items()}
    for name in [one for one in os.environ if one.startswith(OUR_VARIABLES) and one not in then]:
        del os.environ[name]
    os.environ.update({name: value for name, value in then.items() if os.environ.get(name) != value})


def _filter_again(before: Sequence[Any]) -> None:
    """Leave what a plugin added to the filters of warnings, but for what makes errors of them."""
    added = [one for one in warnings.filters if one not in before and one[0] != "error"]
    warnings.resetwarnings()  # which lets Python know
    warnings.filters[:] = [*added, *before]  # type: ignore[index]


Quiet: TypeAlias = tuple[int, bool, tuple[int, int, tuple[Any, ...]], tuple[int, ...]]


def _quiet() -> Quiet:
    """Return up to which level no log is heard, whether ours is not, what it lets pass, and by whom it is heard."""
    passing = LOG.level, logging.root.level, tuple(LOG.filters)
    return logging.root.manager.disable, LOG.disabled, passing, tuple(map(id, (*LOG.handlers, *logging.root.handlers)))


def _log_again(level: int, off: bool, passing: tuple[int, int, tuple[Any, ...]], _: object) -> None:
    """Have our own log heard as before, whatever somebody's set-up of a log turned off; what hears nothing is no
    handler, and would break whoever logs next."""
    logging.disable(level)
    LOG.setLevel(passing[0])
    if logging.root.level > passing[1]:
        logging.root.setLevel(passing[1])
    LOG.filters[:] = passing[2]
    for log in (LOG, logging.root):
        log.handlers[:] = [one for one in log.handlers if isinstance(one, logging.Handler)]
    for name, one in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] in OUR_LOGS and isinstance(one, logging.Logger):
            one.disabled = off


def _is_still(number: int, what: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(number), what)
    except OSError:
        return False
