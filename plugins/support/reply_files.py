"""Replies as help desks take them, and what nobody has answered yet, grouped, most asked first."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.support.handing_over import without_orders
from aigc_plugins.support.like_questions import Ticket, like_questions
from aigc_plugins.support.personal import masked
from aigc_plugins.support.replying import ASKED
from aigc_plugins.support.ticket_text import own_text, questions_of

LUMP = 100  # tickets that Zendesk takes at once
ANSWERED_TAG, PERSON_TAG = "aigc_answered", "needs_a_person"
UNANSWERED = ("unanswered.csv", "unanswered.md")
LONGEST_HEADING = 160
MOST_WORDINGS = 5


def what_desk_refuses(artifact: Artifact) -> Iterator[str]:
    """Yield what keeps a piece from being a reply."""
    if not {"answer", "needs_human"} <= set(artifact.fields):
        yield "is no reply: it has no fields `answer` and `needs_human`, as support/reply has"


@exporter(name="zendesk-replies", suffixes=(".json", ".csv"), refuses=what_desk_refuses)
def zendesk_replies(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Zendesk: replies for PUT /api/v2/tickets/update_many, files of 100 tickets each, and a CSV to read.

    An answer is a public comment and the ticket waits for the customer (`pending`); where a person is needed a private
    note says why, with the pages that come near, and the ticket stays `open`. The ticket is the input `ticket`, else
    the piece's id. Tags: aigc_answered, needs_a_person.
    """
    _check(artifacts, "zendesk-replies")
    for at in range(0, len(artifacts), LUMP):
        path = folder / f"zendesk-replies-{at // LUMP + 1}.json"
        made = [_zendesk(one) for one in artifacts[at : at + LUMP]]
        with whole_file(path) as file:
            file.write(json.dumps({"tickets": made}, ensure_ascii=False, indent=2) + "\n")
        yield path
    head = ("Ticket ID", "Public reply", "Internal note", "Status", "Tags")
    yield _table(
        folder / "zendesk-replies.csv",
        head,
        ([_ticket(one), public_of(one), note_of(one), _status(one), _tag(one)] for one in artifacts),
    )


@exporter(name="freshdesk-replies", suffixes=(".csv",), writes=("freshdesk-replies.csv",), refuses=what_desk_refuses)
def freshdesk_replies(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Freshdesk: a CSV with a row for each ticket, its reply or the private note for a person, status and tag."""
    _check(artifacts, "freshdesk-replies")
    statuses = {"pending": "Waiting on Customer", "open": "Open"}
    yield _table(
        folder / "freshdesk-replies.csv",
        ("Ticket ID", "Reply", "Private note", "Status", "Tags"),
        ([_ticket(one), public_of(one), note_of(one), statuses[_status(one)], _tag(one)] for one in artifacts),
    )


@exporter(name="unanswered", suffixes=(".csv", ".md"), writes=UNANSWERED, refuses=what_desk_refuses)
def unanswered(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """What your pages do not answer: the questions of all tickets that needs a page, alike ones together, as a CSV and
    as Markdown to fill in.

    Left out are those who ask for a person. What is personal is masked. `near` is the page that came nearest. Of
    `unanswered.md` write an answer below each heading and put the file into the folder of sources: a heading with
    nothing below it answers nothing.
    """
    _check(artifacts, "unanswered")
    groups = gaps_of(artifacts)
    head = ("asked", "question", "other wordings", "tickets", "near")
    rows = (
        [str(len(ids)), questions[0], "\n".join(questions[1:MOST_WORDINGS]), ", ".join(ids), near]
        for questions, ids, near in groups
    )
    yield _table(folder / UNANSWERED[0], head, rows)
    with whole_file(folder / UNANSWERED[1]) as file:
        file.write("# Questions that no page answers yet\n")
        file.writelines(f"\n## {_heading(questions[0])}\n" for questions, _, _ in groups)
    yield folder / UNANSWERED[1]


def gaps_of(artifacts: Sequence[Artifact]) -> list[tuple[list[str], list[str], str]]:
    """Return groups of questions that nothing answers, the largest first: their wordings, tickets, and the page that
    comes nearest."""
    open_ones = {
        _ticket(one): one for one in artifacts if one.fields.get("needs_human") and one.fields.get("reason") != ASKED
    }
    tickets = [Ticket(id=name, question=_question(one), answer="") for name, one in open_ones.items()]
    found = []
    for group in like_questions([one for one in tickets if one.question]):
        near = next(
            (
                str(open_ones[one.id].fields["citations"][0])
                for one in group
                if open_ones[one.id].fields.get("citations")
            ),
            "",
        )
        wordings = list(dict.fromkeys(one.question for one in group))
        found.append((wordings, [one.id for one in group], near))
    return found


def _question(artifact: Artifact) -> str:
    """Return what a ticket asks, its first question where it has one, with nothing personal in it."""
    text = masked(without_orders(own_text(str(artifact.brief.values.get("message") or ""))))
    return next(iter(questions_of(text)), " ".join(text.split()))


def _heading(question: str) -> str:
    line = " ".join(question.split()).lstrip("#>-* ")
    return line if len(line) <= LONGEST_HEADING else f"{line[:LONGEST_HEADING]}…"


def public_of(artifact: Artifact) -> str:
    """Return what the customer reads: the answer, and that an AI wrote it where that is to be said."""
    parts = (str(artifact.fields.get(name) or "") for name in ("answer", "disclosure"))
    return "" if artifact.fields.get("needs_human") else "\n\n".join(filter(None, parts))


def note_of(artifact: Artifact) -> str:
    """Return what the team reads: where the answer stands, or why a person is needed and which pages come near."""
    places = "; ".join(map(str, artifact.fields.get("citations") or ()))
    if not artifact.fields.get("needs_human"):
        return places
    return f"A person is needed: {artifact.fields.get('reason')}" + (f". Near: {places}" if places else "")


def _zendesk(artifact: Artifact) -> dict[str, Json]:
    person = bool(artifact.fields.get("needs_human"))
    body = note_of(artifact) if person else public_of(artifact)
    ticket = _ticket(artifact)
    return {
        "id": int(ticket) if ticket.isdecimal() else ticket,
        "comment": {"body": body, "public": not person},
        "status": _status(artifact),
        "additional_tags": [_tag(artifact)],
    }


def _ticket(artifact: Artifact) -> str:
    return str(artifact.brief.values.get("ticket") or artifact.id)


def _status(artifact: Artifact) -> str:
    return "open" if artifact.fields.get("needs_human") else "pending"


def _tag(artifact: Artifact) -> str:
    return PERSON_TAG if artifact.fields.get("needs_human") else ANSWERED_TAG


def _check(artifacts: Sequence[Artifact], name: str) -> None:
    for one in artifacts:
        for what in what_desk_refuses(one):
            raise JobError(f"{name}: {one.id}: {what}")


def _table(path: Path, head: Sequence[str], rows: Iterator[list[str]]) -> Path:
    with whole_file(path, encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows([harmless(cell) for cell in row] for row in rows)
    return path
