"""What `aigc job DIR --lines` prints: what the model wrote, for people a line each, for programs one JSON array."""

from __future__ import annotations

from collections.abc import Iterator

import click

from aigc.cli.readable import one_line, printable
from aigc.ledger import Ledger
from aigc.ledger.lines import KeptLine
from aigc.ledger.record import json_text

NONE = (
    "No lines are kept: they are as pieces are written, unless keep_lines is none (aigc.yaml, the job file or -o); "
    "pieces that were there before, or come from another job, have none"
)


def print_lines(ledger: Ledger, *, as_json: bool) -> None:
    """Print every line that is kept, as it is read; say so on stderr where none is."""
    none = True
    for text in _json(ledger) if as_json else _readable(ledger):
        none = False
        click.echo(text)
    if none:
        click.echo(NONE, err=True)


def _json(ledger: Ledger) -> Iterator[str]:
    before = "["
    for kept in ledger.lines.kept():
        yield f"{before}{json_text(kept.record())}"
        before = ","
    yield "]" if before == "," else "[]"


def _readable(ledger: Ledger) -> Iterator[str]:
    last = ""
    for kept in ledger.lines.kept():
        piece = f"{kept.brief.id} ({kept.status}{', replaced' if kept.replaced else ''})"
        if piece != last:
            yield click.style(printable(piece), bold=True)
            last = piece
        yield f"  {_place(kept)}  {one_line(kept.line.text)}{_verdict(kept)}"


def _place(kept: KeptLine) -> str:
    line = kept.line
    asked = f"{line.stage} {line.item + 1}" + (f", try {line.attempt + 1}" if line.attempt else "")
    if not line.taken:
        return f"✗ {asked}:"
    return f"✓ {asked} → {', '.join(line.fields)}:" if line.fields else f"✓ {asked}, left out:"


def _verdict(kept: KeptLine) -> str:
    findings = [f"{one.check}: {one.message}" for one in kept.line.findings]
    return printable(f"  ({'; '.join(findings)})") if findings else ""
