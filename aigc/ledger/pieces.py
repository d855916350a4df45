"""The finished pieces: put in when they are done, read one by one or all of them, shared with other jobs."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from aigc.errors import JobError
from aigc.ledger.assets import MARK
from aigc.ledger.damage import known, passing_over, sound
from aigc.ledger.database import Database
from aigc.ledger.entry import (
    FINISHED,
    PIECE,
    TOOK,
    Entry,
    Finished,
    complained,
    entry_of,
    judge_by_findings,
    piece_of,
    reading_column,
)
from aigc.ledger.lines import INSERT_LINE, line_row
from aigc.ledger.record import artifact_line, body_record, json_text, whole_text
from aigc.ledger.reviews import FIRST_FORMAT, REVIEW, reviewed
from aigc.ledger.rulings import FIRST_WITH_RULINGS, REJECTED, RULING, exportable, ruled
from aigc.types import STATUSES, Artifact, Json, Status

log = logging.getLogger(__name__)
T = TypeVar("T")

SUGGESTED = '"suggestions": [{'  # in the JSON of every piece that has some, and next to no other
MADE = "'accepted', 'flagged', 'rejected'"  # what the same key would give again


class Pieces:
    """This is what is finished: as people read it, what they decided of it laid over what the model wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._assets = database.assets
        self._rules = database.format >= FIRST_WITH_RULINGS
        self._review = f"{REVIEW if database.format >= FIRST_FORMAT else 'null'}, {RULING if self._rules else 'null'}"
        self._piece = f"{PIECE}, {reading_column(database.format)} as reading"
        self._entry = f"{self._review}, {self._piece}, {TOOK}" + (", writing" if database.format > 1 else ", 0")
        self._writing: int | None = None  # the number of the last lines, once it is known
        self.damaged = False  # whether one was left out of those that were read

    def finish(self, finished: Finished) -> Artifact:
        """Put a piece and its lines in its brief's row, where whoever asks sees it; it is committed with the next
        answers, or with `Ledger.commit`. Return the piece with its files where they are kept."""
        artifact = self._assets.keep(finished.artifact)
        provenance, usage = artifact.provenance, artifact.provenance.usage
        row = (
            *(artifact.status, whole_text(artifact.reason), complained(artifact.findings)),
            *(provenance.requests, usage.prompt, usage.sampled + usage.forced, round(finished.seconds, 4)),
            *(provenance.lines, len(provenance.fallbacks), json_text(body_record(artifact)), artifact.id),
        )
        stages = [
            (artifact.id, stage, one.requests, one.completions, one.usage.prompt, one.usage.sampled + one.usage.forced,
             round(one.seconds, 4))
            for stage, one in finished.spent.items()
        ]  # fmt: skip
        writing = self._next_writing() if artifact.lines else 0
        lines = [line_row(writing, line) for line in artifact.lines]
        self._database.later(partial(_put, row=row, stages=stages, lines=lines))
        return artifact

    def entries(self) -> Iterator[Entry]:
        """Yield every finished piece, in the briefs' order."""
        rows = self._database.rows(f"select {self._entry} from pieces where {FINISHED} order by place")
        return self._sound(self._reviewed_entry, rows)

    def entry(self, name: str) -> Entry:
        """Return the finished piece of one brief. KeyError when there is none."""
        for row in self._database.ask(f"select {self._entry} from pieces where id = ? and {FINISHED}", (name,)):
            return self._reviewed_entry(row)
        raise KeyError(name)

    def as_written(self, name: str) -> Artifact:
        """Return the finished piece of one brief without what people decided of it. KeyError when there is none."""
        for row in self._database.ask(f"select {self._piece} from pieces where id = ? and {FINISHED}", (name,)):
            return piece_of(row, self._assets)
        raise KeyError(name)

    def suggested(self) -> list[str]:
        """Return the ids of the pieces that have suggestions, in the briefs' order."""
        rows = self._database.ask(
            f"select id from pieces where {FINISHED} and instr(artifact, ?) order by place", (SUGGESTED,)
        )
        return [name for (name,) in rows]

    def artifacts(self, statuses: Collection[Status] = STATUSES) -> Generator[Artifact]:
        """Yield the finished pieces of some statuses, in the briefs' order. One of a status that there is not may be
        any of them: it is told as damaged."""
        which = f"(status in ({','.join('?' * len(statuses))}) or not {known('status')})"
        question = f"select {self._review}, {self._piece} from pieces where {which} order by place"
        yield from self._sound(self._reviewed_piece, self._database.rows(question, tuple(statuses)))

    def exported(self, statuses: Collection[Status], *, approved: bool = False) -> Generator[Artifact]:
        """Yield the finished pieces of some statuses that may be published, in the briefs' order: none that people
        rejected, and those alone that they approved where that is asked."""
        which = f"(({self._exportable(statuses, approved)}) or not {known('status')})"
        question = f"select {self._review}, {self._piece} from pieces where {which} order by place"
        yield from self._sound(self._reviewed_piece, self._database.rows(question, tuple(statuses)))

    def many(self, statuses: Collection[Status], *, approved: bool = False) -> int:
        """Count the finished pieces of some statuses that may be published and can be read."""
        whole = f"{sound('artifact')} and json_valid(brief)"
        question = f"select count(*) from pieces where {self._exportable(statuses, approved)} and {whole}"
        return int(self._database.ask(question, tuple(statuses))[0][0])

    def _exportable(self, statuses: Collection[Status], approved: bool) -> str:
        if self._rules:
            return exportable(statuses, approved=approved)
        return f"status in ({','.join('?' * len(statuses))}) and {int(not approved)}"

    def holding(self, may_hold: Callable[[str], bool]) -> Iterator[Artifact]:
        """Yield the finished pieces whose JSON `may_hold` accepts, and those that people decided something of, whose
        texts are elsewhere, in the briefs' order."""
        at = PIECE.split(", ").index("artifact")
        question = f"select {self._review}, {self._piece} from pieces where {FINISHED} order by place"
        rows = (row for row in self._database.rows(question) if row[0] is not None or self._may(may_hold, row[2 + at]))
        return self._sound(self._reviewed_piece, rows)

    @staticmethod
    def _may(hold: Callable[[str], bool], record: Json) -> bool:
        """Say whether a piece's JSON may hold something; what is no text is damaged, which reading it tells."""
        return not isinstance(record, str) or hold(record)

    def artifact_lines(self) -> Iterator[str]:
        """Yield what `artifacts.jsonl` holds. Damaged where what people decided of a piece cannot be read: it is in
        the lines of before."""
        path, names = self._database.path, (*PIECE.split(", "), "reading", "key")
        whole = f"{sound('artifact')} and json_valid(brief) and {known('status')}"
        question = f"select {self._review}, {self._piece}, key, {whole} from pieces where {FINISHED} order by place"
        for review, ruling, *row, key, is_sound in self._database.rows(question):
            entry = dict(zip(names, (*row, key), strict=True))
            if review is not None or ruling is not None:
                if (piece := passing_over(partial(piece_of, row, self._assets), path)) is None:
                    continue
                entry["artifact"] = json_text(body_record(ruled(reviewed(piece, review, path), ruling, path)))
            elif (not is_sound or row[-1]) and not passing_over(partial(piece_of, row, self._assets), path):
                continue
            yield artifact_line(entry)

    def sweep(self) -> None:
        """Remove the files that no piece has any more. JobError where one cannot be removed."""
        if self._assets.folder.is_dir():
            self._assets.sweep({str(name) for (name,) in self._database.ask(FILES)})

    def share(self, store: Path) -> None:
        """Copy the pieces into the project's store, where other jobs find them by key. What is there of a piece that
        people decided something of has the verdict on what the model wrote: earlier versions put theirs there. A store
        that is full is told of, and the next run fills it."""
        try:
            with self._database.attached(store):
                self._share()
        except JobError as error:
            self._database.check_there()
            log.warning("%s; other jobs do not find these pieces", error.message)

    def _share(self) -> None:
        if self._database.ask("select exists (select 1 from reviews)") == [(1,)]:
            reviewed = "key in (select key from pieces where id in (select id from reviews))"
            with self._database.change() as db:
                judge_by_findings(db, "store.made", "rowid", reviewed)
        self._database.execute(
            f"insert or ignore into store.made select key, status, reason, checks, lines, fallbacks, artifact, id, "
            f"? from pieces where status in ({MADE}) and redraws = 0 and twin = '' "
            f"and {sound('artifact')} "
            f"and id not in (select id from reviews) and id not in ({REJECTED})",  # they have people's status
            (self._database.path.parent.name,),
        )

    def _sound(self, read: Callable[[Sequence[Json]], T], rows: Iterable[Sequence[Json]]) -> Generator[T]:
        """Yield what is read of rows, but for those that are damaged, which is told."""
        for row in rows:
            one = passing_over(partial(read, row), self._database.path)
            if one is None:
                self.damaged = True
            else:
                yield one

    def _reviewed_piece(self, row: Sequence[Json]) -> Artifact:
        review, ruling, *rest = row
        path = self._database.path
        return ruled(reviewed(piece_of(rest, self._assets), review, path), ruling, path)

    def _reviewed_entry(self, row: Sequence[Json]) -> Entry:
        review, ruling, *rest = row
        entry, path = entry_of(rest, self._assets), self._database.path
        if review is None and ruling is None:
            return entry
        return replace(entry, artifact=ruled(reviewed(entry.artifact, review, path), ruling, path))

    def _next_writing(self) -> int:
        if self._writing is None:
            ((self._writing,),) = self._database.ask("select coalesce(max(writing), 0) from lines")
        self._writing += 1
        return self._writing


def _put(
    db: sqlite3.Connection, row: Sequence[Json], stages: Sequence[Sequence[Json]], lines: Sequence[Sequence[Json]]
) -> None:
    """Write a piece, what its stages took and what a model wrote for it; its answers are needed no more."""
    done = db.execute(FINISH_WITH_LINES, (lines[0][0], *row)) if lines else db.execute(FINISH, row)
    if done.rowcount:
        if lines:
            db.executemany(INSERT_LINE, lines)
        db.executemany("insert or replace into stages values (?, ?, ?, ?, ?, ?, ?)", stages)
        db.execute("delete from completions where id = ?", row[-1:])


FILES = f"""
select distinct file.value ->> 'file'
from (select artifact from pieces where instr(artifact, '{MARK}') and json_valid(artifact)) piece,
    json_each(piece.artifact, '$.assets') file
"""
FINISH = """
update pieces set status = ?, reason = ?, checks = ?, requests = ?, prompt_tokens = ?, written_tokens = ?, seconds = ?,
    lines = ?, fallbacks = ?, artifact = ?, finished_run = run
where id = ?
"""
FINISH_WITH_LINES = FINISH.replace(" set ", " set writing = ?, ")
