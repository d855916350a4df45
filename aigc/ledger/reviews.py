"""What people decided of pieces: the texts that stand for the model's, whatever is written beneath them.

A review belongs to a brief's id, so that it outlives the piece. Readers get the piece with its texts laid over it. The
findings of the two together are kept too, until the piece changes; then the job judges it again, and in the meantime
what the model's piece was found to have elsewhere stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from aigc.errors import describe
from aigc.ledger.damage import passing_over, read_as
from aigc.ledger.database import Database, aside
from aigc.ledger.entry import complained
from aigc.ledger.record import content_hash, finding_of, finding_record, json_text, whole_text
from aigc.types import Artifact, Decision, Json, Review, Verb, at_path, by_field, with_texts

FIRST_FORMAT = 3  # that has reviews
REVIEW = """(
    select iif(
        json_valid(fields) and json_valid(refused) and json_valid(briefs) and json_valid(coalesce(findings, '[]')),
        json_object('fields', json(fields), 'refused', json(refused), 'briefs', json(briefs), 'rev', rev,
            'findings', json(findings), 'decision', decision, 'by', "by", 'at', at, 'note', note), 'damaged')
    from reviews where reviews.id = pieces.id
)"""
OF_PLACES = "decision in ('picked', 'written', 'refused', 'kept', 'undone')"  # the others are of whole pieces
COLUMNS = 'id, decision, fields, base, rev, "by", at, note'


@dataclass(slots=True)
class _StoredReview:
    """This is a review as it is stored: all by place."""

    fields: dict[str, str]
    refused: dict[str, list[str]]
    briefs: dict[str, str]
    rev: int = 0

    def take(self, one: Decision) -> None:
        """Let one more decision stand."""
        self.rev += 1
        refused, stands = self.refused.pop(one.field, []), self.fields.pop(one.field, None)
        brief = self.briefs.pop(one.field, "")
        if one.verb == "undone":
            return
        if one.verb in ("refused", "kept"):
            refused = [*dict.fromkeys((*refused, *one.texts))]
        else:
            (stands,), brief = one.texts, content_hash(dict(one.values))
        if stands is not None and not (one.verb == "refused" and stands in refused):
            self.fields[one.field], self.briefs[one.field] = stands, brief
        if left := [text for text in refused if text != self.fields.get(one.field)]:
            self.refused[one.field] = left


class Reviews:
    """This is what people decided. A ledger of a format before has none until it is written to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, one: Decision, written: Artifact) -> None:
        """Take a decision about a piece, of which `written` is what the model wrote."""
        base = content_hash(dict(written.fields))
        with self._database.change() as db:
            row = db.execute("select fields, refused, briefs, rev from reviews where id = ?", (one.id,)).fetchone()
            *cells, rev = row or ("{}", "{}", "{}", 0)
            with read_as(self._database.path, f"what was decided of {one.id!r}", hint=aside(self._database.path)):
                fields, refused, briefs = map(_by_place, cells)
            held = _StoredReview(fields=fields, refused=refused, briefs=briefs, rev=rev)
            held.take(one)
            last = (base, held.rev, one.by, one.at, whole_text(one.note))
            now = (json_text(held.refused), json_text(held.briefs), None)
            marks = ",".join("?" * 11)
            db.execute(
                f"insert or replace into reviews ({COLUMNS}, refused, briefs, findings) values ({marks})",
                (one.id, one.verb, json_text(held.fields), *last, *now),
            )
            db.execute("update rulings set stale = 1 where id = ? and verdict = 'approved'", (one.id,))
            texts: Json = one.texts[0] if one.verb in ("picked", "written") else list(one.texts)
            seen = {
                "values": dict(one.values),
                "was": one.was,
                "suggestions": list(one.suggestions),
                "stage": one.stage,
                "item": one.item,
            }
            db.execute(
                f"insert into review_log ({COLUMNS}, seen) values ({','.join('?' * 9)})",
                (one.id, one.verb, json_text({one.field: texts}), *last, json_text(seen)),
            )

    def judge(self, artifact: Artifact) -> None:
        """Keep what was found in a piece with people's texts, and its status."""
        findings = json_text([finding_record(one) for one in artifact.findings])
        with self._database.change() as db:
            db.execute("update reviews set findings = ? where id = ?", (findings, artifact.id))
            row = (artifact.status, whole_text(artifact.reason), complained(artifact.findings), artifact.id)
            db.execute("update pieces set status = ?, reason = ?, checks = ? where id = ? and status <> 'waiting'", row)

    def ids(self) -> list[str]:
        """Return the ids of the finished pieces that people decided something of, in the briefs' order."""
        if self._database.format < FIRST_FORMAT:
            return []
        question = (
            "select id from reviews join pieces using (id) where status not in ('waiting', 'failed') order by place"
        )
        return [name for (name,) in self._database.ask(question)]

    def last(self) -> int:
        """Return the number of the last decision, from 1; 0 where there is none."""
        if self._database.format < FIRST_FORMAT:
            return 0
        ((last,),) = self._database.ask("select coalesce(max(seq), 0) from review_log")
        return int(last)

    def log(self) -> Iterator[Decision]:
        """Yield every decision, the first one first."""
        if self._database.format < FIRST_FORMAT:
            return
        for row in self._database.rows(f"select {COLUMNS}, seen from review_log where {OF_PLACES} order by seq"):
            decision = passing_over(partial(self._logged, row), self._database.path)
            if decision is not None:
                yield decision

    def _logged(self, row: Sequence[Json]) -> Decision:
        name, verb, fields, _, _, by, at, note, seen = row
        with read_as(self._database.path, f"a decision on {name!r}", hint="the others are there"):
            ((field, texts),) = json.loads(fields).items()
            told = json.loads(seen)
            return Decision(
                id=name,
                verb=verb,
                field=field,
                texts=(texts,) if isinstance(texts, str) else tuple(texts),
                was=told["was"],
                suggestions=tuple(told["suggestions"]),
                stage=told["stage"],
                item=told["item"],
                values=told["values"],
                by=by,
                at=at,
                note=note,
            )


def _by_place(text: str) -> dict[str, Any]:
    """Read what is stored by place. ValueError or TypeError where it is none of that."""
    held = json.loads(text)
    if not isinstance(held, dict):
        raise TypeError(f"it is {describe(held)}")
    return held


def reviewed(artifact: Artifact, record: str | None, ledger: Path) -> Artifact:
    """Return a piece with a review, which is JSON as `REVIEW` asks for it, laid over what the model wrote. Damaged
    where it is none: nobody knows then what shall stand."""
    if record is None:
        return artifact
    with read_as(ledger, f"what people decided of {artifact.id!r}", hint=aside(ledger)):
        return _laid_over(artifact, json.loads(record))


def _laid_over(artifact: Artifact, held: Mapping[str, Json]) -> Artifact:
    kept, seen = [*held["fields"].values()], [*held["briefs"].values()]
    refused = [one for told in held["refused"].values() for one in told]
    if not all(isinstance(one, str) for one in (*kept, *seen, *refused)):
        raise TypeError("it holds what is no text")
    if not held["fields"] and not held["refused"]:
        return artifact
    texts: Mapping[str, str] = held["fields"]
    models = {place: found if isinstance(found := at_path(artifact.fields, place), str) else None for place in texts}
    today = content_hash(dict(artifact.brief.values))
    review = Review(
        fields=texts,
        refused={place: tuple(told) for place, told in held["refused"].items()},
        models=models,
        stale=tuple(place for place in texts if held["briefs"].get(place) != today),
        **{name: held[name] for name in ("decision", "rev", "by", "at", "note")},
    )
    stand = {place for place, text in models.items() if text is not None}
    if held["findings"] is not None:
        findings = tuple(finding_of(one) for one in held["findings"])
    else:
        findings = tuple(one for one in artifact.findings if one.field not in stand)
    provenance = replace(
        artifact.provenance,
        fallbacks=tuple(path for path in artifact.provenance.fallbacks if path not in stand),
        repaired=tuple(path for path in artifact.provenance.repaired if path not in stand),
    )
    fields = with_texts(artifact.fields, texts)
    return replace(artifact, fields=fields, findings=findings, provenance=provenance, review=review)


def without_review(artifact: Artifact) -> tuple[Artifact, list[Decision]]:
    """Return what the model wrote of a piece that people decided something of, and decisions that come to the same: one
    for each text that they put there, and for what they refused. What else was decided on the way is not known."""
    review = artifact.review
    if review is None:
        return artifact, []
    models = {place: text for place, text in review.models.items() if text is not None}
    findings = tuple(one for one in artifact.findings if one.field not in review.fields)
    written = replace(artifact, fields=with_texts(artifact.fields, models), findings=findings, review=None)
    offers = {place: [one.text for one in told] for place, told in by_field(artifact.suggestions).items()}
    told: list[tuple[str, Verb, tuple[str, ...]]] = []
    for place, refused in review.refused.items():  # all at once: none was better than what stands
        every = {*offers.get(place, ())} <= {*refused, str(at_path(artifact.fields, place))}
        told.append((place, "kept" if every else "refused", refused))
    for place, text in review.fields.items():
        told.append((place, "picked" if text in offers.get(place, ()) else "written", (text,)))
    return written, [_as_decided(artifact, written, *one) for one in told]


def _as_decided(artifact: Artifact, written: Artifact, place: str, verb: Verb, texts: tuple[str, ...]) -> Decision:
    """Return what was decided of one place of a piece, as far as its review tells."""
    review, offers = artifact.review, by_field(artifact.suggestions).get(place, [])
    assert review is not None
    stood = at_path(written.fields, place)
    return Decision(
        id=artifact.id,
        verb=verb,
        field=place,
        texts=texts,
        was=stood if isinstance(stood, str) else "",
        suggestions=tuple(one.text for one in offers),
        stage=offers[0].stage if offers else "",
        item=offers[0].item if offers else 0,
        values={} if place in review.stale else artifact.brief.values,
        by=review.by,
        at=review.at,
        note=review.note,
    )
