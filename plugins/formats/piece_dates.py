"""When a piece is to appear: what its fields, its brief or an option say, never what the clock says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from aigc.types import Artifact

DATES = ("date", "publish_date", "publish_at")  # fields or inputs, the first that there is
FIRST_YEAR = 1000
ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?$")


def date_text(artifact: Artifact, option: str = "") -> str:
    """Return what is told of the date, as it is told; the option stands in where the piece has none."""
    places = (artifact.fields, artifact.brief.values)
    return next((str(one[name]).strip() for one in places for name in DATES if one.get(name)), option.strip())


def piece_date(artifact: Artifact, option: str = "") -> date | datetime | None:
    """Return the date of a piece, with a time where one is told; None where there is none, or what is told is none: a
    year has four digits, in Greenwich too."""
    text = date_text(artifact, option)
    if not ISO.match(text):
        return None
    try:
        day = datetime.fromisoformat(text) if len(text) > len("2026-12-01") else date.fromisoformat(text)
        greenwich = day.astimezone(UTC) if isinstance(day, datetime) and day.tzinfo else day
    except (ValueError, OverflowError):  # 30 February, the last hour of the year 9999 west of Greenwich
        return None
    return day if min(day.year, greenwich.year) >= FIRST_YEAR else None


def date_problems(artifact: Artifact, option: str = "", *, needed: bool = False) -> Iterator[str]:
    """Yield what is wrong with the date of a piece."""
    text = date_text(artifact, option)
    if text and piece_date(artifact, option) is None:
        yield f"has the date {text[:40]!r}, which is none: write it as 2026-12-01 or 2026-12-01 09:30"
    elif needed and not text:
        yield "has no date, which a field or input `date` or the option `date` gives"
