"""Pieces for who waits: a brief in, the stages of its piece as they stand, and the piece, checked as any other.

All pieces that are asked for at once share one session on a thread of its own, over an urgent view of the switchboard.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from aigc.content import ContentType
from aigc.errors import AigcError
from aigc.ledger import artifact_record
from aigc.project import Project
from aigc.serving.refusals import Refusal
from aigc.serving.switchboard import QueueFull, Switchboard
from aigc.serving.view import View
from aigc.types import About, Artifact, Brief, Delta, Json

log = logging.getLogger(__name__)

Told: TypeAlias = tuple[str, dict[str, Json]]  # an event's name and its JSON
LAST = "piece"  # the event that nothing follows


@dataclass(slots=True)
class PieceCall:
    """This is one piece that somebody waits for; its methods but `events` are called on the session's thread."""

    brief: Brief
    streaming: bool
    _queue: asyncio.Queue[Told]
    _loop: asyncio.AbstractEventLoop

    def delta(self, about: About, delta: Delta) -> None:
        """Hear of the next part of a text."""
        if self.streaming:
            told = {"stage": about.stage, "item": about.item, "attempt": about.attempt, "text": delta.text}
            self._tell("text", told)

    def written(self, stage: str, index: int, value: Json) -> None:
        """Hear of a stage's item that stands."""
        if self.streaming:
            self._tell("stage", {"stage": stage, "item": index, "value": value})

    def finished(self, artifact: Artifact) -> None:
        """Hear of the piece."""
        self._tell(LAST, artifact_record(artifact))

    def failed(self, reason: str) -> None:
        """Hear that nothing comes of it."""
        self._tell(LAST, {"id": self.brief.id, "status": "failed", "reason": reason, "fields": {}})

    def _tell(self, name: str, told: dict[str, Json]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, (name, told))

    async def events(self) -> AsyncIterator[Told]:
        """Yield what is heard, the piece last."""
        while True:
            name, told = await self._queue.get()
            yield name, told
            if name == LAST:
                return


class PieceService:
    """This writes pieces of a project's content types, as many at once as are asked for."""

    def __init__(self, project: Project, board: Switchboard, *, most: int = 64) -> None:
        self.project = project
        self.most = most
        self._view = View(board, urgent=True)
        self._session = project.session(self._view)
        self._calls: dict[str, PieceCall] = {}  # by the brief's id
        self._lock = threading.Lock()
        self._bell = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="aigc-pieces", daemon=True)
        self._thread.start()

    @asynccontextmanager
    async def ask(self, content_type: ContentType, brief: Brief, *, streaming: bool) -> AsyncIterator[PieceCall]:
        """Ask for a piece; who leaves the block early drops it. QueueFull where too many wait; Refusal for the id of a
        piece that is being written."""
        call = PieceCall(brief, streaming, asyncio.Queue(), asyncio.get_running_loop())
        with self._lock:
            if len(self._calls) >= self.most:
                raise QueueFull(f"{self.most} pieces are being written already")
            if brief.id in self._calls:
                raise Refusal(409, f"id: a piece {brief.id!r} is being written", param="id", code="in_hand")
            self._calls[brief.id] = call
        try:
            self._session.submit(content_type, brief, call)
            self._ring()
            yield call
        finally:
            with self._lock:
                unfinished = self._calls.pop(brief.id, None) is not None
            if unfinished:
                self._session.cancel(brief.id)
                self._ring()

    def close(self) -> None:
        """Drop what is in hand."""
        self._closing = True
        self._ring()
        self._thread.join()

    def _ring(self) -> None:
        self._view.interrupt()
        with self._bell:
            self._bell.notify_all()

    def _run(self) -> None:
        while not self._closing:
            with self._bell:
                while not (self._session.busy or self._closing):
                    self._bell.wait()
            try:
                for artifact in self._session.step():
                    self._finish(artifact)
            except AigcError as error:
                self._fail(str(error))
        self._session.close()
        self._view.close()

    def _finish(self, artifact: Artifact) -> None:
        with self._lock:
            call = self._calls.pop(artifact.id, None)
        if call is not None:
            call.finished(artifact)

    def _fail(self, reason: str) -> None:
        """Fail all that is in hand: the generator serves nobody."""
        log.error("pieces in hand failed: %s", reason)
        with self._lock:
            calls, self._calls = self._calls, {}
        for call in calls.values():
            self._session.cancel(call.brief.id)
            call.failed(reason)
