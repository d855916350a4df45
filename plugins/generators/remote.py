"""The Generator over a server: an event loop on a thread of its own, where requests run side by side.

The pipeline's thread only puts them in and takes out what finished. Cancelling one ends its connection, and `close`
leaves nothing behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

from aigc.errors import EngineError
from aigc.types import Completion, Delta, Request
from aigc_plugins.generators.chat_completions import Refused, failed
from aigc_plugins.generators.link import Link

TICK = 0.5  # seconds; how long Ctrl-C may have to wait where a wait cannot be interrupted

Event: TypeAlias = Delta | list[Completion] | BaseException


class Remote:
    """This is a Generator over one server."""

    def __init__(self, link: Link, *, concurrency: int) -> None:
        self.capacity = concurrency
        self._link = link
        self._room = asyncio.Semaphore(concurrency)
        self._over = asyncio.Event()
        self._in_hand: dict[str, Request] = {}
        self._cancelled: list[Completion] = []
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._tasks: dict[str, asyncio.Task[None]] = {}  # the loop's own
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="aigc-openai", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queue a request. EngineError after `close` or where the id is in hand already."""
        if not self._thread.is_alive():
            raise EngineError("the generator is closed")
        if request.id in self._in_hand:
            raise EngineError(f"a request {request.id!r} is in hand already")
        self._in_hand[request.id] = request
        self._loop.call_soon_threadsafe(self._begin, request)

    def step(self) -> Sequence[Completion | Delta]:
        """Wait until something finished. EngineError where the server can serve nobody."""
        events: list[Completion | Delta] = [*self._cancelled]
        self._cancelled.clear()
        while self._in_hand:
            try:
                event = self._events.get(timeout=TICK) if not events else self._events.get_nowait()
            except Empty:
                if events:
                    break
                continue
            if isinstance(event, BaseException):
                raise event
            if isinstance(event, Delta):
                events += [event] if event.request_id in self._in_hand else []
            elif self._in_hand.pop(event[0].request_id, None) is not None:  # else cancelled meanwhile
                events += event
        return events

    def cancel(self, request_id: str) -> None:
        if self._in_hand.pop(request_id, None) is not None:
            self._cancelled.append(Completion(request_id=request_id, text="", finish_reason="cancelled"))
            if self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._drop, request_id)

    def close(self) -> None:
        """End all connections and the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()
        self._in_hand.clear()

    # -- in the loop's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        await self._over.wait()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._link.close()

    def _begin(self, request: Request) -> None:
        task = self._tasks[request.id] = self._loop.create_task(self._serve(request))
        task.add_done_callback(lambda done: self._tasks.pop(request.id, None))

    def _drop(self, request_id: str) -> None:
        if task := self._tasks.get(request_id):
            task.cancel()

    async def _serve(self, request: Request) -> None:
        try:
            async with self._room:
                self._events.put(await self._link.ask(request, self._events.put))
        except Refused as error:
            self._events.put(failed(request, str(error)))
        except Exception as error:  # an EngineError, or a mistake of ours, which must not wait for ever
            self._events.put(error)
