"""One Generator of two: the model that writes, and another that judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aigc.types import Completion, Delta, Generator, Request


class WithJudge:
    """This is a Generator of two: what asks a judge goes to `judge`, all else to `writer`. Each step is one of both."""

    def __init__(self, writer: Generator, judge: Generator, adapter: str | None = None) -> None:
        self.capacity = writer.capacity
        self.writer = writer
        self.judge = judge
        self._adapter = adapter
        if hasattr(writer, "score"):  # how likely whole texts are, which is asked of the one that writes
            self.score = writer.score
        self._judging: set[str] = set()  # ids at the judge

    def submit(self, request: Request) -> None:
        if request.judge:
            self.judge.submit(replace(request, adapter=self._adapter))
            self._judging.add(request.id)
        else:
            self.writer.submit(request)

    def step(self) -> Sequence[Completion | Delta]:
        written = self.writer.step()  # first: a judge may take its time
        verdicts = self.judge.step() if self._judging else ()
        self._judging -= {one.request_id for one in verdicts if isinstance(one, Completion)}
        return [*written, *verdicts]

    def cancel(self, request_id: str) -> None:
        (self.judge if request_id in self._judging else self.writer).cancel(request_id)

    def close(self) -> None:
        try:
            self.writer.close()
        finally:
            self.judge.close()
