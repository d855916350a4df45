"""`aigc review`: people approve, edit and send back the pieces of a finished batch, in the browser or in a sheet."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from aigc.cli import completing
from aigc.cli.echo import echo, print_json
from aigc.cli.options import looking_options, open_project
from aigc.cli.serve import EXTRA
from aigc.errors import AigcError, UsageError
from aigc.ledger import check_job, opened_ledger

FILES = click.Path(path_type=Path)
STANDPOINTS = ("approved", "edited", "rejected", "stale", "open")


@click.command("review")
@click.argument("batches", metavar="DIR...", nargs=-1, required=True, type=FILES, shell_complete=completing.jobs)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it listens (default: any that is free).")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--counts", is_flag=True, help="Say how many pieces stand where, and stop.")
@looking_options
def command(
    batches: tuple[Path, ...], port: int, no_browser: bool, counts: bool, folder: Path | None, as_json: bool
) -> int:
    """Approve, edit and send back pieces in the browser.

    DIR is the folder of an `aigc batch`. Each piece stands beside its brief, with what the checks found; limits are
    counted while one types. What is approved or edited outlives the same command, --fresh and another model; what is
    sent back is written again by the next run, which tells the model the note. It needs no model, listens on this
    machine alone, and asks for the token in the address that it prints. `aigc export DIR --approved-only` writes what
    was approved. Ctrl-C ends it, and writes DIR's files again.

    \b
    Examples:
      aigc review spring
      aigc review spring summer --port 8800 --no-browser
      aigc review spring --counts
    """
    for batch in batches:
        check_job(batch)
    project = open_project(folder)
    if counts:
        return _counted(batches, as_json=as_json)
    if as_json:
        raise UsageError("--json: goes with --counts", hint="/api/review answers in JSON while it runs")
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
