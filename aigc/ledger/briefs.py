"""What was asked for: the briefs of a job, registered in one transaction, and those that wait."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from aigc.ledger.assets import MARK
from aigc.ledger.damage import known, read_as, sound
from aigc.ledger.database import Database, among
from aigc.ledger.entry import FINISHED, HISTORY, complained, judge_by_findings, reading_column
from aigc.ledger.record import body_record, content_hash, json_text, reading_record, whole_text
from aigc.ledger.rulings import APPROVED, FIRST_WITH_RULINGS, REJECTED, approved_briefs
from aigc.types import STATUSES, Artifact, Brief, Status

log = logging.getLogger(__name__)

FIRST_WITH_LANGUAGE = 3  # the format
WISH = "(select note from rulings where rulings.id = pieces.id and verdict = 'rejected')"
LUMP = 500  # rows read at a time
REDRAW = 1000  # draws between a piece and the same one asked for anew; a file of briefs asks for fewer of one brief


class Briefs:
    """This is what was asked for, in its order."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Make the briefs the job's, in one transaction.

        What was made of the same key stays, and what people approved while its brief is the same; what they rejected
        waits. Briefs that are new or changed wait, unless the history or the project's `store` holds a piece of their
        key; what is no longer asked for goes to the history. `fresh` sends every piece
        back to be written again, `retry` those of some statuses: a failed one the same way, others with another draw;
        either for the ids in `only` alone, where there are any. `only` by itself retries those ids, whatever their
        status.
        """
        with self._database.change() as db:
            (run,) = db.execute("select 1 + coalesce(max(run), 0) from pieces").fetchone()
            approved = approved_briefs(db)
            for place, brief in enumerate(briefs):
                row = {**_row(brief, key), "run": run, "place": place}
                seen, made = approved.get(str(row["id"]), ("", ""))
                if seen and not isinstance(brief, Artifact) and seen == content_hash(dict(brief.values)):
                    row["key"] = made  # whatever would make it now: its text is what they read
                if not db.execute(ASK, row).rowcount:  # every place has a row of its own, whoever made the briefs
                    assert db.execute(ASK, {**row, "id": f"{row['id']}@{place + 1}"}).rowcount
            db.execute("delete from pieces where run < ?", (run,))
            if self._database.assets.folder.is_dir():  # a piece whose files were lost is written again
                lost = f"{FINISHED} and instr(artifact, '{MARK}') and not has_assets(artifact)"
                db.execute(_again(lost, (), redraw=0))
            damaged = f"{FINISHED} and key <> '' and not ({sound('artifact')} and {known('status')})"
            if many := db.execute(_again(damaged, (), redraw=0)).rowcount:
                pieces = "one piece" if many == 1 else f"{many} pieces"
                log.warning("%s: what it holds of %s is damaged: written again", self._database.path, pieces)
            db.execute(_again(f"{FINISHED} and key <> '' and id in ({REJECTED})", only, redraw=1), tuple(only))
            spared = "" if only else f"and id not in ({APPROVED})"
            if fresh:
                db.execute(_again(f"{FINISHED} and key <> '' {spared}", only, redraw=0), tuple(only))
                db.execute(f"delete from completions where true {among(only)}", tuple(only))
            for status in retry or (STATUSES if only and not fresh else ()):
                which = f"status = '{status}' and key <> '' {spared}"
                db.execute(_again(which, only, redraw=int(status != "failed")), tuple(only))
            if db.execute("select exists (select 1 from history)").fetchone()[0]:
                judge_by_findings(db, "history", "seq", "id in (select id from reviews)")
                db.execute(_reuse("history", "seq", writing="h.writing"))
        if store is not None:
            with self._database.attached(store):
                if self._database.ask("select exists (select 1 from store.made)") == [(1,)]:
                    self._database.execute(_reuse("store.made", "rowid", writing="0"))

    def remember(self, pieces: Iterable[tuple[str, Artifact]]) -> None:
        """Put (key, artifact) of an earlier job into the history."""
        with self._database.change() as db:
            for key, one in pieces:
                lines = (one.provenance.lines, len(one.provenance.fallbacks))
                texts = (json_text(dict(one.brief.values)), json_text(body_record(one)))
                row = (key, one.id, one.status, one.reason, complained(one.findings), *lines, *texts)
                db.execute(f"insert into history {HISTORY} values ({','.join('?' * len(row))})", row)

    def waiting(self, only: Collection[str] = ()) -> Iterator[Brief]:
        """Yield the briefs that wait, in their order, a lump at a time; those of some ids where `only` names them.

        A brief's `draw` counts the times its piece was asked for anew too.
        """
        language = "language" if self._database.format >= FIRST_WITH_LANGUAGE else "''"
        wish = f"coalesce({WISH}, '')" if self._database.format >= FIRST_WITH_RULINGS else "''"
        reading = reading_column(self._database.format)
        question = (
            f"select place, id, brief, source, draw, {language}, redraws, avoid, nudges, {wish}, {reading} from pieces "
            f"where status = 'waiting' and place > ? {among(only)} order by place limit {LUMP}"
        )
        last = -1
        while rows := self._database.ask(question, (last, *only)):
            last = rows[-1][0]
            for _, name, values, source, draw, language, redraws, avoid, nudges, wish, done in rows:
                with read_as(self._database.path, f"the brief {name!r}"):
                    known, done = json.loads(values), json.loads(done or "{}")
                yield Brief(
                    id=name,
                    values=known,
                    source=source,
                    draw=draw + REDRAW * redraws,
                    avoid=avoid,
                    nudges=nudges,
                    language=language,
                    wish=wish,
                    **done,
                )

    def remaining(self, only: Collection[str] = ()) -> int:
        """Count the briefs that wait, of some ids where `only` names them."""
        question = f"select count(*) from pieces where status = 'waiting' {among(only)}"
        return int(self._database.ask(question, tuple(only))[0][0])

    def changed(self, only: Collection[str] = ()) -> int:
        """Count the briefs that wait though this job wrote pieces of their ids: what makes those is another now."""
        question = (
            f"select count(*) from pieces where status = 'waiting' and finished_run > 0 and not anew {among(only)}"
        )
        return int(self._database.ask(question, tuple(only))[0][0])

    def ids(self, wanted: Collection[str]) -> set[str]:
        """Return which of some ids are briefs of this job."""
        rows = self._database.ask(f"select id from pieces where true {among(wanted)}", tuple(wanted))
        return {name for (name,) in rows}

    def first_ids(self, most: int = 2000) -> list[str]:
        """Return the ids of the first briefs."""
        return [name for (name,) in self._database.ask("select id from pieces order by place limit ?", (most,))]

    def state(self, name: str, key: str) -> tuple[Status | str, bool]:
        """Return (status, whether no earlier piece may stand in) of a brief while it has this key, `""` without one."""
        question = "select status, anew from pieces where id = ? and key = ?"
        for status, anew in self._database.ask(question, (whole_text(name), key)):
            return status, bool(anew)
        return "", False

    def finished_once(self, name: str) -> bool:
        """Say whether this job wrote a piece of that id, whatever its key was."""
        question = "select exists (select 1 from pieces where id = ? and finished_run > 0)"
        return bool(self._database.ask(question, (whole_text(name),))[0][0])

    def holds(self, key: str) -> bool:
        """Say whether a piece of that key is there, or was once."""
        once = "select 1 from history where key = ? and has_assets(artifact)"
        question = f"select exists (select 1 from pieces where key = ? and {FINISHED} union all {once})"
        return bool(self._database.ask(question, (key, key))[0][0])


def _row(brief: Brief | Artifact, key: Callable[[Brief], str]) -> dict[str, str | int | None]:
    """Return what a brief's row says of it; a failed Artifact stands for a row of the file that is no brief."""
    bad = brief if isinstance(brief, Artifact) else None
    asked = brief.brief if isinstance(brief, Artifact) else brief
    return {
        "id": whole_text(asked.id),
        "status": "failed" if bad else "waiting",
        "reason": whole_text(bad.reason) if bad else "",
        "key": "" if bad else key(asked),
        "draw": asked.draw,
        "language": asked.language,
        "source": whole_text(asked.source),
        "brief": json_text(dict(asked.values)),
        "reading": json_text(reading) if (reading := reading_record(asked)) else "",
        "artifact": json_text(body_record(bad)) if bad else None,
    }


def _again(which: str, only: Collection[str], *, redraw: int) -> str:
    return (
        f"update pieces set status = 'waiting', reason = '', checks = '', artifact = null, twin = '', avoid = '', "
        f"nudges = 0, writing = 0, anew = 1, redraws = redraws + {redraw} where {which} {among(only)}"
    )


def _reuse(table: str, newest: str, *, writing: str) -> str:
    """Return the statement that lets pieces of the same key stand for briefs that wait, where their files are here;
    `writing` is their lines' number."""
    same = f"select max({newest}) from {table} where key = pieces.key"
    return (
        f"update pieces set status = h.status, reason = h.reason, checks = h.checks, lines = h.lines, "
        f"fallbacks = h.fallbacks, artifact = h.artifact, requests = 0, prompt_tokens = 0, written_tokens = 0, "
        f"seconds = 0, writing = {writing} from {table} h where h.{newest} = ({same}) and pieces.status = 'waiting' "
        f"and not anew and {sound('h.artifact')} and has_assets(h.artifact)"
    )


ASK = """
insert into pieces (place, id, status, reason, key, draw, language, run, source, brief, reading, artifact)
values (:place, :id, :status, :reason, :key, :draw, :language, :run, :source, :brief, :reading, :artifact)
on conflict (id) do update set
    place = :place, run = :run, source = :source, brief = :brief, draw = :draw, language = :language,
    reading = :reading,
    status = iif(key = :key and :key <> '', status, :status),
    reason = iif(key = :key and :key <> '', reason, :reason),
    checks = iif(key = :key and :key <> '', checks, ''),
    twin = iif(key = :key and :key <> '', twin, ''),
    avoid = iif(key = :key and :key <> '', avoid, ''),
    nudges = iif(key = :key and :key <> '', nudges, 0),
    redraws = iif(key = :key and :key <> '', redraws, 0),
    anew = iif(key = :key and :key <> '', anew, 0),
    artifact = iif(key = :key and :key <> '', artifact, :artifact),
    writing = iif(key = :key and :key <> '', writing, 0),
    requests = iif(key = :key and :key <> '', requests, 0),
    prompt_tokens = iif(key = :key and :key <> '', prompt_tokens, 0),
    written_tokens = iif(key = :key and :key <> '', written_tokens, 0),
    seconds = iif(key = :key and :key <> '', seconds, 0),
    lines = iif(key = :key and :key <> '', lines, 0),
    fallbacks = iif(key = :key and :key <> '', fallbacks, 0),
    key = :key
where pieces.run < :run
"""
