"""`aigc review`: people approve, edit and send back the pieces of a finished batch, in the browser or in a sheet."""

from __future__ import annotations

import webbrowser
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.echo import echo, in_line, print_json
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import counted
from aigc.cli.serve import EXTRA
from aigc.errors import AigcError, UsageError, shell_command
from aigc.jobs import at_desk
from aigc.jobs.review_sheet import take_review_sheet, write_review_sheet
from aigc.ledger import check_job, opened_ledger

if TYPE_CHECKING:
    from aigc.project import Project

FILES = click.Path(path_type=Path)
STANDPOINTS = ("approved", "edited", "rejected", "stale", "open")


@click.command("review")
@click.argument("batches", metavar="DIR...", nargs=-1, required=True, type=FILES, shell_complete=completing.jobs)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it listens (default: any that is free).")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--counts", is_flag=True, help="Say how many pieces stand where, and stop.")
@click.option("--sheet", metavar="FILE", type=FILES, help="Write an XLSX sheet to fill in: a row a piece, and stop.")
@click.option("--from", "filled", metavar="FILE", type=FILES, help="Take what a filled-in sheet says, and stop.")
@looking_options
def command(
    batches: tuple[Path, ...],
    port: int,
    no_browser: bool,
    counts: bool,
    sheet: Path | None,
    filled: Path | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Approve, edit and send back pieces in the browser.

    DIR is the folder of an `aigc batch`. Each piece stands beside its brief, with what the checks found; limits are
    counted while one types. What is approved or edited outlives the same command, --fresh and another model; what is
    sent back is written again by the next run, which tells the model the note. It needs no model, listens on this
    machine alone, and asks for the token in the address that it prints. `aigc export DIR --approved-only` writes what
    was approved. Ctrl-C ends it, and writes DIR's files again.

    A sheet of --sheet has the columns `decision` (approve, reject, reopen) and `note`, and a column for each text, to
    be written over; --from takes it back, and tells by id what somebody changed in the meantime.

    \b
    Examples:
      aigc review spring
      aigc review spring summer --port 8800 --no-browser
      aigc review spring --counts
      aigc review spring --sheet to-review.xlsx
      aigc review spring --from to-review.xlsx
    """
    for batch in batches:
        check_job(batch)
    project = open_project(folder)
    if counts:
        return _counted(batches, as_json=as_json)
    if sheet is not None or filled is not None:
        if len(batches) > 1 or (sheet is not None and filled is not None):
            raise UsageError("--sheet and --from: one of them, for one DIR")
        if sheet is not None:
            return _sheet_written(project, batches[0], sheet)
        return _sheet_taken(project, batches[0], filled, as_json=as_json)
    if as_json:
        raise UsageError("--json: goes with --counts and --from", hint="/api/review answers in JSON while it runs")
    try:
        from aigc.serving.review_server import serve_review
    except ImportError as error:
        raise AigcError(f"reviewing needs starlette and uvicorn ({error})", hint=EXTRA) from error
    server = serve_review(project, batches, port=port)
    echo(f"Review at {server.link}", err=True)
    echo("Ctrl-C ends it.", err=True)
    if not no_browser:
        webbrowser.open(server.link)
    return server.run()


def _sheet_written(project: Project, batch: Path, sheet: Path) -> int:
    with at_desk(project, batch) as desk:
        many = write_review_sheet(desk, sheet)
    echo(sheet)
    echo(f"{counted(many, 'piece')}; then: {shell_command('review', batch, options=['--from', str(sheet)])}", err=True)
    return 0


def _sheet_taken(project: Project, batch: Path, filled: Path | None, *, as_json: bool) -> int:
    assert filled is not None
    with at_desk(project, batch) as desk:
        rows = take_review_sheet(desk, filled)
    if as_json:
        print_json([asdict(one) for one in rows])
    else:
        for one in rows:
            echo(in_line(f"row {one.row}: {one.told}"), fg="red" if one.done in ("wrong", "conflict") else None)
        counts = Counter(one.done for one in rows)
        told = ", ".join(f"{many} {done}" for done, many in counts.items())
        echo(f"{counted(len(rows), 'row')}: {told or 'nothing is filled in'}", err=True)
    return 1 if any(one.done in ("wrong", "conflict") for one in rows) else 0


def _counted(batches: tuple[Path, ...], *, as_json: bool) -> int:
    found = {}
    for batch in batches:
        with opened_ledger(batch) as ledger:
            counts = ledger.rulings.counts()
        found[str(batch)] = {name: counts[name] for name in STANDPOINTS}  # type: ignore[index]
    if as_json:
        print_json(found)
        return 0
    for name, held in found.items():
        words = {name: "sent back" if name == "rejected" else name for name in held}
        told = ", ".join(f"{many} {words[state]}" for state, many in held.items() if many)
        echo(f"{name}: {told or 'no piece is finished'}")
    return 0
