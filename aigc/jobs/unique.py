"""The uniqueness guard: no piece of a job says what an earlier one says, begins as one begins, or has a field of one.

Pieces are compared by the 5-character shingles of their prose, all fields of it; how one begins is its first field,
where a model writes that and others beside it (a title); a field of one is a longer text of several that a model writes
(a page's description). MinHash signatures (Broder 1997), banded (Indyk and Motwani
1998), stand in the ledger and find who may be alike; the shingles themselves then decide. Of two alike the one that
comes first among the briefs stands; the later one is written again with another draw, a little warmer, its template
told what to `avoid`, and after so many attempts it is flagged with its twin's id. This goes in rounds over a finished
job, so what is written again depends on what the pieces say and not on the order they came in.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.content import ContentType
from aigc.jobs.uniqueness import Unique
from aigc.ledger import Ledger
from aigc.types import Artifact, Finding, Json, texts_in

SHINGLE = 5  # characters
BANDS, ROWS = 16, 4  # two texts of Jaccard similarity s share a band with probability 1 - (1 - s^4)^16: 0.9998 at 0.8
CHECK = "unique"
OPENINGS = 3  # what is taken for one, and for a field: raised when that changes
LONG_FIELD = 40  # characters: shorter ones may be alike by chance
BEGINNING = 6  # words that tell a piece


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
        self._written = _written(content_type)
        self._store = store if unique.earlier else None

    def due(self) -> list[Twin]:
        """Return the twins to be written again."""
        spared = self._ledger.rulings.approved()
        return [twin for twin in self.twins() if twin.nudges < self._unique.attempts and twin.id not in spared]

    def twins(self) -> list[Twin]:
        """Return every piece that repeats another one, in the briefs' order."""
        twins, earlier = self._ledger.twins, self._store is not None
        mark = [OPENINGS, self._unique.opening, self._titled, *self._written]
        with twins.beside(self._store) if self._store is not None else nullcontext():
            if earlier:
                twins.sign(self._signature, mark, earlier=True)
            twins.sign(self._signature, mark)
            found: dict[str, Twin] = {}
            for name, other, nudges in twins.alike(earlier=earlier):
                if name not in found and (twin := self._compared(name, other, nudges)):
                    found[name] = twin
            return list(found.values())

    def send_back(self, twins: Sequence[Twin]) -> None:
        """Send the twins back to be written again."""
        self._ledger.twins.send_back((twin.id, twin.avoid) for twin in twins)

    def take_back(self) -> None:
        """Put a good piece back where writing it again came to nothing better."""
        self._ledger.twins.take_back()

    def flag(self, twins: Sequence[Twin]) -> None:
        """Flag the twins, and clear what is none any more."""
        now = {twin.id: twin for twin in twins}
        cleared = [name for name in self._ledger.twins.flagged() if name not in now]
        written = self._ledger.pieces.as_written
        self._ledger.twins.flag(
            (_judged(written(name), now.get(name)), now[name].of if name in now else "") for name in (*now, *cleared)
        )

    def _compared(self, name: str, other: str, nudges: int) -> Twin | None:
        """Return how a piece repeats another one; None where their shingles say that it does not."""
        (_, mine), (called, theirs) = self._ledger.twins.fields(name), self._ledger.twins.fields(other)
        share, begins = similarity(prose(mine), prose(theirs)), self._opening(theirs)
        first = _first_words(theirs, titled=self._titled)[: max(self._unique.opening, BEGINNING)]
        if share >= self._unique.threshold:
            message = f"says much the same as {called} ({share:.0%})"
        elif begins and self._opening(mine) == begins:
            message = f"begins like {called}: {' '.join(first)}"
        elif same := [one for one in self._long(mine) if one in self._long(theirs)]:
            field, text = same[0]
            message, first = f"has the {field} of {called}", _words(text)[:BEGINNING]
        else:
            return None
        return Twin(id=name, of=called, message=message, avoid=" ".join(first), nudges=nudges)

    def _signature(self, fields: Mapping[str, Json]) -> tuple[str, list[int]]:
        return self._opening(fields), [*_bands(prose(fields)), *map(_hash, self._long(fields))]

    def _long(self, fields: Mapping[str, Json]) -> list[tuple[str, str]]:
        """Return (name, what it says) of the longer texts that a model writes."""
        texts = [(name, prose(fields.get(name) or "")) for name in self._written]
        return [(name, text) for name, text in texts if len(text) >= LONG_FIELD]

    def _opening(self, fields: Mapping[str, Json]) -> str:
        return opening(fields, self._unique.opening, titled=self._titled)


def similarity(one: str, other: str) -> float:
    """Return the Jaccard similarity of two proses' shingles, 0 to 1."""
    mine, theirs = _shingles(one), _shingles(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0


def prose(fields: Json) -> str:
    """Return what a piece says, in small letters and single spaces, addresses apart."""
    texts = (text for text in texts_in(fields) if not text.startswith(("http://", "https://")))
    return " ".join(" ".join(texts).casefold().split())


def _shingles(text: str) -> set[str]:
    return {text[at : at + SHINGLE] for at in range(max(len(text) - SHINGLE + 1, min(len(text), 1)))}


def _words(text: str) -> list[str]:
    """Return a text's words; a CJK character counts as one."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff][\w'’-]*", text)


def opening(fields: Mapping[str, Json], words: int, *, titled: bool) -> str:
    """Return the first words of a piece, in small letters; a text that has no more than those has no opening.

    A `titled` piece of several fields begins with its first one, however short; with 0 words that is all of it.
    """
    found = _first_words(fields, titled=titled)
    if titled and len(fields) > 1:
        return " ".join(found[: words or None])
    return " ".join(found[:words]) if len(found) > words > 0 else ""


def _first_words(fields: Mapping[str, Json], *, titled: bool) -> list[str]:
    return _words(prose([*fields.values()][:1] if titled and len(fields) > 1 else fields))


def _titled(content_type: ContentType) -> bool:
    """Say whether the first field is one text that a model writes: what is made of the brief repeats with it."""
    first = next(iter(content_type.output.values()))
    return first.get("type") == "string" and (not content_type.composed or "stages" in str(first.get("from", "")))


def _written(content_type: ContentType) -> tuple[str, ...]:
    """Return the fields of one text that a model writes beside others."""
    output = content_type.output
    if len(output) < 2:
        return ()
    texts = [(name, str(schema.get("from", ""))) for name, schema in output.items() if schema.get("type") == "string"]
    return tuple(name for name, made in texts if not content_type.composed or "stages" in made)


def _hash(field: tuple[str, str]) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(field).encode(), digest_size=8).digest(), signed=True)


def _bands(text: str) -> Iterator[int]:
    """Yield a hash per band of the signature, each a signed 64-bit number."""
    from rensa import RMinHash

    sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
    sketch.update(sorted(_shingles(text)))
    signature = sketch.digest()
    for band in range(BANDS):
        rows = struct.pack(f"<{ROWS + 1}I", band, *signature[band * ROWS : (band + 1) * ROWS])
        (number,) = struct.unpack("<q", hashlib.blake2b(rows, digest_size=8).digest())
        yield number


def _judged(artifact: Artifact, twin: Twin | None) -> Artifact:
    """Return a piece with what the guard says of it now, and nothing of what it said before."""
    findings = tuple(finding for finding in artifact.findings if finding.check != CHECK)
    if twin is not None:
        found = Finding(message=twin.message, check=CHECK, severity="warn")
        return replace(artifact, status="flagged", reason=artifact.reason or twin.message, findings=(*findings, found))
    warned = [finding for finding in findings if finding.severity == "warn"]
    reason = f"{warned[0].field or 'the piece'}: {warned[0].message}" if warned else ""
    return replace(artifact, status="flagged" if warned else "accepted", reason=reason, findings=findings)
