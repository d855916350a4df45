"""Jobs beside whoever waits: one after another, on a thread of their own, over a view that is not urgent.

    begin ──┐
    resume ─┴─► in line ──► written, as `aigc batch` writes it ──► files in its folder

A job that was begun here lies in the project's folder, under an id that nobody chose. How it stands is its ledger's to
say: a server that starts again goes on with what is not finished, and `aigc batch DIR/job.yaml` does so too.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from aigc.asking import PLAN_FILE, Tally, read_plan, survey_briefs, write_plan
from aigc.content.yaml_lines import yaml_text
from aigc.errors import AigcError, BriefError, NotFound, UsageError, first_line, shell_command
from aigc.jobs import Local, Unique, is_foreign, open_job, prepare_folder, replacing
from aigc.ledger import has_ledger, opened_ledger
from aigc.project import STORE, Project
from aigc.serving.served_job import CANCELLED, ServedJob
from aigc.serving.switchboard import Switchboard
from aigc.serving.view import View
from aigc.settings import lay_over
from aigc.types import Json

log = logging.getLogger(__name__)

HOME = STORE.parent / "jobs"
ASKED, ROWS = "asked.yaml", "briefs.jsonl"
GRACE = 3.0  # seconds in which what is in hand may finish; what is answered by then is not asked again
FIRST = 3  # of a survey's briefs, which nobody is shown
OF_SOURCE = ("model", "generator", "engine", "adapters")


class Works:
    """This is all jobs of a server. Any thread may call it."""

    def __init__(self, project: Project, board: Switchboard) -> None:
        self.project = project
        self.home = (project.folder or Path.cwd()) / HOME
        self._board = board
        self._works: dict[str, ServedJob] = {}
        self._line: deque[ServedJob] = deque()
        self._bell = threading.Condition()
        self._ending = False
        self._now: tuple[ServedJob, View] | None = None  # being written
        self._thread = threading.Thread(target=self._run, name="aigc-jobs", daemon=True)
        self._thread.start()

    def all(self) -> list[ServedJob]:
        """Return the jobs, the newest last."""
        with self._bell:
            return list(self._works.values())

    def get(self, name: str) -> ServedJob | None:
        """Return a job by its id."""
        with self._bell:
            return self._works.get(name)

    def look(self) -> None:
        """Find the jobs that were begun here before, and go on with those that nobody cancelled."""
        for file in sorted(self.home.glob(f"*/{ASKED}")):
            folder = file.parent
            try:
                plan = read_plan(folder / PLAN_FILE if (folder / PLAN_FILE).is_file() else file)
                work = ServedJob(folder.name, folder, plan, own=True)
                whole = _whole(work)
            except AigcError as error:
                log.warning("%s: is passed over: %s", folder, error)
                continue
            self._put(work, waiting=not whole and not work.is_cancelled)

    def resume(self, folder: Path) -> ServedJob:
        """Go on with the job of a folder that `aigc batch` wrote. UsageError where it is none, or where this server has
        another model than it asks for."""
        file = folder / PLAN_FILE
        if not file.is_file():
            raise UsageError(f"{folder}: no {PLAN_FILE} here", hint="--job takes the folder of an `aigc batch`")
        work = ServedJob(_id(folder.resolve().name), folder, read_plan(file), own=False)
        project = self._project(work)
        work.plan.exports_of(project, work.plan.kind(project))
        self._put(work, waiting=True)
        return work

    def begin(self, asked: Mapping[str, Json], rows: Sequence[Mapping[str, Json]] | None) -> ServedJob:
        """Begin a job of rows, or of the type's sample where there are none. `asked` is a job file's content without
        its briefs. Raises what `aigc batch` raises where there is no such type or no usable row."""
        folder = self._new_folder()
        try:
            if rows is not None:
                lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
                (folder / ROWS).write_text(lines, encoding="utf-8")
            briefs = "sample" if rows is None else ROWS
            text = yaml_text({"aigc": 1, **asked, "briefs": briefs})
            (folder / ASKED).write_text(text, encoding="utf-8")
            work = ServedJob(folder.name, folder, read_plan(folder / ASKED), own=True)
            self._check(work)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._put(work, waiting=True)
        return work

    def go_on(self, work: ServedJob) -> None:
        """Put a job that was cancelled, or that failed, in line again."""
        with self._bell:
            if work.again():
                self._line.append(work)
                self._bell.notify_all()

    def cancel(self, work: ServedJob) -> None:
        """End a job: what is finished is kept, and what is in hand is dropped."""
        with self._bell:
            work.cancel()
            if work in self._line:
                self._line.remove(work)
                work.ended(CANCELLED)
            elif self._now is not None and self._now[0] is work:
                self._now[1].end()

    def stop(self) -> None:
        """Begin nothing more. What is in hand goes on."""
        with self._bell:
            self._ending = True
            for work in self._line:
                work.ended("stopped")
            self._line.clear()
            if self._now is not None:
                self._now[0].stopping = True
            self._bell.notify_all()

    def close(self, *, grace: float = GRACE) -> None:
        """End what is being written: in so many seconds what is in hand may finish. All is kept, to go on with."""
        self.stop()
        self._thread.join(grace)
        with self._bell:
            if self._now is not None:
                self._now[1].end()
        self._thread.join()

    def _put(self, work: ServedJob, *, waiting: bool) -> None:
        with self._bell:
            name, number = work.id, 2
            while work.id in self._works:
                work.id, number = f"{name}-{number}", number + 1
            self._works[work.id] = work
            if waiting and not self._ending:
                self._line.append(work)
            else:
                work.ended(CANCELLED if work.is_cancelled else "stopped" if waiting else "done")
            self._bell.notify_all()

    def _new_folder(self) -> Path:
        folder = self.home / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        return folder

    def _project(self, work: ServedJob) -> Project:
        """Return the project with a job's settings laid over. UsageError where they ask for another model."""
        server = self.project
        settings = lay_over(server.settings, work.plan.settings, {}, default=server.registry.default_generator)
        for name in OF_SOURCE:
            theirs, ours = getattr(settings, name), getattr(server.settings, name)
            if theirs != ours:
                told = f"{work.plan.file}: {name} is {theirs!r}, and this server has {ours!r}"
                raise UsageError(told, hint=f"aigc serve -m {theirs}" if name == "model" else "")
        project = Project(settings, server.folder, server.registry, out=work.folder)
        project.opened = project.source  # it writes over the switchboard
        return project

    def _check(self, work: ServedJob) -> None:
        """Read all rows once, as a batch does before it begins."""
        project, plan = self._project(work), work.plan
        content_type = plan.kind(project)
        plan.exports_of(project, content_type)
        Unique.of(project.settings)
        if "voice" in plan.settings and not content_type.demands.voices:
            raise UsageError(f"voice: {content_type.name} has no voices", hint="leave it out")
        tally = Tally()
        found = survey_briefs(plan.rows(project, content_type, tally), FIRST, tally=tally)
        if not found.valid:
            raise BriefError(found.none_usable)
        work.counts["waiting"] = found.valid
        work.counts["failed"] = found.failed

    def _run(self) -> None:
        while True:
            with self._bell:
                while not (self._line or self._ending):
                    self._bell.wait()
                if self._ending:
                    return
                work, view = self._line.popleft(), View(self._board)
                self._now = work, view
            status = "failed"
            try:
                status = self._write(work, view)
            except AigcError as error:
                work.problems = [str(error)]
            except Exception as error:
                log.exception("job %s", work.id)
                work.problems = [f"{type(error).__name__}: {first_line(error)}"]
            except KeyboardInterrupt:  # before anything was begun
                status = "stopped"
            finally:
                view.close()
                with self._bell:
                    self._now = None
                    work.ended(CANCELLED if work.cancelled else status)

    def _write(self, work: ServedJob, view: View) -> str:
        """Write a job as `aigc batch` does; say how it ended."""
        project, plan = self._project(work), work.plan
        content_type = plan.kind(project)
        exports = plan.exports_of(project, content_type)
        prepare_folder(work.folder, content_type.name)
        with open_job(project, content_type, work.folder, unique=plan.unique) as job:
            if not is_foreign(work.folder, PLAN_FILE):
                placing = partial(replacing, work.folder, PLAN_FILE)
                write_plan(plan, project, work.folder, voice=project.voice(content_type), replacing=placing)
            command = shell_command("batch", work.folder / PLAN_FILE)
            job.register(plan.rows(project, content_type), command=command)
            work.begin(job)
            if job.remaining and not work.stopping:
                job.run(Local(view), heard=work.heard, again=work.again_written, stopping=lambda: work.stopping)
            report = job.finish(exports)
            work.counts = job.ledger.totals.counts()
        work.problems = list(report.problems)
        return "stopped" if report.interrupted or report.waiting else "done"


def _whole(work: ServedJob) -> bool:
    """Say whether all of a job is written; its counts are then known."""
    if not has_ledger(work.folder):
        return False
    try:
        with opened_ledger(work.folder) as ledger:
            work.counts = ledger.totals.counts()
            return not work.counts["waiting"] and bool(ledger.facts().get("whole"))
    except NotFound:
        return False


def _id(name: str) -> str:
    """Return a folder's name as a part of an address."""
    return "".join(one if one.isalnum() or one in "-_." else "-" for one in name).lstrip(".") or "job"
