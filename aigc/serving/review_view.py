"""A piece as people review it: its texts one by one beside its brief, marked where findings are, counted, with what
could stand instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aigc.jobs import Desk
from aigc.jobs.report.candidates import finding_record
from aigc.jobs.report.listing import marked, piece_record
from aigc.jobs.report.reading import UNITS, Reader
from aigc.ledger.rulings import Listed, Shelf
from aigc.types import Artifact, Json, at_path, revision, standpoint, text_places

LONG = 160  # characters from which a text is edited in a larger box


def piece_view(desk: Desk, name: str) -> dict[str, Json]:
    """Return a piece as JSON, as pages and programs show it. NotFound or UsageError where there is none to review."""
    piece = desk.piece(name)
    reader = Reader(desk.content_type)
    record = piece_record(desk.ledger.pieces.entry(name), reader)
    fields = []
    for field, told in record["fields"]:
        texts = zip(told["texts"], reader.texts(field, piece.fields[field]), strict=True)
        shown = [_text(piece, dict(one), text.path, text.text) for one, text in texts]
        fields.append({"name": field, "findings": told.get("findings", []), "texts": shown})
    review = piece.review
    ruling = review.ruling if review else None
    return {
        "id": piece.id,
        "rev": revision(piece),
        "standpoint": standpoint(piece),
        "status": piece.status,
        "reason": piece.reason,
        "title": record["title"],
        "note": ruling.note if ruling else "",
        "by": ruling.by if ruling else review.by if review else "",
        "at": ruling.at if ruling else review.at if review else "",
        "verdict": ruling.verdict if ruling else "",
        "source": record["source"],
        "brief": record["brief"],
        "fields": fields,
        "findings": record["findings"],
    }


def _text(piece: Artifact, told: dict[str, Any], place: str, text: str) -> dict[str, Json]:
    edited = bool(piece.review and place in piece.review.fields)
    return {
        "place": place,
        "label": told.get("label", ""),
        "text": text,
        "parts": told["text"],
        "editable": isinstance(at_path(piece.fields, place), str) and place in set(text_places(piece.fields)),
        "long": len(text) > LONG or "\n" in text,
        "length": told.get("length"),
        "limit": told.get("limit"),
        "unit": told.get("unit", ""),
        "by": "edited" if edited else told.get("by", ""),
        "was": told.get("was") if edited else None,
        "stale": bool(told.get("stale")),
        "findings": told.get("findings", []),
        "choices": told.get("choices", []),
    }


def judged_view(desk: Desk, name: str, place: str, text: str) -> dict[str, Json]:
    """Return what would be said of a piece with a text at a place: how long it is, what is found, whether it may
    stand."""
    piece, refused = desk.judged(name, place, text)
    field = place.split("[", 1)[0].split(".", 1)[0]
    found = (one for one in Reader(desk.content_type).texts(field, piece.fields.get(field)) if one.path == place)
    here = next(found, None)
    mine = [one for one in piece.findings if one.field == place]
    return {
        "length": here.length if here else len(text),
        "limit": here.unit[1] if here else None,
        "unit": UNITS[here.unit[0]] if here else "",
        "findings": [finding_record(one) for one in mine],
        "parts": marked(text, mine),
        "status": piece.status,
        "stands": bool(text.strip()) and not refused,
        "why": refused[0].message if refused else "",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rack:
    """This is a list of pieces as a page shows it: those from `first` of `many` in all, and how many stand where."""

    pieces: list[Listed]
    revs: dict[str, str]
    many: int
    first: int
    most: int
    counts: dict[str, int]


def rack_of(desk: Desk, shelf: Shelf) -> Rack:
    """Return the pieces that a shelf asks for."""
    pieces, many = desk.ledger.rulings.listed(shelf)
    revs = {one.id: revision(desk.piece(one.id)) for one in pieces}
    counts = {str(name): many for name, many in desk.ledger.rulings.counts().items()}
    counts["all"] = sum(counts.values())
    return Rack(pieces=pieces, revs=revs, many=many, first=shelf.first, most=shelf.most, counts=counts)
