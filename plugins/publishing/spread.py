"""When each of many posts appears: on its own date, else in turn from a first day on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from aigc.types import Artifact
from aigc_plugins.formats.piece_dates import date_text, piece_date
from aigc_plugins.publishing.piece_values import of_piece


def dated_posts(artifacts: Sequence[Artifact], first: str, every: int) -> list[tuple[date, Artifact]]:
    """Return pieces with their dates, in the order of those. One without a date of its own appears on the `first` day,
    or with `every` so many days after the one before it on its platform: a row crossed with platforms stays together.
    """
    told: Counter[str] = Counter()
    dated: list[tuple[date, Artifact]] = []
    for artifact in artifacts:
        day = piece_date(artifact, first)
        assert day is not None, "a piece without a date is refused"
        if not date_text(artifact):
            platform = of_piece(artifact, "platform")
            day += timedelta(days=every * told[platform])
            told[platform] += 1
        dated.append((day, artifact))
    return sorted(dated, key=lambda pair: _sortable(pair[0]))


def _sortable(when: date) -> str:
    if isinstance(when, datetime):
        return (when.astimezone(UTC) if when.tzinfo else when).strftime("%Y-%m-%dT%H:%M:%S")
    return when.isoformat()
