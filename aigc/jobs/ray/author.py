"""The writing of a block of briefs in a worker, and who is to blame when something breaks.

A brief that makes the generator raise is tried alone, and fails alone; when nothing else can be written either, it is
the generator. A block that kills its whole process is known by its having been begun too often: it is written brief by
brief, and what was being written at two more deaths is left alone.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from aigc.content import ContentType
from aigc.errors import AigcError, EngineError
from aigc.jobs.forecast.rates import peak_memory
from aigc.jobs.ray.assignment import Assignment, as_there, unpacked
from aigc.jobs.runner import Took
from aigc.ledger.entry import Finished
from aigc.ledger.recorder import Recorder
from aigc.project import Project, model_told
from aigc.types import Artifact, Asset, Brief, Completion, Generator, Provenance

log = logging.getLogger(__name__)

Answered: TypeAlias = dict[str, list[Completion]]  # request's hash → what it was answered before
Work: TypeAlias = Sequence[tuple[Brief, Answered]]  # a block

HOPELESS = 3  # briefs that failed alone, one after the other, before we ask whether the generator still works
FATAL = 2  # deaths of a process that convict the brief it was writing alone


class Notes:
    """This keeps a block's answers in memory: what was answered before, and what is answered until a break."""

    def __init__(self, work: Work) -> None:
        self._held = {
            (brief.id, request): completions for brief, answered in work for request, completions in answered.items()
        }

    def recall(self) -> dict[tuple[str, str], list[Completion]]:
        """Return what was answered, by brief id and request's hash."""
        return dict(self._held)

    def record(self, answered: Sequence[tuple[str, str, Sequence[Completion]]]) -> None:
        """Keep (brief id, request's hash, completions)."""
        self._held |= {(brief, request): list(completions) for brief, request, completions in answered}


def _carried(asset: Asset) -> Asset:
    """Return an asset with its bytes, for a process that does not see the disk it lies on."""
    return replace(asset, content=asset.read(), path=None)


class Author:
    """This writes blocks with one generator, opened when it is first needed.

    `took` is what was generated so far, `opening` the seconds in which nothing could be: a generator was opened.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.took = Took()
        self.opening = 0.0
        self._assignment = assignment
        self._folder = tempfile.TemporaryDirectory(prefix="aigc-")
        self._opened: tuple[Project, ContentType] | None = None
        self._generator: Generator | None = None
        self._good: Brief | None = None  # one that could be written
        self._failed = 0  # in a row

    def close(self) -> None:
        self._put_away()
        self._folder.cleanup()

    def block(self, work: Work) -> Iterator[Finished]:
        """Yield every brief's piece. EngineError when nobody can be served any more."""
        notes, done = Notes(work), set()
        self._open()
        try:
            for written in self._write([brief for brief, _ in work], notes):
                done.add(written.artifact.id)
                yield written
        except Exception as error:
            log.warning("a block broke, its briefs are written one by one: %s", error)
            self._put_away()
        for brief, _ in work:
            if brief.id not in done:
                yield self._alone(brief, notes)

    def warily(self, work: Work, deaths: Mapping[str, int], telling: Callable[[str], None]) -> Iterator[Finished]:
        """Write a block that others died of brief by brief; `telling` hears each one's id before it is written."""
        notes = Notes(work)
        for brief, _ in work:
            if deaths.get(brief.id, 0) >= FATAL:
                yield self._lost(brief, "the process that writes it dies each time")
            else:
                telling(brief.id)
                yield self._alone(brief, notes)

    def _alone(self, brief: Brief, notes: Notes) -> Finished:
        """Write one brief; what it makes the generator raise is its own failure, unless nothing works any more.

        EngineError then.
        """
        self._open()
        try:
            (written,) = self._write([brief], notes)
        except Exception as error:
            log.exception("brief %r", brief.id)
            self._put_away()
            self._failed += 1
            reason = str(error) if isinstance(error, AigcError) else f"{type(error).__name__}: {error}"
            if self._failed >= HOPELESS and not self._still_writes():
                raise EngineError(reason) from error
            return self._lost(brief, reason)
        self._failed = 0
        return written

    def _still_writes(self) -> bool:
        """Say whether a brief that could be written can be written again."""
        if self._good is None:
            return False
        self._open()
        try:
            list(self._write([self._good], Notes([])))
        except Exception:
            self._put_away()
            return False
        self._failed = 0
        return True

    def _write(self, briefs: Sequence[Brief], notes: Notes) -> Iterator[Finished]:
        project, content_type = self._project()
        recorder = Recorder(self._open(), notes)
        pipeline = project.pipeline(recorder, telling=False, keep_lines=project.settings.keep_lines or "none")
        try:
            for artifact in pipeline.write(content_type, iter(briefs)):
                if artifact.status == "failed":  # a reason may name a file
                    reason = as_there(artifact.reason, self._assignment, Path(self._folder.name))
                    artifact = replace(artifact, reason=reason)
                yield recorder.finished(replace(artifact, assets=tuple(map(_carried, artifact.assets))))
                self._good = artifact.brief if artifact.status != "failed" else self._good
        finally:
            self.took += Took.of(recorder, peak_memory())

    def _lost(self, brief: Brief, reason: str) -> Finished:
        project, content_type = self._project()
        made = Provenance(
            content_type=content_type.name,
            version=content_type.version,
            model=model_told(project),
            seed=project.settings.seed,
        )
        return Finished(
            artifact=Artifact(id=brief.id, status="failed", fields={}, brief=brief, provenance=made, reason=reason)
        )

    def _project(self) -> tuple[Project, ContentType]:
        if self._opened is None:
            self._opened = unpacked(self._assignment, Path(self._folder.name))
        return self._opened

    def _open(self) -> Generator:
        """Return the generator, opened when it is first needed."""
        if self._generator is None:
            started = time.monotonic()
            project, content_type = self._project()
            found = replace(project.settings, model=self._assignment.model)
            try:
                opening = Project(found, project.folder, project.registry)
                self._generator = opening.generator(only=content_type)
                project.opened = opening.opened
            except AigcError:
                raise
            except Exception as error:
                raise EngineError(f"the generator cannot be opened: {type(error).__name__}: {error}") from error
            finally:
                self.opening += time.monotonic() - started
        return self._generator

    def _put_away(self) -> None:
        """Drop a generator that broke: who knows what it still holds."""
        broken, self._generator = self._generator, None
        if broken is not None:
            with suppress(Exception):
                broken.close()
