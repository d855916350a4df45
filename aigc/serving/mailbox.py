"""What threads tell one async reader. Who reads slowly gets what came in the meantime as one, where it can be one."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TypeAlias

from aigc.types import Json

Told: TypeAlias = tuple[str, dict[str, Json]]  # an event's name and its JSON


class Mailbox:
    """This is made where its reader's loop runs. `merged` returns two events that follow each other as one, or None;
    the event called `last` is the last one."""

    def __init__(self, merged: Callable[[Told, Told], Told | None], *, last: str) -> None:
        self._merged = merged
        self._last = last
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._pending: deque[Told] = deque()

    def put(self, name: str, told: dict[str, Json]) -> None:
        """Tell something. Any thread may; it never blocks."""
        with self._lock:
            one = self._merged(self._pending[-1], (name, told)) if self._pending else None
            if one is not None:
                self._pending[-1] = one
            else:
                self._pending.append((name, told))
        with suppress(RuntimeError):  # the loop is closed: nobody reads any more
            self._loop.call_soon_threadsafe(self._news.set)

    async def events(self) -> AsyncIterator[Told]:
        """Yield what is told, the last event last."""
        while True:
            await self._news.wait()
            self._news.clear()
            while True:
                with self._lock:
                    told = self._pending.popleft() if self._pending else None
                if told is None:
                    break
                yield told
                if told[0] == self._last:
                    return
