"""Generators that a test plays, step by step."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Delta, Message, Prompt, Request, SamplingParams

PATIENCE = 20.0  # seconds that a test waits for what is to come


def request(text: str = "tea", *, name: str = "r", n: int = 1, stream: bool = False) -> Request:
    prompt = Prompt(messages=(Message(role="user", content=text),))
    return Request(id=name, prompt=prompt, sampling=SamplingParams(n=n, max_tokens=8), stream=stream)


class Puppet:
    """This is a Generator whose every step the test gives: `give(*events)` or `give(error)`; ids are those that it was
    asked under, in order, in `asked`."""

    def __init__(self, capacity: int = 4) -> None:
        self.capacity = capacity
        self.asked: list[Request] = []
        self.cancelled: list[str] = []
        self.closed = threading.Event()
        self.stepping = threading.Event()
        self.refuses: Exception | None = None  # to be asked
        self.sticks: Exception | None = None  # when something is to be dropped
        self.breaks: Exception | None = None  # when it is closed
        self._given: queue.Queue[Sequence[Completion | Delta] | Exception] = queue.Queue()
        self._came = threading.Condition()

    def submit(self, request: Request) -> None:
        if self.refuses is not None:
            raise self.refuses
        with self._came:
            self.asked.append(request)
            self._came.notify_all()

    def step(self) -> Sequence[Completion | Delta]:
        self.stepping.set()
        given = self._given.get(timeout=PATIENCE)
        self.stepping.clear()
        if isinstance(given, Exception):
            raise given
        return given

    def cancel(self, request_id: str) -> None:
        with self._came:
            self.cancelled.append(request_id)
            self._came.notify_all()
        if self.sticks is not None:
            raise self.sticks

    def close(self) -> None:
        self.closed.set()
        if self.breaks is not None:
            raise self.breaks

    def give(self, *events: Completion | Delta) -> None:
        self._given.put(events)

    def fail(self, error: Exception) -> None:
        self._given.put(error)

    def id(self, place: int = 0) -> str:
        """Return the id of a request, once it is asked."""
        self._wait(lambda: len(self.asked) > place)
        return self.asked[place].id

    def dropped(self, many: int = 1) -> list[str]:
        """Return which were dropped, once so many are."""
        self._wait(lambda: len(self.cancelled) >= many)
        return self.cancelled

    def _wait(self, until: Callable[[], bool]) -> None:
        """Wait, with empty steps in which nothing but the inbox is read."""
        last = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < last
            if self.stepping.is_set() and self._given.empty():
                self.give()
            with self._came:
                self._came.wait(0.02)


def text(name: str, text: str = "done", index: int = 0) -> Completion:
    return Completion(request_id=name, index=index, text=text)


def part(name: str, text: str, index: int = 0) -> Delta:
    return Delta(request_id=name, index=index, text=text)


class Gated(ScriptedGenerator):
    """This is a script that answers only as many requests as it is let."""

    def __init__(self, **more: int) -> None:
        super().__init__(lambda one, index: f"Buy {one.prompt.messages[-1].content}", lump=1, **more)
        self.let = threading.Semaphore(0)
        self.open = threading.Event()

    def step(self) -> Sequence[Completion | Delta]:
        if not self.open.is_set() and not self.let.acquire(timeout=0.05):
            return []
        return super().step()
