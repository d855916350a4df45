"""One job as who watches it sees it: how it stands, what is finished, its files."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from aigc.asking import Plan
from aigc.jobs import ARTIFACTS_FILE, REPORT, Job, earlier_exports
from aigc.ledger import artifact_record, has_ledger, opened_ledger
from aigc.serving.mailbox import Mailbox, Told
from aigc.serving.refusals import pathless
from aigc.types import STATUSES, Artifact, Json

CANCELLED = "cancelled"
MARK = ".cancelled"  # a file in the folder of a job that was begun here
PIECES, STATE, LAST = "pieces", "state", "end"  # events
RUNNING = ("waiting", "writing")


def _as_one(before: Told, told: Told) -> Told | None:
    """Return two events as one: pieces are gathered, and of how it stands the last is enough."""
    if before[0] != told[0]:
        return None
    if told[0] == PIECES:
        return PIECES, {"pieces": [*before[1]["pieces"], *told[1]["pieces"]]}
    return told


class ServedJob:
    """This is a job's folder and plan. It is `waiting`, `writing`, `done`, `stopped` (to go on with), `cancelled` or
    `failed`; `own` ones were begun here, and lie where we chose."""

    def __init__(self, name: str, folder: Path, plan: Plan, *, own: bool) -> None:
        self.id = name
        self.folder = folder
        self.plan = plan
        self.status = "waiting"
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self.stopping = False
        self.cancelled = False
        self.began = time.time()
        self._own = own
        self._job: Job | None = None
        self._lock = threading.Lock()
        self._watching: list[Mailbox] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody cancelled it, in this run or before."""
        return self.cancelled or (self.folder / MARK).exists()

    def state(self) -> dict[str, Json]:
        """Return how it stands."""
        job = self._job
        return {
            "id": self.id,
            "type": self.plan.type,
            "status": self.status,
            "briefs": sum(self.counts.values()),
            "counts": {status: self.counts[status] for status in (*STATUSES, "waiting")},
            "in_hand": 0 if job is None else job.in_hand,
            "problems": [pathless(one, self.folder) for one in self.problems],
            "files": [] if self.status in RUNNING else self.files(),
        }

    def files(self) -> list[str]:
        """Return the names of what may be fetched: what runs wrote, and nothing else that lies there."""
        names = [name for name in (ARTIFACTS_FILE, REPORT) if (self.folder / name).is_file()]
        exports = earlier_exports(self.folder) if has_ledger(self.folder) else []
        return [*names, *(path.relative_to(self.folder).as_posix() for path in exports)]

    def file(self, name: str) -> Path | None:
        """Return one of the files by its name; None for any other, and for a link that leads elsewhere."""
        if name not in self.files():
            return None
        path = (self.folder / name).resolve()
        return path if path.is_relative_to(self.folder.resolve()) and path.is_file() else None

    def pieces(self, after: int, most: int) -> list[dict[str, Json]]:
        """Return finished pieces in the briefs' order, so many after so many."""
        if not has_ledger(self.folder):
            return []
        with opened_ledger(self.folder) as ledger:
            return [artifact_record(one) for one in islice(ledger.pieces.artifacts(), after, after + most)]

    @contextmanager
    def watched(self) -> Iterator[Mailbox]:
        """Give a mailbox for what happens from now on, how it stands first."""
        mailbox = Mailbox(_as_one, last=LAST)
        with self._lock:
            mailbox.put(STATE if self.status in RUNNING else LAST, self.state())
            self._watching.append(mailbox)
        try:
            yield mailbox
        finally:
            with self._lock:
                self._watching.remove(mailbox)

    def begin(self, job: Job) -> None:
        """Hear that it is written from now on."""
        self._job = job
        self.counts = job.ledger.totals.counts()
        self._tell_status("writing")

    def heard(self, artifact: Artifact) -> None:
        """Hear of a finished piece."""
        self.counts["waiting"] -= 1
        self.counts[artifact.status] += 1
        told: dict[str, Json] = {"id": artifact.id, "status": artifact.status}
        if artifact.reason:
            told["reason"] = pathless(artifact.reason, self.folder)
        self._tell(PIECES, {"pieces": [told]})

    def again_written(self, many: int) -> None:
        """Hear that pieces which repeat others are about to be written again."""
        if self._job is not None:
            self.counts = self._job.ledger.totals.counts()
        self._tell(STATE, self.state())

    def ended(self, status: str) -> None:
        """Hear how it ended."""
        self._job = None
        self._tell_status(status)

    def cancel(self) -> None:
        """Have it begin nothing more, and not go on by itself."""
        self.cancelled = self.stopping = True
        if self._own and self.status in RUNNING:
            (self.folder / MARK).touch()

    def again(self) -> bool:
        """Have it wait again; say whether it was over, and not done."""
        if self.status in (*RUNNING, "done"):
            return False
        (self.folder / MARK).unlink(missing_ok=True)
        self.cancelled = self.stopping = False
        self.problems = []
        self._tell_status("waiting")
        return True

    def _tell_status(self, status: str) -> None:
        with self._lock:
            self.status = status
            self._put(STATE if status in RUNNING else LAST, self.state())

    def _tell(self, name: str, told: dict[str, Json]) -> None:
        with self._lock:
            self._put(name, told)

    def _put(self, name: str, told: dict[str, Json]) -> None:
        for mailbox in self._watching:
            mailbox.put(name, told)
