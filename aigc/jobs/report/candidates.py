"""What is not in a piece: the candidates that were not taken, each with its verdict, and texts to choose from.

They are shown with the text that was taken from the same stage item, or at the end of the piece where none was: a
fallback stands there, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from aigc.types import Artifact, Finding, Json, Line, by_field

Candidates: TypeAlias = dict[str, list[Json]]  # path or name → each with its verdict, as the script shows it

MOST = 36  # candidates of one piece
LONGEST = 400  # characters of one


def rejected(lines: Sequence[Line]) -> tuple[Candidates, Candidates]:
    """Return the candidates of a piece that are not in it, `MOST` of them: by the path of the text that was taken
    instead, and by the name of the stage item where none was."""
    items: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        items.setdefault((line.stage, line.item), []).append(line)
    lists = {stage for stage, item in items if item}
    beside: Candidates = {}
    apart: Candidates = {}
    room = MOST
    for (stage, item), mine in items.items():
        others = [line for line in mine if not line.taken][:room]
        room -= len(others)
        path = next((line.fields[0] for line in mine if line.fields), "")
        if others and path:
            beside.setdefault(path, []).extend(map(_candidate, others))
        elif others:
            apart[f"{stage}[{item}]" if stage in lists else stage] = list(map(_candidate, others))
    return beside, apart


def choices(artifact: Artifact) -> dict[str, dict[str, Json]]:
    """Return by place what could stand there, each with whether people refused it, and what they took there."""
    offers, review = by_field(artifact.suggestions), artifact.review
    told: dict[str, dict[str, Json]] = {}
    for place, texts in offers.items():
        refused = review.refused.get(place, ()) if review else ()
        told[place] = {"place": place, "choices": [[one.text, one.text in refused] for one in texts]}
    if review:
        for place, models in review.models.items():
            told.setdefault(place, {}).update(by="picked", was=models or "", stale=place in review.stale)
    return told


def undecided(artifact: Artifact) -> int:
    """Count the places with suggestions of which people decided nothing."""
    review = artifact.review
    decided = {*review.fields, *review.refused} if review else set()
    return len({one.field for one in artifact.suggestions} - decided)


def finding_record(finding: Finding, where: str = "") -> list[str]:
    """Return a finding as the script shows it; `where` is said before it."""
    return [finding.severity, finding.check, finding.message, where]


def _candidate(line: Line) -> list[Json]:
    text = line.text if len(line.text) <= LONGEST else f"{line.text[: LONGEST - 1]}…"
    return [text, [finding_record(one) for one in line.findings]]
