"""Pieces, findings and tables as a person reads them. Control characters never reach a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aigc.cli.echo import echo, in_line, printable
from aigc.types import Artifact, Finding, Json, by_field

if TYPE_CHECKING:
    from aigc.ledger import Complaint

WIDTH = 116
REASONS = 10  # named, of those for which pieces are short of accepted


def complaint_lines(short: Sequence[Complaint], more: int) -> Iterator[str]:
    """Say what pieces are short of accepted for, and how much `more` there is."""
    yield from map(_complaint_line, short)
    if more:
        yield f"  … and {more:,} more"


def _complaint_line(one: Complaint) -> str:
    """Say how many pieces are short of accepted for what, with the first of them where there are several."""
    by = f" by {one.checks}" if one.checks else ""
    first = f" (first {one.first})" if one.checks and one.pieces > 1 else f" ({one.first})" if one.checks else ""
    return in_line(f"  {one.pieces:>4} {one.status}{by}{first}: {' '.join(one.reason.split())}")


def readable(fields: Mapping[str, Json]) -> str:
    """Return a piece's fields as text: a lone text as it is, others labelled, lists as bullets."""
    if set(fields) == {"text"} and isinstance(fields["text"], str):
        return printable(fields["text"])
    return "\n".join(line for name, value in fields.items() for line in _lines(name, value, 0))


def one_line(value: Json) -> str:
    """Return a value within a line: objects as `key: value` pairs, lists comma-separated."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one_line(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(one_line(item) for item in value)
    return printable(" ".join(_text(value).split()))


def _lines(label: str, value: Json, depth: int) -> Iterable[str]:
    pad = "  " * depth
    if isinstance(value, Mapping):
        yield f"{pad}{label}:"
        for key, item in value.items():
            yield from _lines(str(key), item, depth + 1)
    elif isinstance(value, list | tuple):
        yield f"{pad}{label}:"
        for item in value:
            yield from _bullet(item, depth + 1)
    elif isinstance(value, str) and "\n" in value:
        yield f"{pad}{label}:"
        for line in printable(value).split("\n"):
            yield f"{pad}  {line}".rstrip()
    else:
        yield f"{pad}{label}: {printable(_text(value))}"


def _bullet(item: Json, depth: int) -> Iterable[str]:
    pad = "  " * depth
    if isinstance(item, Mapping):
        inner = [line for key, value in item.items() for line in _lines(str(key), value, 0)]
    elif isinstance(item, list | tuple):
        inner = [line for value in item for line in _bullet(value, 0)]
    else:
        inner = printable(_text(item)).split("\n")
    for index, line in enumerate(inner or [""]):
        yield (f"{pad}{'- ' if index == 0 else '  '}{line}").rstrip()


def _text(value: Json) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def print_findings(artifact: Artifact) -> None:
    """Print, on stderr, what was found and why the piece is not simply accepted."""
    for finding in artifact.findings:
        echo(finding_line(finding), err=True, fg={"reject": "red", "warn": "yellow"}.get(finding.severity))
    if artifact.status != "accepted":
        echo(f"{artifact.status}: {in_line(artifact.reason)}", err=True, bold=True)


def print_suggestions(artifact: Artifact) -> None:
    """Print, on stderr, what else could stand at which places, and what people decided there."""
    review = artifact.review
    for name, told in by_field(artifact.suggestions).items():
        refused = review.refused.get(name, ()) if review else ()
        echo(f"{name}: could also be", err=True)
        for number, one in enumerate(told, 1):
            verdict = "  refused" if one.text in refused else ""
            echo(f"  {number}  {one_line(one.text)}  ({one.score:g}){verdict}", err=True)
    for name, models in review.models.items() if review else ():
        stale = "; its brief has changed since" if review and name in review.stale else ""
        beneath = f"the model has: {one_line(models)}" if models is not None else "it waits: no text is there any more"
        echo(f"{name}: taken by a person; {beneath}{stale}", err=True)


def finding_line(finding: Finding) -> str:
    place = f"{finding.field}: " if finding.field else ""
    return f"{finding.severity:<6} {place}{in_line(finding.message)}" + (f" ({finding.check})" * bool(finding.check))


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str] = ()) -> str:
    """Return rows in aligned columns; the last column is as long as it is."""
    shown = [list(map(in_line, row)) for row in ([head, *rows] if head else rows)]
    widths = [max(map(_width, column)) for column in zip(*shown, strict=True)]
    lines = []
    for row in shown:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def wrapped(text: str, indent: str = "") -> str:
    """Return a text in lines as long as the guide's."""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def counted(number: int, noun: str) -> str:
    """Return a number of things: `1 piece`, `2,000 pieces`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def fallbacks_told(unwritten: int, lines: int) -> str:
    """Say how many of a job's texts are fallbacks, and what these are."""
    share = f"{unwritten} of {lines} ({100 * unwritten / lines:.0f} %)"
    return f"Fallback lines: {share}" + (", the row's own words where no line of the model passed" if unwritten else "")


def duration(seconds: float) -> str:
    """Return a time as `8.2 s`, `3 min 20 s`, `2 h 5 min` or `4 days 3 h`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def span_told(span: tuple[float, float]) -> str:
    """Return between which times something ends, no finer than anybody can know: `20 s to 1 min 10 s`."""
    return " to ".join(duration(_rounded(one)).replace(".0 s", " s").replace(" min 0 s", " min") for one in span)


def _rounded(seconds: float) -> float:
    """Return a time as far as two figures go, and past an hour to the minute."""
    if seconds < 3600:
        return float(f"{seconds:.2g}") if seconds < 100 else round(seconds, -1)
    return round(seconds / 60) * 60
