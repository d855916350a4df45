"""`os._exit`, which ends a process at once, without a word and with whatever code: others' code is not to end ours so
in its turn. In its place a SystemExit is raised, which ends that turn like any other error."""

from __future__ import annotations

import os
from collections.abc import Callable
from os import getpid
from typing import NoReturn

END_AT_ONCE = os._exit  # ours, whoever has a turn


class RefusedExit:
    """This stands in the place of `os._exit` while `refused` says so. A process that a plugin forked it may end."""

    def __init__(self, ending: Callable[[int], NoReturn], refused: Callable[[], bool] = lambda: True) -> None:
        self._ours, self._ending, self._refused = getpid(), ending, refused

    def __call__(self, status: int = 0) -> NoReturn:
        if getpid() != self._ours or not self._refused():
            self._ending(status)
        raise SystemExit(f"os._exit({status})")
