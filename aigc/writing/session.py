"""A Generator for pieces: briefs of any content type in, artifacts out as they finish.

    submit ──► inbox ──► queue ──► in hand ──► artifacts
                        (room?)    steps of a piece ◄──► generator

`submit` and `cancel` only leave a note in the inbox, so any thread may call them at any time; one thread calls `begin`,
`step` and `close`. A piece is begun when the generator has room for its requests, in the order of submission. Stages of
different pieces share one batch: what a piece needs next is asked for as soon as its answers are there.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import count
from typing import TypeAlias

from aigc.bounds.undisturbed import undisturbed
from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.content import ContentType
from aigc.errors import AigcError, first_line
from aigc.plugs.timeouts import DEFAULT
from aigc.types import Artifact, Brief, Completion, Delta, Generator, Provenance, Request, came_before
from aigc.writing.piece import Piece, Steps, Watcher
from aigc.writing.sheet import Setup
from aigc.writing.sound_answers import sound_answers

log = logging.getLogger(__name__)

Note: TypeAlias = Callable[[], None]  # what `submit` or `cancel` asked for


class Session:
    """This writes pieces of many content types at once, for one generator; whoever opened that closes it.

    `setup` says how a content type is written; `finished` hears of every artifact, once, as `step` returns it.
    `awaited` is what the pieces that were put off wait for, in sentences: such a piece does not come back, it is
    submitted again in another run. What a watcher or `finished` raises is logged and costs no piece. `seconds` is how
    long a piece may take for itself between two answers, whatever it is that takes so long.
    """

    def __init__(
        self,
        generator: Generator,
        setup: Callable[[ContentType], Setup],
        *,
        finished: Callable[[Artifact], None] = lambda artifact: None,
        seconds: float = 10 * DEFAULT.plugin,
    ) -> None:
        self.generator = generator
        self.awaited: dict[str, None] = {}  # in order
        self._setup = setup
        self._setups: dict[str, Setup] = {}  # by the content type's name
        self._finished = finished
        self._seconds = seconds
        self._serials = count(1)  # a request's id is never used twice: a cancelled one may still come back
        self._inbox: deque[Note] = deque()
        self._queue: deque[_Desk] = deque()  # not begun
        self._desks: dict[str, _Desk] = {}  # request id → the piece that waits for it
        self._done: list[Artifact] = []  # not told yet

    @property
    def busy(self) -> bool:
        """Say whether a step would do anything."""
        return bool(self._inbox or self._queue or self._desks or self._done)

    def submit(self, content_type: ContentType, brief: Brief, watcher: Watcher | None = None) -> None:
        """Ask for a piece. `watcher` sees it being written, on the thread that steps. Never blocks."""
        self._inbox.append(partial(self._take_in, content_type, brief, watcher))

    def cancel(self, brief_id: str) -> None:
        """Drop the pieces of that brief: they do not come back unless they had finished already. Never blocks."""
        self._inbox.append(partial(self._drop, brief_id))

    def begin(self) -> bool:
        """Begin what waits, as far as the generator has room; say whether there is room for more."""
        while self._inbox:
            self._inbox.popleft()()
        while self._queue and len(self._desks) < self.generator.capacity:
            self._advance(self._queue.popleft())
        return not self._done and len(self._desks) < self.generator.capacity

    def step(self) -> list[Artifact]:
        """Begin what waits, let the generator advance, and return the pieces that finished.

        Nothing is asked of the generator while pieces are there that needed no answer. EngineError when it can serve
        nobody; what was in hand stays so.
        """
        self.begin()
        for event in sound_answers(self.generator.step(), self._asked) if not self._done else ():
            desk = self._desks.get(event.request_id)
            if desk is None:  # cancelled; it may still come back
                continue
            if isinstance(event, Delta):
                desk.watch(event)
            elif self._received(desk, event):
                self._advance(desk)
        done, self._done = self._done, []
        for artifact in done:
            try:
                self._finished(artifact)
            except Exception:
                log.exception("after brief %r", artifact.id)
        return done

    def close(self) -> None:
        """Drop everything, begun or not, and cancel what the generator has in hand. May be called twice."""
        self._inbox.clear()
        self._queue.clear()
        self._done.clear()
        while self._desks:
            request_id, desk = self._desks.popitem()
            desk.close()
            self.generator.cancel(request_id)

    def _take_in(self, content_type: ContentType, brief: Brief, watcher: Watcher | None) -> None:
        setup = self._setups.get(content_type.name)
        if setup is None or setup.content_type is not content_type:
            try:
                setup = self._setups[content_type.name] = self._setup(content_type)
            except AigcError as error:
                self._done.append(unwritten(content_type, brief, str(error)))
                return
        piece = Piece(setup, brief, str(next(self._serials)), watcher)
        self._queue.append(_Desk(content_type, brief, piece.steps(), watcher, guarded=setup.others_work))

    def _drop(self, brief_id: str) -> None:
        self._queue = deque(desk for desk in self._queue if desk.brief.id != brief_id)
        for desk in {id(desk): desk for desk in self._desks.values() if desk.brief.id == brief_id}.values():
            for request_id in self._forget(desk):
                self.generator.cancel(request_id)

    def _forget(self, desk: _Desk) -> list[str]:
        """Wait no more for a piece; return the ids of its requests that have not come back."""
        ids = [request_id for request_id, other in self._desks.items() if other is desk]
        for request_id in ids:
            del self._desks[request_id]
        desk.close()
        return ids

    def _asked(self, request_id: str) -> Request | None:
        desk = self._desks.get(request_id)
        return None if desk is None else desk.asked[request_id]

    def _received(self, desk: _Desk, completion: Completion) -> bool:
        """File a completion; say whether it was the last one that its piece waited for."""
        if desk.receive(completion):
            del self._desks[completion.request_id]
        if completion.finish_reason == "deferred":
            self.awaited[completion.error] = None
        return not desk.waiting

    def _advance(self, desk: _Desk) -> None:
        """Send a piece what came back, until it waits for something more, is finished or is put off. What its checks do
        to the process is no other's loss."""
        if desk.put_off:
            desk.close()
            return
        requests: list[Request] = []
        try:
            work = work_on(desk.brief)
            with Watched(work, self._seconds), desk.guarding(work):
                while not requests:
                    requests = desk.resume()
        except StopIteration as finished:
            artifact: Artifact = finished.value
            self._done.append(artifact)
            return
        except OutOfTime:
            reason = f"takes longer than {self._seconds:g} s"
            self._done.append(unwritten(desk.content_type, desk.brief, reason))
            return
        except AigcError:
            raise
        except Exception as error:  # what a plugin spoilt, so that its piece could not even fail, is whole again
            reason = f"{type(error).__name__}: {first_line(error)}"
            self._done.append(unwritten(desk.content_type, desk.brief, reason))
            return
        try:
            for request in requests:
                self._desks[request.id] = desk
                self.generator.submit(request)
        except Exception as error:  # a generator that breaks: nobody is to wait for this piece
            self._forget(desk)
            reason = str(error) if isinstance(error, AigcError) else f"{type(error).__name__}: {error}"
            self._done.append(unwritten(desk.content_type, desk.brief, reason))
            raise


def work_on(brief: Brief) -> str:
    """Return what is said to be at work while a piece is."""
    return f"brief {brief.id!r}"


def unwritten(content_type: ContentType, brief: Brief, reason: str) -> Artifact:
    """Return the failed piece of a brief that nothing was written for."""
    made = Provenance(content_type=content_type.name, version=content_type.version)
    return Artifact(id=brief.id, status="failed", fields={}, brief=brief, provenance=made, reason=reason)


class _Desk:
    """This is one piece in work: its steps, the completions it still waits for, and what has come back."""

    def __init__(
        self, content_type: ContentType, brief: Brief, steps: Steps, watcher: Watcher | None, *, guarded: bool
    ) -> None:
        self.guarding: Callable[[str], AbstractContextManager[object]] = undisturbed if guarded else nullcontext
        self.content_type = content_type
        self.brief = brief
        self._steps = steps
        self._watcher = watcher
        self.asked: dict[str, Request] = {}
        self._answers: dict[str, list[Completion]] | None = None  # None: not started
        self.waiting: dict[str, int] = {}  # request id → candidates to come
        self.put_off = False

    def close(self) -> None:
        self._steps.close()

    def resume(self) -> list[Request]:
        """Return the requests that the piece needs next; StopIteration carries its artifact."""
        requests = self._steps.send(self._answers)
        self.asked = {request.id: request for request in requests}
        self._answers = {request.id: [] for request in requests}
        self.waiting = {request.id: request.sampling.n for request in requests}
        return requests

    def watch(self, delta: Delta) -> None:
        """Show the watcher the next part of a text."""
        about = self.asked[delta.request_id].about
        if self._watcher is not None and about is not None:
            try:
                self._watcher.delta(about, delta)
            except Exception:  # somebody who went away: the piece goes on without
                log.exception("watching brief %r", self.brief.id)
                self._watcher = None

    def receive(self, completion: Completion) -> bool:
        """File a completion; say whether it was the last of its request."""
        assert self._answers is not None
        self.put_off |= completion.finish_reason == "deferred"
        answers = self._answers[completion.request_id]
        if came_before(completion, answers):
            return False
        answers.append(completion)
        self.waiting[completion.request_id] -= 1
        if self.waiting[completion.request_id]:
            return False
        del self.waiting[completion.request_id]
        answers.sort(key=lambda one: one.index)
        return True
