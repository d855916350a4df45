"""The ledger: one SQLite file per job, in which every brief has a row from the moment it was asked for.

`ledger.sql` says what stands in it. Registering the briefs is one transaction: a kill in the middle of it changes
nothing. Answers of the generator are committed before anybody sees them, a finished piece with the next answers, so
that at every moment a brief waits (with the answers it has) or is finished. The journal is a write-ahead log, synced at
checkpoints: a killed process loses nothing, a power cut at most the last moments, and never the file.

Knows: SQLite, briefs, artifacts, completions. Does not know: pipelines, files of rows, exports.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from aigc.errors import JobError
from aigc.ledger.entry import ENTRY, PIECE, Entry, Spent, entry_of, piece_of
from aigc.ledger.record import artifact_line, body_record, completion_of, completion_record, json_text, whole_text
from aigc.ledger.store import attach
from aigc.types import STATUSES, Artifact, Brief, Completion, Json, Status

FILE = "job.sqlite"
FORMAT = 1
LUMP = 500  # rows read at a time
REDRAW = 1000  # draws between a piece and the same one asked for anew; a file of briefs asks for fewer of one brief
FINISHED = "status <> 'waiting'"
MADE = "'accepted', 'flagged', 'rejected'"  # what the same key would give again


class Ledger:
    """This is an open ledger. Every sqlite3.Error that is not a mistake of ours becomes a JobError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = _open(path)
        self._finished: deque[tuple[tuple[Json, ...], list[tuple[Json, ...]]]] = deque()  # pieces and their stages

    def close(self) -> None:
        """This commits what is finished and folds the write-ahead log into the file."""
        try:
            self.commit()
            with _told(self.path):
                self._db.execute("pragma wal_checkpoint(truncate)")
        finally:
            self._db.close()

    def commit(self) -> None:
        with _told(self.path):
            self._write_finished()
            if self._db.in_transaction:
                self._db.execute("commit")

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """This is a transaction: all of it, or on an error nothing."""
        self.commit()
        with _told(self.path):
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    # -- the job ------------------------------------------------------------------------------------------------------

    def note(self, **facts: Json) -> None:
        """This writes facts about the job as a whole."""
        with self.change() as db:
            rows = [(name, json_text(value)) for name, value in facts.items()]
            db.executemany("insert or replace into job values (?, ?)", rows)

    def facts(self) -> dict[str, Json]:
        return {name: json.loads(value) for name, value in self.ask("select name, value from job")}

    # -- briefs -------------------------------------------------------------------------------------------------------

    def register(
        self,
        briefs: Iterable[Brief | Artifact],
        key: Callable[[Brief], str],
        *,
        fresh: bool = False,
        retry: Collection[str] = (),
        only: Collection[str] = (),
        store: Path | None = None,
    ) -> None:
        """This makes the briefs the job's, in one transaction.

        What was made of the same key stays; briefs that are new or changed wait, unless the history or the project's
        `store` holds a piece of their key; what is no longer asked for goes to the history. `fresh` has every piece
        written again, `retry` those of some statuses: a failed one the same way, others with another draw; either
        for the ids in `only` alone, where there are any. `only` by itself retries those ids, whatever their status.
        """
        with self.change() as db:
            (run,) = db.execute("select 1 + coalesce(max(run), 0) from pieces").fetchone()
            for place, brief in enumerate(briefs):
                self._ask(run, place, brief, key)
            db.execute("delete from pieces where run < ?", (run,))
            if fresh:
                self._again(f"{FINISHED} and key <> ''", only, redraw=0)
                db.execute(f"delete from completions where true {_among(only)}", tuple(only))
            for status in retry or (STATUSES if only and not fresh else ()):
                self._again(f"status = '{status}' and key <> ''", only, redraw=int(status != "failed"))
            self._reuse("history", "seq")
        if store is not None:
            with self.attached(store):
                self._reuse("store.made", "rowid")

    def _ask(self, run: int, place: int, brief: Brief | Artifact, key: Callable[[Brief], str]) -> None:
        bad = brief if isinstance(brief, Artifact) else None
        asked = brief.brief if isinstance(brief, Artifact) else brief
        row = {
            "id": whole_text(asked.id),
            "place": place,
            "run": run,
            "status": "failed" if bad else "waiting",
            "reason": whole_text(bad.reason) if bad else "",
            "key": "" if bad else key(asked),
            "draw": asked.draw,
            "source": whole_text(asked.source),
            "brief": json_text(dict(asked.values)),
            "artifact": json_text(body_record(bad)) if bad else None,
        }
        if not self._db.execute(ASK, row).rowcount:  # every place has a row of its own, whoever made the briefs
            assert self._db.execute(ASK, {**row, "id": f"{row['id']}@{place + 1}"}).rowcount

    def _again(self, which: str, only: Collection[str], *, redraw: int) -> None:
        self._db.execute(
            f"update pieces set status = 'waiting', reason = '', checks = '', artifact = null, twin = '', avoid = '', "
            f"nudges = 0, anew = 1, redraws = redraws + {redraw} where {which} {_among(only)}",
            tuple(only),
        )

    def _reuse(self, table: str, newest: str) -> None:
        """This lets pieces of the same key stand for briefs that wait."""
        if not self._db.execute(f"select exists (select 1 from {table})").fetchone()[0]:
            return
        same = f"select max({newest}) from {table} where key = pieces.key"
        self._db.execute(
            f"update pieces set status = h.status, reason = h.reason, checks = h.checks, lines = h.lines, "
            f"fallbacks = h.fallbacks, artifact = h.artifact, requests = 0, prompt_tokens = 0, written_tokens = 0, "
            f"seconds = 0 from {table} h where h.{newest} = ({same}) and pieces.status = 'waiting' and not anew"
        )

    @contextmanager
    def attached(self, store: Path) -> Iterator[None]:
        """This has the project's store at hand, as `store`."""
        self.commit()
        with _told(store):
            attach(self._db, store)
            try:
                yield
            finally:
                self._db.execute("detach store")

    def remember(self, pieces: Iterable[tuple[str, Artifact]]) -> None:
        """This puts (key, artifact) of an earlier job into the history."""
        with self.change() as db:
            for key, one in pieces:
                lines = (one.provenance.lines, len(one.provenance.fallbacks))
                said = (json_text(dict(one.brief.values)), json_text(body_record(one)))
                row = (key, one.id, one.status, one.reason, complained(one), *lines, *said)
                db.execute(f"insert into history {HISTORY} values ({','.join('?' * len(row))})", row)

    def waiting(self, only: Collection[str] = ()) -> Iterator[Brief]:
        """This yields the briefs that wait, in their order, a lump at a time; those of some ids where `only` says so.

        A brief's `draw` counts the times its piece was asked for anew too.
        """
        ask = (
            f"select place, id, brief, source, draw, redraws, avoid, nudges from pieces "
            f"where status = 'waiting' and place > ? {_among(only)} order by place limit {LUMP}"
        )
        last = -1
        while rows := self.ask(ask, (last, *only)):
            last = rows[-1][0]
            for _, name, said, source, draw, redraws, avoid, nudges in rows:
                values, drawn = json.loads(said), draw + REDRAW * redraws
                yield Brief(id=name, values=values, source=source, draw=drawn, avoid=avoid, nudges=nudges)

    # -- answers and pieces -------------------------------------------------------------------------------------------

    def answers(self) -> dict[tuple[str, str], list[Completion]]:
        """This is what pieces not finished yet were answered: (brief id, request's hash) → completions."""
        rows = self.ask("select id, request, answers from completions")
        return {(name, request): [completion_of(one) for one in json.loads(said)] for name, request, said in rows}

    def record(self, answered: Sequence[tuple[str, str, Sequence[Completion]]]) -> None:
        """This writes (brief id, request's hash, completions) down for good, and with them the pieces finished since
        the last time."""
        rows = [
            (name, request, json_text([completion_record(one) for one in said])) for name, request, said in answered
        ]
        with _told(self.path):
            self._begin()
            self._db.executemany("insert or replace into completions values (?, ?, ?)", rows)
        self.commit()

    def finish(self, artifact: Artifact, spent: Mapping[str, Spent], seconds: float) -> None:
        """This puts a piece in its brief's row, where whoever asks sees it; it is committed with the next answers, or
        with `commit`."""
        provenance, usage = artifact.provenance, artifact.provenance.usage
        row = (
            *(artifact.status, whole_text(artifact.reason), complained(artifact)),
            *(provenance.requests, usage.prompt, usage.sampled + usage.forced, round(seconds, 4)),
            *(provenance.lines, len(provenance.fallbacks), json_text(body_record(artifact)), artifact.id),
        )
        stages = [
            (artifact.id, stage, one.requests, one.completions, one.usage.prompt, one.usage.sampled + one.usage.forced,
             round(one.seconds, 4))
            for stage, one in spent.items()
        ]  # fmt: skip
        self._finished.append((row, stages))

    def _write_finished(self) -> None:
        if not self._finished:
            return
        self._begin()
        try:
            while self._finished:
                row, stages = self._finished[0]
                if self._db.execute(FINISH, row).rowcount:
                    self._db.executemany("insert or replace into stages values (?, ?, ?, ?, ?, ?, ?)", stages)
                    self._db.execute("delete from completions where id = ?", row[-1:])
                self._finished.popleft()
        except sqlite3.Error:
            self._finished.clear()  # a full disk: these wait again, with their answers
            raise

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("begin immediate")

    def keep(self, store: Path) -> None:
        """This copies finished pieces into the project's store, where other jobs find them by key."""
        with self.attached(store):
            self._db.execute(
                f"insert or ignore into store.made select key, status, reason, checks, lines, fallbacks, artifact, id, "
                f"? from pieces where status in ({MADE}) and redraws = 0 and twin = ''",
                (self.path.parent.name,),
            )

    # -- looking ------------------------------------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """This yields every finished piece, in the briefs' order."""
        return map(entry_of, self._rows(f"select {ENTRY} from pieces where {FINISHED} order by place"))

    def entry(self, name: str) -> Entry:
        """This is the finished piece of one brief. KeyError when there is none."""
        for row in self.ask(f"select {ENTRY} from pieces where id = ? and {FINISHED}", (name,)):
            return entry_of(row)
        raise KeyError(name)

    def artifact_lines(self) -> Iterator[str]:
        """This yields what `artifacts.jsonl` holds."""
        names = ("id", "status", "reason", "source", "draw", "brief", "artifact", "key")
        for row in self._rows(f"select {', '.join(names)} from pieces where {FINISHED} order by place"):
            yield artifact_line(dict(zip(names, row, strict=True)))

    def artifacts(self, statuses: Collection[Status] = STATUSES) -> Iterator[Artifact]:
        """This yields the finished pieces of some statuses, in the briefs' order."""
        marks = ",".join("?" * len(statuses))
        which = f"select {PIECE} from pieces where status in ({marks}) order by place"
        return map(piece_of, self._rows(which, tuple(statuses)))

    def count(self, statuses: Collection[Status] = STATUSES) -> int:
        counts = self.counts()
        return sum(counts[status] for status in statuses)

    def counts(self, only: Collection[str] = ()) -> Counter[str]:
        """This is how many briefs are in which state, `waiting` included; of some ids where `only` says so."""
        ask = f"select status, count(*) from pieces where true {_among(only)} group by status"
        return Counter(dict(self.ask(ask, tuple(only))))

    def reasons(self) -> Counter[str]:
        """This is how many pieces are short of accepted for which kind of reason."""
        return Counter(
            dict(
                self.ask(
                    "select status || ': ' || iif(checks = '', reason, checks), count(*) from pieces "
                    f"where {FINISHED} and status <> 'accepted' group by 1"
                )
            )
        )

    def lines(self) -> tuple[int, int]:
        """This is how many texts stages wrote, and how many of these no model wrote."""
        ((lines, fallbacks),) = self.ask(f"select total(lines), total(fallbacks) from pieces where {FINISHED}")
        return int(lines), int(fallbacks)

    def reused(self) -> int:
        """This is how many pieces stand that the last run did not write."""
        ask = f"select count(*) from pieces where {FINISHED} and key <> '' and finished_run < run"
        return int(self.ask(ask)[0][0])

    def remaining(self, only: Collection[str] = ()) -> int:
        """This is how many briefs wait, of some ids where `only` says so."""
        ask = f"select count(*) from pieces where status = 'waiting' {_among(only)}"
        return int(self.ask(ask, tuple(only))[0][0])

    def holds(self, key: str) -> bool:
        """This says whether a piece of that key is there, or was once."""
        ask = f"select exists (select 1 from pieces where key = ? and {FINISHED} union all {ONCE})"
        return bool(self.ask(ask, (key, key))[0][0])

    def ids(self, among: Collection[str]) -> set[str]:
        """This is which of some ids are briefs of this job."""
        return {name for (name,) in self.ask(f"select id from pieces where true {_among(among)}", tuple(among))}

    def some_ids(self, most: int = 2000) -> list[str]:
        return [name for (name,) in self.ask("select id from pieces order by place limit ?", (most,))]

    def ask(self, ask: str, values: Sequence[Json] = ()) -> list[tuple[Json, ...]]:
        """This is the rows of any question in SQL."""
        with _told(self.path):
            self._write_finished()
            return self._db.execute(ask, values).fetchall()

    def _rows(self, ask: str, values: Sequence[Json] = ()) -> Iterator[tuple[Json, ...]]:
        self.commit()
        with _told(self.path):
            yield from self._db.execute(ask, values)


ASK = """
insert into pieces (place, id, status, reason, key, draw, run, source, brief, artifact)
values (:place, :id, :status, :reason, :key, :draw, :run, :source, :brief, :artifact)
on conflict (id) do update set
    place = :place, run = :run, source = :source, brief = :brief, draw = :draw,
    status = iif(key = :key and :key <> '', status, :status),
    reason = iif(key = :key and :key <> '', reason, :reason),
    checks = iif(key = :key and :key <> '', checks, ''),
    twin = iif(key = :key and :key <> '', twin, ''),
    avoid = iif(key = :key and :key <> '', avoid, ''),
    nudges = iif(key = :key and :key <> '', nudges, 0),
    redraws = iif(key = :key and :key <> '', redraws, 0),
    anew = iif(key = :key and :key <> '', anew, 0),
    artifact = iif(key = :key and :key <> '', artifact, :artifact),
    key = :key
where pieces.run < :run
"""
FINISH = """
update pieces set status = ?, reason = ?, checks = ?, requests = ?, prompt_tokens = ?, written_tokens = ?, seconds = ?,
    lines = ?, fallbacks = ?, artifact = ?, finished_run = run
where id = ?
"""
ONCE = "select 1 from history where key = ?"
HISTORY = "(key, id, status, reason, checks, lines, fallbacks, brief, artifact)"


def complained(artifact: Artifact) -> str:
    """This names the checks that complained."""
    return ", ".join(sorted({finding.check for finding in artifact.findings if finding.severity != "note"}))


def _open(path: Path) -> sqlite3.Connection:
    with _told(path):
        db = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            (held,) = db.execute("pragma user_version").fetchone()
            if held > FORMAT:
                raise JobError(f"{path}: was written by a later version", hint="pip install -U aigc")
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = normal")
            if not held:
                schema = files("aigc.ledger").joinpath("ledger.sql").read_text(encoding="utf-8")
                db.executescript(f"begin immediate; {schema}; pragma user_version = {FORMAT}; commit;")
        except BaseException:
            db.close()
            raise
    return db


def _among(ids: Collection[str]) -> str:
    return f"and id in ({','.join('?' * len(ids))})" if ids else ""


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """This puts what SQLite says of a file into our words. A broken constraint is our own mistake and stays one."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        broken = not isinstance(error, sqlite3.OperationalError)  # malformed, or no database at all
        aside = f"move {path} away and run it again: what {path.parent / 'artifacts.jsonl'} holds is taken over"
        raise JobError(
            f"{path}: {error}", hint=aside if broken else "what was finished is kept, run it again"
        ) from error
