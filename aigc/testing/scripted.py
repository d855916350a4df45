"""A Generator without a model: the test writes the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from aigc.types import Completion, Delta, Request, Usage

Answer: TypeAlias = Callable[[Request, int], str | Completion]
Likely: TypeAlias = Callable[[Request], float]  # the mean log-probability of the request's given text


class ScriptedGenerator:
    """This is a Generator that answers every request by `answer(request, candidate)`, or in turn from a sequence.

    `answer` returns a text, or a Completion to play a cut-off or an error. `requests` keeps what was asked, in order.
    A request for a given text is answered by `likely`, with a token for each of its words; without that, by an error.
    Streaming requests get their text as one Delta first. `capacity` and `lump` (requests answered per step) are free to
    choose.
    """

    def __init__(
        self, answer: Answer | Sequence[str], *, capacity: int = 8, lump: int = 4, likely: Likely | None = None
    ) -> None:
        texts = None if callable(answer) else iter(answer)
        self._answer: Answer = answer if callable(answer) else lambda request, index: next(texts)  # type: ignore[arg-type]
        self.capacity = capacity
        self.requests: list[Request] = []
        self.closed = False
        self._lump = lump
        self._likely = likely
        self._waiting: deque[Request] = deque()
        self._cancelled: list[Completion] = []

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        events: list[Completion | Delta] = [*self._cancelled]
        self._cancelled.clear()
        for _ in range(min(self._lump, len(self._waiting))):
            request = self._waiting.popleft()
            for index in range(request.sampling.n):
                completion = self._complete(request, index)
                if request.stream:
                    events.append(Delta(request_id=request.id, index=index, text=completion.text))
                events.append(completion)
        return events

    def cancel(self, request_id: str) -> None:
        if any(request.id == request_id for request in self._waiting):
            self._cancelled.append(Completion(request_id=request_id, text="", finish_reason="cancelled"))
        self._waiting = deque(request for request in self._waiting if request.id != request_id)

    def close(self) -> None:
        self.closed = True

    def _tell(self, request: Request, given: str) -> Completion:
        if self._likely is None:
            error = "this script says nothing of given texts"
            return Completion(request_id=request.id, text="", finish_reason="error", error=error)
        usage = Usage(prompt=_size(request), forced=max(1, len(given.split())))
        return Completion(request_id=request.id, text=given, usage=usage, mean_logprob=self._likely(request))

    def _complete(self, request: Request, index: int) -> Completion:
        if request.given is not None:
            return self._tell(request, request.given)
        answer = self._answer(request, index)
        if isinstance(answer, Completion):
            return replace(answer, index=index)
        usage = Usage(prompt=_size(request), sampled=len(answer))
        return Completion(request_id=request.id, index=index, text=answer, usage=usage, mean_logprob=-1.0)


def _size(request: Request) -> int:
    return sum(len(turn.content) for turn in request.prompt.messages)
