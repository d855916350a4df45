"""Where a job's pieces are written: a Runner takes briefs and gives finished pieces, in any order.

`Local` writes in this process; `ray.RayRunner` in a cluster. Neither changes what is written: a piece's seed
comes from its brief.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from aigc.content import ContentType
from aigc.jobs.deaths import given_up
from aigc.ledger.entry import Finished
from aigc.ledger.ledger import Ledger
from aigc.ledger.recorder import Recorder
from aigc.project import Project
from aigc.types import Brief, Generator, KeepLines, Usage
from aigc.writing.session import unwritten, work_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """This is what was really generated, for so many requests; `told` ones were answered from the ledger.

    `read` counts a request's prompt tokens once, however many candidates it has. Elsewhere it took `starting` seconds
    until the first generator was ready, and no process ever had more than `memory` bytes (0: this process tells).
    """

    usage: Usage = field(default_factory=Usage)
    requests: int = 0
    completions: int = 0
    told: int = 0
    read: int = 0
    starting: float = 0.0
    memory: int = 0

    @classmethod
    def of(cls, recorder: Recorder, memory: int = 0) -> Took:
        """Read what a recorder has counted."""
        return cls(
            usage=recorder.usage,
            requests=recorder.requests,
            completions=recorder.completions,
            told=recorder.told,
            read=recorder.read,
            memory=memory,
        )

    def __add__(self, other: Took) -> Took:
        return Took(
            usage=self.usage + other.usage,
            requests=self.requests + other.requests,
            completions=self.completions + other.completions,
            told=self.told + other.told,
            read=self.read + other.read,
            starting=self.starting + other.starting,
            memory=max(self.memory, other.memory),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """This is what to write. The ledger gives what was answered before, and may be told what is answered now.

    Once `stopping` says so no further brief is begun; what is in hand still comes. `keep_lines` says which of the
    model's lines pieces carry.
    """

    project: Project
    content_type: ContentType
    briefs: Iterator[Brief]
    ledger: Ledger
    stopping: Callable[[], bool]
    keep_lines: KeepLines = "none"


class Runner(Protocol):
    """This writes pieces. `took` is what that took so far; `awaited` says what has to happen before the rest can be
    written, as the pipeline does. EngineError when nobody can be served.
    """

    took: Took
    awaited: dict[str, None]

    def write(self, task: Task) -> Iterator[Finished]: ...


class Local:
    """This writes in this process, with one generator. A piece at which the process died each time it leaves out."""

    def __init__(self, generator: Generator) -> None:
        self.took = Took()
        self.awaited: dict[str, None] = {}
        self.answered = self.told = 0  # requests so far, by the generator and from the ledger
        self._generator = generator

    def write(self, task: Task) -> Iterator[Finished]:
        """Yield the pieces as they finish."""
        recorder = Recorder(self._generator, task.ledger.completions)
        pipeline = task.project.pipeline(recorder, telling=False, keep_lines=task.keep_lines)
        fatal, left_out = given_up(task.ledger), list[Brief]()
        briefs = _sparing(fatal, _begun(task), left_out) if fatal else _begun(task)
        try:
            for artifact in pipeline.write(task.content_type, briefs):
                self.answered, self.told = recorder.answered, recorder.told
                yield recorder.finished(artifact)
            for brief in left_out:
                yield Finished(artifact=unwritten(task.content_type, brief, fatal[work_on(brief)]))
        finally:
            self.awaited |= pipeline.awaited
            self.took += Took.of(recorder)


def _sparing(fatal: Collection[str], briefs: Iterator[Brief], left_out: list[Brief]) -> Iterator[Brief]:
    """Take briefs but those that are fatal, which are left out."""
    for brief in briefs:
        if work_on(brief) in fatal:
            left_out.append(brief)
        else:
            yield brief


def _begun(task: Task) -> Iterator[Brief]:
    """Take briefs until it is stopping, and none that is not begun."""
    while not task.stopping() and (brief := next(task.briefs, None)) is not None:
        yield brief
