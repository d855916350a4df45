"""A batch, from briefs to a finished folder.

Artifacts are appended to a partial file as they finish and put into the briefs' order at the end, also after Ctrl-C.
Each carries the key of what made it (brief, content type and templates, model, sampling, seed, policy), so the same
job on the same folder takes what is there and writes the rest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aigc.content import ContentType
from aigc.errors import AigcError, JobError
from aigc.jobs.folder import ARTIFACTS, artifact_of, artifact_record, export, prepare_folder, read_artifacts
from aigc.pipeline import Pipeline
from aigc.project import Project
from aigc.types import STATUSES, Artifact, Brief, Json, Status, Usage

PARTIAL = "artifacts.partial.jsonl"


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
    prepare_folder(folder)
    run = _Run(project, content_type, folder)
    started = time.perf_counter()
    interrupted = False
    try:
        with (folder / PARTIAL).open("a", encoding="utf-8") as partial:
            for artifact in run.artifacts(pipeline, briefs):
                run.keep(artifact, partial.write)
                project.registry.notify("aigc_artifact", artifact=artifact)
                if heard:
                    heard(artifact)
    except KeyboardInterrupt:
        interrupted = True
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        run.settle(interrupted=interrupted)
    except OSError as error:
        raise _refused(folder, error) from error
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
    usage: Usage = field(default_factory=Usage)
    reused: int = 0

    def __post_init__(self) -> None:
        for name in (ARTIFACTS, PARTIAL):
            for line in _lines(self.folder / name):
                record = _record(line)
                if record and record.get("key") and record["status"] != "failed":
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
            self.order[brief.id] = place
            if isinstance(brief, Artifact):
                self.ready.append(brief)
            elif line := self.found.get(self._key(brief)):
                self.ready.append(artifact_of({**json.loads(line), "id": brief.id}))
                self.reused += 1
            else:
                yield brief

    def _take_ready(self) -> Iterator[Artifact]:
        taken, self.ready = self.ready, []
        yield from taken

    def keep(self, artifact: Artifact, write: Callable[[str], object]) -> None:
        record = {**artifact_record(artifact), "key": self._key(artifact.brief)}
        write(json.dumps(record, ensure_ascii=False) + "\n")

    def settle(self, *, interrupted: bool) -> None:
        """This puts the artifacts of this run's briefs in order, in one rename; earlier others are dropped only now."""
        target = self.folder / ARTIFACTS
        newest = {record["id"]: line for line in _lines(self.folder / PARTIAL) if (record := _record(line))}
        ordered = sorted((self.order[name], line) for name, line in newest.items() if name in self.order)
        if interrupted:  # briefs not reached this time keep what they had
            earlier = {record["id"]: line for line in _lines(target) if (record := _record(line))}
            ordered += [(len(ordered), line) for name, line in earlier.items() if name not in newest]
        temporary = target.with_suffix(".tmp")
        temporary.write_text("".join(line + "\n" for _, line in ordered), encoding="utf-8")
        temporary.replace(target)
        (self.folder / PARTIAL).unlink()

    def report(self, seconds: float, exports: Sequence[str], interrupted: bool) -> JobReport:
        artifacts = read_artifacts(self.folder)
        files: list[Path] = []
        problems = []
        for name in exports:
            try:
                files += export(self.project.registry, artifacts, self.folder, [name])
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
            settings.model,
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
            dict(brief.values),
        ]
        text = json.dumps(made_from, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _refused(folder: Path, error: OSError) -> JobError:
    return JobError(
        f"{folder}: cannot be written to ({error.strerror or error})", hint="what was finished is kept, run it again"
    )


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (line.rstrip("\n") for line in lines)


def _record(line: str) -> dict[str, Json] | None:
    """This is the line's record, or None where a write was cut off."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "id" in record else None


def _shape(artifact: Artifact) -> str:
    """This is the kind of reason: the checks that complained, or the sentence itself."""
    checks = sorted({finding.check for finding in artifact.findings if finding.severity != "note"})
    return f"{artifact.status}: {', '.join(checks)}" if checks else f"{artifact.status}: {artifact.reason}"
