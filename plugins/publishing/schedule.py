"""Dated posts as the table that schedulers read: when, where, what, with which link and picture."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from aigc import exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.publishing.piece_values import link_of, of_piece, refuse
from aigc_plugins.publishing.post_calendar import post_text, what_calendar_refuses
from aigc_plugins.publishing.spread import dated_posts

COLUMNS = ("Date", "Time", "Platform", "Text", "Link", "Media", "Alt Text")


@exporter(name="schedule", suffixes=(".csv",), writes=("schedule.csv",), refuses=what_calendar_refuses)
def post_schedule(
    artifacts: Sequence[Artifact], folder: Path, *, date: str = "", url: str = "", every: int = 0
) -> Iterator[Path]:
    """A table for schedulers of posts: Date, Time, Platform, Text, Link, Media, Alt Text, a row per piece.

    For pieces as `calendar` takes them, with the same options: `date` and `every` place those without a date of their
    own. Platform and Media are the fields or inputs `platform` and `media`, Alt Text the field `alt_text`. UTF-8 with a
    byte order mark; a text that a spreadsheet would run gets an apostrophe in front.
    """
    options: dict[str, Json] = {"date": date, "url": url, "every": every}
    refuse("schedule", ((one, what) for one in artifacts for what in what_calendar_refuses(one, **options)))
    with whole_file(folder / "schedule.csv", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for when, artifact in dated_posts(artifacts, date, every):
            day, time = f"{when:%Y-%m-%d}", f"{when:%H:%M}" if isinstance(when, datetime) else ""
            media, alt = of_piece(artifact, "media"), of_piece(artifact, "alt_text")
            cells = (day, time, of_piece(artifact, "platform"), post_text(artifact), link_of(artifact, url), media, alt)
            table.writerow(map(harmless, cells))
    yield folder / "schedule.csv"
