"""`aigc evaluate --fit`: a mix of scorers fitted to labelled lines, told and written beside its content type."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.progress import counting, loading
from aigc.cli.readable import counted, table
from aigc.content.mix import read_mixes, write_mixes
from aigc.errors import UsageError, did_you_mean
from aigc.evaluation import (
    FittedMix,
    KeptNumbers,
    LabelScoring,
    Telling,
    fit_mix,
    named_writers,
    own_writer,
    read_labels,
)
from aigc.generating import adapter_digest
from aigc.plugs.registry import MIXES
from aigc.project import project_over
from aigc.types import Generator, Json

if TYPE_CHECKING:
    from aigc.content import ContentType, Stage
    from aigc.evaluation.labels import Labelled
    from aigc.project import Project

F = TypeVar("F", bound=Callable[..., Any])
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """This is what the command line says of fitting."""

    fit: bool = False
    stage: str = ""
    out: Path | None = None


def fit_options(function: F) -> F:
    """Add --fit, --stage and --out; the command gets them as `fit`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        fit = Fit(**{field.name: given.pop(field.name) for field in fields(Fit)})
        return function(fit=fit, **given)

    wrapped: Any = gathered
    place = click.Path(path_type=Path, dir_okay=False)
    for add in (
        click.option("--out", metavar="FILE", type=place, help="Write the mix there, not to the type's own file."),
        click.option("--stage", metavar="STAGE", default="", help="The stage whose pick is fitted."),
        click.option("--fit", is_flag=True, help="Fit the mix of a stage's scorers to a file of labelled lines."),
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)


def fit_labels(
    project: Project, path: Path, type_name: str | None, models: Sequence[str], asked: Fit, *, as_json: bool
) -> int:
    """Fit the mix of a stage for one model, tell how good it is, and write it."""
    if type_name is None:
        raise UsageError("--fit needs --type: whose scorers are fitted?")
    if len(models) > 1:
        raise UsageError("-m: a mix is fitted for one model at a time")
    writer = named_writers(project, models)[0] if models else own_writer(project, type_name)
    adapters = {"*": str(writer.adapter.absolute())} if writer.adapter else {}
    mine = project_over(project, model=writer.model, adapters=adapters)
    content_type = mine.content_type(type_name)
    stage = _stage(content_type, asked.stage)
    scoring = LabelScoring(mine, content_type, stage)
    found = read_labels(path, content_type, stage, mine.registry)
    _refuse_others(path, found.labels, mine)
    labels = scoring.standing(found.labels)
    passed = {"other_stages": found.others, "refused": len(found.labels) - len(labels)}

    def opened() -> Generator:
        with loading(writer.model) as report:
            return mine.generator(report)

    with counting("Scoring facts", len({one.fact for one in labels})) as heard:
        numbers = scoring.numbers(labels, KeptNumbers(path), opened, heard)
    fitted = fit_mix(labels, numbers, [bound.name for bound in scoring.by])
    file, unwritten = _written(mine, content_type, stage, fitted, asked.out)
    if as_json:
        about = {"type": content_type.name, "stage": stage.name, "model": writer.label}
        print_json({**about, **_record(fitted), **passed, "file": file, "note": unwritten})
    else:
        echo(f"{path.name}: {content_type.name}, {stage.name}, {writer.label}", bold=True)
        _print(fitted)
        if found.others:
            echo(f"Passed over: {counted(found.others, 'row')} of other stages")
        if passed["refused"]:
            echo(f"Left out: {counted(passed['refused'], 'line')} that the stage's checks refuse")
        if fitted.unknown:
            echo(f"Left out: {counted(fitted.unknown, 'line')} of which a scorer or the judge could tell nothing")
        echo(unwritten or f"Written: {file}")
    return 0


def _refuse_others(path: Path, labels: Sequence[Labelled], project: Project) -> None:
    """Refuse lines that another model of the catalogue wrote: what they are worth says nothing of this one's."""
    from aigc.models import Catalogue

    catalogue, marks, model = Catalogue.load(), project.source.marks(), project.settings.model
    for name in sorted({one.by for one in labels} - {""}):
        writer = catalogue.find(name)
        if writer is not None and writer.name not in marks and name != model:
            lines = counted(sum(one.by == name for one in labels), "line")
            raise UsageError(f"{path}: {lines} by {name}, and the mix is for {model}", hint=f"-m {writer.name}")


def _stage(content_type: ContentType, name: str) -> Stage:
    """Return the stage of that name, or the only one with a pick."""
    picking = {stage.name: stage for stage in content_type.stages if stage.pick}
    if not picking:
        raise UsageError(
            f"{content_type.name} has no stage with a `pick`", hint="pick: {by: [fit, specific], mix: NAME}"
        )
    if not name and len(picking) == 1:
        return next(iter(picking.values()))
    if name not in picking:
        what = f"has no stage {name!r} with a `pick`" if name else "has several stages with a `pick`"
        raise UsageError(f"--stage: {content_type.name} {what}", hint=did_you_mean(name, picking))
    return picking[name]


def _written(
    project: Project, content_type: ContentType, stage: Stage, fitted: FittedMix, out: Path | None
) -> tuple[Path | None, str]:
    """Write the entry of the project's model, in place of the one that is there; else return why it is not written."""
    assert stage.pick is not None
    marks, adapter = project.source.marks(), adapter_digest(project.adapter(content_type.name))
    if out is None and not stage.pick.mix:
        return None, "Not written: the pick names no `mix`; --out FILE says where to."
    if not marks:
        return None, f"Not written: nobody could tell that {project.settings.model!r} is the model that it is for."
    file = out or content_type.file.absolute().parent / MIXES / f"{stage.pick.mix}.yaml"
    entry = fitted.of(
        model=next((mark for mark in sorted(marks) if not SHA256.fullmatch(mark)), ""),
        sha256=next((mark for mark in sorted(marks) if SHA256.fullmatch(mark)), ""),
        adapter=adapter,
        date=date.today().isoformat(),
    )
    scorers = [bound.name for bound in stage.pick.by]
    others = [mix for mix in read_mixes(file, scorers) if not mix.is_for(marks, adapter)] if file.is_file() else []
    write_mixes(file, [*others, entry])
    return file, ""


def _record(fitted: FittedMix) -> dict[str, Json]:
    rows = {**fitted.scorers, "mix": fitted.mixed}
    told = {name: {"better": one.better, "usable": one.usable} for name, one in rows.items()}
    floor = fitted.floor
    return {
        "labels": fitted.labels,
        "facts": fitted.facts,
        "unknown": fitted.unknown,
        "auc": told,
        "floor": floor and floor.value,
        "faulty": floor and floor.faulty.share,
        "faulty_at_most": floor and floor.faulty.at_most,
        "coverage": floor and floor.covered.share,
    }


def _print(fitted: FittedMix) -> None:
    rows = [_row(name, one) for name, one in fitted.scorers.items()]
    head = ["AUC within a fact", "better : rest", "usable : faulty"]
    echo_text(table([*rows, _row("all together, out of fold", fitted.mixed)], head=head))
    echo(f"{counted(fitted.labels, 'line')} of {counted(fitted.facts, 'fact')}")
    floor = fitted.floor
    if floor is None:
        echo("No floor: nowhere are 95 % of the first choices usable, so no line stands by itself.")
        return
    echo(
        f"Floor {floor.value:.3f}: {floor.faulty.part} of {floor.faulty.whole} first choices above it are faulty "
        f"({floor.faulty.share or 0:.1%}, with 95 % certainty at most {floor.faulty.at_most or 0:.1%}); "
        f"{floor.covered.share or 0:.0%} of the facts have one"
    )


def _row(name: str, one: Telling) -> list[str]:
    return [name, *("" if value is None else f"{value:.3f}" for value in (one.better, one.usable))]
