"""Going through a job's suggestions on a terminal: a question a text, answered by a key or two.

While a person thinks the folder is nobody's: a batch may write there, and others may pick. So what was shown is looked
at again before an answer is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo, in_line
from aigc.cli.readable import counted, one_line
from aigc.errors import AigcError, UsageError, shell_command
from aigc.jobs import Desk, at_desk
from aigc.types import Artifact, Suggestion, at_path, by_field

if TYPE_CHECKING:
    from aigc.project import Project

KEEP, NONE, QUIT = "", "n", "q"
KEYS = "1-{most} takes one, Enter keeps what stands, n: none is better, q quits; or your own words"


def walk(project: Project, batch: Path) -> int:
    """Ask about every text that has suggestions and of which nothing was decided. Ctrl-C ends as q does."""
    decided = 0
    with at_desk(project, batch) as desk:
        asked = [(name, place) for name in desk.suggested() for place in _open(desk.piece(name))]
        if not asked:
            echo("There is nothing to choose: no suggestions, or all is decided.", err=True)
        try:
            for number, (name, place) in enumerate(asked, 1):
                answer = _ask(desk, name, place, f"{number} of {len(asked)}")
                if answer == QUIT:
                    break
                decided += answer != KEEP
        except (click.Abort, KeyboardInterrupt):
            echo(err=True)
    echo(f"{counted(decided, 'decision')}; `{shell_command('pick', batch)}` goes on", err=True)
    return 0


def _open(piece: Artifact) -> list[str]:
    """Return the places with suggestions of which nothing was decided."""
    review = piece.review
    decided = {*review.fields, *review.refused} if review else set()
    return [place for place in by_field(piece.suggestions) if place not in decided]


def _ask(desk: Desk, name: str, place: str, progress: str) -> str:
    """Ask about one text until the answer can be taken, and return it."""
    while True:
        try:
            piece, offers = desk.piece(name), desk.offers(name, place)
        except UsageError as error:  # another run writes it again
            echo(error, fg="yellow")
            return KEEP
        if not offers or place not in _open(piece):
            return KEEP
        _show(desk, piece, place, offers, progress)
        if (answer := _answered(desk, piece, place, offers)) is not None:
            return answer
        echo(f"{in_line(name)}: was written again, or decided, in the meantime", fg="yellow")


def _answered(desk: Desk, piece: Artifact, place: str, offers: list[Suggestion]) -> str | None:
    """Take an answer about a text, asking until it can be taken; None where the text is another one by then."""
    while True:
        answer = str(click.prompt(KEYS.format(most=len(offers)), default=KEEP, show_default=False)).strip()
        if answer in (KEEP, QUIT):
            return answer
        try:
            with desk.held():
                if desk.piece(piece.id) != piece:
                    return None
                if answer == NONE:
                    desk.keep(piece.id, place)
                elif answer.isdecimal():
                    desk.take(piece.id, place, int(answer))
                else:
                    desk.write(piece.id, place, answer)
        except AigcError as error:
            echo(error, fg="yellow")
            continue
        return answer


def _show(desk: Desk, piece: Artifact, place: str, offers: list[Suggestion], progress: str) -> None:
    echo()
    echo(in_line(f"{piece.id} {place}  ({progress})"), bold=True)
    if about := desk.about(piece, offers[0]):
        echo(f"  {'about':<6} {one_line(about)}")
    echo(f"  {'stands':<6} {one_line(at_path(piece.fields, place))}")
    for number, one in enumerate(offers, 1):
        echo(f"  {number:>6} {one_line(one.text)}")
