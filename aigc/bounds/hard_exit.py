"""What ends a process at once, or puts another program in its place, without a word and with whatever code: `os._exit`,
`os.abort`, `os.execv`. Others' code is not to do that to ours: a SystemExit is raised instead, which ends a plugin's
turn like any other error, and a thread of its own alone.

Nor is a child that a plugin forked to go on with our work: where it comes back from the plugin's turn, it ends. A
signal to our own process, or a crash in C, cannot be refused: the exit code tells of it, and `LAST_WORDS` do.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
from collections.abc import Callable
from os import getpid
from typing import Any

log = logging.getLogger(__name__)

END_AT_ONCE = os._exit  # ours, whoever has a turn
NAMES = ("_exit", "abort", "execv", "execve")  # what the others of that kind call


class RefusedExit:
    """This stands in the place of what ends a process, while `refused` says so. A process that a plugin forked it may
    end."""

    def __init__(
        self, ending: Callable[..., Any], refused: Callable[[], bool] = lambda: True, *, name: str = "_exit"
    ) -> None:
        self._ours, self._ending, self._refused, self._name = getpid(), ending, refused, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        if getpid() != self._ours or not self._refused():
            return self._ending(*given, **named)
        told = f"os.{self._name}({', '.join(map(repr, given[:1]))})"
        if threading.current_thread() is not threading.main_thread():
            code = sys._getframe(1)
            log.warning("%s:%s: %s in a thread ends that alone", code.f_code.co_filename, code.f_lineno, told)
        raise SystemExit(told)


def refuse_everywhere(refused: Callable[[], bool]) -> None:
    """Have all of them refused from now on while `refused` says so."""
    for name in NAMES:
        ending = RefusedExit(getattr(os, name), refused, name=name)
        for module in (os, sys.modules.get("posix")):  # which has them too
            if module is not None:
                setattr(module, name, ending)


def refuse_at_the_end() -> None:
    """Have all of them refused in what is called at Python's end too, so that the exit code stays ours."""
    atexit.unregister(_refuse_all)
    atexit.register(_refuse_all)  # the last one registered comes first


def _refuse_all() -> None:
    refuse_everywhere(lambda: True)


def end_forked(ours: int, error: BaseException | None = None) -> None:
    """End this process where it is not the one of that number, but a child of it that others' code forked."""
    if getpid() != ours:
        code = getattr(error, "code", None) if isinstance(error, SystemExit) else int(error is not None)
        END_AT_ONCE(code if isinstance(code, int) else 0)
