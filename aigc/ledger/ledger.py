"""The ledger: one SQLite file per job, in which every brief has a row from the moment it was asked for.

`ledger.sql` says what stands in it. Registering the briefs is one transaction: a kill in the middle of it changes
nothing. Answers of the generator are committed before anybody sees them, a finished piece with the next answers, so
that at every moment a brief waits (with the answers it has) or is finished.

What can be asked is cut by what it is asked of, a small class each over the one open file: `briefs` (what was asked
for), `completions` (answers to pieces in work), `pieces` (what is finished), `lines` (what a model wrote for them),
`reviews` and `rulings` (what people decided of their places, and of them as a whole), `twins` (what repeats what),
`totals` (the job counted). So a reader of
`ledger.twins.flag(…)` knows which page to open, and no caller holds the connection. The other cut, functions in modules
that take a ledger, would have to make its connection public for them, and with it SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aigc.errors import NotFound, disk_told, nearest
from aigc.ledger.assets import LEDGER_FILE as LEDGER_FILE
from aigc.ledger.briefs import Briefs
from aigc.ledger.completions import Completions
from aigc.ledger.damage import fact_of, passing_over
from aigc.ledger.database import Database
from aigc.ledger.lines import Lines
from aigc.ledger.pieces import Pieces
from aigc.ledger.record import json_text
from aigc.ledger.reviews import Reviews
from aigc.ledger.rulings import Rulings
from aigc.ledger.totals import Totals
from aigc.ledger.twins import Twins
from aigc.types import Json


class Ledger:
    """This is an open ledger. JobError where SQLite or the disk refuses.

    One of an earlier version becomes one of this version, unless it is only for `looking`: then it stays as it is.
    """

    def __init__(self, path: Path, *, looking: bool = False) -> None:
        self.path = path
        self._database = Database(path, looking=looking)
        self.briefs = Briefs(self._database)
        self.completions = Completions(self._database)
        self.pieces = Pieces(self._database)
        self.lines = Lines(self._database)
        self.reviews = Reviews(self._database)
        self.rulings = Rulings(self._database)
        self.twins = Twins(self._database)
        self.totals = Totals(self._database)

    def close(self) -> None:
        """Commit what is finished and close the file."""
        self._database.close()

    def commit(self) -> None:
        """Commit what is finished."""
        self._database.commit()

    def check_there(self) -> None:
        """Check that the file is where it was opened. JobError where it, or its folder, was moved or deleted since."""
        self._database.check_there()

    def note(self, **facts: Json) -> None:
        """Write facts about the job as a whole."""
        with self._database.change() as db:
            rows = [(name, json_text(value)) for name, value in facts.items()]
            db.executemany("insert or replace into job values (?, ?)", rows)

    def facts(self) -> dict[str, Json]:
        """Return the facts about the job as a whole."""
        rows = self._database.ask("select name, value from job")
        found = {name: passing_over(partial(fact_of, self.path, name, value), self.path) for name, value in rows}
        return {name: value for name, value in found.items() if value is not None or name == "took"}


def has_ledger(folder: Path) -> bool:
    """Say whether a folder is a job's."""
    return (folder / LEDGER_FILE).is_file()


def check_job(folder: Path) -> None:
    """Check that a folder is a job's. NotFound names the one that is not."""
    if not has_ledger(folder):
        raise no_job(folder)


@contextmanager
def opened_ledger(folder: Path) -> Iterator[Ledger]:
    """Open the ledger of a job's folder to look at it. NotFound names a folder that holds none."""
    with disk_told(folder):
        check_job(folder)
    ledger = Ledger(folder / LEDGER_FILE, looking=True)
    try:
        yield ledger
    finally:
        ledger.close()


def no_job(folder: Path) -> NotFound:
    """Return the error that says a folder holds no job, or is none, with the one that may be meant."""
    hint = nearest(folder, has_ledger) or "give the folder of an `aigc batch`"
    what = "holds no job" if folder.is_dir() else "is no folder" if folder.exists() else "no such folder"
    return NotFound(f"{folder}: {what}", hint=hint)
