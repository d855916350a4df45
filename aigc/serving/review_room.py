"""The jobs that people review over HTTP: all of them at one table, one call after the other, on a thread of its own.

A desk and its SQLite file belong to the thread that opened them. The files of a job's folder are written again when the
room closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from aigc.errors import AigcError
from aigc.jobs import Desk, at_desk
from aigc.project import Project
from aigc.serving.refusals import Refusal

T = TypeVar("T")
LARGE = 5_000  # pieces of a job whose files the next export or batch writes again
PATIENCE = 2.0  # seconds for another run
ME = ""  # whoever started the server


class ReviewRoom:
    """This holds the desks of some jobs, by name. Errors as `at_desk` has them."""

    def __init__(self, project: Project, folders: Iterable[Path]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aigc-review")
        self._open = ExitStack()
        self._desks: dict[str, Desk] = {}
        try:
            self._thread.submit(self._sit_down, project, list(folders)).result()
        except BaseException:
            self.close()
            raise

    @property
    def jobs(self) -> Mapping[str, Desk]:
        """The desks, to be looked at for their names alone."""
        return self._desks

    async def ask(self, job: str, act: Callable[[Desk], T], *, by: str = ME) -> T:
        """Do something at a job's desk, in somebody's name. Refusal where there is no such job."""
        if job not in self._desks:
            raise Refusal(404, f"no job {job!r} here", param="job", code="unknown_job")
        turn = partial(self._turn, self._desks[job], act, by)
        return await asyncio.get_running_loop().run_in_executor(self._thread, turn)

    def close(self) -> None:
        """Write the files of the folders again, as the decisions ask, and let go of them."""
        try:
            self._thread.submit(self._open.close).result()
        finally:
            self._thread.shutdown()

    def _turn(self, desk: Desk, act: Callable[[Desk], T], by: str) -> T:
        owner = desk.by
        desk.by = by or owner
        try:
            return act(desk)
        finally:
            desk.by = owner

    def _sit_down(self, project: Project, folders: list[Path]) -> None:
        for folder in folders:
            name, number = folder.resolve().name, 1
            while name in self._desks:
                number += 1
                name = f"{folder.resolve().name}-{number}"
            self._desks[name] = self._open.enter_context(at_desk(project, folder, most=LARGE, patience=PATIENCE))


def refused(error: AigcError, *, param: str = "") -> Refusal:
    """Return what is answered to a decision that cannot be taken."""
    told = f"{error.message}; {error.hint}" if error.hint else error.message
    return Refusal(422, told, param=param, code="cannot_stand")
