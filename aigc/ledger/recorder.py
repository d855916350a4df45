"""A Generator that writes down what another one answers before anybody sees it, and first answers from what is written.

So a job that was killed asks nothing twice: its pieces are told again what they were told, in no time, up to where they
had come. Errors, cancelled and deferred requests are not kept: the next time may go better.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from aigc.ledger.entry import Finished, Spent
from aigc.types import Artifact, Completion, Delta, Generator, Request, Usage, came_before, taken
from aigc.writing.line_log import request_digest
from aigc.writing.sound_answers import sound_answers


@dataclass(slots=True)
class _InHand:
    """This is a request that the generator has in hand, with the answers that came so far."""

    brief: str
    stage: str
    key: str
    request: Request
    answers: list[Completion] = field(default_factory=list)


@dataclass(slots=True)
class _Stopwatch:
    """This is when a piece's stage was first asked for, and what it has taken."""

    started: float
    spent: Spent = field(default_factory=Spent)


class Memory(Protocol):
    """This is where answers are kept, by brief id and request's hash: a ledger, or what stands in for it elsewhere."""

    def recall(self) -> dict[tuple[str, str], list[Completion]]: ...

    def record(self, answered: Sequence[tuple[str, str, Sequence[Completion]]]) -> None: ...


class Recorder:
    """This wraps a Generator for one job.

    `usage` is what was really generated, for so many `requests`, of which so many are `answered`; `told` counts those
    answered from memory; `read` is the prompt tokens of those that were not.
    """

    def __init__(self, generator: Generator, memory: Memory) -> None:
        self.capacity = generator.capacity
        self.usage = Usage()
        self.requests = self.completions = self.answered = self.told = self.read = 0
        self._generator = generator
        self._memory = memory
        self._held = memory.recall()
        self._in_hand: dict[str, _InHand] = {}  # by request id
        self._ready: list[Completion] = []  # from memory
        self._stopwatches: dict[str, dict[str, _Stopwatch]] = {}  # brief id → stage → …

    def submit(self, request: Request) -> None:
        """Answer from memory with the next step, or hand the request on."""
        brief, stage = (request.about.brief, request.about.stage) if request.about else ("", "")
        watch = self._stopwatches.setdefault(brief, {}).setdefault(stage, _Stopwatch(time.monotonic()))
        watch.spent.requests += 1
        key = request_digest(request)
        held = self._held.pop((brief, key), None)
        asked = _InHand(brief, stage, key, request)
        if held is None:
            self.requests += 1
            self._in_hand[request.id] = asked
            self._generator.submit(request)
            return
        self.told += 1
        self._ready += [replace(one, request_id=request.id, index=index) for index, one in enumerate(held)]
        self._count(asked, held)

    def step(self) -> Sequence[Completion | Delta]:
        """Return what is remembered, or advance the generator and record what it finished."""
        if self._ready:
            ready, self._ready = self._ready, []
            return ready
        events = sound_answers(self._generator.step(), self._asked)
        done = []
        for event in events:
            asked = self._in_hand.get(event.request_id)
            if asked is None or isinstance(event, Delta) or came_before(event, asked.answers):
                continue
            asked.answers.append(event)
            self.completions += 1
            if len(asked.answers) == asked.request.sampling.n:
                done.append(self._in_hand.pop(event.request_id))
        self.answered += len(done)
        good = [one for one in done if all(answer.finish_reason in ("stop", "length") for answer in one.answers)]
        for one in done:
            one.answers.sort(key=lambda answer: answer.index)
            self.usage += (usage := taken(one.answers))
            self.read += usage.prompt
            self._count(one, one.answers)
        for one in done:
            if any(answer.finish_reason == "deferred" for answer in one.answers):
                self._stopwatches.pop(one.brief, None)  # its piece is put off
        if good:
            self._memory.record([(one.brief, one.key, one.answers) for one in good])
        return events

    def cancel(self, request_id: str) -> None:
        """Forget a request, and cancel it."""
        if (asked := self._in_hand.pop(request_id, None)) is not None:
            self._stopwatches.pop(asked.brief, None)  # its piece is dropped
        self._generator.cancel(request_id)

    def close(self) -> None:
        """Close the generator."""
        self._generator.close()

    def finished(self, artifact: Artifact) -> Finished:
        """Return a finished piece with what it took."""
        watches = self._stopwatches.pop(artifact.id, {})
        first = min((watch.started for watch in watches.values()), default=0.0)
        last = max((watch.started + watch.spent.seconds for watch in watches.values()), default=0.0)
        spent = {stage: watch.spent for stage, watch in watches.items()}
        return Finished(artifact=artifact, spent=spent, seconds=last - first)

    def _asked(self, request_id: str) -> Request | None:
        asked = self._in_hand.get(request_id)
        return None if asked is None else asked.request

    def _count(self, asked: _InHand, answers: Sequence[Completion]) -> None:
        watch = self._stopwatches.get(asked.brief, {}).get(asked.stage)
        if watch is None:
            return
        watch.spent.completions += len(answers)
        watch.spent.usage += taken(answers)
        watch.spent.seconds = time.monotonic() - watch.started
