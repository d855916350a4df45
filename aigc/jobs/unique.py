"""The uniqueness guard: no piece of a job says what an earlier one says, or begins as one begins.

Pieces are compared by the 5-character shingles of their prose, all fields of it; how one begins is its first field,
where a model writes that and others beside it (a title). MinHash signatures (Broder 1997), banded (Indyk and Motwani
1998), stand in the ledger and find who may be alike; the shingles themselves then decide. Of two alike the one that
comes first among the briefs stands; the later one is written again with another draw, a little warmer, its template
told what to `avoid`, and after so many attempts it is flagged with its twin's id. This goes in rounds over a finished
job, so what is written again depends on what the pieces say and not on the order they came in.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path

from aigc.content import ContentType
from aigc.errors import ProjectError, did_you_mean
from aigc.ledger.ledger import Ledger, complained
from aigc.ledger.record import body_record, json_text
from aigc.types import Artifact, Finding, Json, texts_in

SHINGLE = 5  # characters
BANDS, ROWS = 16, 4  # two texts of Jaccard similarity s share a band with probability 1 - (1 - s^4)^16: 0.9998 at 0.8
CHECK = "unique"
OPENINGS = 2  # what is taken for one: raised when that changes
BEGINNING = 6  # words that tell a piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """This says how alike two pieces may be.

    `threshold` is the share of shingles (Jaccard) from which they repeat each other, `opening` how many first words may
    not be the same (0: those of a whole first field alone), `attempts` how often one is written again; `earlier` counts
    the project's other jobs too.
    """

    threshold: float = 0.8
    opening: int = 0
    attempts: int = 2
    earlier: bool = False

    @classmethod
    def parse(cls, said: Mapping[str, Json], *, on: bool = False) -> Unique | None:
        """This is aigc.yaml's `unique`, or None where nobody asked for it. ProjectError names what is wrong in it."""
        known = {one.name: one.type for one in fields(cls)}
        for name, value in said.items():
            if name not in known:
                raise ProjectError(f"unique: unknown option {name!r}", hint=did_you_mean(name, known))
            kind = {"float": int | float, "int": int, "bool": bool}[str(known[name])]
            if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool) or value < 0:
                raise ProjectError(f"unique: {name} cannot be {value!r}")
        if not 0.5 <= said.get("threshold", 0.8) <= 1:
            raise ProjectError(f"unique: threshold is {said['threshold']}, from 0.5 to 1")
        return cls(**said) if said or on else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """This is a piece that repeats an earlier one: `message` says how, `avoid` is how that one begins."""

    id: str
    of: str
    message: str
    avoid: str
    nudges: int


class Guard:
    """This looks for twins in a ledger. `store` is where the project's other jobs left theirs."""

    def __init__(self, ledger: Ledger, unique: Unique, content_type: ContentType, store: Path | None) -> None:
        self._ledger = ledger
        self._unique = unique
        self._titled = _titled(content_type)
        self._store = store if unique.earlier else None

    def due(self) -> list[Twin]:
        """This is the pieces to be written again."""
        return [twin for twin in self.twins() if twin.nudges < self._unique.attempts]

    def twins(self) -> list[Twin]:
        """This is every piece that repeats another one, in the briefs' order."""
        with ExitStack() as open_:
            if self._store is not None:
                open_.enter_context(self._ledger.attached(self._store))
                self._forget_other_openings("store.")
                self._sketch("store.", "made", "key", "true")
            self._forget_other_openings("main.")
            self._sketch("main.", "pieces", "id", "status in ('accepted', 'flagged')")
            found: dict[str, Twin] = {}
            for name, other, nudges in self._alike():
                if name not in found and (twin := self._compared(name, other, nudges)):
                    found[name] = twin
            return list(found.values())

    def send_back(self, twins: Sequence[Twin]) -> None:
        """This has twins written again."""
        with self._ledger.change() as db:
            for twin in twins:
                db.execute(
                    "update pieces set status = 'waiting', artifact = null, anew = 1, redraws = redraws + 1, "
                    "nudges = nudges + 1, avoid = ? where id = ?",
                    (twin.avoid, twin.id),
                )

    def take_back(self) -> None:
        """This puts a good piece back where writing it again came to nothing better."""
        with self._ledger.change() as db:
            db.execute(TAKE_BACK)

    def flag(self, twins: Sequence[Twin]) -> None:
        """This flags twins, and clears what is none any more."""
        now = {twin.id: twin for twin in twins}
        # a piece that came back from the history brings its finding along, but no twin
        said_so = "twin <> '' or ', ' || checks || ', ' like '%, unique, %'"
        flagged = self._ledger.ask(f"select id from pieces where status <> 'waiting' and ({said_so})")
        cleared = [name for (name,) in flagged if name not in now]
        with self._ledger.change() as db:
            for name in (*now, *cleared):
                twin = now.get(name)
                artifact = _judged(self._ledger.entry(name).artifact, twin)
                same = "" if twin is None else twin.of
                said = (artifact.status, artifact.reason, complained(artifact), json_text(body_record(artifact)), same)
                db.execute(
                    "update pieces set status = ?, reason = ?, checks = ?, artifact = ?, twin = ? where id = ? "
                    "and (twin <> ? or status <> ?)",
                    (*said, name, same, artifact.status),
                )

    def _forget_other_openings(self, where: str) -> None:
        """This drops the openings of an earlier run that took other words for one."""
        taken = [OPENINGS, self._unique.opening, self._titled]
        ask = f"select opening from {where}sketches where id = ''"
        if self._ledger.ask(ask) != [(said := json_text(taken),)]:
            with self._ledger.change() as db:
                db.execute(f"delete from {where}sketches")
                db.execute(f"delete from {where}bands")
                db.execute(f"insert into {where}sketches values ('', ?)", (said,))

    def _sketch(self, where: str, table: str, key: str, which: str) -> None:
        """This makes the signatures that are missing."""
        ask = (
            f"select {key}, artifact from {where}{table} where {which} and "
            f"{key} not in (select id from {where}sketches) limit 500"
        )
        while rows := self._ledger.ask(ask):
            sketches, bands = [], []
            for name, artifact in rows:
                fields = json.loads(artifact)["fields"]
                sketches.append((name, self._opening(fields)))
                bands += [(band, name) for band in _bands(prose(fields))]
            with self._ledger.change() as db:
                db.executemany(f"insert into {where}sketches values (?, ?)", sketches)
                db.executemany(f"insert into {where}bands values (?, ?)", bands)

    def _alike(self) -> Iterator[tuple[str, str, int]]:
        """This yields (id, id or `key:` of one before it that may be alike, nudges), in the briefs' order."""
        asks = [ALIKE, SAME_OPENING, *([ALIKE_EARLIER, SAME_OPENING_EARLIER] if self._store is not None else [])]
        yield from self._ledger.ask(f"select id, other, nudges from ({' union '.join(asks)}) order by place, before")

    def _compared(self, name: str, other: str, nudges: int) -> Twin | None:
        (_, mine), (called, theirs) = self._said(name), self._said(other)
        share, begins = similarity(prose(mine), prose(theirs)), self._opening(theirs)
        first = _first_words(theirs, titled=self._titled)[: max(self._unique.opening, BEGINNING)]
        if share >= self._unique.threshold:
            message = f"says much the same as {called} ({share:.0%})"
        elif begins and self._opening(mine) == begins:
            message = f"begins like {called}: {' '.join(first)}"
        else:
            return None
        return Twin(id=name, of=called, message=message, avoid=" ".join(first), nudges=nudges)

    def _opening(self, fields: Mapping[str, Json]) -> str:
        return opening(fields, self._unique.opening, titled=self._titled)

    def _said(self, name: str) -> tuple[str, Mapping[str, Json]]:
        """This is (what a piece is called, its fields)."""
        if name.startswith(EARLIER):
            ask, name = "select job || '/' || id, artifact from store.made where key = ?", name.removeprefix(EARLIER)
        else:
            ask = "select id, artifact from pieces where id = ?"
        ((called, artifact),) = self._ledger.ask(ask, (name,))
        return called, json.loads(artifact)["fields"]


EARLIER = "key:"  # before the key of another job's piece
TAKE_BACK = """
update pieces set status = h.status, reason = h.reason, checks = h.checks, lines = h.lines, fallbacks = h.fallbacks,
    artifact = h.artifact
from history h where pieces.nudges > 0 and pieces.status in ('rejected', 'failed') and h.seq = (
    select max(seq) from history where key = pieces.key and status in ('accepted', 'flagged')
)
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


def similarity(one: str, other: str) -> float:
    """This is the Jaccard similarity of two proses' shingles, 0 to 1."""
    mine, theirs = _shingles(one), _shingles(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def prose(fields: Json) -> str:
    """This is what a piece says, in small letters and single spaces, addresses apart."""
    texts = (text for text in texts_in(fields) if not text.startswith(("http://", "https://")))
    return " ".join(" ".join(texts).casefold().split())


def _shingles(text: str) -> set[str]:
    return {text[at : at + SHINGLE] for at in range(max(len(text) - SHINGLE + 1, min(len(text), 1)))}


def _words(text: str) -> list[str]:
    """This is a text's words; a CJK character counts as one."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff][\w'’-]*", text)


def opening(fields: Mapping[str, Json], words: int, *, titled: bool) -> str:
    """This is the first words of a piece, in small letters; a text that has no more than those has no opening.

    A `titled` piece of several fields begins with its first one, however short; with 0 words that is all of it.
    """
    found = _first_words(fields, titled=titled)
    if titled and len(fields) > 1:
        return " ".join(found[: words or None])
    return " ".join(found[:words]) if len(found) > words > 0 else ""


def _first_words(fields: Mapping[str, Json], *, titled: bool) -> list[str]:
    return _words(prose([*fields.values()][:1] if titled and len(fields) > 1 else fields))


def _titled(content_type: ContentType) -> bool:
    """This says whether the first field is one text that a model writes: what is made of the brief repeats with it."""
    first = next(iter(content_type.output.values()))
    return first.get("type") == "string" and (not content_type.composed or "stages" in str(first.get("from", "")))


def _bands(text: str) -> Iterator[int]:
    """This yields a hash per band of the signature, each a signed 64-bit number."""
    from rensa import RMinHash

    sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
    sketch.update(sorted(_shingles(text)))
    signature = sketch.digest()
    for band in range(BANDS):
        rows = struct.pack(f"<{ROWS + 1}I", band, *signature[band * ROWS : (band + 1) * ROWS])
        (number,) = struct.unpack("<q", hashlib.blake2b(rows, digest_size=8).digest())
        yield number


def _judged(artifact: Artifact, twin: Twin | None) -> Artifact:
    """This is a piece with what the guard says of it now, and nothing of what it said before."""
    findings = tuple(finding for finding in artifact.findings if finding.check != CHECK)
    if twin is not None:
        said = Finding(message=twin.message, check=CHECK, severity="warn")
        return replace(artifact, status="flagged", reason=artifact.reason or twin.message, findings=(*findings, said))
    warned = [finding for finding in findings if finding.severity == "warn"]
    reason = f"{warned[0].field or 'the piece'}: {warned[0].message}" if warned else ""
    return replace(artifact, status="flagged" if warned else "accepted", reason=reason, findings=findings)
