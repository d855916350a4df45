"""Replies as macros of Zendesk: JSON for its API, CSV for people."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.publishing.piece_values import (
    filled_in,
    first,
    flag_of,
    listed_field,
    of_piece,
    refuse,
    tags_of,
    text_of,
    title_of,
)
from aigc_plugins.publishing.platforms import platform

NAME = "zendesk-macros"
FILES = ("zendesk-macros.json", "zendesk-macros.csv")
REPLIES = ("reply", "comment", "text", "body", "answer")


def what_zendesk_refuses(artifact: Artifact, **_: Json) -> Iterator[str]:
    """Yield what keeps a piece from being a macro; of a row, whose fields are all None yet, what it will lack."""
    piece = filled_in(artifact)
    if not _title(piece):
        yield "has no title, which a field `title` or an input `title` or `topic` gives"
    if not text_of(piece, *REPLIES):
        yield f"has no reply, which one of the fields {', '.join(REPLIES)} is"


@exporter(name=NAME, suffixes=(".json", ".csv"), writes=FILES, refuses=what_zendesk_refuses)
def zendesk_macros(artifacts: Sequence[Artifact], folder: Path, *, active: bool = False) -> Iterator[Path]:
    """Zendesk macros: a JSON file whose objects the API takes one by one, and a CSV to read and paste from.

    For pieces with a title and a `reply`, `comment`, `text`, `body` or `answer`. POST /api/v2/macros takes each object
    of the list `macros` as its `macro`. The reply is what the macro writes as a public comment, `macro_tags` or `tags`
    the tags it adds; {{ticket.requester.name}} and the like in a reply are Zendesk's, and work. Macros are off until
    somebody turns them on, unless `active`; those of flagged pieces always are. In the CSV a text that a spreadsheet
    would run gets an apostrophe in front.
    """
    refuse(NAME, ((one, what) for one in artifacts for what in what_zendesk_refuses(one)))
    with whole_file(folder / FILES[0]) as file:
        made = (json.dumps(_macro(one, active), ensure_ascii=False, indent=2) for one in artifacts)
        file.write('{"macros": [\n' + ",\n".join(made) + "\n]}\n")
    with whole_file(folder / FILES[1], encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(platform(NAME).columns.values())
        for one in artifacts:
            shown = [_title(one), _description(one), str(_active(one, active)).lower(), text_of(one, *REPLIES)]
            table.writerow(map(harmless, [*shown, " ".join(_tags(one))]))
    yield from (folder / name for name in FILES)


def _macro(artifact: Artifact, active: bool) -> dict[str, Json]:
    actions: list[Json] = [
        {"field": "comment_value", "value": text_of(artifact, *REPLIES)},
        {"field": "comment_mode_is_public", "value": "true"},
    ]
    if tags := _tags(artifact):
        actions.append({"field": "current_tags", "value": " ".join(tags)})
    described = {"description": _description(artifact)} if _description(artifact) else {}
    return {"title": _title(artifact), **described, "active": _active(artifact, active), "actions": actions}


def _active(artifact: Artifact, active: bool) -> bool:
    return active and artifact.status != "flagged"


def _title(artifact: Artifact) -> str:
    return title_of(artifact) or of_piece(artifact, "title", "topic")


def _description(artifact: Artifact) -> str:
    return flag_of(artifact) or first(artifact.fields, "description", "intent")


def _tags(artifact: Artifact) -> list[str]:
    """Return tags as Zendesk has them: without blanks."""
    return [one.replace(" ", "_") for one in listed_field(artifact, "macro_tags") or tags_of(artifact)]
