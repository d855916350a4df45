"""Pieces for who waits: a brief in, the stages of its piece as they stand, and the piece, checked as any other.

All pieces that are asked for at once share one session on a thread of its own, over an urgent view of the switchboard.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aigc.content import ContentType
from aigc.errors import AigcError, first_line
from aigc.ledger import artifact_record
from aigc.project import Project
from aigc.serving.mailbox import Mailbox, Told
from aigc.serving.refusals import Refusal, pathless
from aigc.serving.switchboard import CLOSED, QueueFull, Switchboard
from aigc.serving.view import View
from aigc.types import About, Artifact, Brief, Delta, Json

log = logging.getLogger(__name__)

LAST = "piece"  # the event that nothing follows
TEXT = "text"  # a part of a text
OF_TEXT = ("stage", "item", "attempt", "candidate")  # by which a text is known


def _as_one(before: Told, told: Told) -> Told | None:
    """Return two parts of one text as one."""
    if before[0] != TEXT or told[0] != TEXT or any(before[1][key] != told[1][key] for key in OF_TEXT):
        return None
    return TEXT, {**told[1], "text": before[1]["text"] + told[1]["text"]}


class PieceCall:
    """This is one piece that somebody waits for; its methods but `events` are called on the session's thread."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self._mailbox = Mailbox(_as_one, last=LAST)

    def delta(self, about: About, delta: Delta) -> None:
        """Hear of the next part of a text."""
        told = {"stage": about.stage, "item": about.item, "attempt": about.attempt}
        self._mailbox.put(TEXT, {**told, "candidate": delta.index, "text": delta.text})

    def written(self, stage: str, index: int, value: Json) -> None:
        """Hear of a stage's item that stands."""
        self._mailbox.put("stage", {"stage": stage, "item": index, "value": value})

    def finished(self, artifact: Artifact) -> None:
        """Hear of the piece."""
        record = artifact_record(artifact)
        self._mailbox.put(LAST, {**record, "reason": pathless(artifact.reason)} if artifact.reason else record)

    def failed(self, reason: str) -> None:
        """Hear that nothing comes of it."""
        told = {"id": self.brief.id, "status": "failed", "reason": pathless(reason), "fields": {}}
        self._mailbox.put(LAST, told)

    def events(self) -> AsyncIterator[Told]:
        """Yield what is heard, the piece last."""
        return self._mailbox.events()


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
        call = PieceCall(brief)
        with self._lock:
            if self._closing:
                raise Refusal(503, CLOSED, code="closing")
            if len(self._calls) >= self.most:
                raise QueueFull(f"{self.most} pieces are being written already")
            if brief.id in self._calls:
                raise Refusal(409, f"id: a piece {brief.id!r} is being written", param="id", code="in_hand")
            self._calls[brief.id] = call
        try:
            self._session.submit(content_type, brief, call if streaming else None)
            self._ring()
            yield call
        finally:
            with self._lock:
                unfinished = self._calls.pop(brief.id, None) is not None
            if unfinished:
                self._session.cancel(brief.id)
                self._ring()

    def close(self) -> None:
        """Drop what is in hand; who waits for it is told."""
        with self._lock:
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
                log.error("pieces in hand failed: %s", error)
                self._fail(str(error))
            except Exception as error:
                log.exception("pieces in hand failed")
                self._fail(f"{type(error).__name__}: {first_line(error)}")
        self._fail(CLOSED)
        self._session.close()
        self._view.close()

    def _finish(self, artifact: Artifact) -> None:
        with self._lock:
            call = self._calls.pop(artifact.id, None)
        if call is not None:
            call.finished(artifact)

    def _fail(self, reason: str) -> None:
        """Fail all that is in hand."""
        with self._lock:
            calls, self._calls = self._calls, {}
        for call in calls.values():
            self._session.cancel(call.brief.id)
            call.failed(reason)
