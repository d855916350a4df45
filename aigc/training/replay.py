"""A Generator that answers with what a job kept: the pipeline runs once more, and no model is asked.

What comes of it is each request's prompt as it is rendered today and each answer's verdict by today's checks. The
answers of one stage item come back an attempt at a time, in their order; where only what was taken is kept, the first
request gets that, whichever attempt it was. Where nothing is kept the answer is an empty text, for which the content
type's fallback stands in as it did then.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from aigc.content import ContentType
from aigc.types import About, Completion, Delta, Line, Prompt, Request

Place: TypeAlias = tuple[str, int]  # stage, item

CAPACITY = 64  # requests: enough to keep pieces of many stages moving


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """This is what a request was answered with: kept lines, in the candidates' order; none where none were kept."""

    prompt: Prompt
    lines: tuple[Line, ...]


class Replay:
    """This answers requests with `lines`, by brief. `replies` says which lines a request got, and its prompt."""

    def __init__(self, lines: Mapping[str, Sequence[Line]]) -> None:
        self.capacity = CAPACITY
        self.replies: dict[About, Reply] = {}
        self._left: dict[str, dict[Place, deque[tuple[Line, ...]]]] = {}  # by brief
        self._waiting: deque[Request] = deque()
        self._most: dict[str, int] = {}
        self._picking: frozenset[str] = frozenset()  # stages that took what their pick took
        for brief, kept in lines.items():
            order = sorted(kept, key=lambda line: (line.stage, line.item, line.attempt, line.candidate))
            left = self._left[brief] = defaultdict(deque)
            for (stage, item, _), group in groupby(order, key=lambda line: (line.stage, line.item, line.attempt)):
                answers = tuple(group)
                left[stage, item].append(answers)
                self._most[stage] = max(self._most.get(stage, 1), len(answers))

    def fitted(self, content_type: ContentType) -> ContentType:
        """Return the content type asking for as many candidates of each stage as were kept at most. It picks none,
        which would ask a model: what was picked then comes as the likeliest."""
        self._picking = frozenset(stage.name for stage in content_type.stages if stage.pick)
        stages = (replace(stage, candidates=self._most.get(stage.name, 1), pick=None) for stage in content_type.stages)
        return replace(content_type, stages=tuple(stages))

    def unasked(self, brief: str) -> Iterator[Line]:
        """Yield the lines of a brief that no request was answered with."""
        for groups in self._left.get(brief, {}).values():
            for lines in groups:
                yield from lines

    def submit(self, request: Request) -> None:
        assert request.about is not None, "the pipeline says what a request is for"
        about = request.about
        left = self._left.get(about.brief, {}).get((about.stage, about.item))
        self.replies[about] = Reply(prompt=request.prompt, lines=left.popleft() if left else ())
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        events: list[Completion | Delta] = []
        while self._waiting:
            request = self._waiting.popleft()
            assert request.about is not None
            lines = self.replies[request.about].lines
            if request.about.stage in self._picking:
                lines = tuple(replace(line, mean_logprob=float(line.taken)) for line in lines)
            events += [_completion(request, index, lines) for index in range(request.sampling.n)]
        return events

    def cancel(self, request_id: str) -> None:
        self._waiting = deque(request for request in self._waiting if request.id != request_id)

    def close(self) -> None:
        self._waiting.clear()


def _completion(request: Request, index: int, lines: Sequence[Line]) -> Completion:
    """Return the `index`-th candidate: a kept line, or an empty text that stands for none."""
    if index >= len(lines):
        return Completion(request_id=request.id, index=index, text="")
    line = lines[index]
    return Completion(
        request_id=request.id,
        index=index,
        text=line.text,
        finish_reason=line.finish_reason,
        mean_logprob=line.mean_logprob,
    )
