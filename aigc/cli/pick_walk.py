"""Going through a job's suggestions on a terminal: a question a text, answered by a key or two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.readable import counted, one_line, printable
from aigc.errors import UsageError
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
            click.echo("There is nothing to choose: no suggestions, or all is decided.", err=True)
        try:
            for number, (name, place) in enumerate(asked, 1):
                answer = _ask(desk, name, place, f"{number} of {len(asked)}")
                if answer == QUIT:
                    break
                decided += answer != KEEP
        except (click.Abort, KeyboardInterrupt):
            click.echo(err=True)
    click.echo(f"{counted(decided, 'decision')}; `aigc pick {batch}` goes on", err=True)
    return 0


def _open(piece: Artifact) -> list[str]:
    """Return the places with suggestions of which nothing was decided."""
    review = piece.review
    decided = {*review.fields, *review.refused} if review else set()
    return [place for place in by_field(piece.suggestions) if place not in decided]


def _ask(desk: Desk, name: str, place: str, progress: str) -> str:
    """Ask about one text until the answer can be taken, and return it."""
    piece = desk.piece(name)
    offers = desk.offers(name, place)
    _show(desk, piece, place, offers, progress)
    while True:
        answer = str(click.prompt(KEYS.format(most=len(offers)), default=KEEP, show_default=False)).strip()
        try:
            if answer == NONE:
                desk.keep(name, place)
            elif answer.isdecimal():
                desk.take(name, place, int(answer))
            elif answer not in (KEEP, QUIT):
                desk.write(name, place, answer)
        except UsageError as error:
            click.secho(printable(str(error)), fg="yellow")
            continue
        return answer


def _show(desk: Desk, piece: Artifact, place: str, offers: list[Suggestion], progress: str) -> None:
    click.echo()
    click.secho(printable(f"{piece.id} {place}  ({progress})"), bold=True)
    if about := desk.about(piece, offers[0]):
        click.echo(f"  {'about':<6} {one_line(about)}")
    click.echo(f"  {'stands':<6} {one_line(at_path(piece.fields, place))}")
    for number, one in enumerate(offers, 1):
        click.echo(f"  {number:>6} {one_line(one.text)}")
