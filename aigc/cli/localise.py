"""`aigc localise`: a finished batch for another market."""

from __future__ import annotations

from pathlib import Path

import click

from aigc.cli import completing, reports
from aigc.cli.echo import echo, print_json
from aigc.cli.options import (
    Pairs,
    check_exporters,
    key_value,
    looking_options,
    mapping,
    open_project,
    out_option,
    with_flagged_option,
)
from aigc.cli.readable import REASONS, counted
from aigc.errors import UsageError
from aigc.jobs import Change, Localised, open_job, prepare_folder


@click.command("localise")
@click.argument("batch", metavar="DIR", type=click.Path(path_type=Path), shell_complete=completing.jobs)
@click.option("--market", required=True, metavar="CODE", help="The market that it is for: us, gb, ca, tw …")
@click.option("--from", "source", metavar="CODE", default="", help="The market that it was written for (us, or cn).")
@out_option
@click.option(
    "--measures",
    type=click.Choice(("replace", "both", "keep")),
    default="replace",
    show_default=True,
    help="Units of the market; both leaves the original in brackets.",
)
@click.option(
    "--rate",
    "rates",
    metavar="CURRENCY=RATE@DAY",
    multiple=True,
    type=key_value,
    help="What one is worth in the market's currency; repeat for more.",
)
@click.option("--keep", metavar="TERM", multiple=True, help="Stays as it is; repeat for more.")
@click.option(
    "--to",
    "formats",
    metavar="FORMAT",
    multiple=True,
    shell_complete=completing.formats,
    help="An export format (else the type's).",
)
@with_flagged_option
@looking_options
def command(
    batch: Path,
    market: str,
    source: str,
    out: Path | None,
    measures: str,
    rates: Pairs,
    keep: tuple[str, ...],
    formats: tuple[str, ...],
    with_flagged: bool,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Bring a finished batch to another market of its language.

    DIR is the folder of an `aigc batch`. Spelling, units, dates and Chinese characters become those of the market, in
    the pieces and in their briefs; then limits are counted and the type's checks run anew. No model is asked. A price
    is converted by a --rate alone, and without one its piece is flagged. Names, addresses, codes and quotations stay.

    \b
    Examples:
      aigc localise spring --market gb --out spring-gb
      aigc localise spring --market gb --rate usd=0.79@2026-11-30 --measures both --out spring-gb
      aigc localise spring --from gb --market us --keep "Grey Goose Lane" --to csv --out spring-us
      aigc localise shop --market tw --out shop-tw
    """
    if out is None:
        raise UsageError("--out DIR is needed, the folder to write into")
    if out.resolve() == batch.resolve():
        raise UsageError(f"{out}: is the batch itself", hint="choose another --out")
    project = open_project(folder)
    check_exporters(project, formats)
    change = Change(market=market, source=source, measures=measures, rates=mapping(rates, "--rate"), keep=keep)
    localised = Localised(project, batch, change, with_flagged=with_flagged)
    content_type = localised.content_type
    if many := len(localised.left_out):
        echo(f"{counted(many, 'piece')} in another language than that of {market}: left out", err=True)
    prepare_folder(out, content_type.name)
    with open_job(project, content_type, out, reuse=False) as job:
        job.register(localised.briefs())
        if job.remaining:
            job.run(localised.runner())
        report = job.finish(formats or content_type.exports)
        if as_json:
            print_json(reports.report_record(report, None))
        else:
            reports.print_report(
                project,
                report,
                again=f"aigc localise {batch}",
                short=job.ledger.totals.complaints(REASONS),
                exports=job.exported,
                broken=job.broken,
            )
        return 0 if job.all_accepted and not report.problems else 1
