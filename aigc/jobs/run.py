"""A batch, from briefs to a finished folder.

    with open_job(project, content_type, folder) as job:
        job.register(briefs)
        if job.remaining:
            job.write(generator)
        report = job.finish(exports)

The ledger is the job; `artifacts.jsonl`, the exports and `report.html` are written from it, whole and in the briefs'
order, each in one rename. Each piece carries the key of what made it (brief, content type and templates, model,
sampling, seed, policy): the same job on the same folder goes on, and redoes exactly what has another key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from aigc.asking.plan import Export
from aigc.content import ContentType
from aigc.errors import AigcError, EngineError, JobError, NotFound, did_you_mean, disk_told
from aigc.jobs.deaths import forget_deaths, noted_deaths
from aigc.jobs.folder import (
    as_before,
    earlier_exports,
    export_job,
    prepare_folder,
    remember_written,
    take_over,
    write_artifacts,
)
from aigc.jobs.folder_record import FolderRecord, begin_record
from aigc.jobs.forecast.forecaster import Forecast, Forecaster
from aigc.jobs.forecast.rates import Rate, peak_memory, record_rate, writer_of
from aigc.jobs.keys import Keys, usable_store
from aigc.jobs.lacking import lacking
from aigc.jobs.lock import only_run, only_writer
from aigc.jobs.report import write_report
from aigc.jobs.reviewing import is_behind, judge_reviews, note_shown, show_exports
from aigc.jobs.runner import Local, Runner, Task, Took
from aigc.jobs.staging import sweep
from aigc.jobs.unique import Guard
from aigc.jobs.uniqueness import Unique
from aigc.ledger.ledger import LEDGER_FILE, Ledger
from aigc.project import Project
from aigc.types import STATUSES, Artifact, Brief, Generator, JobReport, KeepLines

ALL_LINES = 10_000  # pieces of the largest job that keeps all lines unasked
EARLIER_OPTIONS = "-o of an earlier `aigc export`, which another one replaces"


@contextmanager
def open_job(
    project: Project, content_type: ContentType, folder: Path, *, reuse: bool = True, unique: bool = False
) -> Iterator[Job]:
    """Hold a job's folder for this process. JobError when another run does, or when the disk refuses.

    `reuse` lets pieces of the project's other jobs stand for briefs of the same key; `unique` turns the guard on also
    where aigc.yaml says nothing of it.
    """
    wanted = Unique.of(project.settings, on=unique)
    with ExitStack() as held:
        held.enter_context(disk_told(folder))
        prepare_folder(folder, content_type.name)
        held.enter_context(only_run(folder))
        begin_record(folder)
        with only_writer(folder):
            sweep(folder)
        ledger = Ledger(folder / LEDGER_FILE)
        held.callback(ledger.close)
        held.enter_context(noted_deaths(folder, ledger))
        store = usable_store(project) if reuse or wanted else None
        guard = Guard(ledger, wanted, content_type, store) if wanted else None
        yield Job(project, content_type, folder, ledger, store=store if reuse else None, guard=guard)


def run_job(
    project: Project,
    generator: Generator,
    content_type: ContentType,
    briefs: Iterable[Brief | Artifact],
    folder: Path,
    *,
    exports: Sequence[str] = (),
    heard: Callable[[Artifact], None] | None = None,
) -> JobReport:
    """Run a whole job in one call; `heard` is told of each artifact as it finishes.

    A failed Artifact among `briefs` (a row that could not be one) is kept as it is. KeyboardInterrupt ends the run
    early: what was finished is in the folder and the report says `interrupted`.
    """
    with open_job(project, content_type, folder) as job:
        job.register(briefs)
        if job.remaining:
            job.write(generator, heard=heard)
        return job.finish(exports)


class Job:
    """This is one run over a job's folder."""

    def __init__(
        self,
        project: Project,
        content_type: ContentType,
        folder: Path,
        ledger: Ledger,
        *,
        store: Path | None,
        guard: Guard | None = None,
    ) -> None:
        self.project = project
        self.content_type = content_type
        self.folder = folder
        self.ledger = ledger
        self.interrupted = False
        self.in_hand = 0  # briefs begun in this run and not finished
        self.awaited: dict[str, None] = {}  # in order
        self.exported: list[Export] = []  # by `finish`
        self.broken: list[str] = []  # formats that `finish` could not write
        self._store, self._guard = store, guard
        self._only: tuple[str, ...] = ()
        self._keys, self._took = Keys(project, content_type), Took()
        self._written, self._seconds = 0, 0.0
        self._rates: Path | None = None
        self.expected: Forecast | None = None

    def register(
        self,
        briefs: Iterable[Brief | Artifact],
        *,
        fresh: bool = False,
        retry: Collection[str] = (),
        only: Collection[str] = (),
        first: Collection[str] = (),
        command: str = "",
    ) -> None:
        """Make `briefs` the job's, all or, on an error, none; see `Briefs.register`.

        `only` narrows the run to the briefs of some ids, which are written again where they are finished; `first` does
        so too, and leaves what is finished. NotFound when the job has no brief of `only`. `command` is what a person
        would give again.
        """
        if not self.ledger.facts():
            take_over(self.ledger, self.folder)
        if fresh or retry or only:
            forget_deaths(self.ledger)
        content_type, voice = self.content_type, self.project.voice(self.content_type)
        model = self.project.source.title if content_type.asks(voice) else ""
        made_by = {"content_type": content_type.name, "version": content_type.version, "model": model, "voice": voice}
        self.ledger.note(**made_by, command=command)
        again = only or (first if fresh or retry else ())
        store = None if fresh else self._store
        self.ledger.briefs.register(briefs, self._keys, fresh=fresh, retry=retry, only=again, store=store)
        self._only = tuple(dict.fromkeys(only or first))
        if unknown := [name for name in self._only if name not in self.ledger.briefs.ids(self._only)]:
            hint = did_you_mean(unknown[0], self.ledger.briefs.first_ids())
            raise NotFound(f"{self.folder}: no brief has the id {unknown[0]!r}", hint=hint)

    @property
    def remaining(self) -> int:
        """Count the briefs this run has to write, twins apart that it may yet come upon."""
        left = self.ledger.briefs.remaining(self._only)
        return left or (len(self._guard.due()) if self._guard and not self._only else 0)

    @property
    def changed(self) -> int:
        """Count the briefs this run has to write though the job wrote pieces of their ids: what makes those changed."""
        return self.ledger.briefs.changed(self._only)

    @property
    def guarded(self) -> bool:
        """Say whether pieces that repeat others are written again in this run."""
        return self._guard is not None and not self._only

    @property
    def all_accepted(self) -> bool:
        """Say whether every brief that this run was for has an accepted piece."""
        counts = self.ledger.totals.counts(self._only)
        return counts["accepted"] == counts.total()

    def forecast(
        self,
        rates: Path | None,
        heard: Callable[[int], None] = lambda done: None,
        *,
        wanted: Callable[[Brief], None] = lambda brief: None,
    ) -> Forecast:
        """Say what remains to be written will take, by earlier runs noted in the file `rates`.

        `wanted` is told of each brief. The forecast is kept in the ledger, where `write` puts beside it
        what was really taken; that goes into `rates` too.
        """
        forecaster = Forecaster(self.project, self.content_type, rates)
        for done, brief in enumerate(self._waiting(), 1):
            with suppress(AigcError):  # its piece will fail, and say why
                forecaster.add(brief)
            wanted(brief)
            heard(done)
        self.expected, self._rates = forecaster.forecast(), rates
        self.ledger.note(forecast=self.expected.record(), took=None)
        return self.expected

    def write(
        self,
        generator: Generator,
        *,
        heard: Callable[[Artifact], None] | None = None,
        again: Callable[[int], None] = lambda many: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Write what remains, and again what repeats another piece where the guard is on; `heard` is told of each
        artifact as it finishes, `again` how many are about to be written again.

        Once `stopping` says so no further brief is begun; KeyboardInterrupt ends at once. Either way what was finished
        is kept, and so is it when the generator breaks: EngineError.
        """
        self.run(Local(generator), heard=heard, again=again, stopping=stopping)

    def run(
        self,
        runner: Runner,
        *,
        heard: Callable[[Artifact], None] | None = None,
        again: Callable[[int], None] = lambda many: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Write as `write` does, wherever the runner writes."""
        once = None  # what it took to write each piece once
        try:
            self._write(runner, heard, stopping)
            once = self._rate(runner.took)
            while self._guard and self.guarded and not self._unfinished:
                self._guard.take_back()
                twins = self._guard.due()
                if not twins:
                    break
                self._guard.send_back(twins)
                again(len(twins))
                self._write(runner, heard, stopping)
        finally:
            self._took += runner.took
        if once is not None:
            self._note_rate(once)

    def _write(self, runner: Runner, heard: Callable[[Artifact], None] | None, stopping: Callable[[], bool]) -> None:
        started, written = time.perf_counter(), 0
        task = Task(
            project=self.project,
            content_type=self.content_type,
            briefs=self._taken(),
            ledger=self.ledger,
            stopping=stopping,
            keep_lines=self._keep_lines(),
        )
        try:
            for one in runner.write(task):
                artifact = self.ledger.pieces.finish(one)
                self.project.tell(artifact)  # of what is recorded, as it is recorded
                written += 1
                self.in_hand -= 1
                if heard:
                    heard(artifact)
        except KeyboardInterrupt:
            self.interrupted = True
        except EngineError as error:
            self.ledger.check_there()  # else nothing is kept
            kept = error.hint or "what was finished is kept, the same command goes on"
            raise EngineError(error.message, hint=kept) from error
        finally:
            self.awaited |= runner.awaited
            self._written += written
            self._seconds += (seconds := time.perf_counter() - started)
            facts = self.ledger.facts()
            written += facts.get("written", 0)
            self.ledger.note(seconds=facts.get("seconds", 0.0) + seconds, written=written, awaited=list(self.awaited))
        left = self.ledger.briefs.remaining(self._only)
        self.interrupted = self.interrupted or bool(left and stopping())
        if left and not self._unfinished:
            raise JobError(f"{self.folder}: {left} briefs have no artifact, {next(self._waiting()).id!r} first")

    def _rate(self, used: Took) -> Rate | None:
        """Return what the pieces that have been written took, for the forecasts of later runs."""
        if self.expected is None:
            return None
        return Rate(
            writer=writer_of(self.project),
            content_type=self.content_type.name,
            pieces=self._written,
            planned=0 if used.told else self.expected.planned,  # else some of what was planned had been asked before
            requests=0 if used.told else used.requests,
            completions=used.completions,
            written_tokens=used.usage.sampled + used.usage.forced,
            seconds=self._seconds - used.starting,
            memory=used.memory or peak_memory(),
            load=self.expected.load,
        )

    def _note_rate(self, once: Rate) -> None:
        """Keep what this run took: here as a whole, for later ones without what was written again."""
        used = self._took
        took = {"requests": used.requests, "prompt_tokens": used.read, "memory": used.memory or peak_memory()}
        written = used.usage.sampled + used.usage.forced
        self.ledger.note(took={**took, "written_tokens": written, "seconds": round(self._seconds - used.starting, 3)})
        if self._rates is not None and once.completions and not self._unfinished:
            record_rate(self._rates, once)

    def finish(self, exports: Sequence[str | Export] = ()) -> JobReport:
        """Write `artifacts.jsonl`, the exports and `report.html`, and say how the job ended.

        Each export is written as `aigc export` was asked for it last, but for options that are given now. While briefs
        wait, exports of a time when none did stay as they are: there is nothing yet to replace them.
        """
        if self._guard and not self._unfinished:
            self._guard.flag(self._guard.twins())
        judge_reviews(self.project, self.content_type, self.ledger)
        files = [write_artifacts(self.folder, self.ledger)]
        if self._store is not None:
            self.ledger.pieces.share(self._store)
        problems: list[str] = []
        registry = self.project.registry
        waiting = bool(self.ledger.briefs.remaining())
        whole = waiting and self.ledger.facts().get("whole", False)
        for one in exports:
            asked = as_before(self.ledger, Export(name=one) if isinstance(one, str) else one)
            if whole and earlier_exports(self.folder, asked.name):
                continue
            given = {} if isinstance(one, str) else one.options
            where = "-o" if set(asked.options) <= set(given) else EARLIER_OPTIONS
            try:
                files += export_job(registry, self.ledger, self.folder, asked, where, problems.append)
            except AigcError as error:
                problems.append(str(error))
                self.broken.append(asked.name)
            else:
                self.exported.append(asked)
        remember_written(self.ledger, self.exported)
        if not whole and is_behind(self.ledger):  # what a desk left behind: also exports that this run did not ask for
            written = [*self.broken, *(one.name for one in self.exported)]
            problems += map(str, show_exports(self.project, self.folder, self.ledger, besides=written))
        try:
            files.append(write_report(self.folder, self.ledger, self.content_type))
        except AigcError as error:
            problems.append(str(error))
        if not waiting:
            self.ledger.pieces.sweep()
            self.ledger.note(whole=True)
        if not (whole or problems):
            note_shown(self.ledger)
            with only_writer(self.folder):
                FolderRecord(self.folder).settle()
        report = self._report(tuple(dict.fromkeys(files)), tuple(problems))
        registry.notify("aigc_job", report=report)
        self.ledger.check_there()  # else there are no such files
        return report

    def _keep_lines(self) -> KeepLines:
        """Return which lines are kept: as the settings say, else all of a job of up to `ALL_LINES` pieces."""
        pieces = self.ledger.totals.counts().total()
        return self.project.settings.keep_lines or ("all" if pieces <= ALL_LINES else "taken")

    @property
    def _unfinished(self) -> bool:
        """Say whether briefs may wait though all was done that could be."""
        return self.interrupted or bool(self.awaited)

    def _taken(self) -> Iterator[Brief]:
        """Yield the briefs that wait and count those that are begun."""
        self.in_hand = 0
        for brief in self._waiting():
            self.in_hand += 1
            yield brief

    def _waiting(self) -> Iterator[Brief]:
        return self.ledger.briefs.waiting(self._only)

    def _report(self, files: tuple[Path, ...], problems: tuple[str, ...]) -> JobReport:
        counts = self.ledger.totals.counts()
        lines, fallbacks = self.ledger.totals.texts()
        return JobReport(
            folder=self.folder,
            content_type=self.content_type.name,
            briefs=counts.total(),
            counts={status: counts[status] for status in STATUSES},
            reasons=self.ledger.totals.reasons(),
            lines=lines,
            fallback_lines=fallbacks,
            seconds=self._seconds,
            usage=self._took.usage,
            reused=self.ledger.totals.reused(),
            waiting=counts["waiting"],
            lacking=tuple(lacking(self.ledger, self.content_type)),
            files=files,
            problems=problems,
            interrupted=self.interrupted,
            awaited=tuple(self.awaited),
        )
