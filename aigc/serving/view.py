"""A Generator of one's own over the switchboard's, for a thread that writes: a whole job, or pieces for who waits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from aigc.errors import EngineError
from aigc.serving.switchboard import CLOSED, Event, Switchboard, add, answers_to
from aigc.types import Completion, Request


class View:
    """This is used by one thread; there may be many. Requests of an `urgent` one go before others."""

    def __init__(self, board: Switchboard, *, urgent: bool = False) -> None:
        self.board = board
        self.capacity = board.capacity
        self.urgent = urgent
        self._name = f"view:{board.serial()}:"
        self._pending: deque[Event] = deque()
        self._bell = threading.Condition()
        self._in_hand: dict[str, int] = {}  # request id → answers to come
        self._interrupted = False
        self._ended = False

    def submit(self, request: Request) -> None:
        """Pass a request on. EngineError once the switchboard is closed."""
        if not self.board.alive:
            raise EngineError(CLOSED)
        self._in_hand[request.id] = answers_to(request)
        urgent = self.urgent or request.urgent
        self.board.submit(replace(request, id=self._name + request.id, urgent=urgent), self)

    def step(self) -> Sequence[Event]:
        """Wait until there is news of what this view asked, and return it; at once where it asked nothing.

        KeyboardInterrupt once it is to end: who writes with it ends as for Ctrl-C, and keeps what is finished.
        """
        with self._bell:
            while self._in_hand and not self._pending and not self._interrupted and not self._ended:
                self._bell.wait()
            self._interrupted = False
            if self._ended:
                raise KeyboardInterrupt
            events = list(self._pending)
            self._pending.clear()
        told = [replace(event, request_id=event.request_id.removeprefix(self._name)) for event in events]
        return [event for event in told if self._awaited(event)]

    def cancel(self, request_id: str) -> None:
        """Drop a request; one Completion, `cancelled`, follows."""
        if request_id in self._in_hand:
            self.board.cancel(self._name + request_id)
            self.take(Completion(request_id=self._name + request_id, text="", finish_reason="cancelled"))

    def close(self) -> None:
        """Drop all that this view asked; the generator stays open for others."""
        for request_id in self._in_hand:
            self.board.cancel(self._name + request_id)
        self._in_hand.clear()

    def interrupt(self) -> None:
        """Have a step that waits come back: its thread is asked for something else. Any thread may call it."""
        with self._bell:
            self._interrupted = True
            self._bell.notify_all()

    def end(self) -> None:
        """Have the step that waits, or the next one, raise KeyboardInterrupt. Any thread may call it."""
        with self._bell:
            self._ended = True
            self._bell.notify_all()

    def take(self, event: Event) -> None:
        with self._bell:
            add(self._pending, event)

    def wake(self) -> None:
        with self._bell:
            self._bell.notify_all()

    def _awaited(self, event: Event) -> bool:
        """Count an event; say whether it is of a request that is still in hand."""
        if event.request_id not in self._in_hand:
            return False
        if isinstance(event, Completion):
            self._in_hand[event.request_id] -= 1
            if not self._in_hand[event.request_id] or event.finish_reason == "cancelled":
                del self._in_hand[event.request_id]
        return True
