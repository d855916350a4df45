"""What a generator answered for pieces that are not finished yet, written down before anybody saw it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from aigc.ledger.damage import passing_over, read_as
from aigc.ledger.database import Database
from aigc.ledger.record import completion_of, completion_record, json_text
from aigc.types import Completion


class Completions:
    """This is where a `Recorder` keeps answers; those of a piece go once it is finished."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self) -> dict[tuple[str, str], list[Completion]]:
        """Return what pieces not finished yet were answered: (brief id, request's hash) → completions."""
        rows = self._database.ask("select id, request, answers from completions")
        path, found = self._database.path, {}
        for name, request, answers in rows:
            known = passing_over(partial(_answers, path, name, answers), path)
            if known:
                found[name, request] = known
        return found

    def record(self, answered: Sequence[tuple[str, str, Sequence[Completion]]]) -> None:
        """Commit (brief id, request's hash, completions), and with them the pieces finished since the last time."""
        rows = [
            (name, request, json_text([completion_record(one) for one in answers]))
            for name, request, answers in answered
        ]
        self._database.later(lambda db: db.executemany("insert or replace into completions values (?, ?, ?)", rows))
        self._database.commit()


def _answers(path: Path, name: str, answers: str) -> list[Completion]:
    """Read what a piece was answered; Damaged where it is none, and it is asked again."""
    with read_as(path, f"an answer for {name!r}", hint="it is asked again"):
        return [completion_of(record) for record in json.loads(answers)]
