"""`aigc train`: a model learns from approved pieces, examples and files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.learning import account_lines, learning, look_line, result_lines, trial_lines
from aigc.cli.options import (
    Overrides,
    Pairs,
    key_value,
    looking_options,
    mapping,
    model_option,
    open_project,
    print_json,
    settings_option,
)
from aigc.cli.progress import loading
from aigc.cli.stopping import gentle_stop
from aigc.errors import UsageError

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.training.preparing import Wanted

PRESETS = "lora (the default), full, 4bit, dpo, kto or scratch"


@click.command("train")
@click.argument("name", metavar="NAME")
@click.option(
    "--from",
    "sources",
    metavar="SOURCE",
    multiple=True,
    help="A batch's folder, a content type, or a file or folder of rows; repeat for more.",
)
@click.option("--preset", default="lora", metavar="PRESET", help=f"How to learn: {PRESETS}.")
@click.option(
    "--set", "given", metavar="KEY=VALUE", multiple=True, type=key_value, help="A setting, such as steps=60 or rank=16."
)
@click.option("--type", "type_name", default="", metavar="TYPE", help="The content type that a file's rows are for.")
@click.option("--stage", default="", metavar="STAGE", help="… and the stage of it.")
@click.option(
    "--map", "columns", metavar="INPUT=COLUMN", multiple=True, type=key_value, help="Which column feeds it."
)
@click.option("--no-shots", is_flag=True, help="Learn, and write later, without the type's examples in the prompt.")
@click.option("--size", default="small", metavar="SIZE", help="Of a model from scratch: tiny, small, medium, large.")
@click.option("--check", "checking", is_flag=True, help="Say of every row whether it is used and why not, and stop.")
@click.option("--dry-run", is_flag=True, help="Time two steps, say what the whole takes, and stop.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option("--teacher", metavar="MODEL", help="Let this model write the sources' briefs first, and learn from it.")
@click.option("--improve", metavar="DIR", type=click.Path(path_type=Path), help="Write this batch, learn, write again …")
@click.option("--rounds", type=click.IntRange(1), default=2, show_default=True, help="… at most so many times.")
@model_option
@settings_option
@looking_options
def command(
    name: str,
    sources: tuple[str, ...],
    preset: str,
    given: Pairs,
    type_name: str,
    stage: str,
    columns: Pairs,
    no_shots: bool,
    size: str,
    checking: bool,
    dry_run: bool,
    resume: bool,
    teacher: str | None,
    improve: Path | None,
    rounds: int,
    model: str | None,
    settings: Pairs,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Teach the model to write as your approved texts do.

    SOURCE is the folder of a batch (its taken lines), a content type (its examples and training/*.jsonl), a file of
    chats, prompts with completions, pairs or verdicts (JSONL, CSV), or plain texts. What is learnt is a request as the
    type's templates write it, with its answer. A tenth of the briefs is held out; the checkpoint that writes them best
    becomes adapters/NAME, which aigc.yaml then names for the type. One that writes worse than the model does now is
    left there but not adopted: exit code 1.

    \b
    Examples:
      aigc train house --from spring --check
      aigc train house --from spring --from ads/google-search --dry-run
      aigc train house --from spring
      aigc train house --resume --from spring
      aigc train lines --from lines.csv --type ads/google-search --stage lines --map item=fact --map output=line
      aigc train taste --from spring --preset dpo
      aigc train better --improve spring --rounds 2
      aigc train small --from spring --teacher qwen3-4b
      aigc train toy --preset scratch --from texts/
    """
    from aigc.training.preparing import Wanted
    from aigc.training.presets import preset_named

    preset_named(preset)
    project = open_project(folder, Overrides(model=model, settings=settings))
    wanted = Wanted(
        sources=sources,
        preset=preset,
        given=mapping(given, "--set"),
        content_type=type_name,
        stage=stage,
        columns=mapping(columns, "--map"),
        shots=not no_shots,
        size=size,
    )
    if improve is None and not sources:
        raise UsageError("--from SOURCE is missing: what to learn from", hint="a batch's folder, a content type, a file")
    target = _target(project, name, preset)
    if checking:
        return _check(project, wanted, as_json=as_json)
    if improve is not None:
        return _improve(project, wanted, target, improve, rounds, as_json=as_json)
    if teacher is not None:
        wanted = _taught(project, wanted, target, teacher)
    return _train(project, wanted, target, dry_run=dry_run, resume=resume, as_json=as_json)


def _target(project: Project, name: str, preset: str) -> Path:
    """Return the folder of the result: a path as it is, a name in the project's adapters, or models where it is one."""
    if not name.strip() or name in (".", ".."):
        raise UsageError(f"{name!r} is no name", hint="such as `aigc train house --from spring`")
    if Path(name).parts[1:] or name.startswith("~"):
        return Path(name).expanduser()
    return (project.folder or Path()) / ("models" if preset in ("full", "scratch") else "adapters") / name


def _check(project: Project, wanted: Wanted, *, as_json: bool) -> int:
    """Account for every row without learning anything."""
    from aigc.training.preparing import read_rows

    with loading(project.settings.model) as report:
        base, _ = base_of(project, wanted, None, report)
    rows = read_rows(project, wanted, base)
    if as_json:
        print_json(rows.account.record())
    else:
        for line in account_lines(rows.account, every=True):
            click.echo(line)
    return 0 if rows.account.kept else 1


def _train(project: Project, wanted: Wanted, target: Path, *, dry_run: bool, resume: bool, as_json: bool) -> int:
    from aigc.training.preparing import prepare, read_rows
    from aigc.training.result import finish
    from aigc.training.run import check_folder, leads, train

    if not dry_run:
        check_folder(target, resume=resume)
    with loading(project.settings.model) as report:
        base, digest = base_of(project, wanted, None if dry_run else target, report)
    rows = read_rows(project, wanted, base)
    for line in account_lines(rows.account) if leads() else ():
        click.echo(line, err=as_json)
    prepared = prepare(wanted, rows, base=base, digest=digest, seed=project.settings.seed)
    if dry_run:
        return _forecast(prepared, as_json=as_json)
    with ExitStack() as stack:
        stopping = stack.enter_context(gentle_stop(lambda: 0))
        shown = stack.enter_context(learning(prepared))
        trained = train(
            project, prepared, target, resume=resume, heard=shown.heard, looked=shown.looked, stopping=stopping
        )
    if not leads():
        return 0
    if trained.stopped:
        click.echo(f"Stopped; the same command with --resume goes on: {target}", err=True)
        return INTERRUPTED
    result = finish(project, trained)
    if as_json:
        print_json(result.record())
    else:
        for line in result_lines(result):
            click.echo(line)
    return 0 if trained.adopted else 1
