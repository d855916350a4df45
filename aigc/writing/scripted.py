"""A Generator without a model: the test writes the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from aigc.types import Completion, Delta, Request, Usage

Answer: TypeAlias = Callable[[Request, int], str | Completion]
Script: TypeAlias = Answer | Sequence[str | Completion] | str
Likely: TypeAlias = Callable[[Request], float]  # the mean log-probability of the request's given text


class ScriptedGenerator:
    """This is a Generator that answers by a function, by a sequence in turn, or by a mapping of stages to either.

    A function `answer(request, candidate)` returns a text, or a Completion to play a cut-off or an error; a text in a
    mapping answers all that its stage asks. AssertionError says where a script has nothing left. `requests` keeps what
    was asked, in order. A request for a given text is answered by `likely`, with a token for each of its words; without
    that, by an error. Streaming requests get their text as one Delta first. `capacity` and `lump` (requests answered
    per step) are free to choose.
    """

    def __init__(
        self,
        answer: Script | Mapping[str, Script],
        *,
        capacity: int = 8,
        lump: int = 4,
        likely: Likely | None = None,
    ) -> None:
        self._answer = _by_stage(answer) if isinstance(answer, Mapping) else _answering(answer, "the script")
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
            return replace(answer, request_id=request.id, index=index)
        usage = Usage(prompt=_size(request), sampled=len(answer))
        return Completion(request_id=request.id, index=index, text=answer, usage=usage, mean_logprob=-1.0)


def _size(request: Request) -> int:
    return sum(len(turn.content) for turn in request.prompt.messages)


def _answering(script: Script, where: str) -> Answer:
    """Return a script as a function."""
    if callable(script):
        return script
    if isinstance(script, str):
        return lambda request, index: script
    told = iter(script)

    def in_turn(request: Request, index: int) -> str | Completion:
        for answer in told:
            return answer
        asked = request.prompt.messages[-1].content
        raise AssertionError(f"{where} has given all its answers; one more is asked for: {asked!r}")

    return in_turn


def _by_stage(scripts: Mapping[str, Script]) -> Answer:
    stages = {name: _answering(script, f"the script of stage {name!r}") for name, script in scripts.items()}

    def of_stage(request: Request, index: int) -> str | Completion:
        stage = request.about.stage if request.about else ""
        if stage not in stages:
            raise AssertionError(f"stage {stage!r} asks, and the script has {', '.join(stages) or 'none'}")
        return stages[stage](request, index)

    return of_stage
