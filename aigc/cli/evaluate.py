"""`aigc evaluate`: models held against each other, on the same briefs or on texts that are there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.asking import Plan, read_briefs, read_plan, sample_briefs
from aigc.cli.echo import echo, echo_text, in_line, print_json
from aigc.cli.fit_told import Fit, fit_labels, fit_options
from aigc.cli.options import Overrides, Pairs, key_value, looking_options, open_project, settings_option
from aigc.cli.progress import counting, loading, writing
from aigc.cli.readable import counted, table
from aigc.cli.reports import print_header, print_sheet
from aigc.errors import AigcError, BriefError, NotFound, UsageError, nearest
from aigc.evaluation import (
    Column,
    GivenTexts,
    Margins,
    NamedWriter,
    Scored,
    Threshold,
    WriterFigures,
    asked_of,
    by_model,
    column_record,
    comparison_rows,
    named_writers,
    open_writers,
    own_writer,
    read_texts,
    read_thresholds,
    score_passages,
    score_texts,
    unmet,
    write_briefs,
    write_comparison,
)
from aigc.evaluation.scored import scoring
from aigc.evaluation.side_by_side import check_target
from aigc.evaluation.thresholds import check_thresholds
from aigc.ledger import opened_ledger, standing
from aigc.project import project_over
from aigc.settings import BARE
from aigc.types import Artifact, Brief, Json, Request

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.settings import Laid

PLAN = "job.yaml"
ASKED = ("seed", "sampling", "candidates")  # of a job's settings: how its pieces are asked for, whoever writes
SAMPLE = "sample"
REASONS = 5  # named, of those for which rows cannot be used
WRITING = (*(name for name in WriterFigures.__slots__), "quality")
SCORING = tuple(Scored(nats=(), tokens=(), sizes=()).values())
PAIRS = tuple(Margins(margins=(), gains=()).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """This is what came of comparing: a column for each writer, of what, and what is to be told with it."""

    title: str
    columns: Sequence[Column]
    about: Mapping[str, Json]
    content_type: ContentType | None = None
    notes: Sequence[str] = ()


WHAT = "give the folder of an `aigc batch`, or a file of texts"


@click.command("evaluate")
@click.argument("target", metavar="JOB|FILE")
@click.option(
    "-m", "--model", "models", metavar="MODEL", multiple=True, help="A model, or an adapter's folder; repeat for more."
)
@click.option("--type", "type_name", metavar="TYPE", help="The content type that FILE has briefs of.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N briefs or rows.")
@click.option("--least", metavar="FIGURE=X", multiple=True, type=key_value, help="Exit 1 where a figure is below X.")
@click.option("--most", metavar="FIGURE=X", multiple=True, type=key_value, help="Exit 1 where a figure is above X.")
@click.option("--html", "page", metavar="FILE", type=click.Path(path_type=Path), help="Write a page, side by side.")
@fit_options
@settings_option
@looking_options
def command(
    target: str,
    models: tuple[str, ...],
    type_name: str | None,
    limit: int | None,
    least: Pairs,
    most: Pairs,
    page: Path | None,
    fit: Fit,
    settings: Pairs,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Compare models on the same briefs.

    JOB is the folder of an `aigc batch`: each model writes its briefs, and without -m the pieces that are there are
    counted, without a model. FILE has briefs of --type (CSV, XLSX, JSONL, JSON or the word `sample`), or texts to score
    instead: prompt and completion, chats (`messages`), pairs (`chosen`, `rejected`), plain text (.txt).

    The first -m is the one that others are held against. --least and --most are for those others, or for the only one;
    figures: accepted, fallbacks, repaired, refused, fresh, names_kept, length_fit, distinct_1, distinct_2,
    self_similarity, tokens_per_second, quality; of texts nats_per_token, perplexity, bits_per_byte, and of pairs
    margin, margin_above_0, chosen_change. Nothing is written but the page.

    With --fit FILE has labelled lines of a stage, and the mix of its scorers is fitted for one model and written.

    \b
    Examples:
      aigc evaluate spring
      aigc evaluate spring -m smollm2-135m -m adapters/house --html compared.html
      aigc evaluate sample --type ads/google-search -m smollm2-135m -m qwen3-1.7b --limit 12
      aigc evaluate products.csv --type ads/google-search -m adapters/house --least accepted=90% --most fallbacks=10%
      aigc evaluate pairs.jsonl -m smollm2-135m -m adapters/house --least margin_above_0=0.9
      aigc evaluate novel.txt -m smollm2-135m -m models/mine --json
      aigc evaluate --fit labels.jsonl --type shop/lines --stage lines -m qwen3-1.7b
    """
    thresholds = read_thresholds(least, most)
    if page is not None:
        check_target(page)
    overrides = Overrides(settings=settings)
    if fit.fit:
        return fit_labels(open_project(folder, overrides), _path(target), type_name, models, fit, as_json=as_json)
    if Path(target).is_dir():
        found = _job(Path(target), models, limit, thresholds, overrides, folder)
    else:
        project = open_project(folder, overrides)
        if type_name is not None:
            found = _file(
                project, target, project_over(project, adapters=BARE).content_type(type_name), models, limit, thresholds
            )
        else:
            found = _texts(project, _path(target), models, limit, thresholds)
    missed = unmet(thresholds, found.columns)
    if page is not None:
        note = " ".join(found.notes)
        write_comparison(page, found.columns, title=found.title, content_type=found.content_type, note=note)
    _print(found, missed, page, as_json=as_json)
    return 1 if missed else 0


# -- what is compared on ----------------------------------------------------------------------------------------------


def _job(
    batch: Path,
    models: Sequence[str],
    limit: int | None,
    thresholds: Sequence[Threshold],
    overrides: Overrides,
    folder: Path | None,
) -> Comparison:
    check_thresholds(thresholds, WRITING)
    with opened_ledger(batch) as ledger:
        state, every_line = standing(ledger), ledger.lines.any_rejected()
        entries = [entry for entry in ledger.pieces.entries() if entry.key][:limit]
        pieces = [replace(one.artifact, lines=tuple(ledger.lines.of(one.writing))) for one in entries]
        waiting = list(ledger.briefs.waiting())
        new = sum(one.requests > 0 for one in entries)
    if not models:
        project = open_project(folder, overrides)
        return _standing(project, batch, state.content_type, state.model, pieces, every_line=every_line,
                         seconds=state.seconds if new == state.written == len(pieces) else 0.0)  # fmt: skip
    type_name, laid = _asked_for(batch, state.content_type)
    project = open_project(folder, overrides, laid=laid)
    content_type = project_over(project, adapters=BARE).content_type(type_name)
    briefs = [*(one.brief for one in pieces), *waiting][:limit]
    if not briefs:
        raise BriefError(f"{batch}: the job has no briefs")
    return _written(project, batch.resolve().name, content_type, briefs, named_writers(project, models))


def _standing(
    project: Project,
    batch: Path,
    name: str,
    model: str,
    pieces: Sequence[Artifact],
    *,
    every_line: bool,
    seconds: float,
) -> Comparison:
    """Count a job's own pieces as they stand."""
    if not pieces:
        raise BriefError(
            f"{batch}: the job has no pieces yet", hint="-m MODEL writes its briefs for the comparison alone"
        )
    notes, content_type = [], None
    try:
        content_type = project.content_type(name)
    except AigcError as error:
        notes.append(f"Whether lengths fit is not known: {error}.")
    if bare := sum(not one.lines for one in pieces):
        notes.append(
            f"Figures of lines are without {counted(bare, 'piece')} that {'has' if bare == 1 else 'have'} none kept."
        )
    figures = WriterFigures.of(pieces, content_type, seconds=seconds, every_line=every_line)
    column = Column(label=model or batch.resolve().name, values=figures.values(), artifacts=pieces)
    title = f"{batch.resolve().name}: {name}, {counted(len(pieces), 'piece')} as they stand"
    about = {"job": str(batch), "type": name, "briefs": len(pieces)}
    return Comparison(title=title, columns=[column], about=about, content_type=content_type, notes=notes)


def _asked_for(batch: Path, name: str) -> tuple[str, Laid]:
    """Return a job's content type and the settings that say how its pieces are asked for."""
    if not (batch / PLAN).is_file():
        return name, {}
    try:
        plan = read_plan(batch / PLAN)
    except UsageError as error:
        echo(f"The job's settings are left aside: {error}", err=True)
        return name, {}
    laid = {key: value for key, value in plan.settings.items() if key.partition(".")[0] in ASKED}
    return plan.type if plan.type.endswith((".yaml", ".yml")) else name, laid


def _file(
    project: Project,
    target: str,
    content_type: ContentType,
    models: Sequence[str],
    limit: int | None,
    thresholds: Sequence[Threshold],
) -> Comparison:
    check_thresholds(thresholds, WRITING)
    writers = named_writers(project, models) or [own_writer(project, content_type.name)]
    path = sample_briefs(content_type) if target == SAMPLE and not Path(target).exists() else _path(target)
    read = Plan(type=content_type.name, briefs=str(path)).table(project, content_type)
    print_sheet(path, read.sheet, read.passed_over)
    print_header(path, read.header)
    with _mapped_by_a_job(content_type.name, path):
        rows = list(read_briefs(read.rows, content_type, project.environment, limit=limit))
    briefs = [row for row in rows if isinstance(row, Brief)]
    bad = [row.reason for row in rows if isinstance(row, Artifact)]
    if not briefs:
        raise BriefError(f"{path}: none of its {len(rows)} rows can be used; {bad[0]}")
    _tell_left_out(bad, len(rows))
    return _written(project, path.name, content_type, briefs, writers)


@contextmanager
def _mapped_by_a_job(type_name: str, path: Path) -> Iterator[None]:
    """Send whoever has to say which column feeds an input to `aigc batch`: what it read is compared here too."""
    try:
        yield
    except BriefError as error:
        if not (found := re.search(r"add (--map .+?), or --set", error.hint)):
            raise
        job = f"aigc batch {type_name} {path} {found[1]} --out JOB"
        raise BriefError(error.message, hint=f"name columns so, or let `{job}` map them and evaluate JOB") from None


def _path(target: str) -> Path:
    if not (path := Path(target)).is_file():
        hint = "--type TYPE says whose" if target == "sample" else nearest(path, lambda one: one.exists()) or WHAT
        raise NotFound(f"{target}: no such job or file", hint=hint)
    return path


def _tell_left_out(reasons: Sequence[str], total: int) -> None:
    if reasons:
        echo(f"{len(reasons):,} of {counted(total, 'row')} cannot be used:", err=True)
    for reason in reasons[:REASONS]:
        echo(f"  {in_line(reason)}", err=True)
    if len(reasons) > REASONS:
        echo(f"  … and {len(reasons) - REASONS:,} more", err=True)


# -- writing and scoring ----------------------------------------------------------------------------------------------


def _written(
    project: Project, name: str, content_type: ContentType, briefs: Sequence[Brief], writers: Sequence[NamedWriter]
) -> Comparison:
    columns: dict[str, Column] = {}
    for lot in by_model(writers):
        with loading(lot[0].model) as report:
            generator = open_writers(project, lot, report)
        with closing(generator):
            for writer in lot:
                echo(f"{writer.label} writes {counted(len(briefs), 'piece')}", err=True)
                with writing(len(briefs), lambda: 0) as shown:
                    made = write_briefs(
                        project,
                        asked_of(writer, content_type),
                        briefs,
                        generator,
                        adapter=writer.adapter_name,
                        model=writer.model,
                        heard=shown.heard,
                    )
                figures = WriterFigures.of(made.artifacts, content_type, seconds=made.seconds)
                columns[writer.label] = Column(label=writer.label, values=figures.values(), artifacts=made.artifacts)
    title = f"{name}: {content_type.name}, {counted(len(briefs), 'brief')}"
    about = {"file": name, "type": content_type.name, "briefs": len(briefs)}
    ordered = [columns[writer.label] for writer in writers]
    notes = [note for column in ordered for note in _failures(column)]
    return Comparison(title=title, columns=ordered, about=about, content_type=content_type, notes=notes)


def _failures(column: Column) -> list[str]:
    """Say which pieces the model could not be asked for at all, with the first reason."""
    failed = [one for one in column.artifacts if one.status == "failed"]
    return [f"{column.label}: {counted(len(failed), 'piece')} failed, {failed[0].reason}."] if failed else []


def _texts(
    project: Project, path: Path, models: Sequence[str], limit: int | None, thresholds: Sequence[Threshold]
) -> Comparison:
    writers = named_writers(project, models)
    writers = writers or [NamedWriter(label=project.settings.model, model=project.settings.model)]
    given = read_texts(path, project.registry, limit=limit)
    pairs = given.shape == "pairs" and len(writers) > 1
    check_thresholds(thresholds, SCORING + (PAIRS if pairs else ()))
    _tell_left_out(given.left_out, given.total)
    scores, left = _scores(project, given, writers), 0
    if given.shape != "text":
        scores = _shared_scores(path, scores)
        left = len(given.rows) - len(scores[0][0].nats)
    columns = []
    for writer, mine in zip(writers, scores, strict=True):
        values = mine[0].values()
        if pairs:
            own = Margins.of(mine[0], mine[1], (scores[0][0], scores[0][1])).values() if mine is not scores[0] else {}
            values |= own
        columns.append(Column(label=writer.label, values=values))
    noun = {"pairs": "pair", "answers": "text", "text": "passage"}[given.shape]
    notes = [f"{counted(left, noun)} left out: not every model takes them."] if left else []
    title = f"{path.name}: {counted(len(scores[0][0].nats), noun)} scored"
    about = {"file": str(path), "texts": len(scores[0][0].nats), "left_out": len(given.left_out) + left}
    return Comparison(title=title, columns=columns, about=about, notes=notes)


def _scores(project: Project, given: GivenTexts, writers: Sequence[NamedWriter]) -> list[list[Scored]]:
    """Return, for each writer, what the texts cost it, and of pairs the worse texts too."""
    found: dict[str, list[Scored]] = {}
    for lot in by_model(writers):
        with loading(lot[0].model) as report:
            generator = open_writers(project, lot, report)
        with closing(generator):
            scorer = scoring(generator, project.source.name)
            for writer in lot:
                if given.shape == "text":
                    found[writer.label] = [score_passages(scorer, given.text, adapter=writer.adapter_name)]
                    continue
                asked = [
                    (Request(id=row.where, prompt=row.prompt, adapter=writer.adapter_name), row) for row in given.rows
                ]
                lots = [[(request, row.answer) for request, row in asked]]
                if given.shape == "pairs":
                    lots.append([(request, row.rejected) for request, row in asked])
                with counting(writer.label, len(asked) * len(lots)) as told:
                    found[writer.label] = [score_texts(scorer, one, told) for one in lots]
    return [found[writer.label] for writer in writers]


def _shared_scores(path: Path, scores: Sequence[Sequence[Scored]]) -> list[list[Scored]]:
    """Return the scores of the texts that every writer could be asked for. BriefError where there is none."""
    rows = zip(*(one.nats for mine in scores for one in mine), strict=True)
    places = [at for at, row in enumerate(rows) if None not in row]
    if not places:
        raise BriefError(f"{path}: there is no row that every model takes")
    return [[one.only(places) for one in mine] for mine in scores]


def _print(found: Comparison, missed: Sequence[str], page: Path | None, *, as_json: bool) -> None:
    if as_json:
        first, *others = found.columns
        models = [column_record(first), *(column_record(one, first) for one in others)]
        told = {"page": str(page)} if page else {}
        print_json({**found.about, "models": models, "unmet": list(missed), "notes": list(found.notes), **told})
    else:
        echo(found.title, bold=True)
        head, *rows = comparison_rows(found.columns)
        echo_text(table(rows, head=head))
        for note in found.notes:
            echo(note)
        if page:
            echo(f"Page: {page}")
    for sentence in missed:
        echo(f"Not met: {sentence}", err=True, fg="red")
