"""The switchboard: one generator on a thread of its own, for all who ask.

    ask(request) ──┐                       ┌──► OpenCall, awaited by HTTP
                   ├──► inbox ──► step ──► ┤
    View.submit ───┘      (its thread)     └──► View.step, in which a job's thread waits

Asking and cancelling only leave a note in the inbox, so any thread may do it at any time. After each step everybody
who got something is woken once; what a slow reader has not fetched yet is merged, so that it costs a text, not a list.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Protocol, TypeAlias

from aigc.errors import AigcError, EngineError, first_line
from aigc.types import Completion, Delta, Generator, Request

log = logging.getLogger(__name__)

Event: TypeAlias = Completion | Delta
MOST_WAITING = 512  # requests over HTTP at once, those being written among them
CLOSED = "the server is closing"
BROKE = "the generator failed: "  # before its own words, where it serves nobody any more


def answers_to(request: Request) -> int:
    """Return how many answers a request has."""
    return max(1, request.sampling.n) if request.given is None else 1


def merged(first: Delta, second: Delta) -> Delta:
    """Return two parts of one text as one."""
    return replace(second, text=first.text + second.text, logprobs=first.logprobs + second.logprobs)


def add(pending: deque[Event], event: Event) -> None:
    """Put an event to those that nobody has fetched yet; a part of a text is one with the last, if of the same text."""
    last = pending[-1] if pending else None
    if (
        isinstance(event, Delta)
        and isinstance(last, Delta)
        and (last.request_id, last.index) == (event.request_id, event.index)
    ):
        pending[-1] = merged(last, event)
    else:
        pending.append(event)


class QueueFull(EngineError):
    """This is a request too many."""


class Listener(Protocol):
    """This is whoever waits for the answers to a request; both are called on the generator's thread."""

    def take(self, event: Event) -> None: ...

    def wake(self) -> None: ...


class Switchboard:
    """This owns a generator: opens it, steps it, closes it, on one thread of its own."""

    def __init__(self, opening: Callable[[], Generator], *, most: int = MOST_WAITING) -> None:
        self.capacity = 1
        self.most = most
        self.began = time.time()
        self.steps = 0  # taken so far
        self._opening = opening
        self._serials = count(1)
        self._inbox: deque[Callable[[Generator], None]] = deque()
        self._bell = threading.Condition()
        self._listeners: dict[str, Listener] = {}  # by the request's id here; the generator's thread alone
        self._open: dict[str, set[int]] = {}  # request id → places of the answers to come; the same thread alone
        self._asked: set[str] = set()  # over HTTP, not answered yet
        self._ended = ""  # why nobody is served any more
        self._deaf = False  # whether the inbox is read no more
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="aigc-generator", daemon=True)

    @property
    def in_hand(self) -> int:
        """How many requests are waiting or being written."""
        return len(self._open) + len(self._inbox)

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive() and not self._ended

    def start(self) -> Switchboard:
        """Open the generator; return when it can be asked. Raises what opening it raises."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def close(self) -> None:
        """End whatever is in hand with an error, and close the generator."""
        with self._bell:
            self._ended = self._ended or CLOSED
            self._bell.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    @asynccontextmanager
    async def ask(self, request: Request) -> AsyncIterator[OpenCall]:
        """Ask, urgently, and give the answer's events as they come; who leaves the block early cancels.

        Raises QueueFull where too many wait already. An answer that never comes, since the generator broke, comes as
        a Completion whose reason is an error.
        """
        if len(self._asked) >= self.most:
            raise QueueFull(f"{self.most} requests are waiting already")
        own = f"ask:{self.serial()}"
        call = OpenCall(own, answers_to(request))
        self._asked.add(own)
        try:
            self.submit(replace(request, id=own, urgent=True), call)
            yield call
        finally:
            self._asked.discard(own)
            if call.open:
                self.cancel(own)

    def serial(self) -> int:
        """Return a number that nobody else gets."""
        return next(self._serials)

    def submit(self, request: Request, listener: Listener) -> None:
        """Have a request asked; its id is used by nobody else. Never blocks."""
        if not self._note(partial(self._submit, request, listener)):
            self._await(request, listener)
            self._fail(request.id, self._ended)

    def cancel(self, request_id: str) -> None:
        """Drop a request: nothing more is heard of it. Never blocks."""
        self._note(partial(self._cancel, request_id))

    def _note(self, note: Callable[[Generator], None]) -> bool:
        """Leave a note; say whether anybody will read it."""
        with self._bell:
            if not self._deaf:
                self._inbox.append(note)
                self._bell.notify_all()
            return not self._deaf

    def _submit(self, request: Request, listener: Listener, generator: Generator) -> None:
        self._await(request, listener)
        try:
            generator.submit(request)
        except Exception as error:
            self._fail(request.id, str(error) if isinstance(error, AigcError) else first_line(error))

    def _await(self, request: Request, listener: Listener) -> None:
        self._listeners[request.id], self._open[request.id] = listener, set(range(answers_to(request)))

    def _cancel(self, request_id: str, generator: Generator) -> None:
        self._listeners.pop(request_id, None)
        if self._open.pop(request_id, None) is not None:
            _drop(generator, request_id)

    def _run(self) -> None:
        try:
            generator = self._opening()
            self.capacity = generator.capacity
        except BaseException as error:
            self._failed, self._ended = error, CLOSED
            self._ready.set()
            return
        self._ready.set()
        try:
            while self._turn(generator):
                pass
        finally:
            self._ended = self._ended or CLOSED
            self._fail_all(self._ended)
            try:
                generator.close()
            except Exception:
                log.exception("the generator failed while it closed")

    def _turn(self, generator: Generator) -> bool:
        """Read what was asked, and have the generator advance; say whether to go on."""
        with self._bell:
            while not (self._inbox or self._open or self._ended):
                self._bell.wait()
            if self._ended:
                return False
            notes = list(self._inbox)
            self._inbox.clear()
        for note in notes:
            note(generator)
        if not self._open:
            return True
        try:
            events = generator.step()
        except Exception as error:
            reason = BROKE + (str(error) if isinstance(error, AigcError) else first_line(error))
            log.exception("the generator failed; what was in hand is lost")
            for request_id in list(self._open):
                self._fail(request_id, reason)
                _drop(generator, request_id)
            return True
        self.steps += 1
        self._hand_out(events)
        return True

    def _hand_out(self, events: Sequence[Event]) -> None:
        woken: dict[Listener, None] = {}
        for event in events:
            listener = self._listeners.get(event.request_id)
            left = self._open.get(event.request_id)
            if listener is None or left is None or event.index not in left:  # cancelled, or said twice
                continue
            if isinstance(event, Completion):
                left.discard(event.index)
                if event.finish_reason == "cancelled":
                    left.clear()
                if not left:
                    del self._listeners[event.request_id], self._open[event.request_id]
            listener.take(event)
            woken[listener] = None
        calls: dict[asyncio.AbstractEventLoop, list[OpenCall]] = {}
        for listener in woken:
            if isinstance(listener, OpenCall):
                calls.setdefault(listener.loop, []).append(listener)
            else:
                listener.wake()
        for loop, several in calls.items():  # once a step for each loop: it costs a call of the system
            with suppress(RuntimeError):  # the loop is closed: nobody reads any more
                loop.call_soon_threadsafe(_ring, several)

    def _fail(self, request_id: str, reason: str) -> None:
        listener, left = self._listeners.pop(request_id, None), self._open.pop(request_id, set())
        if listener is None:
            return
        for index in sorted(left):
            failed = Completion(request_id=request_id, index=index, text="", finish_reason="error", error=reason)
            listener.take(failed)
        listener.wake()

    def _fail_all(self, reason: str) -> None:
        """Answer whoever still waits, those too whose request nobody has read yet."""
        with self._bell:
            self._deaf = True
            notes = list(self._inbox)
            self._inbox.clear()
        for note in notes:
            if isinstance(note, partial) and note.func == self._submit:
                self._await(*note.args)
        for request_id in list(self._open):
            self._fail(request_id, reason)


def _drop(generator: Generator, request_id: str) -> None:
    """Cancel a request; what a generator says to that is logged, and is nobody's loss."""
    try:
        generator.cancel(request_id)
    except Exception:
        log.exception("the generator failed to drop %s", request_id)


def _ring(calls: Sequence[OpenCall]) -> None:
    for one in calls:
        one.ring()


class OpenCall:
    """This is one request over HTTP: its events, in the order they came, for one async reader."""

    def __init__(self, request_id: str, many: int) -> None:
        self.id = request_id
        self.open = many  # answers not read yet
        self.loop = asyncio.get_running_loop()
        self._pending: deque[Event] = deque()
        self._lock = threading.Lock()
        self._news = asyncio.Event()

    def take(self, event: Event) -> None:
        with self._lock:
            add(self._pending, event)

    def wake(self) -> None:
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.ring)

    def ring(self) -> None:
        """Have the reader look; on its loop."""
        self._news.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events()

    async def _events(self) -> AsyncIterator[Event]:
        """Yield events until each answer has come."""
        while self.open:
            await self._news.wait()
            self._news.clear()
            with self._lock:
                events = list(self._pending)
                self._pending.clear()
            for event in events:
                if isinstance(event, Completion):
                    self.open -= 1
                yield event

    async def answers(self) -> list[Completion]:
        """Return the finished answers, by their places."""
        told = [event async for event in self if isinstance(event, Completion)]
        return sorted(told, key=lambda one: one.index)
