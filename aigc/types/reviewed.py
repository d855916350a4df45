"""What people decide of a piece: which texts shall stand in it, and which they found no better."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from aigc.types.places import at_path

if TYPE_CHECKING:
    from aigc.types import Artifact

Verb: TypeAlias = Literal["picked", "written", "refused", "kept", "undone"]
Ruled: TypeAlias = Literal["approved", "rejected", "reopened"]  # of a whole piece
Standpoint: TypeAlias = Literal["open", "edited", "approved", "rejected", "stale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """This is one decision about one place of a piece: a suggestion was `picked`, own words were `written`, a
    suggestion was `refused`, what stands was `kept` since none is better, or all that was decided there was `undone`.

    `texts` are the text to stand there, or those found no better; `was` is the text that the model has there,
    `suggestions` are what was offered beside it, by the stage's item that they are from. `values` are the brief's at
    the time.
    """

    id: str
    verb: Verb
    field: str
    values: Mapping[str, Any]
    texts: tuple[str, ...] = ()
    was: str = ""
    suggestions: tuple[str, ...] = ()
    stage: str = ""
    item: int = 0
    by: str = ""
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """This is what a person decided of a piece as a whole: `approved`, or `rejected` with a note on what to mend.

    `stale` says that its brief or a text of it is another since then; a rejected piece was written again.
    """

    verdict: Ruled
    note: str = ""
    by: str = ""
    at: str = ""
    rev: int = 0
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """This is what people decided of a piece in all. `fields` are their texts by the place where they stand, `refused`
    the suggestions they found no better, by place.

    `models` is what the model has at the places of `fields`, None where it has no text there any more: then theirs
    waits. At `stale` places the brief has changed since. `rev` counts decisions; the rest is said of the last one, and
    `ruling` of the piece as a whole.
    """

    fields: Mapping[str, str]
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    models: Mapping[str, str | None] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    decision: str = ""
    rev: int = 0
    by: str = ""
    at: str = ""
    note: str = ""
    ruling: Ruling | None = None


def standpoint(piece: Artifact) -> Standpoint:
    """Say where people stand with a piece: `stale` is one that they approved and that is another by now."""
    review = piece.review
    ruling = review.ruling if review else None
    if ruling and ruling.verdict == "approved":
        return "stale" if ruling.stale else "approved"
    if ruling and ruling.verdict == "rejected" and not ruling.stale:
        return "rejected"
    return "edited" if review and review.fields else "open"


def revision(piece: Artifact) -> str:
    """Return a short name of a piece as it stands, with all that people decided of it: another one after any change."""
    review = piece.review
    ruling = review.ruling if review else None
    counts = [review.rev if review else 0, ruling.rev if ruling else 0, bool(ruling and ruling.stale)]
    told = json.dumps([piece.id, dict(piece.brief.values), piece.fields, counts], sort_keys=True, default=str)
    return f"r{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def base_of(piece: Artifact, place: str) -> str:
    """Return a short name of what a suggestion at a place is about: the brief's values, and what the model has there.

    It begins with a letter: no spreadsheet makes a number of it.
    """
    models = piece.review.models if piece.review else {}
    stood = models.get(place, at_path(piece.fields, place))
    told = json.dumps([dict(piece.brief.values), stood], sort_keys=True, default=str)
    return f"b{hashlib.sha256(told.encode()).hexdigest()[:10]}"
