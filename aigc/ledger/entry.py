"""What the ledger knows of one brief once its piece is finished, and of what its stages took."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aigc.ledger.assets import Assets
from aigc.ledger.damage import read_as, sound
from aigc.ledger.record import NO_ARTIFACT, artifact_with, finding_of, refuse_odd, whole_text
from aigc.types import Artifact, Brief, Finding, Json, Usage
from aigc.writing.severity import verdict

PIECE = "id, status, reason, source, draw, brief, artifact"
SECONDS = "min(cast(seconds as real), 1e12)"  # a number whatever was put in by hand
COUNTS = ", ".join(f"cast({name} as integer)" for name in ("redraws", "requests", "prompt_tokens", "written_tokens"))
TOOK = f"place, key, {COUNTS}, {SECONDS}, twin"
FIRST_WITH_READING = 4  # the format
HISTORY = "(key, id, status, reason, checks, lines, fallbacks, brief, artifact)"
FINISHED = "status <> 'waiting'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """This is a finished piece with what it took to write it.

    `place` counts briefs from 0 in their file's order. `requests` are model calls, `seconds` from the first of them
    to the last answer, so pieces of one batch overlap; both are 0 for a piece that was reused. `draw` counts how often
    the piece was asked for anew. `twin` is the id of the piece that this one repeats, where the guard found one.
    `writing` is the number of its lines, 0 where none are kept.
    """

    place: int
    artifact: Artifact
    key: str = ""
    requests: int = 0
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    draw: int = 0
    twin: str = ""
    writing: int = 0


@dataclass(slots=True)
class Spent:
    """This is what one stage of a piece took. `seconds` run from the first request to the last answer."""

    requests: int = 0
    completions: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """This is a finished piece, what each stage of it took, and its seconds from the first request to the last
    answer."""

    artifact: Artifact
    spent: Mapping[str, Spent] = field(default_factory=dict)
    seconds: float = 0.0


def piece_of(row: Sequence[Json], assets: Assets) -> Artifact:
    """Read a piece from its row, of which `PIECE` and its reading were asked; its files are in `assets`."""
    name, status, reason, source, draw, inputs, artifact, reading = row
    with read_as(assets.ledger, f"what it holds of {name!r}"):
        values, body = json.loads(f"[{inputs},{artifact}]")
        brief = Brief(id=name, values=values, source=source, draw=draw, **json.loads(reading or "{}"))
        piece = artifact_with(body, brief, assets, status=status, reason=reason)
        refuse_odd(piece)
    return piece


def entry_of(row: Sequence[Json], assets: Assets) -> Entry:
    """Read an entry from its row, of which the same, `TOOK` and its lines' number were asked."""
    *piece, place, key, redraws, requests, prompt, written, seconds, twin, writing = row
    return Entry(
        place=place,
        artifact=piece_of(piece, assets),
        key=key,
        requests=requests,
        seconds=seconds,
        usage=Usage(prompt=prompt, sampled=written),
        draw=redraws,
        twin=twin,
        writing=writing,
    )


def reading_column(held: int) -> str:
    """Return where a ledger of a format has what was done to a brief's values on reading."""
    return "reading" if held >= FIRST_WITH_READING else "''"


def judge_by_findings(db: sqlite3.Connection, table: str, number: str, which: str) -> None:
    """Give what a model wrote its own verdict again, where the piece had that of people's texts over it: the rows of a
    table for `which` that holds, by the column that numbers them."""
    sound_ones = f"{sound('artifact')} and {which}"
    question = f"select {number}, artifact ->> 'findings' from {table} where {sound_ones}"
    for row, record in db.execute(question).fetchall():
        try:
            findings = [finding_of(one) for one in json.loads(record)]
            status, reason = verdict(findings)
        except NO_ARTIFACT:  # what is damaged is not judged
            continue
        mended = (status, whole_text(reason), complained(findings), row)
        db.execute(f"update {table} set status = ?, reason = ?, checks = ? where {number} = ?", mended)


def complained(findings: Iterable[Finding]) -> str:
    """Name the checks that complained."""
    return ", ".join(sorted({finding.check for finding in findings if finding.severity != "note"}))
