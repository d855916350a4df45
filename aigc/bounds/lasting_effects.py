"""What nothing puts back once it is done, and what is done at Python's end: from others' code it is refused, done so
that it can be put back, or noted.

A hook of audits is called by all that the process does and never goes: it is refused. A traceback that is to come
later comes, and does not end the process with it. A limit of the system that is made less for good is made less for the
turn: the hard one stays. A thread of its own does not move the program to another folder: that would come between any
two of our steps. What is to be called at the end is called, and noted with its place: where it does not come to
its end, the program does without it (`last_threads`). A process that a plugin forked may do all of it.
"""

from __future__ import annotations

import atexit
import faulthandler
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from os import getpid
from typing import Any

from aigc.bounds.last_words import LAST_WORDS
from aigc.bounds.watchdog import WATCHDOG

try:
    import resource
except ImportError:  # Windows has none
    LIMIT: Callable[..., Any] | None = None
    LIMIT_OF: Callable[..., Any] | None = None
else:
    LIMIT, LIMIT_OF = resource.setrlimit, getattr(resource, "prlimit", None)

MOVES = {name: getattr(os, name) for name in ("chdir", "fchdir") if hasattr(os, name)}
REGISTER, LATER, AUDIT = atexit.register, faulthandler.dump_traceback_later, sys.addaudithook


class LastingEffects:
    """This stands in the place of some functions of Python's own. There is one, as there is one process."""

    def __init__(self) -> None:
        self.at_the_end: list[str] = []  # what others' code has called then, in order
        self._ours, self._guarded = getpid(), False

    def guard(self) -> None:
        """Have them guarded from now on."""
        if not self._guarded:
            self._guarded = True
            atexit.register = self._register
            faulthandler.dump_traceback_later = self._dump_later
            sys.addaudithook = self._refuse_hook
            if LIMIT is not None:
                resource.setrlimit = self._limit
            if LIMIT_OF is not None:
                resource.prlimit = self._limit_of
            for name, move in MOVES.items():
                for module in (os, sys.modules.get("posix")):  # which has them too
                    if module is not None:
                        setattr(module, name, partial(self._move, move))

    @property
    def _guarding(self) -> bool:
        """Whether it is others' code of this process that is at work."""
        return LAST_WORDS.at_work and getpid() == self._ours

    def _register(self, func: Callable[..., Any], /, *given: Any, **named: Any) -> Callable[..., Any]:
        if self._guarding:
            caller = sys._getframe(1)
            name = getattr(func, "__qualname__", "") or type(func).__qualname__
            self.at_the_end.append(f"{name} of {caller.f_code.co_filename}:{caller.f_lineno}")
        return REGISTER(func, *given, **named)

    def _dump_later(self, timeout: float, *given: Any, **named: Any) -> None:
        if self._guarding:
            given, named = given[:2], {**named, "exit": False}
        LATER(timeout, *given, **named)

    def _refuse_hook(self, hook: Callable[..., Any]) -> None:
        if self._guarding:
            raise RuntimeError("sys.addaudithook: all that aigc does would call that, and it can never be taken away")
        AUDIT(hook)

    def _limit(self, number: int, limits: tuple[int, int], /) -> None:
        """Set the soft limit alone."""
        if LIMIT is not None:
            soft, hard = limits
            LIMIT(number, (soft, resource.getrlimit(number)[1] if self._guarding else hard))

    def _limit_of(self, pid: int, number: int, limits: tuple[int, int] | None = None, /) -> Any:
        """Set the soft limit alone, where it is of our own process."""
        if LIMIT_OF is None:
            return None
        if limits is None:
            return LIMIT_OF(pid, number)
        before = resource.getrlimit(number)
        if self._guarding and pid in (0, self._ours):
            limits = (limits[0], before[1])
        return LIMIT_OF(pid, number, limits)

    def _move(self, move: Callable[..., Any], /, *given: Any, **named: Any) -> None:
        """Go to another folder, unless that is in a thread of somebody's own."""
        aside = threading.current_thread() is not threading.main_thread() and WATCHDOG.innermost() is None
        if aside and WATCHDOG.owning and getpid() == self._ours:
            raise RuntimeError(f"os.{move.__name__}: in a thread of its own it would move all that aigc does")
        move(*given, **named)


LASTING_EFFECTS = LastingEffects()
