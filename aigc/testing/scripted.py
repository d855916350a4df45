"""A Generator without a model: the test writes the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from aigc.types import Completion, Delta, Request, Usage

Answer: TypeAlias = Callable[[Request, int], str | Completion]


class ScriptedGenerator:
    """This is a Generator that answers every request by `answer(request, candidate)`, or in turn from a sequence.

    `answer` returns a text, or a Completion to play a cut-off or an error. `requests` keeps what was asked, in order.
    Streaming requests get their text as one Delta first. `capacity` and `lump` (requests answered per step) are free to
    choose.
    """

    def __init__(self, answer: Answer | Sequence[str], *, capacity: int = 8, lump: int = 4) -> None:
        texts = None if callable(answer) else iter(answer)
        self._answer: Answer = answer if callable(answer) else lambda request, index: next(texts)  # type: ignore[arg-type]
        self.capacity = capacity
        self.requests: list[Request] = []
        self.closed = False
        self._lump = lump
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

    def _complete(self, request: Request, index: int) -> Completion:
        answer = self._answer(request, index)
        if isinstance(answer, Completion):
            return answer
        usage = Usage(prompt=sum(len(turn.content) for turn in request.prompt.messages), sampled=len(answer))
        return Completion(request_id=request.id, index=index, text=answer, usage=usage, mean_logprob=-1.0)
