"""Where the bars of a chart stand, in percent of its width: which stretches bars and not the words beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aigc.jobs.report.figures import CheckFigures, Lengths
from aigc.jobs.report.reading import UNITS
from aigc.ledger.totals import Times
from aigc.types import STATUSES, Severity

BARS = 42  # at most so many, or they are too thin to see
GAP = 0.14  # of a bar's room


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """This is a bar: `x` and `width` in percent of the chart's width, `height` in percent of its height."""

    x: float
    width: float
    height: float
    kind: str  # its class, which gives the colour
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """This is how many are how long. `limit` is where the limit stands in percent, None without one."""

    bars: Sequence[Bar]
    end: int | float
    limit: float | None = None


def stacked(parts: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Draw one bar of (kind, how many, title) side by side."""
    parts = [part for part in parts if part[1]]
    total, x, bars = sum(count for _, count, _ in parts), 0.0, []
    for kind, count, title in parts:
        width = 100 * count / total
        bars.append(Bar(x=_short(x), width=_short(width), height=100, kind=kind, title=title))
        x += width
    return bars


def by_status(counts: dict[str, int]) -> list[Bar]:
    """Draw how many pieces are in which state."""
    total = sum(counts.values())
    return stacked(
        (name, counts.get(name, 0), _share(name, counts.get(name, 0), total)) for name in (*STATUSES, "waiting")
    )


def by_check(check: CheckFigures) -> list[Bar]:
    """Draw what one check said of all pieces."""
    warned, refused = check.counts.get("warn", 0), check.counts.get("reject", 0)
    parts = (
        ("accepted", check.accepted, "no complaint"),
        ("flagged", warned, "doubts"),
        ("rejected", refused, "refusals"),
    )
    return stacked((kind, count, _share(word, count, check.pieces)) for kind, count, word in parts)


def complaints(check: CheckFigures) -> str:
    """Return what one check said, in words: `2 refused · 1 noted`."""
    words: dict[Severity, str] = {"reject": "refused", "warn": "doubted", "note": "noted"}
    return " · ".join(
        f"{check.counts[severity]:,} {word}" for severity, word in words.items() if check.counts.get(severity)
    )


def by_length(lengths: Lengths) -> Histogram:
    """Draw the lengths of one kind of text, from 0 to their limit or to the longest."""
    counter, limit = lengths.unit
    end = max(lengths.longest, limit or 0, 1)
    step = -(-(end + 1) // BARS)
    lumps: dict[int, int] = {}
    for length, many in lengths.lengths.items():
        lumps[length // step] = lumps.get(length // step, 0) + many
    room = 100 / (end // step + 1)
    most = max(lumps.values(), default=1)
    bars = []
    for lump, many in sorted(lumps.items()):
        low, high = lump * step, lump * step + step - 1
        label = f"{low}" if step == 1 else f"{low} to {high}"
        over = limit is not None and low > limit
        bars.append(_bar(lump, room, many / most, "rejected" if over else "plain", f"{label} {UNITS[counter]}: {many}"))
    at = None if limit is None else _short(min(100.0, (limit // step + 1) * room))
    return Histogram(bars=bars, end=end, limit=at)


def by_time(times: Times) -> Histogram:
    """Draw how long pieces took, from 0 to the slowest."""
    room = 100 / (max(times.bins, default=0) + 1)
    most = max(times.bins.values(), default=1)
    bars = [
        _bar(lump, room, many / most, "plain", f"up to {(lump + 1) * times.width:.1f} s: {many}")
        for lump, many in sorted(times.bins.items())
    ]
    return Histogram(bars=bars, end=times.longest)


def _bar(place: int, room: float, height: float, kind: str, title: str) -> Bar:
    x, width = (place + GAP / 2) * room, (1 - GAP) * room
    return Bar(x=_short(x), width=_short(width), height=max(_short(100 * height), 2.0), kind=kind, title=title)


def _share(word: str, count: int, total: int) -> str:
    return f"{word}: {count} of {total} ({share(count, total)})"


def share(count: float, total: float) -> str:
    """Return a share in percent; what is not all is never said to be 100 %, and what is not nothing never 0 %."""
    if not total:
        return "–"
    percent = 100 * count / total
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{min(max(percent, 0.1), 99.9):.1f} %"
    return f"{percent:.0f} %"


def _short(number: float) -> float:
    return round(number, 3)


def duration(seconds: float) -> str:
    """Return a time as `20 ms`, `8.2 s`, `3 min 20 s` or `2 h 5 min`."""
    if 0 < seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"
