"""A batch, from briefs to a finished folder.

Artifacts are appended to a partial file as they finish and put into the briefs' order at the end, also after Ctrl-C.
Each carries the key of what made it (brief, content type and templates, model, sampling, seed, policy), so the same
job on the same folder takes what is there and writes the rest. What a later run no longer asks for is moved to
`artifacts.earlier.jsonl` and taken up again when it is.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from os import SEEK_END
from pathlib import Path
from typing import TextIO

from aigc.content import ContentType
from aigc.errors import AigcError, JobError
from aigc.jobs.folder import (
    ARTIFACTS,
    EARLIER,
    PARTIAL,
    artifact_of,
    artifact_record,
    export,
    prepare_folder,
    read_artifacts,
)
from aigc.jobs.lock import only_run
from aigc.pipeline import Pipeline
from aigc.project import Project
from aigc.types import STATUSES, Artifact, Brief, Json, Status, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """This is how a job ended. `lines` counts texts that stages wrote, `fallback_lines` those no model wrote.

    `reused` pieces were there already; `usage` and `seconds` are of this run alone. `problems` are exports that failed.
    """

    folder: Path
    content_type: str
    briefs: int
    counts: Mapping[Status, int]
    reasons: Mapping[str, int]
    lines: int
    fallback_lines: int
    seconds: float
    usage: Usage
    reused: int = 0
    files: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    interrupted: bool = False


def run_job(
    project: Project,
    pipeline: Pipeline,
    content_type: ContentType,
    briefs: Iterable[Brief | Artifact],
    folder: Path,
    *,
    exports: Sequence[str] = (),
    heard: Callable[[Artifact], None] | None = None,
) -> JobReport:
    """This writes every brief and gives the report; `heard` is told of each artifact as it finishes.

    A failed Artifact among `briefs` (a row that could not be one) is kept as it is. KeyboardInterrupt ends the run
    early: what was finished is in the folder and the report says `interrupted`. JobError when the disk refuses.
    """
    prepare_folder(folder, content_type.name)
    started = time.perf_counter()
    interrupted = False
    with only_run(folder):
        run = _Run(project, content_type, folder)
        with _appending(folder / PARTIAL) as partial:
            try:
                for artifact in run.artifacts(pipeline, briefs):
                    run.keep(artifact, partial)
                    project.registry.notify("aigc_artifact", artifact=artifact)
                    if heard:
                        heard(artifact)
            except KeyboardInterrupt:
                interrupted = True
        run.settle(interrupted=interrupted)
        report = run.report(time.perf_counter() - started, exports, interrupted)
    project.registry.notify("aigc_job", report=report)
    return report


@dataclass(slots=True)
class _Run:
    """This is one run over a folder: what is there already, and what has come in which order."""

    project: Project
    content_type: ContentType
    folder: Path
    found: dict[str, str] = field(default_factory=dict)  # key → line of an earlier run
    order: dict[str, int] = field(default_factory=dict)  # brief id → place among the briefs
    ready: list[Artifact] = field(default_factory=list)  # finished without the model
    kept: set[str] = field(default_factory=set)  # brief ids whose artifact is on disk
    usage: Usage = field(default_factory=Usage)
    reused: int = 0
    model: str = ""  # what exactly writes

    def __post_init__(self) -> None:
        self.model = self.project.model_identity()
        for name in (EARLIER, ARTIFACTS, PARTIAL):
            for record, line in _records(self.folder / name):
                if record.get("key") and record["status"] != "failed":
                    self.found[record["key"]] = line

    def artifacts(self, pipeline: Pipeline, briefs: Iterable[Brief | Artifact]) -> Iterator[Artifact]:
        """This yields what was ready and what the pipeline writes, as they come."""
        for artifact in pipeline.write(self.content_type, self._missing(briefs)):
            self.usage += artifact.provenance.usage
            yield from self._take_ready()
            yield artifact
        yield from self._take_ready()

    def _missing(self, briefs: Iterable[Brief | Artifact]) -> Iterator[Brief]:
        for place, brief in enumerate(briefs):
            if brief.id in self.order:  # every place has an artifact of its own, whoever made the briefs
                brief = replace(brief, id=f"{brief.id}@{place + 1}")
            self.order[brief.id] = place
            if isinstance(brief, Artifact):
                self.ready.append(brief)
            elif line := self.found.get(self._key(brief)):
                self.ready.append(replace(artifact_of(json.loads(line)), id=brief.id, brief=brief))
                self.reused += 1
            else:
                yield brief

    def _take_ready(self) -> Iterator[Artifact]:
        taken, self.ready = self.ready, []
        yield from taken

    def keep(self, artifact: Artifact, partial: TextIO) -> None:
        """This has the artifact on disk before anything else happens. JobError when the disk refuses."""
        record = {**artifact_record(artifact), "key": self._key(artifact.brief)}
        line = json.dumps(record, ensure_ascii=False)
        if not _encodes(line):  # the raw cells of a failed row may hold half a character; escaped it is a line
            line = json.dumps(record)
        try:
            partial.write(line + "\n")
            partial.flush()
        except OSError as error:
            raise _refused(self.folder, error) from error
        self.kept.add(artifact.id)

    def settle(self, *, interrupted: bool) -> None:
        """This puts the artifacts in the briefs' order, in one rename, and sets aside what is no longer asked for.

        Interrupted, briefs not reached this time keep what they had. JobError when a brief has no artifact of this run,
        or when somebody took the partial file away; nothing is replaced then.
        """
        target = self.folder / ARTIFACTS
        if not (self.folder / PARTIAL).is_file():
            raise JobError(f"{self.folder}: {PARTIAL} was taken away while it was written", hint="run it again")
        held: dict[str, tuple[dict[str, Json], str]] = {}
        aside: list[tuple[dict[str, Json], str]] = []
        for record, line in chain(_records(target), _records(self.folder / PARTIAL)):
            name = record["id"]
            if name in held and held[name][0].get("key") != record.get("key"):
                aside.append(held[name])
            held[name] = (record, line)
        missing = [name for name in self.order if name not in self.kept]
        if missing and not interrupted:
            raise JobError(
                f"{self.folder}: {len(missing)} of {len(self.order)} briefs have no artifact, {missing[0]!r} first"
            )
        gone = [name for name in held if name not in self.order]
        if not interrupted:
            aside += [held.pop(name) for name in gone]
        last = len(self.order)
        lines = [held[name][1] for name in sorted(held, key=lambda name: self.order.get(name, last))]
        try:
            self._set_aside(aside)
            temporary = target.with_suffix(".tmp")
            temporary.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
            temporary.replace(target)
            (self.folder / PARTIAL).unlink(missing_ok=True)
        except OSError as error:
            raise _refused(self.folder, error) from error

    def _set_aside(self, aside: Iterable[tuple[Mapping[str, Json], str]]) -> None:
        path = self.folder / EARLIER
        known = {record.get("key") for record, _ in _records(path)}
        fresh = [line for record, line in aside if record.get("key") not in known and record["status"] != "failed"]
        if fresh:
            with _appending(path) as file:
                file.writelines(line + "\n" for line in fresh)

    def report(self, seconds: float, exports: Sequence[str], interrupted: bool) -> JobReport:
        artifacts = read_artifacts(self.folder)
        files: list[Path] = []
        problems = []
        for name in exports:
            try:
                files += export(self.project.registry, artifacts, self.folder, [name], replacing=True)
            except AigcError as error:
                problems.append(str(error))
        counts = Counter(artifact.status for artifact in artifacts)
        return JobReport(
            folder=self.folder,
            content_type=self.content_type.name,
            briefs=len(artifacts),
            counts={status: counts[status] for status in STATUSES},
            reasons=Counter(_shape(one) for one in artifacts if one.status != "accepted"),
            lines=sum(one.provenance.lines for one in artifacts),
            fallback_lines=sum(len(one.provenance.fallbacks) for one in artifacts),
            seconds=seconds,
            usage=self.usage,
            reused=self.reused,
            files=(self.folder / ARTIFACTS, *files),
            problems=tuple(problems),
            interrupted=interrupted,
        )

    def _key(self, brief: Brief) -> str:
        settings = self.project.settings
        made_from = [
            self.content_type.digest,
            self.model,
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
            dict(brief.values),
        ]
        text = json.dumps(made_from, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _refused(folder: Path, error: OSError) -> JobError:
    return JobError(
        f"{folder}: cannot be written to ({error.strerror or error})", hint="what was finished is kept, run it again"
    )


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _appending(path: Path) -> Iterator[TextIO]:
    """This opens a file of lines to append to; a last line that was cut off is ended first."""
    try:
        whole = _ends_whole(path)
        file = path.open("a", encoding="utf-8", newline="\n")
    except OSError as error:
        raise _refused(path.parent, error) from error
    with file:
        if not whole:
            file.write("\n")
        yield file


def _ends_whole(path: Path) -> bool:
    if not path.is_file() or not path.stat().st_size:
        return True
    with path.open("rb") as file:
        file.seek(-1, SEEK_END)
        return file.read() == b"\n"


def _records(path: Path) -> Iterator[tuple[dict[str, Json], str]]:
    """This yields (record, line) of every line that is an artifact; a cut-off line or one of another format is none."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            try:
                record = json.loads(line)
                artifact_of(record)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            yield record, line.rstrip("\n")


def _shape(artifact: Artifact) -> str:
    """This is the kind of reason: the checks that complained, or the sentence itself."""
    checks = sorted({finding.check for finding in artifact.findings if finding.severity != "note"})
    return f"{artifact.status}: {', '.join(checks)}" if checks else f"{artifact.status}: {artifact.reason}"
