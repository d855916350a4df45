"""`aigc train`: a model learns from approved pieces, examples and files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.frame import INTERRUPTED
from aigc.cli.learning import account_lines, learning, result_lines, round_lines, trial_lines
from aigc.cli.options import (
    Overrides,
    Pairs,
    looking_options,
    model_option,
    open_project,
    settings_option,
)
from aigc.cli.progress import loading, writing
from aigc.cli.stopping import gentle_stop
from aigc.cli.wanting import Asking, wanting_options
from aigc.errors import UsageError
from aigc.ledger.ledger import has_ledger

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.training.improving import Round
    from aigc.training.preparing import Wanted
    from aigc.training.training_run import Outcome

LONGEST = 200  # characters of a name
ENDING = "Ending after this step, with a checkpoint."


@click.command("train")
@click.argument("name", metavar="NAME")
@wanting_options
@click.option("--check", "checking", is_flag=True, help="Say of every row whether it is used and why not, and stop.")
@click.option("--dry-run", is_flag=True, help="Time two steps, say what the whole takes, and stop.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@click.option("--teacher", metavar="MODEL", help="Let this model write the sources' briefs first, and learn from it.")
@click.option(
    "--improve", metavar="DIR", type=click.Path(path_type=Path), help="Write this batch, learn, write again …"
)
@click.option("--rounds", type=click.IntRange(1), default=2, show_default=True, help="… at most so many times.")
@model_option
@settings_option
@looking_options
def command(
    name: str,
    wanted: Wanted,
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
    from aigc.project import project_over
    from aigc.settings import BARE

    asked = Asking(checking=checking, dry_run=dry_run, resume=resume, rounds=rounds, as_json=as_json)
    asked.check(wanted, teacher=teacher, improve=improve)
    project = project_over(open_project(folder, Overrides(model=model, settings=settings)), adapters=BARE)
    target = _target(project, name, wanted.preset)
    if checking:
        return _check(project, wanted, as_json=as_json)
    if dry_run:
        return _forecast(project, wanted, as_json=as_json)
    if improve is not None:
        return _improve(project, wanted, target, improve, asked)
    if teacher is not None:
        wanted = _taught(project, wanted, target, teacher, resume=resume)
    return _train(project, wanted, target, resume=resume, as_json=as_json)


def _target(project: Project, name: str, preset: str) -> Path:
    """Return the folder of the result: a path as it is, a name in the project's adapters, or models where it is one."""
    if not name.strip() or name in (".", "..") or len(name) > LONGEST or not name.isprintable():
        raise UsageError(f"{name[:40]!r} is no name", hint="such as `aigc train house --from spring`")
    if Path(name).parts[1:] or name.startswith("~"):
        return Path(name).expanduser()
    return (project.folder or Path()) / ("models" if preset in ("full", "scratch") else "adapters") / name


def _check(project: Project, wanted: Wanted, *, as_json: bool) -> int:
    """Account for every row without learning anything."""
    from aigc.training.base import opened_base
    from aigc.training.preparing import prepare, read_rows

    with ExitStack() as stack:
        report = stack.enter_context(loading(project.settings.model))
        base, _ = stack.enter_context(opened_base(project, wanted, None, report))
        rows = read_rows(project, wanted, base)
    account = rows.account
    if as_json:
        print_json(account.record())
    else:
        for line in account_lines(account, every=True):
            echo(line)
    try:
        prepare(wanted, rows, base=base, digest="", seed=project.settings.seed)
    except UsageError as error:
        echo(f"It cannot be learnt from: {error}", err=True)
        return 1
    return 0


def _train(project: Project, wanted: Wanted, target: Path, *, resume: bool, as_json: bool) -> int:
    from aigc.training.result import finish
    from aigc.training.training_run import leads

    outcome = _learn(project, wanted, target, resume=resume, quiet=as_json)
    if not leads():
        return 0
    if outcome.stopped:
        echo(f"Stopped; the same command with --resume goes on: {target}", err=True)
        return INTERRUPTED
    result = finish(project, outcome)
    if as_json:
        print_json(result.record())
    else:
        for line in result_lines(result):
            echo_text(line)
    return 0 if outcome.adopted else 1


def _learn(project: Project, wanted: Wanted, target: Path, *, resume: bool = False, quiet: bool = False) -> Outcome:
    """Train into a folder, showing how it goes."""
    from aigc.training.base import opened_base
    from aigc.training.preparing import prepare, read_rows
    from aigc.training.training_run import RUN, check_folder, leads, train

    check_folder(target, resume=resume)
    with ExitStack() as stack:
        with loading(project.settings.model) as report:
            base, digest = stack.enter_context(opened_base(project, wanted, target / RUN, report))
        rows = read_rows(project, wanted, base)
        for line in account_lines(rows.account) if leads() else ():
            echo(line, err=quiet)
        prepared = prepare(wanted, rows, base=base, digest=digest, seed=project.settings.seed)
        stopping = stack.enter_context(gentle_stop(lambda: 1, ending=ENDING))
        shown = stack.enter_context(learning(prepared))
        return train(
            project, prepared, target, resume=resume, heard=shown.heard, looked=shown.looked, stopping=stopping
        )


def _forecast(project: Project, wanted: Wanted, *, as_json: bool) -> int:
    """Time two steps and say what the whole will take."""
    from aigc.training.base import opened_base
    from aigc.training.forecasting import forecast
    from aigc.training.preparing import prepare, read_rows

    with ExitStack() as stack:
        with loading(project.settings.model) as report:
            base, digest = stack.enter_context(opened_base(project, wanted, None, report))
        rows = read_rows(project, wanted, base)
        prepared = prepare(wanted, rows, base=base, digest=digest, seed=project.settings.seed)
        with loading(project.settings.model):
            told = forecast(prepared)
    if as_json:
        print_json({"account": rows.account.record(), **told})
        return 0
    for line in (*account_lines(rows.account), *trial_lines(told)):
        echo(line)
    return 0


def _improve(project: Project, wanted: Wanted, target: Path, job: Path, asked: Asking) -> int:
    """Go round: learn, write, learn from what was accepted; leave the best round's result."""
    from aigc.training.improving import best_round, improve
    from aigc.training.result import take_round
    from aigc.training.training_run import check_rounds

    check_rounds(target, resume=asked.resume)

    def heard(one: Round) -> None:
        for line in round_lines(one):
            echo(line, err=asked.as_json)

    def learn(sources: Sequence[str], place: Path) -> bool:
        return _learn_round(project, replace(wanted, sources=tuple(sources)), place, quiet=asked.as_json)

    found = improve(project, job, target, learn, rounds=asked.rounds, sources=wanted.sources, heard=heard)
    best = best_round(found)
    named: list[str] = []
    if best is not None and best.folder is not None:
        named = take_round(project, best.folder, target)
    if asked.as_json:
        print_json({"rounds": [one.record() for one in found], "best": best.number if best else 0, "named_for": named})
    elif best is None:
        echo("No round was better than the job as it is: nothing is adopted, aigc.yaml stays as it is.")
    else:
        echo(f"Round {best.number} was the best: {target}")
        for name in named:
            echo(f"aigc.yaml names it for {name} from now on")
    return 0 if best is not None else 1


def _learn_round(project: Project, wanted: Wanted, place: Path, *, quiet: bool) -> bool:
    """Train in a round's folder, or go on there; say whether the result is adopted. KeyboardInterrupt where it was
    stopped."""
    from aigc.training.card import read_card
    from aigc.training.result import finish
    from aigc.training.training_run import begun

    if (card := read_card(place)) is not None:
        return card.adopted
    outcome = _learn(project, wanted, place, resume=begun(place), quiet=quiet)
    if outcome.stopped:
        raise KeyboardInterrupt
    return finish(project, outcome, naming=False).outcome.adopted


def _taught(project: Project, wanted: Wanted, target: Path, teacher: str, *, resume: bool) -> Wanted:
    """Let a teacher write the briefs of the sources that are jobs, as far as they are not written; return what is
    learnt from then."""
    from aigc.training.improving import briefs_of, teach
    from aigc.training.training_run import RUN, check_folder

    check_folder(target, resume=resume)
    jobs = [source for source in wanted.sources if has_ledger(Path(source))]
    if not jobs:
        raise UsageError("--teacher writes the briefs of batches", hint="name a batch's folder with --from")
    taught = []
    for number, source in enumerate(jobs, 1):
        _, briefs = briefs_of(Path(source))
        with writing(len(briefs), lambda: 0) as shown:
            taught.append(str(teach(project, teacher, Path(source), target / RUN / f"teacher-{number}", shown.heard)))
    others = [source for source in wanted.sources if source not in jobs]
    return replace(wanted, sources=(*taught, *others))
