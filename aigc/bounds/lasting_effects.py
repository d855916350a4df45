"""What nothing puts back once it is done, and what is done at Python's end: from others' code it is refused, done so
that it can be put back, or noted.

A hook of audits is called by all that the process does and never goes: it is refused. A traceback that is to come
later comes, and does not end the process with it. A limit of the system that is made less for good is made less for the
turn: the hard one stays. What is to be called at the end is called, and noted with its place: where it does not come to
its end, the program does without it (`last_threads`). A process that a plugin forked may do all of it.
"""

from __future__ import annotations

import atexit
import faulthandler
import sys
from collections.abc import Callable
from os import getpid
from typing import Any

from aigc.bounds.last_words import LAST_WORDS

try:
    import resource
except ImportError:  # Windows has none
    LIMIT: Callable[..., Any] | None = None
else:
    LIMIT = resource.setrlimit

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


LASTING_EFFECTS = LastingEffects()
