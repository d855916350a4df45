"""What `aigc job DIR --lines` prints: what the model wrote, for people a line each, for programs one JSON array."""

from __future__ import annotations

from aigc.cli.echo import echo, echo_json, in_line
from aigc.cli.readable import one_line
from aigc.ledger import Ledger
from aigc.ledger.lines import KeptLine
from aigc.ledger.record import json_text

NONE = (
    "No lines are kept: they are as pieces are written, unless keep_lines is none (aigc.yaml, the job file or -o); "
    "pieces that were there before, or come from another job, have none"
)

MARKS = (
    "✓ taken: it stands in the piece where → says; ✗ not taken, for what stands in brackets or as another was better; "
    "before it the stage, which of its lines, and which try"
)


def print_lines(ledger: Ledger, *, as_json: bool) -> None:
    """Print every line that is kept, as it is read; say so on stderr where none is."""
    if not (_print_json(ledger) if as_json else _print_readable(ledger)):
        echo(NONE, err=True)


def _print_json(ledger: Ledger) -> bool:
    before = "["
    for kept in ledger.lines.kept():
        echo_json(f"{before}{json_text(kept.record())}")
        before = ","
    echo("]" if before == "," else "[]")
    return True


def _print_readable(ledger: Ledger) -> bool:
    """Print the lines, and say whether there was any."""
    last = ""
    for kept in ledger.lines.kept():
        piece = f"{kept.brief.id} ({kept.status}{', replaced' if kept.replaced else ''})"
        if not last:
            echo(MARKS, err=True, dim=True)
        if piece != last:
            echo(in_line(piece), bold=True)
            last = piece
        echo(f"  {_place(kept)}  {one_line(kept.line.text)}{_verdict(kept)}")
    return bool(last)


def _place(kept: KeptLine) -> str:
    line = kept.line
    asked = f"{line.stage} {line.item + 1}" + (f", try {line.attempt + 1}" if line.attempt else "")
    if not line.taken:
        return f"✗ {asked}:"
    return f"✓ {asked} → {', '.join(line.fields)}:" if line.fields else f"✓ {asked}, left out:"


def _verdict(kept: KeptLine) -> str:
    findings = [f"{one.check}: {one.message}" for one in kept.line.findings]
    return in_line(f"  ({'; '.join(findings)})") if findings else ""
