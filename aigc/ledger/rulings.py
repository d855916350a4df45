"""What people decided of whole pieces: approved, or rejected with a note; and where each piece stands with them.

An approved piece stands as it was read: nothing writes it again while its brief is the same, not `--fresh` nor another
model. A rejected one is written again by the next run, which is told the note. Every ruling goes into the log of
decisions, where nothing is ever taken away.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.ledger.damage import read_as
from aigc.ledger.database import Database, aside
from aigc.ledger.entry import FINISHED
from aigc.ledger.record import content_hash, json_text, whole_text
from aigc.types import Artifact, Json, Review, Ruled, Ruling, Standpoint, Status

FIRST_WITH_RULINGS = 5  # the format
RULING = """(
    select json_object('verdict', verdict, 'note', note, 'by', "by", 'at', at, 'rev', rev, 'stale', stale)
    from rulings where rulings.id = pieces.id and verdict <> 'reopened'
)"""
APPROVED = "select id from rulings where verdict = 'approved' and not stale"
REJECTED = "select id from rulings where verdict = 'rejected' and not stale"
STANDPOINT = """case
    when l.verdict = 'approved' and l.stale then 'stale' when l.verdict = 'approved' then 'approved'
    when l.verdict = 'rejected' and not l.stale then 'rejected'
    when r.fields <> '{}' then 'edited' else 'open' end"""
READABLE = f"{FINISHED} and status <> 'failed'"
STANDING = "pieces p left join rulings l on l.id = p.id left join reviews r on r.id = p.id"
LOGGED = 'id, decision, fields, base, rev, "by", at, note, seen'


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """This says which pieces are listed: where people stand with them, their status, words in them, from which place,
    and how many."""

    standpoint: Standpoint | None = None
    status: Status | None = None
    words: str = ""
    first: int = 0
    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """This is a piece in a list: its id, its status, where people stand with it, and what its brief begins with."""

    id: str
    status: str
    standpoint: Standpoint
    title: str


class Rulings:
    """This is what people decided of whole pieces. A ledger of a format before has none until it is written to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rule(self, piece: Artifact, verdict: Ruled, *, by: str, at: str, note: str = "") -> None:
        """Approve or reject a piece as it stands, or take back what was decided of it."""
        seen = content_hash(dict(piece.brief.values))
        with self._database.change() as db:
            (rev,) = db.execute("select coalesce(max(rev), 0) + 1 from rulings where id = ?", (piece.id,)).fetchone()
            ruled = (piece.id, verdict, seen, rev, whole_text(by), at, whole_text(note))
            db.execute(f"insert or replace into rulings values ({','.join('?' * 7)}, 0)", ruled)
            base = content_hash(dict(piece.fields))
            logged = (piece.id, verdict, "{}", base, rev, whole_text(by), at, whole_text(note))
            told = json_text({"values": dict(piece.brief.values), "fields": dict(piece.fields)})
            db.execute(f"insert into review_log ({LOGGED}) values ({','.join('?' * 9)})", (*logged, told))

    def approved(self) -> set[str]:
        """Return the ids of the pieces that people approved as they stand."""
        if self._database.format < FIRST_WITH_RULINGS:
            return set()
        return {name for (name,) in self._database.ask(APPROVED)}

    def counts(self) -> Counter[Standpoint]:
        """Count the finished pieces by where people stand with them."""
        if self._database.format < FIRST_WITH_RULINGS:
            return Counter()
        question = f"select {STANDPOINT}, count(*) from {STANDING} where {READABLE} group by 1"
        return Counter(dict(self._database.ask(question)))

    def listed(self, shelf: Shelf) -> tuple[list[Listed], int]:
        """Return the finished pieces that are asked for, in the briefs' order, and how many there are in all."""
        asked: list[tuple[str, Sequence[Json]]] = [(READABLE, ())]
        if shelf.standpoint:
            asked.append((f"{STANDPOINT} = ?", (shelf.standpoint,)))
        if shelf.status:
            asked.append(("status = ?", (shelf.status,)))
        if shelf.words:
            held = (
                "instr(lower(p.id || ' ' || p.brief || ' ' || p.artifact || ' ' || coalesce(r.fields, '')), lower(?))"
            )
            asked.append((held, (json.dumps(shelf.words, ensure_ascii=False)[1:-1],)))
        where = " and ".join(condition for condition, _ in asked)
        values = [value for _, given in asked for value in given]
        ((many,),) = self._database.ask(f"select count(*) from {STANDING} where {where}", values)
        rows = self._database.ask(
            f"select p.id, p.status, {STANDPOINT}, p.brief from {STANDING} where {where} order by p.place "
            "limit ? offset ?",
            (*values, shelf.most, shelf.first),
        )
        found = [
            Listed(id=name, status=status, standpoint=stands, title=_title(brief))
            for name, status, stands, brief in rows
        ]
        return found, int(many)

    def place(self, shelf: Shelf, name: str) -> int:
        """Return how many pieces of a list come before one."""
        every = replace(shelf, first=0, most=-1)
        return next((at for at, one in enumerate(self.listed(every)[0]) if one.id == name), 0)


def _title(brief: str) -> str:
    """Return the first text of a brief's values."""
    try:
        values = json.loads(brief)
    except ValueError:
        return ""
    first = next((one for one in values.values() if isinstance(one, str) and one), "") if values else ""
    return first if len(first) <= 80 else f"{first[:79]}…"


def approved_briefs(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return the ids of the pieces that people approved, with the hash of the brief they saw and the piece's key."""
    question = (
        f"select id, rulings.brief, key from pieces join rulings using (id) where id in ({APPROVED}) and {FINISHED}"
    )
    return {name: (seen, key) for name, seen, key in db.execute(question)}


def ruled(artifact: Artifact, record: str | None, ledger: Path) -> Artifact:
    """Return a piece with a ruling, which is JSON as `RULING` asks for it. Damaged where it is none."""
    if record is None:
        return artifact
    with read_as(ledger, f"what people decided of {artifact.id!r}", hint=aside(ledger)):
        told: Mapping[str, Json] = json.loads(record)
        ruling = Ruling(**{**told, "stale": bool(told["stale"])})
    return replace(artifact, review=replace(artifact.review or Review(fields={}), ruling=ruling))


def exportable(statuses: Iterable[Status], *, approved: bool) -> str:
    """Return the condition for pieces that may be published: of some statuses, and none that people rejected; those
    alone that they approved where that is asked."""
    marks = ",".join("?" * len(tuple(statuses)))
    return f"status in ({marks}) and id {f'in ({APPROVED})' if approved else f'not in ({REJECTED})'}"
