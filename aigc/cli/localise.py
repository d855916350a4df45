"""`aigc localise`: a finished batch for another market, in its language."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import fields
from functools import cache, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from aigc.cli import completing, reports
from aigc.cli.echo import echo, print_json
from aigc.cli.frame import INTERRUPTED, WAITING
from aigc.cli.going_on import as_given
from aigc.cli.options import (
    F,
    Overrides,
    check_exporters,
    key_value,
    looking_options,
    mapping,
    open_project,
    out_option,
    with_flagged_option,
    writing_options,
)
from aigc.cli.progress import loading
from aigc.cli.readable import REASONS, counted
from aigc.cli.stopping import going_on_later
from aigc.errors import UsageError, shell_command
from aigc.jobs import (
    ARTIFACTS_FILE,
    REPORT,
    Job,
    Localised,
    MarketChange,
    check_model,
    open_job,
    prepare_folder,
    refuse_foreign,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aigc.project import Project
    from aigc.types import Generator, JobReport

BRIEF = "brief"  # the folder of the briefs' translations


def change_options(function: F) -> F:
    """Add what a piece is changed to; the command gets it as `change`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        named = {field.name: given.pop(field.name) for field in fields(MarketChange)}
        for term in named["terms"]:  # also where nothing is translated
            if not all(part.strip() for part in term.partition("=")[::2]):
                raise UsageError(f"--term: {term!r} is no TERM=TRANSLATION", hint='--term "camping mug=露营杯"')
        change = MarketChange(**{**named, "rates": mapping(named["rates"], "--rate")})
        return function(change=change, **given)

    wrapped: Any = gathered
    for add in (
        click.option("--term", "terms", metavar="TERM=TRANSLATION", multiple=True, help="Of the glossary; may repeat."),
        click.option("--formality", type=click.Choice(("any", "formal", "informal")), default="any", help="您 or 你."),
        click.option("--translate", is_flag=True, help="Have a model translate pieces that are in another language."),
        click.option("--keep", metavar="TERM", multiple=True, help="Stays as it is; repeat for more."),
        click.option(
            "--rate",
            "rates",
            metavar="CURRENCY=RATE@DAY",
            multiple=True,
            type=key_value,
            help="What one is worth in the market's currency; repeat for more.",
        ),
        click.option(
            "--measures",
            type=click.Choice(("replace", "both", "keep")),
            default="replace",
            show_default=True,
            help="Units of the market; both leaves the original in brackets.",
        ),
        click.option(
            "--from", "source", metavar="CODE", default="", help="The market that it was written for (us, or cn)."
        ),
        click.option("--market", required=True, metavar="CODE", help="The market that it is for: us, gb, ca, tw …"),
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)


@click.command("localise")
@click.argument("batch", metavar="DIR", type=click.Path(path_type=Path), shell_complete=completing.jobs)
@change_options
@out_option
@click.option(
    "--to",
    "formats",
    metavar="FORMAT",
    multiple=True,
    shell_complete=completing.formats,
    help="An export format (else the type's).",
)
@with_flagged_option
@writing_options
@looking_options
def command(
    batch: Path,
    change: MarketChange,
    out: Path | None,
    formats: tuple[str, ...],
    with_flagged: bool,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Bring a finished batch to another market, and with --translate into its language.

    DIR is the folder of an `aigc batch`. Spelling, units, dates and Chinese characters become those of the market, in
    the pieces and in their briefs; then limits are counted and the type's checks run anew. A price
    is converted by a --rate alone, and without one its piece is flagged. Names, addresses, codes and quotations stay.

    With --translate a model translates pieces in other languages line by line: their briefs' texts first, in the folder
    `brief` of --out. A line that no candidate holds for stays as it was, and its piece is flagged.

    \b
    Examples:
      aigc localise spring --market gb --out spring-gb
      aigc localise spring --market gb --rate usd=0.79@2026-11-30 --measures both --out spring-gb
      aigc localise spring --from gb --market us --keep "Grey Goose Lane" --to csv --out spring-us
      aigc localise shop --market tw --out shop-tw
      aigc localise shop --market cn --translate --term "camping mug=露营杯" --formality formal -m MODEL --out shop-cn
    """
    if out is None:
        raise UsageError("--out DIR is needed, the folder to write into")
    if out.resolve() == batch.resolve():
        raise UsageError(f"{out}: is the batch itself", hint="choose another --out")
    project = open_project(folder, overrides, out=out)
    check_exporters(project, formats)
    localised = Localised(project, batch, change, with_flagged=with_flagged)
    if many := len(localised.left_out):
        echo(
            f"{counted(many, 'piece')} in another language than that of {change.market}: left out; --translate",
            err=True,
        )
    exports = formats or localised.content_type.exports
    refuse_foreign(out, [project.registry.get("exporter", name) for name in exports], own=(ARTIFACTS_FILE, REPORT))
    prepare_folder(out, localised.content_type.name)
    with ExitStack() as held:
        load = cache(partial(_generator, project, localised, held))
        if code := _translate_briefs(project, localised, load, out, as_json=as_json):
            return code
        job = held.enter_context(open_job(project, localised.content_type, out, reuse=False))
        job.register(localised.briefs())
        if job.remaining:
            with going_on_later(job):
                job.run(localised.runner(load() if localised.translation is not None else None))
        code = _told(project, job, job.finish(exports), as_json=as_json)
        return code or int(localised.damaged)


def _generator(project: Project, localised: Localised, held: ExitStack) -> Generator:
    """Load the model that translates."""
    assert localised.translation is not None
    project.source.check()
    check_model(project)
    with loading(project.settings.model) as report:
        return held.enter_context(closing(project.generator(report, only=localised.translation.text_type)))


def _translate_briefs(
    project: Project, localised: Localised, load: Callable[[], Generator], out: Path, *, as_json: bool
) -> int:
    """Have the briefs' own texts translated, as a job of their own where people may pick. Return the exit code of a run
    that ends here: it was interrupted, or answers are awaited."""
    if localised.translation is None:
        return 0
    text_type = localised.translation.text_type
    prepare_folder(out / BRIEF, text_type.name)
    with open_job(project, text_type, out / BRIEF, reuse=False) as job:
        job.register(localised.brief_texts())
        with going_on_later(job):
            generator = load()
            if job.remaining:
                job.write(generator)
        report = job.finish(("csv",))
        if report.interrupted or report.awaited:
            return _told(project, job, report, as_json=as_json)
        localised.translation.learn(job.ledger)
    some = f"{localised.translation.known} of {counted(report.briefs, 'text')} of the briefs translated"
    echo(f"{some}; `{shell_command('pick', out / BRIEF)}` for the others, and the same command again", err=True)
    return 0


def _told(project: Project, job: Job, report: JobReport, *, as_json: bool) -> int:
    again = as_given()
    if as_json:
        print_json(reports.report_record(report, None, again=again))
    else:
        reports.print_report(
            project,
            report,
            again=again,
            short=job.ledger.totals.complaints(REASONS),
            exports=job.exported,
            broken=job.broken,
        )
    if report.interrupted:
        return INTERRUPTED
    if report.awaited:
        return WAITING
    return 0 if job.all_accepted and not report.problems else 1
