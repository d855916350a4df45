"""A plugin for workers: a generator that answers by what it is asked alone, keeps a diary, and breaks where it is told.

Its lines in the diary are `pid parent what`: in a worker the parent is its node's raylet.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import Extension, check, generator, hookimpl
from aigc.testing import ScriptedGenerator
from aigc.types import Request


class Slow(ScriptedGenerator):
    """This takes its time over each answer."""

    def __init__(self, diary: str, seconds: float) -> None:
        super().__init__(self.said, capacity=3, lump=1)
        self._diary, self._seconds = diary, seconds

    def said(self, request: Request, index: int) -> str:
        text = request.prompt.messages[-1].content
        with Path(self._diary).open("a", encoding="utf-8") as diary:
            diary.write(f"{os.getpid()} {os.getppid()} {text}\n")
        time.sleep(self._seconds)
        if "poison" in text:
            raise RuntimeError("cannot be digested")
        if "lethal" in text:
            os.kill(os.getpid(), signal.SIGKILL)  # as the system does that has no memory left
        return f"Buy {text} ({request.sampling.seed % 97})"


@generator(name="slow", neutral=("diary", "seconds"))
def slow(model: str, *, diary: str = "", seconds: float = 0.0) -> Slow:
    """This writes slowly."""
    return Slow(diary, seconds)


@generator(name="broken", neutral=("diary", "seconds"))
def broken(model: str, *, diary: str = "", seconds: float = 0.0) -> Slow:
    """This cannot be opened."""
    raise OSError("no such weights")


@check
def honest(text: str) -> Iterator[str]:
    """This breaks over a lie."""
    if "lie" in text:
        raise ValueError("a lie")
    yield from ()


@hookimpl
def aigc_generators() -> Sequence[Extension]:
    return (slow, broken)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (honest,)
