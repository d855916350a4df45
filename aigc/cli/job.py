"""`aigc job`: where a batch stands, and what giving it again would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from aigc.cli import completing
from aigc.cli.echo import echo, in_line, print_json
from aigc.cli.going_on import as_typed
from aigc.cli.kept_lines import print_lines
from aigc.cli.one_piece import print_piece
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import REASONS, complaint_lines, counted, duration, fallbacks_told, span_told
from aigc.errors import AigcError, shell_command
from aigc.jobs import is_behind, running, write_report
from aigc.ledger import Complaint, Ledger, Standing, opened_ledger, standing
from aigc.types import STATUSES


@click.command("job")
@click.argument("batch", metavar="DIR", type=click.Path(path_type=Path), shell_complete=completing.jobs)
@click.option("--report", "reporting", is_flag=True, help="Write DIR/report.html: every piece, with its findings.")
@click.option("--lines", "listing", is_flag=True, help="Print what the model wrote, taken (✓) or not (✗).")
@click.option("--piece", metavar="ID", help="Print one piece, and what else could stand in it.")
@looking_options
def command(batch: Path, reporting: bool, listing: bool, piece: str | None, folder: Path | None, as_json: bool) -> int:
    """Say where a batch stands.

    DIR is the folder of an `aigc batch`, finished or not; a batch that is being written can be watched so. All of it
    is in DIR/job.sqlite, which any SQLite browser opens: `select * from overview`. A batch writes its report when it
    ends; --report writes it now. What the model wrote is kept as `keep_lines` says, with its verdict.

    \b
    Examples:
      aigc job spring
      aigc job spring --report
      aigc job spring --lines --json > lines.json
      aigc job spring --piece mug
      aigc job spring --json
    """
    with opened_ledger(batch) as ledger:
        if listing:
            print_lines(ledger, as_json=as_json)
            return 0
        if piece is not None:
            print_piece(ledger, piece, as_json=as_json)
            return 0
        state, unusable, short = standing(ledger), ledger.totals.unusable_rows(), ledger.totals.complaints(REASONS)
        faulty = ledger.totals.faulty_briefs(REASONS)
        behind = is_behind(ledger)
        page = _report(batch, ledger, state.content_type, folder) if reporting else None
    by = running(batch)
    if as_json:
        print_json({**asdict(state), "running": by or None, "behind": behind, **({"report": page} if page else {})})
        return 0
    _print(batch, state, by, unusable, short, faulty)
    if behind:
        echo(f"Its files are older than what was decided last: {shell_command('pick', batch, options=['--files'])}")
    if page:
        echo(f"Report: {page}")
    return 0


def _report(batch: Path, ledger: Ledger, name: str, folder: Path | None) -> Path:
    """Write the report, without limits where the content type can no longer be loaded."""
    try:
        content_type = open_project(folder).content_type(name)
    except AigcError as error:
        echo(f"The report shows no limits: {error}", err=True)
        content_type = None
    return write_report(batch, ledger, content_type)


def _print(
    batch: Path,
    state: Standing,
    by: str,
    unusable: int,
    short: tuple[Sequence[Complaint], int],
    faulty: tuple[Sequence[str], int],
) -> None:
    counts = ", ".join(f"{state.counts[name]} {name}" for name in (*STATUSES, "waiting") if state.counts.get(name))
    echo(f"{counted(state.briefs, 'brief')}" + (f": {counts}" if counts else ""), bold=True)
    if state.content_type:
        echo(f"Type: {state.content_type} · {f'model: {state.model}' if state.model else 'asks no model'}")
    for line in complaint_lines(*short):
        echo(line)
    unwritten, lines = state.fallbacks
    if lines:
        echo(fallbacks_told(unwritten, lines))
    tokens = f"{counted(state.requests, 'request')}, {state.prompt_tokens:,} tokens in, {state.written_tokens:,} out"
    echo(f"Work in these pieces: {tokens}")
    if state.seconds:
        rate = f"{duration(state.seconds)}, {state.written / state.seconds:.2f} pieces/s"
        echo(f"All runs: {counted(state.written, 'piece')} written in {rate}")
    if (took := state.forecast.get("took")) and state.forecast["seconds"] is not None:
        span = state.forecast.get("span")  # which jobs of before have none of
        expected = span_told(span) if span else duration(state.forecast["seconds"])
        echo(f"Last run: {duration(took['seconds'])}, {expected} were expected")
    if state.kept:
        echo(f"History: {counted(state.kept, 'earlier piece')}")
    for line in _next(batch, state, by, unusable, faulty):
        echo(line)


def _next(batch: Path, state: Standing, by: str, unusable: int, faulty: tuple[Sequence[str], int]) -> list[str]:
    if by:
        return [f"Being written by {by}."]
    given = as_typed(state.command or f"aigc batch {state.content_type or 'TYPE'} … --out {batch}")
    if not state.briefs:
        return ["Next: nothing was asked for yet; the command that was broken off begins anew:", f"  {given}"]
    lines = []
    if state.waiting:
        begun = f", {state.begun} of them begun" if state.begun else ""
        time = f", about {duration(state.waiting * state.seconds / state.written)}" if state.written else ""
        if state.awaited:
            time = ", once this is done"
            lines += ["Waiting for answers:", *(f"  {sentence}" for sentence in state.awaited)]
        lines += [f"Next: the same command writes the {state.waiting} that wait{begun}{time}:", f"  {given}"]
        return lines
    if unusable:
        none = "the row that is no brief" if unusable == 1 else f"the {unusable:,} rows that are no briefs"
        lines += [f"Next: correct {none} and give the same command:", f"  {given}"]
    rows, faults = faulty
    if faults:
        lines += [f"Next: correct {counted(faults, 'row')}, which no retry helps, and give the same command:"]
        lines += [
            *(f"  {in_line(row)}" for row in rows),
            *([f"  … and {faults - len(rows):,} more"] * (faults > len(rows))),
        ]
        lines += [f"  {given}"]
    others = {**state.counts, "failed": state.counts.get("failed", 0) - unusable}
    others["rejected"] = others.get("rejected", 0) - faults
    if short := [name for name in STATUSES[1:] if others.get(name)]:
        lines += ["Next: the same command writes nothing more; to write some of it again:"]
        lines += [f"  {given} --retry {name}" for name in short]
    elif not unusable and not faults:
        lines += ["Next: the same command writes nothing, all is accepted."]
    return lines
