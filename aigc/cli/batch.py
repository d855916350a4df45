"""`aigc batch`: a piece for every row of a file."""

from __future__ import annotations

import shlex
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from aigc.asking import PLAN_FILE, Plan, Survey, Tally, is_job_file, read_plan, rows_about, survey_briefs, write_plan
from aigc.cli import completing, reports
from aigc.cli.adapter_told import warn_of_adapter
from aigc.cli.dry_run import tell_dry_run, tell_naming
from aigc.cli.echo import echo, print_json
from aigc.cli.fitness_told import FitnessTold
from aigc.cli.frame import INTERRUPTED, WAITING
from aigc.cli.group import GIVEN
from aigc.cli.options import (
    Asked,
    Overrides,
    Redo,
    asking_options,
    looking_options,
    open_project,
    out_option,
    redo_options,
    refuse_voice,
    writing_options,
)
from aigc.cli.progress import checking, loading, writing
from aigc.cli.readable import REASONS
from aigc.cli.stopping import GRACE, gentle_stop, going_on_later
from aigc.errors import (
    AigcError,
    BriefError,
    NotFound,
    UsageError,
    did_you_mean,
    no_file,
    shell_command,
    sought,
)
from aigc.jobs import (
    ARTIFACTS_FILE,
    REPORT,
    Forecaster,
    Job,
    Local,
    RayRunner,
    Unique,
    check_model,
    is_foreign,
    open_job,
    prepare_folder,
    rates_file,
    ray_runner,
    refuse_foreign,
    replacing,
    written_already,
)
from aigc.types import JobReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aigc.asking import Export
    from aigc.asking.survey import Before
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Brief


@click.command("batch")
@click.argument("type_name", metavar="TYPE|JOB.yaml", shell_complete=completing.types_or_files)
@click.argument("briefs", metavar="[BRIEFS]", required=False, shell_complete=completing.disk_files)
@out_option
@click.option("--dry-run", is_flag=True, help="Check every row, show what feeds what and a forecast, without a model.")
@asking_options
@redo_options
@writing_options
@looking_options
def command(
    type_name: str,
    briefs: str | None,
    out: Path | None,
    dry_run: bool,
    asked: Asked,
    redo: Redo,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Write a piece for every row of a file.

    BRIEFS is a CSV, XLSX, JSONL or JSON file, or the word `sample` for the briefs the type ships. A column feeds the
    input of its name; list inputs are split on `;` and line breaks. Every row ends up accepted, flagged, rejected or
    failed, with a reason; a bad row fails alone. However a run ends, the same command on the same folder goes on where
    it was, and once all is written it writes only what changed. --from knows what a tool's export feeds.

    A job file says all of it once: `type:`, `briefs:` and, where needed, `from:`, `map:`, `set:`, `input:`, `limit:`,
    `matrix:`, `exports:`, `with_flagged:` and settings of aigc.yaml. Each batch writes one, DIR/job.yaml.

    \b
    Examples:
      aigc batch ads/google-search sample --limit 12 --out try
      aigc batch ads/google-search products.csv --out spring --to google-ads-editor --to csv
      aigc batch ads/google-search cars.csv --map product=name --set url=https://example.com --dry-run
      aigc batch ads/google-search products.csv --matrix language=en,zh --matrix variants=3 --out spring
      aigc batch ads/google-search products.csv --out spring --retry rejected --retry flagged
      aigc batch ads/google-search products.csv --out spring --on openai-batch -m gpt-4.1-mini
      aigc batch ads/google-search products.csv --out spring --on ray://head:10001 -o ray.cpus=4
      aigc batch seo/meta pages.csv --input encoding=gbk --out pages -m qwen3-1.7b -o engine.device=cuda
      aigc batch spring/job.yaml
    """
    plan = _plan(type_name, briefs, asked.plan(), unique=redo.unique)
    out = out or plan.own_folder()
    project = open_project(folder, overrides, laid=plan.settings, out=out)
    content_type = plan.kind(project)
    refuse_voice(overrides.voice, content_type)
    exports, runner = plan.exports_of(project, content_type), _runner(project, content_type)
    forecaster = Forecaster(project, content_type, rates_file()) if dry_run else None
    _refuse_foreign(project, content_type, plan, out, exports)
    found = _look(project, content_type, plan, out, forecaster, redo)
    if forecaster is not None:
        unused = _tell_columns(plan, project, content_type, offering=True)
        return tell_dry_run(project, content_type, plan, found, forecaster.forecast(), unused, as_json=as_json)
    out = _prepared(out, content_type)
    if not found.valid:
        raise BriefError(f"{plan.path(content_type)}: {found.none_usable}")
    _tell_columns(plan, project, content_type)
    with open_job(project, content_type, out, reuse=not redo.no_reuse, unique=plan.unique) as job:
        plan, first = _widened(plan, asked.limit, project, content_type, job)
        _keep_plan(plan, project, content_type, out)
        rows, given = plan.rows(project, content_type), _given(over=plan.limit or "") if first else _given()
        job.register(rows, fresh=redo.fresh, retry=redo.retry, only=redo.only, first=first, command=given)
        if job.remaining:
            with going_on_later(job):
                _write(project, job, runner, redo)
        return _say(project, job.finish(exports), job, as_json=as_json)


def _prepared(out: Path | None, content_type: ContentType) -> Path:
    if out is None:
        raise UsageError("--out DIR is needed, the folder to write into", hint="or --dry-run to write nothing")
    prepare_folder(out, content_type.name)
    return out


def _plan(type_name: str, briefs: str | None, asked: Plan, *, unique: bool) -> Plan:
    """Return the job file's plan, or that of the type and its briefs, with the command line laid over it."""
    if is_job_file(type_name):
        plan = read_plan(Path(type_name))
    elif briefs is None:
        if type_name.endswith((".yaml", ".yml")) and not Path(type_name).is_file():
            raise NotFound(no_file(Path(type_name)), hint=sought(Path(type_name)))
        raise _no_briefs(type_name)
    elif "/" in briefs and _is_table(type_name) and not _is_table(briefs):
        hint = f"the type comes first: `{shell_command('batch', briefs, type_name)}`"
        raise UsageError(f"{type_name!r} is a file, not a content type", hint=hint)
    else:
        plan = Plan(type=type_name, briefs=briefs)
    return plan.over(replace(asked, briefs=briefs or "", unique=unique))


def _is_table(word: str) -> bool:
    """Say whether a word is a file of briefs rather than a content type."""
    return Path(word).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".jsonl", ".xml", ".ods")


def _no_briefs(type_name: str) -> UsageError:
    """Say that the briefs are missing; of a job's folder its job file stands for them."""
    if (file := Path(type_name) / PLAN_FILE).is_file():
        hint = f"its job file says what to write: `{shell_command('batch', file)}`"
        return UsageError(f"{type_name}: is the folder of a job", hint=hint)
    if _is_table(type_name):
        hint = f"`{shell_command('batch', 'TYPE', type_name)}`; `aigc types` lists them"
        return UsageError(f"{type_name}: what to write from it is missing, a content type", hint=hint)
    hint = "a file, the word `sample`, or a job file in place of both"
    return UsageError(f"the briefs to write {type_name} from are missing", hint=hint)


def _refuse_foreign(
    project: Project, content_type: ContentType, plan: Plan, out: Path | None, exports: Sequence[Export]
) -> None:
    """Refuse a folder where the run would replace what it reads, or files that no run wrote."""
    if out is None:
        return
    own = [ARTIFACTS_FILE, REPORT, *([] if _lies_in(plan, out) else [PLAN_FILE])]
    read = [plan.path(content_type), *filter(None, [plan.file]), Path(plan.origin or plan.type)]
    refuse_foreign(out, [project.registry.get("exporter", one.name) for one in exports], read, own)


def _keep_plan(plan: Plan, project: Project, content_type: ContentType, out: Path) -> None:
    """Write the job's own job file, unless one that somebody wrote stands in its place, which is this job's."""
    if _lies_in(plan, out) and is_foreign(out, PLAN_FILE):
        echo(f"{out / PLAN_FILE} is yours and stays as it is; what aigc.yaml says is not kept in it", err=True)
    else:
        placing = partial(replacing, out, PLAN_FILE)
        write_plan(plan, project, out, voice=project.voice(content_type), replacing=placing)


def _widened(
    plan: Plan, limit: int | None, project: Project, content_type: ContentType, job: Job
) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan, and the ids that the run is narrowed to: none, unless the command line has a smaller `limit`
    than the folder's job, which goes on being what it was, its other pieces and exports among it."""
    before = Plan(type="", briefs="")
    with suppress(AigcError):  # none is there, or it is nobody's to read
        before = read_plan(job.folder / PLAN_FILE)
    same = before.type == plan.type and before.briefs and _same_file(before.briefs, plan.briefs)
    if limit is None or not same or (before.limit is not None and before.limit <= limit):
        return plan, ()
    first = tuple(dict.fromkeys(one.id for one in plan.rows(project, content_type)))
    if job.ledger.totals.counts().total() <= len(first):
        return plan, ()
    echo(f"--limit {limit}: the other briefs in {job.folder} stay as they are", err=True)
    return replace(plan, limit=before.limit), first


def _same_file(one: str, other: str) -> bool:
    return one == other or Path(one).resolve() == Path(other).resolve()


def _lies_in(plan: Plan, out: Path) -> bool:
    """Say whether the job file lies where the run writes its own."""
    return plan.file is not None and plan.file.resolve() == (out / PLAN_FILE).resolve()


def _runner(project: Project, content_type: ContentType) -> RayRunner | None:
    """Return who writes on a cluster, None for this machine, as for a type that asks no model. What is wrong with
    options or the model is said here, before the folder is touched, where it would be written down."""
    project.source.check()
    Unique.of(project.settings)
    runner = ray_runner(project)
    if not content_type.asks(project.voice(content_type)):
        return None
    check_model(project)
    return runner


def _look(
    project: Project,
    content_type: ContentType,
    plan: Plan,
    out: Path | None,
    forecaster: Forecaster | None,
    redo: Redo,
) -> Survey:
    """Read all rows once. A dry run, which has a forecaster, also sees which are not to be written, and tells
    what the others will be flagged for.

    NotFound for an id of --only that no brief has.
    """
    path, cells = plan.path(content_type), len(plan.cells(content_type))
    fitness, tally = FitnessTold(project, content_type), Tally()
    many = rows_about(path, plan.limit) * cells
    looking = written_already(
        project, content_type, out, fresh=redo.fresh, retry=redo.retry, only=redo.only, reuse=not redo.no_reuse
    )
    with checking("Checking", many) as heard, looking if forecaster else nullcontext(_new) as before:
        found = survey_briefs(
            plan.rows(project, content_type, tally),
            reports.PREVIEWED,
            tally=tally,
            forecaster=forecaster,
            before=before,
            wanted=fitness.add,
            only=redo.only,
            heard=heard,
            noun="briefs" if cells > 1 else "rows",
        )
    found.rejected, found.doomed = fitness.rejected, fitness.doomed
    found.needs, found.flagged = fitness.lines, fitness.flagged
    if forecaster is not None:  # else only what really waits is told of, once that is known
        fitness.warn()
        warn_of_adapter(project, content_type)
    reports.print_passed_over(path, tally)
    if found.missing:
        raise NotFound(
            f"{path}: no brief has the id {found.missing[0]!r}", hint=did_you_mean(found.missing[0], found.ids)
        )
    return found


def _tell_columns(plan: Plan, project: Project, content_type: ContentType, *, offering: bool = False) -> dict[str, str]:
    """Say which sheet of the file is read and which line names the columns, if not the first, which of them feed
    nothing (and return these), and, `offering`, which sheets could be read too and whose export it looks to be."""
    path, unused = plan.path(content_type), plan.columns_not_used(project, content_type)
    table = plan.table(project, content_type)
    beside = plan.sheets_beside(project, content_type, table.sheet) if offering else ()
    reports.print_sheet(path, table.sheet, table.passed_over, beside)
    reports.print_header(path, table.header)
    reports.print_columns(path, unused)
    if offering:
        tell_naming(plan, project, content_type)
    if offering and (offer := plan.offered(project, content_type)):
        echo(f"{path.name}: {offer}", err=True)
    return unused


def _new(brief: Brief) -> Before:
    """Say that nothing is written already."""
    return "new"


def _given(*, some: bool = False, over: int | Literal[""] | None = None) -> str:
    """Return the command as it was typed, but for what only this run was to do; with `some` for the same briefs, and
    `over` the limit that was typed, another one or none."""
    ended = ("--retry", *([] if some else ["--only"]), *([] if over is None else ["--limit"]))
    words: list[str] = []
    for word in click.get_current_context().meta[GIVEN]:
        if words and words[-1] in ended:
            words.pop()
        elif word != "--fresh" and not word.startswith(tuple(f"{name}=" for name in ended)):
            words.append(word)
    return shlex.join(["aigc", *words, *(["--limit", str(over)] if over else [])])


def _write(project: Project, job: Job, runner: RayRunner | None, redo: Redo) -> None:
    fitness = FitnessTold(project, job.content_type)
    with checking("Counting", job.remaining) as counted:
        expected = job.forecast(rates_file(), counted, wanted=fitness.add)
    fitness.warn()
    warn_of_adapter(project, job.content_type)
    if job.changed:
        echo(reports.changed_line(job.changed), err=True)
    for line in reports.forecast_lines(project, expected, unique=job.guarded):
        echo(line, err=True)

    def in_hand() -> int:
        return job.in_hand

    if runner is not None:
        with gentle_stop(in_hand) as stopping, writing(job.remaining, in_hand, stopping) as shown:
            job.run(runner, heard=shown.heard, again=shown.again, stopping=stopping)
        runner.close()  # after an error Ray ends by itself, once that has been said
        return
    with loading(project.settings.model if job.content_type.asks(project.voice(job.content_type)) else "") as report:
        generator = project.generator(report, fresh=redo.fresh, retry="failed" in redo.retry, only=job.content_type)
    stop = gentle_stop(in_hand, grace=GRACE)
    local = Local(generator)

    def to_come() -> tuple[int, int]:
        return local.answered, expected.requests - local.told - local.answered

    with closing(generator), stop as stopping, writing(job.remaining, in_hand, stopping, to_come) as shown:
        job.run(local, heard=shown.heard, again=shown.again, stopping=stopping)


def _say(project: Project, report: JobReport, job: Job, *, as_json: bool) -> int:
    if as_json:
        print_json(reports.report_record(report, job.expected, again=_given(some=True)))
    else:
        reports.print_report(
            project,
            report,
            job.expected,
            again=_given(some=True),
            short=job.ledger.totals.complaints(REASONS),
            exports=job.exported,
            broken=job.broken,
        )
    if report.interrupted:
        return INTERRUPTED
    if report.awaited:
        return WAITING
    return 0 if job.all_accepted and not report.problems else 1
