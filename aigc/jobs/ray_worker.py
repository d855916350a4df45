"""What runs in a cluster: writers (actors of a Ray Data pool, one engine each) and the watch they share.

Retries, restarts of actors and their places are Ray's. Ours is who is to blame. A brief that makes the generator raise
is tried alone, and fails alone. One that kills the whole process, again and again, is found through the watch: a block
that was begun too often is written brief by brief, and what was being written at two more deaths fails.

Nothing here imports ray until it is used, and only a writer ever loads a model.
"""

from __future__ import annotations

import logging
import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from aigc.errors import AigcError, EngineError
from aigc.jobs.assignment import Assignment, as_there, unpacked
from aigc.jobs.recorder import Recorder
from aigc.jobs.runner import Written
from aigc.project import Project
from aigc.types import Artifact, Brief, Completion, Generator, Provenance, Usage

if TYPE_CHECKING:
    from aigc.content import ContentType

log = logging.getLogger(__name__)

Held: TypeAlias = dict[tuple[str, str], list[Completion]]  # (brief id, request's hash) → what it was answered
Table: TypeAlias = Any  # pyarrow.Table
Result: TypeAlias = Written | Usage | AigcError

HOPELESS = 3  # briefs that failed alone, one after the other, before we ask whether the generator still works
PATIENCE = 2  # times a block may be begun before its briefs are written one by one
FATAL = 2  # deaths of a process that convict the brief it was writing alone


class Notes:
    """This keeps a block's answers in memory: what was answered before, and what is answered until a break."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def answers(self) -> Held:
        return dict(self._held)

    def record(self, answered: Sequence[tuple[str, str, Sequence[Completion]]]) -> None:
        self._held |= {(brief, request): list(said) for brief, request, said in answered}


class Watch:
    """This is one small actor. It knows what a worker that died cannot tell, and whether to begin no more."""

    def __init__(self) -> None:
        self._stopped = False
        self._begun: Counter[str] = Counter()
        self._alone: dict[str, str] = {}  # block → the brief that is being written by itself
        self._deaths: dict[str, Counter[str]] = {}

    def stop(self) -> None:
        self._stopped = True

    def begin(self, block: str) -> tuple[bool, int, dict[str, int]]:
        """This is (whether to stop, how often the block was begun before, deaths by brief)."""
        before, self._begun[block] = self._begun[block], self._begun[block] + 1
        if suspect := self._alone.pop(block, ""):
            self._deaths.setdefault(block, Counter())[suspect] += 1
        return self._stopped, before, dict(self._deaths.get(block, {}))

    def alone(self, block: str, brief: str) -> None:
        """This says what is being written by itself now, or with no brief that the block is done."""
        self._alone[block] = brief


class Writer:
    """This is one engine. It is called with a block of briefs and gives its finished pieces."""

    def __init__(self, assignment: Assignment, watch: Any) -> None:
        self._assignment = assignment
        self._watch = watch
        self._folder = tempfile.TemporaryDirectory(prefix="aigc-")
        self._opened: tuple[Project, ContentType] | None = None
        self._generator: Generator | None = None
        self._good: Brief | None = None  # one that could be written
        self._failed = 0  # in a row
        self._usage = Usage()

    def __call__(self, table: Table) -> Table:
        import pyarrow
        import ray

        block = [pickle.loads(row) for row in table.column("brief").to_pylist()]
        briefs = [brief for brief, _ in block]
        name = briefs[0].id
        stopped, before, deaths = ray.get(self._watch.begin.remote(name))
        results: list[Result] = []
        if not stopped:
            self._usage = Usage()
            notes = Notes({(brief.id, request): said for brief, held in block for request, said in held.items()})
            wary = before >= PATIENCE
            try:
                for one in self._warily(name, briefs, notes, deaths) if wary else self._block(briefs, notes):
                    results.append(one)
            except AigcError as error:
                results.append(error)
            results.append(self._usage)
        return pyarrow.table({"result": pyarrow.array([pickle.dumps(one) for one in results], pyarrow.binary())})

    def _block(self, briefs: Sequence[Brief], notes: Notes) -> Iterator[Written]:
        done = set()
        try:
            for written in self._write(briefs, notes):
                done.add(written.artifact.id)
                yield written
        except Exception as error:
            log.warning("a block broke, its briefs are written one by one: %s", error)
            self._put_away()
        for brief in briefs:
            if brief.id not in done:
                yield self._alone(brief, notes)

    def _warily(
        self, block: str, briefs: Sequence[Brief], notes: Notes, deaths: Mapping[str, int]
    ) -> Iterator[Written]:
        """This is for a block that others died of."""
        import ray

        for brief in briefs:
            if deaths.get(brief.id, 0) >= FATAL:
                yield self._lost(brief, "the process that writes it dies each time")
                continue
            ray.get(self._watch.alone.remote(block, brief.id))
            yield self._alone(brief, notes)
        ray.get(self._watch.alone.remote(block, ""))

    def _alone(self, brief: Brief, notes: Notes) -> Written:
        """This writes one brief; what it makes the generator raise is its own failure, unless nothing works any more.

        EngineError then.
        """
        self._open()
        try:
            (written,) = self._write([brief], notes)
        except Exception as error:
            log.exception("brief %r", brief.id)
            self._put_away()
            self._failed += 1
            said = str(error) if isinstance(error, AigcError) else f"{type(error).__name__}: {error}"
            if self._failed >= HOPELESS and not self._still_writes():
                raise EngineError(said) from error
            return self._lost(brief, said)
        self._failed = 0
        return written

    def _still_writes(self) -> bool:
        """This says whether a brief that could be written can be written again."""
        if self._good is None:
            return False
        self._open()
        try:
            list(self._write([self._good], Notes({})))
        except Exception:
            self._put_away()
            return False
        self._failed = 0
        return True

    def _write(self, briefs: Sequence[Brief], notes: Notes) -> Iterator[Written]:
        project, content_type = self._project()
        recorder = Recorder(self._open(), notes)
        try:
            for artifact in project.pipeline(recorder).write(content_type, iter(briefs)):
                spent, seconds = recorder.spent(artifact.id)
                if artifact.status == "failed":  # a reason may name a file
                    said = as_there(artifact.reason, self._assignment, Path(self._folder.name))
                    artifact = replace(artifact, reason=said)
                yield Written(artifact=artifact, spent=spent, seconds=seconds)
                self._good = artifact.brief if artifact.status != "failed" else self._good
        finally:
            self._usage += recorder.usage

    def _lost(self, brief: Brief, reason: str) -> Written:
        project, content_type = self._project()
        made = Provenance(
            content_type=content_type.name,
            version=content_type.version,
            model=project.settings.model,
            seed=project.settings.seed,
        )
        return Written(
            artifact=Artifact(id=brief.id, status="failed", fields={}, brief=brief, provenance=made, reason=reason)
        )

    def _project(self) -> tuple[Project, ContentType]:
        if self._opened is None:
            self._opened = unpacked(self._assignment, Path(self._folder.name))
        return self._opened

    def _open(self) -> Generator:
        """This is the generator, opened when it is first needed."""
        if self._generator is None:
            project, _ = self._project()
            found = replace(project.settings, model=self._assignment.model)
            try:
                self._generator = Project(found, project.folder, project.registry).generator()
            except AigcError:
                raise
            except Exception as error:
                raise EngineError(f"the generator cannot be opened: {type(error).__name__}: {error}") from error
        return self._generator

    def _put_away(self) -> None:
        """This drops a generator that broke: who knows what it still holds."""
        broken, self._generator = self._generator, None
        if broken is not None:
            with suppress(Exception):
                broken.close()
