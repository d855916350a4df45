"""`aigc export`: a finished batch in another format."""

from __future__ import annotations

from pathlib import Path

import click

from aigc.cli.options import Pairs, check_exporters, key_value, looking_options, mapping, open_project, print_json
from aigc.cli.readable import counted
from aigc.errors import JobError
from aigc.jobs import Good, export, opened_ledger

NOT_EXPORTED = {"waiting": "wait", "rejected": "rejected", "failed": "failed"}


@click.command("export")
@click.argument("batch", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "formats", metavar="FORMAT", multiple=True, required=True, help="A format; repeat for more.")
@click.option(
    "-o", "--option", "options", metavar="KEY=VALUE", multiple=True, type=key_value, help="An option of the format."
)
@looking_options
def command(batch: Path, formats: tuple[str, ...], options: Pairs, folder: Path | None, as_json: bool) -> int:
    """Write a finished batch in another format.

    DIR is the folder of an `aigc batch`. Accepted and flagged pieces are written; rejected and failed ones never are.

    \b
    Examples:
      aigc export spring --to csv
      aigc export spring --to google-ads-editor -o campaign="Spring sale"
      aigc export spring --to markdown --to jsonl --json
    """
    project = open_project(folder)
    check_exporters(project, formats)
    with opened_ledger(batch) as ledger:
        good, counts = Good(ledger), ledger.counts()
        if not len(good):
            states = ", ".join(f"{counts[name]} {said}" for name, said in NOT_EXPORTED.items() if counts[name])
            hint = "the batch's command goes on" if counts["waiting"] else ""
            raise JobError(f"{batch}: nothing to export: of {counted(counts.total(), 'piece')} {states}", hint=hint)
        paths = export(project.registry, good, batch, formats, mapping(options, "-o"), replacing=True)
        exported = len(good)
    left_out = counts["rejected"] + counts["failed"]
    if as_json:
        print_json({"pieces": exported, "left_out": left_out, "files": [str(path) for path in paths]})
        return 0
    for path in paths:
        click.echo(path)
    note = f"; {left_out} rejected or failed ones are left out" if left_out else ""
    note += f"; {counts['waiting']} wait" if counts["waiting"] else ""
    click.echo(f"{counted(exported, 'piece')} exported{note}", err=True)
    return 0
