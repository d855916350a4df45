"""`aigc export`: a finished batch in another format."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.asking import Export
from aigc.cli import completing
from aigc.cli.echo import echo, print_json
from aigc.cli.formats_taking import formats_taking
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
from aigc.cli.readable import counted
from aigc.errors import AigcError, JobError, NotFound, UsageError, shell_command
from aigc.jobs import Good, catch_up, export, own_options, prepare_folder, remember_exports
from aigc.ledger import has_ledger, opened_ledger
from aigc.ledger.damage import AGAIN
from aigc.types import STATUSES, Standpoint

if TYPE_CHECKING:
    from aigc.project import Project

KNOWN = "known: "  # where no name is near
NEVER = ("rejected", "failed")


@click.command("export")
@click.argument("batch", metavar="DIR", type=click.Path(path_type=Path), shell_complete=completing.jobs)
@click.option(
    "--to",
    "formats",
    metavar="FORMAT",
    multiple=True,
    shell_complete=completing.formats,
    required=True,
    help="A format; repeat for more.",
)
@click.option(
    "-o", "--option", "options", metavar="KEY=VALUE", multiple=True, type=key_value, help="An option of the format."
)
@out_option
@with_flagged_option
@click.option("--approved-only", is_flag=True, help="Only what people approved (`aigc review`), flagged or not.")
@looking_options
def command(
    batch: Path,
    formats: tuple[str, ...],
    options: Pairs,
    out: Path | None,
    with_flagged: bool,
    approved_only: bool,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Write a finished batch in another format.

    DIR is the folder of an `aigc batch`. Accepted pieces are written, and flagged ones too with --with-flagged, marked
    where the format can; rejected and failed ones never are, nor what a person rejected. A later `aigc batch` on the
    folder writes the format with the same options. With --out the files go into another folder, and nothing in DIR
    changes: it may be on a disk that cannot be written.

    \b
    Examples:
      aigc export spring --to csv
      aigc export spring --to google-ads-editor -o campaign="Spring sale"
      aigc export spring --to markdown --to jsonl --json
      aigc export spring --to csv --with-flagged
      aigc export spring --to csv --approved-only
      aigc export /mnt/archive/spring --to csv --out again
    """
    project = open_project(folder)
    _check(project, formats, batch)
    given = mapping(options, "-o")
    out = out if out is not None and out.resolve() != batch.resolve() else None
    if out is None:
        _catch_up(project, batch)
    left_out = NEVER if with_flagged else ("flagged", *NEVER)
    refused: list[str] = []
    with opened_ledger(batch) as ledger:
        good = Good(ledger, with_flagged=with_flagged, approved=approved_only)
        counts, reviewed = ledger.totals.counts(), ledger.rulings.counts()
        if not len(good):
            raise _unapproved(batch, reviewed) if approved_only else _nothing(batch, counts, left_out)
        if out is not None:
            prepare_folder(out)
        of = str(batch.resolve()) if out is not None else ""
        writing = partial(export, project.registry, good, out or batch, formats, given)
        taken = dict.fromkeys(formats, 0)  # but those that break are not heard of
        paths = writing(replacing=True, of=of, refused=refused.append, taken=taken.__setitem__)
        if out is None:
            asked = partial(Export, with_flagged=with_flagged, approved_only=approved_only)
            own = {name: own_options(project.registry.get("exporter", name), given) for name in formats}
            remember_exports(ledger, [asked(name=name, options=own[name]) for name in own])
        many, damaged = len(good), ledger.pieces.damaged
    code, gone = int(bool(refused) or damaged), counts.total() - counts["waiting"] - many
    if as_json:
        told = {"refused": refused, "by_format": taken} if refused else {}
        print_json({"pieces": max(taken.values()), "left_out": gone, "files": [str(path) for path in paths], **told})
        return code
    states = f"{gone} not approved" if approved_only else _left_out(counts, left_out, reviewed["rejected"])
    _tell(paths, f"{_exported(taken, many)}{_note(states, counts['waiting'])}", refused)
    if not paths and (fitting := formats_taking(project, batch)):
        echo(f"{batch} can be written as {', '.join(fitting)}", err=True)
    return code


def _tell(paths: Iterable[Path], exported: str, refused: Iterable[str]) -> None:
    """Print the files, how many pieces are in them, and what was not exported."""
    for path in paths:
        echo(path)
    echo(exported, err=True)
    for sentence in refused:
        echo(f"Not exported: {sentence}", err=True, fg="red")


def _exported(taken: Mapping[str, int], many: int) -> str:
    """Say how many pieces were exported of so many, format by format where those are not the same."""
    if set(taken.values()) == {many}:
        return f"{counted(many, 'piece')} exported"
    if len(taken) == 1:
        return f"{max(taken.values()) or 'none'} of {counted(many, 'piece')} exported"
    each = ", ".join(f"{number or 'none'} as {name}" for name, number in taken.items())
    return f"of {counted(many, 'piece')} exported: {each}"


def _check(project: Project, formats: Sequence[str], batch: Path) -> None:
    """Refuse an unknown format; where no name is near, name those that take the job's pieces."""
    try:
        check_exporters(project, formats)
    except NotFound as error:
        known = error.hint.startswith(KNOWN) and has_ledger(batch)
        fitting = ", ".join(formats_taking(project, batch)) if known else ""
        raise NotFound(error.message, hint=f"{batch} can be written as {fitting}" if fitting else error.hint) from None


def _catch_up(project: Project, batch: Path) -> None:
    if has_ledger(batch) and not os.access(batch, os.W_OK):
        raise UsageError(f"{batch}: cannot be written to", hint="--out DIR writes elsewhere")
    try:
        catch_up(project, batch)
    except NotFound:
        raise
    except AigcError as error:  # the export that is asked for shows it all the same
        echo(f"Other files of {batch} do not show yet what was picked: {error}", err=True)


def _nothing(batch: Path, counts: Counter[str], left_out: Sequence[str]) -> JobError:
    """Return the error that says why no piece can be exported."""
    states = _counted_states(counts, ["waiting", *left_out])
    hint = "--with-flagged writes flagged pieces too" if counts["flagged"] and "flagged" in left_out else ""
    hint = "the batch's command goes on" if counts["waiting"] else hint
    if damaged := sum(many for name, many in counts.items() if name not in (*STATUSES, "waiting")):
        states = ", ".join(filter(None, [states, f"{damaged} damaged"]))
        hint = hint or AGAIN
    return JobError(f"{batch}: nothing to export: of {counted(counts.total(), 'piece')} {states}", hint=hint)


def _note(left_out: str, waiting: int) -> str:
    return (f"; left out: {left_out}" if left_out else "") + (f"; {waiting} wait" if waiting else "")


def _left_out(counts: Mapping[str, int], left_out: Sequence[str], by_people: int) -> str:
    told = [_counted_states(counts, left_out), f"{by_people} by people" if by_people else ""]
    return ", ".join(filter(None, told))


def _unapproved(batch: Path, reviewed: Mapping[Standpoint, int]) -> JobError:
    stale = f"; {reviewed['stale']} changed since they were" if reviewed.get("stale") else ""
    hint = f"{shell_command('review', batch)} shows them one by one"
    return JobError(f"{batch}: nothing to export: no piece is approved{stale}", hint=hint)


def _counted_states(counts: Mapping[str, int], names: Iterable[str]) -> str:
    return ", ".join(f"{counts[name]} {'wait' if name == 'waiting' else name}" for name in names if counts[name])
