"""`aigc pick`: taking, writing and refusing what could stand in a finished piece."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aigc.cli import completing
from aigc.cli.echo import echo, in_line, print_json
from aigc.cli.one_piece import print_piece
from aigc.cli.options import looking_options, open_project
from aigc.cli.pick_lists import labels_written, sheet_taken
from aigc.cli.pick_walk import walk
from aigc.cli.readable import one_line
from aigc.errors import UsageError, shell_command
from aigc.jobs import Desk, at_desk
from aigc.ledger import artifact_record, check_job, opened_ledger
from aigc.types import Artifact, at_path

if TYPE_CHECKING:
    from aigc.project import Project

FILES = click.Path(path_type=Path)
AT_ONCE = 500  # pieces of a job whose files are written again at each decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """This is what is to be done at a place. `rank` is a suggestion's, from 1."""

    rank: int | None
    text: str | None
    refuse: bool
    undo: bool
    note: str

    def check(self) -> None:
        """Refuse what does not go together. UsageError."""
        given = {"N": self.rank is not None and not self.refuse, "--text": self.text is not None}
        given |= {"--refuse": self.refuse, "--undo": self.undo}
        if (many := [name for name, there in given.items() if there]) and len(many) > 1:
            raise UsageError(f"{' and '.join(many)}: one of them", hint="aigc pick --help")
        if not many:
            raise UsageError("say what shall stand there", hint="N, --text, --refuse or --undo")

    def do(self, desk: Desk, name: str, place: str) -> Artifact:
        """Do it."""
        if self.text is not None:
            return desk.write(name, place, self.text, note=self.note)
        if self.undo:
            return desk.undo(name, place)
        if self.refuse:
            if self.rank is None:
                return desk.keep(name, place, note=self.note)
            return desk.refuse(name, place, self.rank, note=self.note)
        assert self.rank is not None
        return desk.take(name, place, self.rank, note=self.note)


def _deed(function: Any) -> Any:
    """Gather N, --text, --refuse, --undo and --note as `deed`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        return function(deed=Deed(**{one.name: given.pop(one.name) for one in fields(Deed)}), **given)

    return gathered


@click.command("pick")
@click.argument("batch", metavar="DIR", type=FILES, shell_complete=completing.jobs)
@click.argument("name", metavar="[ID]", required=False)
@click.argument("place", metavar="[FIELD]", required=False)
@click.argument("rank", metavar="[N]", type=int, required=False)
@click.option("--text", metavar="WORDS", help="Your own words stand there.")
@click.option("--refuse", is_flag=True, help="Suggestion N is faulty; without N: none is better than what stands.")
@click.option("--undo", is_flag=True, help="Forget what was decided of the field.")
@click.option("--note", metavar="WORDS", default="", help="Why; kept with the decision.")
@click.option("--list", "listing", is_flag=True, help="Print a piece and its suggestions.")
@click.option("--from", "sheet", metavar="FILE", type=FILES, help="Take what a filled-in sheet's column `pick` says.")
@click.option("--files", "showing", is_flag=True, help="Write DIR's files again as all that was decided asks.")
@click.option("--labels", metavar="FILE", type=FILES, help="Write all decisions as labelled rows (JSON lines).")
@looking_options
@_deed
def command(
    batch: Path,
    name: str | None,
    place: str | None,
    deed: Deed,
    listing: bool,
    sheet: Path | None,
    showing: bool,
    labels: Path | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Take, write or refuse what could stand in a piece.

    DIR is the folder of an `aigc batch`, ID a piece, FIELD a text of it such as headlines[2] (counted from 0), N a
    suggestion for it, the best is 1. What you decide stands over whatever is written beneath: the same command,
    --fresh, even a changed brief keep it. Without ID it goes through all pieces on a terminal. The exports and the
    report are written again then; of a job of more than 500 pieces not at each single decision, but with --files, at
    the end of a walk or a sheet, and by the next `aigc export` or `aigc batch`.

    \b
    Examples:
      aigc pick spring
      aigc pick spring 0007 --list
      aigc pick spring 0007 'headlines[2]' 1
      aigc pick spring 0007 'headlines[2]' --text "Coffee that stays hot"
      aigc pick spring 0007 'headlines[2]' --refuse
      aigc pick spring 0007 'headlines[2]' --undo
      aigc pick spring --from spring/content.xlsx
      aigc pick spring --files
      aigc pick spring --labels labels.jsonl
    """
    check_job(batch)
    project = open_project(folder)
    if labels is not None:
        return labels_written(project, batch, labels, as_json=as_json)
    if sheet is not None:
        return sheet_taken(project, batch, sheet, as_json=as_json)
    if showing and name is None:
        return _shown(project, batch)
    if name is None:
        if as_json or not sys.stdin.isatty():
            hint = f"{shell_command('pick', batch)} ID FIELD N; on a terminal, DIR alone goes through all"
            raise UsageError("say which piece", hint=hint)
        return walk(project, batch)
    if listing:
        with opened_ledger(batch) as ledger:
            print_piece(ledger, name, as_json=as_json)
        return 0
    if place is None:
        raise UsageError("say which text of the piece", hint=shell_command("pick", batch, name, options=["--list"]))
    deed.check()
    return _done(project, batch, deed, name, place, most=math.inf if showing else AT_ONCE, as_json=as_json)


def _shown(project: Project, batch: Path) -> int:
    """Write the folder's files again where they are behind."""
    with at_desk(project, batch):
        pass  # which does so when it is left
    echo(f"The files of {batch} show all that was decided.", err=True)
    return 0


def _done(project: Project, batch: Path, deed: Deed, name: str, place: str, *, most: float, as_json: bool) -> int:
    """Do something at a place, and say what stands there now; files of a job of more than `most` pieces wait."""
    with at_desk(project, batch, most=most) as desk:
        piece = deed.do(desk, name, place)
        behind = desk.leaves_behind
        if as_json:
            print_json(artifact_record(piece))
        else:
            echo(told(piece, place))
    if behind:
        again = shell_command("pick", batch, options=["--files"])
        echo(f"The exports and the report show it once this is done: {again}", err=True)
    return 0


def told(piece: Artifact, place: str) -> str:
    """Say in a line what stands at a place now."""
    status = "" if piece.status == "accepted" else f"  ({piece.status}: {piece.reason})"
    return in_line(f"{piece.id} {place}: {one_line(at_path(piece.fields, place))}{status}")
