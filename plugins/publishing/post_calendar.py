"""Dated posts as a calendar: iCalendar (RFC 5545) for people, and a CSV for schedulers."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from aigc import exporter, whole_file
from aigc.content import trim
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.piece_dates import DATES, date_problems
from aigc_plugins.formats.sound_text import sound
from aigc_plugins.publishing.piece_values import (
    description_of,
    filled_in,
    link_of,
    link_problems,
    listed_field,
    refuse,
    text_of,
    title_of,
    writes,
)
from aigc_plugins.publishing.spread import dated_posts

FILES = ("calendar.ics", "calendar.csv")
LINE = 75  # octets of a line, by RFC 5545
SUMMARY = 80  # characters of an untitled post's first line


def what_calendar_refuses(
    artifact: Artifact, *, date: str = "", url: str = "", every: int = 0, **_: Json
) -> Iterator[str]:
    """Yield what keeps a piece out of a calendar; of a row, whose fields are all None yet, what it will lack."""
    if not post_text(filled_in(artifact)):
        yield "has no text of a post: a field text, body, caption or description"
    if every < 0:
        yield f"cannot appear every {every} days: `every` is 0 or more"
    yield from date_problems(artifact, date, needed=not writes(artifact, *DATES))
    yield from link_problems(artifact, url)


@exporter(name="calendar", suffixes=(".ics", ".csv"), writes=FILES, refuses=what_calendar_refuses)
def post_calendar(
    artifacts: Sequence[Artifact], folder: Path, *, date: str = "", url: str = "", every: int = 0
) -> Iterator[Path]:
    """A calendar of dated posts: .ics for Outlook, Google and Apple calendars, .csv (Date, Text, Link) for schedulers.

    For pieces with a text and a date. The date is the field or input `date`, `publish_date` or `publish_at`, with a
    time or without, else the option; with `every` pieces without one follow so many days after each other from the
    option on, those of each platform by themselves. The text is the field `post` where it begins with the hook, else
    the fields hook, text (or body, post, caption), cta and hashtags, or a description where there are none. The link is
    the field or input `link` or `url`, else the option, in which {id} and {slug} are the piece's. Rows come by date;
    in the CSV, which is UTF-8 with a byte order mark, a text that a spreadsheet would run gets an apostrophe
    in front. Entries of flagged pieces are tentative.
    """
    options: dict[str, Json] = {"date": date, "url": url, "every": every}
    refuse("calendar", ((one, what) for one in artifacts for what in what_calendar_refuses(one, **options)))
    dated = dated_posts(artifacts, date, every)
    with whole_file(folder / FILES[0], newline="") as file:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AIGC//calendar//EN", "CALSCALE:GREGORIAN"]
        for when, artifact in dated:
            lines += _event(artifact, when, link_of(artifact, url))
        file.writelines(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))
    with whole_file(folder / FILES[1], encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(("Date", "Text", "Link"))
        for when, artifact in dated:
            shown = f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime) else when.isoformat()
            table.writerow(map(harmless, (shown, post_text(artifact), link_of(artifact, url))))
    yield from (folder / name for name in FILES)


def post_text(artifact: Artifact) -> str:
    """Return a post as it goes out: its parts with an empty line between them."""
    first, whole = text_of(artifact, "hook"), text_of(artifact, "post")
    if first and whole.startswith(first.rstrip(".。")):
        return whole
    parts = [first, text_of(artifact, "text", "body", "post", "caption", "content")]
    tags = [one if one.startswith("#") else f"#{one}" for one in listed_field(artifact, "hashtags")]
    parts += [text_of(artifact, "cta"), " ".join(tags)]
    return "\n\n".join(filter(None, parts)) or description_of(artifact)


def _event(artifact: Artifact, when: date, link: str) -> Iterator[str]:
    """Yield the lines of an entry. It is stamped with its own day, so that the same piece makes the same file."""
    text = post_text(artifact)
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(artifact.id.encode('utf-8', 'replace')).hexdigest()[:32]}@aigc"
    yield f"DTSTAMP:{when:%Y%m%d}T000000Z"
    if not isinstance(when, datetime):
        yield f"DTSTART;VALUE=DATE:{when:%Y%m%d}"
    elif when.tzinfo:
        yield f"DTSTART:{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    else:
        yield f"DTSTART:{when:%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{_escaped(title_of(artifact) or _opening(artifact, text))}"
    yield f"DESCRIPTION:{_escaped(text)}"
    if link:
        yield f"URL:{link}"
    yield f"STATUS:{'TENTATIVE' if artifact.status == 'flagged' else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _opening(artifact: Artifact, text: str) -> str:
    """Return the first line of an untitled post, of a long one as many whole words as fit."""
    return trim(text_of(artifact, "hook") or text.splitlines()[0], SUMMARY, "chars") or text.splitlines()[0][:SUMMARY]


def _escaped(text: str) -> str:
    for char in "\\;,":
        text = text.replace(char, f"\\{char}")
    return sound(text).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, the later ones behind a blank, no character cut."""
    part, room = "", LINE
    for char in line:
        size = len(char.encode())
        if size > room:
            yield part
            part, room = " ", LINE - 1
        part, room = part + char, room - size
    yield part
