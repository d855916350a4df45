"""Pieces that repeat each other: the signatures that find them, and what becomes of them.

A signature is a piece's opening and the hashes of its bands. Pieces that share one may be alike; whether they are, the
guard decides that asked. The project's store holds signatures of other jobs' pieces, by key instead of id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from aigc.ledger.damage import sound
from aigc.ledger.database import Database
from aigc.ledger.entry import complained
from aigc.ledger.record import body_record, json_text
from aigc.types import Artifact, Json

Fields: TypeAlias = Mapping[str, Json]
Signature: TypeAlias = tuple[str, Sequence[int]]  # opening, a hash per band

LUMP = 500  # rows read at a time
GOOD = "status in ('accepted', 'flagged')"
EARLIER = "key:"  # before the key of another job's piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """This is what the uniqueness guard found; `looked` says whether it was ever on. `first` is (id, twin's id)."""

    looked: bool
    count: int
    first: Sequence[tuple[str, str]]
    again: int  # pieces that were written again for repeating another


class Twins:
    """This is what the ledger knows of pieces that repeat each other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beside(self, store: Path) -> AbstractContextManager[None]:
        """Keep the project's store at hand, for the questions that have `earlier` pieces in them."""
        return self._database.attached(store)

    def sign(self, sign: Callable[[Fields], Signature], mark: Json, *, earlier: bool = False) -> None:
        """Make the signatures that are missing; all anew where `mark`, which names how they are made, has changed."""
        where = "store." if earlier else "main."
        self._forget_other_marks(where, json_text(mark))
        key, there = ("key", "store.made where true") if earlier else ("id", f"pieces where {GOOD}")
        there = f"{there} and {sound('artifact')} and {key} not in (select id from {where}sketches)"
        question = f"select {key}, artifact from {there} limit {LUMP}"
        while rows := self._database.ask(question):
            signed = [(name, *sign(json.loads(artifact)["fields"])) for name, artifact in rows]
            bands = [(band, name) for name, _, hashes in signed for band in hashes]
            with self._database.change() as db:
                openings = [(name, opening) for name, opening, _ in signed]
                db.executemany(f"insert into {where}sketches values (?, ?)", openings)
                db.executemany(f"insert into {where}bands values (?, ?)", bands)

    def alike(self, *, earlier: bool = False) -> Iterator[tuple[str, str, int]]:
        """Yield (id, id or `key:` of one before it that may be alike, nudges), in the briefs' order."""
        parts = [ALIKE, SAME_OPENING, *([ALIKE_EARLIER, SAME_OPENING_EARLIER] if earlier else [])]
        yield from self._database.ask(f"select id, other, nudges from ({' union '.join(parts)}) order by place, before")

    def fields(self, name: str) -> tuple[str, Fields]:
        """Return (what a piece is called, its fields); of another job's piece where `name` is a `key:`."""
        question = "select id, artifact from pieces where id = ?"
        if name.startswith(EARLIER):
            name = name.removeprefix(EARLIER)
            question = "select job || '/' || id, artifact from store.made where key = ?"
        ((called, artifact),) = self._database.ask(question, (name,))
        return called, json.loads(artifact)["fields"]

    def send_back(self, twins: Iterable[tuple[str, str]]) -> None:
        """Send (id, how the piece begins that it repeats) back to be written again."""
        with self._database.change() as db:
            db.executemany(SEND_BACK, [(avoid, name) for name, avoid in twins])

    def take_back(self) -> None:
        """Put the earlier piece back where the one that was written in its place is rejected or failed."""
        with self._database.change() as db:
            db.execute(TAKE_BACK)

    def flagged(self) -> list[str]:
        """Return the ids of the pieces that are said to repeat another; one that came back from the history brings its
        finding along, but no twin."""
        found = "twin <> '' or ', ' || checks || ', ' like '%, unique, %'"
        rows = self._database.ask(f"select id from pieces where status <> 'waiting' and ({found})")
        return [name for (name,) in rows]

    def flag(self, judged: Iterable[tuple[Artifact, str]]) -> None:
        """Put (piece as the guard judges it, its twin's id or nothing) in the place of the same piece."""
        with self._database.change() as db:
            for artifact, twin in judged:
                row = (
                    artifact.status,
                    artifact.reason,
                    complained(artifact.findings),
                    json_text(body_record(artifact)),
                    twin,
                )
                db.execute(FLAG, (*row, artifact.id, twin, artifact.status))

    def repeats(self, most: int) -> Repeats:
        """Return what was found, the `most` first of them by name."""
        ask = self._database.ask
        ((count, again),) = ask("select count(nullif(twin, '')), count(nullif(nudges, 0)) from pieces")
        ((looked,),) = ask("select exists (select 1 from sketches)")
        first = [
            (str(name), str(twin))
            for name, twin in ask("select id, twin from pieces where twin <> '' order by place limit ?", (most,))
        ]
        return Repeats(looked=bool(looked or count or again), count=count, first=first, again=again)

    def _forget_other_marks(self, where: str, mark: str) -> None:
        if self._database.ask(f"select opening from {where}sketches where id = ''") != [(mark,)]:
            with self._database.change() as db:
                db.execute(f"delete from {where}sketches")
                db.execute(f"delete from {where}bands")
                db.execute(f"insert into {where}sketches values ('', ?)", (mark,))


SEND_BACK = """
update pieces set status = 'waiting', artifact = null, writing = 0, anew = 1, redraws = redraws + 1,
    nudges = nudges + 1, avoid = ?
where id = ?
"""
TAKE_BACK = f"""
update pieces set status = h.status, reason = h.reason, checks = h.checks, lines = h.lines, fallbacks = h.fallbacks,
    artifact = h.artifact, writing = h.writing
from history h where pieces.nudges > 0 and pieces.status in ('rejected', 'failed') and h.seq = (
    select max(seq) from history where key = pieces.key and {GOOD}
) and {sound("h.artifact")} and has_assets(h.artifact)
"""
FLAG = """
update pieces set status = ?, reason = ?, checks = ?, artifact = ?, twin = ?
where id = ? and (twin <> ? or status <> ?)
"""
ALIKE = """
select b.id, p.place, p.nudges, first.id as other, first.place as before
from bands b join pieces p on p.id = b.id join (
    select hash, p.id, min(p.place) as place from bands join pieces p using (id) group by hash having count(*) > 1
) first on first.hash = b.hash and first.place < p.place
"""
SAME_OPENING = """
select s.id, p.place, p.nudges, first.id as other, first.place as before
from sketches s join pieces p on p.id = s.id join (
    select opening, p.id, min(p.place) as place from sketches join pieces p using (id)
    where opening <> '' group by opening having count(*) > 1
) first on first.opening = s.opening and first.place < p.place
"""
ALIKE_EARLIER = f"""
select b.id, p.place, p.nudges, '{EARLIER}' || min(e.id) as other, -1 as before
from bands b join pieces p on p.id = b.id join store.bands e on e.hash = b.hash
where e.id not in (select key from pieces) group by b.id, b.hash
"""
SAME_OPENING_EARLIER = f"""
select s.id, p.place, p.nudges, '{EARLIER}' || min(e.id) as other, -1 as before
from sketches s join pieces p on p.id = s.id join store.sketches e on e.opening = s.opening
where s.opening <> '' and e.id not in (select key from pieces) group by s.id
"""
