"""`aigc batch`: a piece for every row of a file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import reports
from aigc.cli.frame import INTERRUPTED
from aigc.cli.group import GIVEN
from aigc.cli.options import (
    Overrides,
    Pairs,
    Redo,
    check_exporters,
    key_value,
    looking_options,
    mapping,
    open_project,
    out_option,
    print_json,
    redo_options,
    type_argument,
    writing_options,
)
from aigc.cli.progress import loading, writing
from aigc.cli.stopping import gentle_stop
from aigc.errors import BriefError, UsageError
from aigc.jobs import Job, JobReport, open_job, open_rows, prepare_folder, read_briefs, sample_briefs
from aigc.types import Artifact, Brief

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project

SAMPLE = "sample"
PREVIEWED = 3  # briefs whose prompts a dry run shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """This is where the briefs come from; it can be read more than once."""

    path: Path
    reading: Mapping[str, str]  # importer options
    columns: Mapping[str, str]  # input → column
    literals: Mapping[str, str]
    limit: int | None

    def briefs(self, project: Project, content_type: ContentType) -> Iterator[Brief | Artifact]:
        return read_briefs(
            open_rows(self.path, project.registry, self.reading),
            content_type,
            project.environment,
            mapping=self.columns,
            literals=self.literals,
            limit=self.limit,
        )


@click.command("batch")
@type_argument
@click.argument("briefs", metavar="BRIEFS")
@out_option
@click.option("--to", "formats", metavar="FORMAT", multiple=True, help="An export format (default: the type's own).")
@click.option("--limit", type=click.IntRange(1), help="Only the first N rows.")
@click.option("--dry-run", is_flag=True, help="Check every row and show prompts, without a model.")
@click.option("--map", "columns", metavar="INPUT=COLUMN", multiple=True, type=key_value, help="Which column feeds it.")
@click.option("--set", "literals", metavar="INPUT=VALUE", multiple=True, type=key_value, help="The same for all rows.")
@click.option("--input", "reading", metavar="KEY=VALUE", multiple=True, type=key_value, help="How to read the file.")
@redo_options
@writing_options
@looking_options
def command(
    type_name: str,
    briefs: str,
    out: Path | None,
    formats: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    columns: Pairs,
    literals: Pairs,
    reading: Pairs,
    redo: Redo,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Write a piece for every row of a file.

    BRIEFS is a CSV, XLSX, JSONL or JSON file, or the word `sample` for the briefs the type ships. A column feeds the
    input of its name; list inputs are split on `;`. Every row ends up accepted, flagged, rejected or failed, with a
    reason; a bad row fails alone. However a run ends, the same command on the same folder goes on where it was, and
    once all is written it writes only what changed.

    \b
    Examples:
      aigc batch ads/google-search sample --limit 12 --out try
      aigc batch ads/google-search products.csv --out spring --to google-ads-editor --to csv
      aigc batch ads/google-search cars.csv --map product=name --set url=https://example.com --dry-run
      aigc batch ads/google-search products.csv --out spring --retry rejected --retry flagged
      aigc batch seo/meta pages.csv --input encoding=gbk --out pages -m qwen3-1.7b -o engine.device=cuda
    """
    project = open_project(folder, overrides, out=out)
    content_type = project.content_type(type_name)
    source = Source(
        path=sample_briefs(content_type) if briefs == SAMPLE else Path(briefs),
        reading=mapping(reading, "--input"),
        columns=mapping(columns, "--map"),
        literals=mapping(literals, "--set"),
        limit=limit,
    )
    check_exporters(project, formats)
    survey = reports.survey(source.briefs(project, content_type), PREVIEWED)
    if dry_run:
        reports.print_dry_run(project, content_type, survey, as_json=as_json)
        return 0 if not survey.failed else 1
    if out is None:
        raise UsageError("--out DIR is needed, the folder to write into", hint="or --dry-run to write nothing")
    prepare_folder(out, content_type.name)
    if not survey.valid:
        raise BriefError(f"{source.path}: none of its {survey.total} rows can be used; {survey.first_reason}")
    with open_job(project, content_type, out, reuse=not redo.no_reuse, unique=redo.unique) as job:
        rows = source.briefs(project, content_type)
        job.register(rows, fresh=redo.fresh, retry=redo.retry, only=redo.only, command=_given())
        if job.remaining:
            _write(project, job)
        report = job.finish(formats or content_type.exports)
    return _say(project, report, as_json=as_json)


def _given() -> str:
    """This is the command as it was typed, but for what only this run was to do."""
    words: list[str] = []
    for word in click.get_current_context().meta[GIVEN]:
        if words and words[-1] in ("--retry", "--only"):
            words.pop()
        elif not word.startswith(("--retry=", "--only=")) and word != "--fresh":
            words.append(word)
    return shlex.join(["aigc", *words])


def _write(project: Project, job: Job) -> None:
    with loading(project.settings.model) as report:
        generator = project.generator(report)
    with closing(generator), gentle_stop() as stopping, writing(job.remaining) as heard:
        job.write(generator, heard=heard, stopping=stopping)


def _say(project: Project, report: JobReport, *, as_json: bool) -> int:
    if as_json:
        print_json(reports.report_record(report))
    else:
        reports.print_report(project, report)
    if report.interrupted:
        return INTERRUPTED
    good = report.counts.get("accepted", 0) == report.briefs and not report.problems
    return 0 if good else 1
