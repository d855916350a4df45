"""Brief → artifact: generate, parse, post-process, check, repair. The page that tells the story.

A content type's stages run in order; a stage with `foreach` asks one request per item. Every result is parsed,
post-processed, held against its limits and checked; of n candidates the one with the mildest findings wins, then the
likeliest. What fails is asked again, only that field, `repair.attempts` times in all; then the declared fallback stands
in; an item of a list that still fails is left out, which flags the piece. Nothing stands in for what the generator
could not answer at all: that fails the piece. The output is composed and checked as a whole, and a finding on one line
of it leads back to the field of the one request to repeat. What is left says so: `flagged`, `rejected` or `failed`,
never dropped. Only a piece whose answers come in another run is put off until then.

Each piece is a Python generator that yields the requests it needs and is sent their completions; `Pipeline.write`
keeps a `Generator` topped up with the requests of many pieces at once, taking briefs as lazily as it can.

Knows: content types, drafts, the Generator seam. Does not know: models, files, jobs, plugins' names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count

import jinja2

from aigc.content import ContentType
from aigc.plugs.extension import Bound
from aigc.types import Artifact, Brief, Completion, Delta, Generator, Request
from aigc.writing.item import Order
from aigc.writing.piece import Piece, Steps, Watcher


class Pipeline:
    """This writes pieces. `policy` checks run on every piece of every content type and cannot be loosened by one.

    `adapter` says which adapter of the model writes a content type, by its name. `awaited` is what the pieces that were
    put off wait for, in sentences.
    """

    def __init__(
        self,
        generator: Generator,
        environment: jinja2.Environment,
        *,
        model: str = "",
        seed: int = 0,
        policy: Sequence[Bound] = (),
        adapter: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        self.generator = generator
        self.awaited: dict[str, None] = {}  # in order
        self._serials = count(1)  # a request's id is never used twice: a cancelled one may still come back
        self._adapter = adapter
        self._order = partial(Order, environment=environment, model=model, seed=seed, policy=tuple(policy))

    def write(
        self, content_type: ContentType, briefs: Iterable[Brief], *, watcher: Watcher | None = None
    ) -> Iterator[Artifact]:
        """This yields one artifact per brief, as they finish; none for one that is put off. Briefs are taken only as
        the generator has room.

        Closing the iterator early cancels what is in flight, so the generator can be used again.
        """
        order = self._order(content_type=content_type, adapter=self._adapter(content_type.name))
        pieces = (Piece(order, brief, str(next(self._serials)), watcher) for brief in briefs)
        desks: dict[str, _Desk] = {}  # request id → the piece waiting for it
        try:
            yield from self._run(pieces, desks, watcher)
        finally:
            for request_id in desks:
                self.generator.cancel(request_id)

    def _run(self, pieces: Iterator[Piece], desks: dict[str, _Desk], watcher: Watcher | None) -> Iterator[Artifact]:
        exhausted = False
        while desks or not exhausted:
            while not exhausted and len(desks) < self.generator.capacity:
                piece = next(pieces, None)
                exhausted = piece is None
                if piece and (artifact := self._advance(_Desk(piece.steps()), desks)) is not None:
                    yield artifact
            for event in self.generator.step():
                if isinstance(event, Delta):
                    if watcher:
                        watcher.delta(event)
                elif event.request_id in desks:  # a cancelled request of an earlier run may still come back
                    desk = desks[event.request_id]
                    if desk.receive(event):
                        del desks[event.request_id]
                    if event.finish_reason == "deferred":
                        self.awaited[event.error] = None
                    if not desk.waiting and (artifact := self._advance(desk, desks)) is not None:
                        yield artifact

    def _advance(self, desk: _Desk, desks: dict[str, _Desk]) -> Artifact | None:
        """This sends the piece what came back, until it waits for something more, is finished or is put off."""
        if desk.put_off:
            desk.close()
            return None
        try:
            requests = desk.resume()
            while not requests:
                requests = desk.resume()
        except StopIteration as finished:
            artifact: Artifact = finished.value
            return artifact
        for request in requests:
            desks[request.id] = desk
            self.generator.submit(request)
        return None


class _Desk:
    """This is one piece in work: its steps, the completions it still waits for, and what has come back."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._answers: dict[str, list[Completion]] | None = None  # None: not started
        self.waiting: dict[str, int] = {}
        self.put_off = False

    def close(self) -> None:
        self._steps.close()

    def resume(self) -> list[Request]:
        """This is the requests the piece needs next; StopIteration carries its artifact."""
        requests = self._steps.send(self._answers)
        self._answers = {request.id: [] for request in requests}
        self.waiting = {request.id: request.sampling.n for request in requests}
        return requests

    def receive(self, completion: Completion) -> bool:
        """This files a completion; true when it was the last of its request."""
        assert self._answers is not None
        self.put_off |= completion.finish_reason == "deferred"
        answers = self._answers[completion.request_id]
        answers.append(completion)
        self.waiting[completion.request_id] -= 1
        if self.waiting[completion.request_id]:
            return False
        del self.waiting[completion.request_id]
        answers.sort(key=lambda one: one.index)
        return True
