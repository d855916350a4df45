"""`aigc find`: pieces by the words in them, in all jobs below a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.echo import echo, echo_marked, print_json
from aigc.cli.options import debug_option, json_option
from aigc.errors import NotFound, UsageError, nearest
from aigc.types import STATUSES

if TYPE_CHECKING:
    from aigc.jobs.finding import Found
    from aigc.types import Json

SHOWN = 20  # pieces, where nobody says how many
AROUND = 60  # characters of a long line before the first word, and twice as many after it


@click.command("find")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@click.option(
    "--in",
    "root",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder to look below (default: here).",
)
@click.option(
    "--type",
    "type_name",
    metavar="TYPE",
    shell_complete=completing.types,
    help="Only pieces of this type; ads/* is of a family.",
)
@click.option("--state", type=click.Choice(STATUSES), help="Only pieces of this state.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many (default {SHOWN}; with --json all).")
@json_option
@debug_option
def command(
    words: tuple[str, ...],
    root: Path | None,
    type_name: str | None,
    state: str | None,
    limit: int | None,
    as_json: bool,
) -> int:
    """Find pieces by the words in them.

    Looks at every job and at what was written piece by piece, here and in all folders below, and outside a project at
    what `aigc write` keeps: a piece is found when all words stand in its texts, as people may have changed them. Upper
    and lower case are one; quote a phrase. A ledger that cannot be read is told and passed over. Exit code 1 where
    nothing is found.

    \b
    Examples:
      aigc find mug steel
      aigc find "keeps warm" --type ads/* --state accepted
      aigc find 保温杯 --in spring --json
    """
    from aigc.cli.group import project_file
    from aigc.cli.write import written_folder
    from aigc.jobs.finding import Words, find_pieces

    place = root or Path()
    if not place.is_dir():
        raise NotFound(f"{place}: no such folder", hint=nearest(place, Path.is_dir))
    wanted = Words(words)
    if not wanted:
        raise UsageError("there is no word to find")
    passed: list[str] = []
    roots = [place] if root is not None or project_file() else [place, written_folder(None)]
    hits = (
        one
        for one in find_pieces(roots, wanted, passed.append)
        if (state is None or one.artifact.status == state)
        and (type_name is None or fnmatchcase(one.artifact.provenance.content_type, type_name))
    )
    most = limit or (None if as_json else SHOWN)
    shown = list(islice(hits, most)) if as_json else _print(islice(hits, most))
    more = most is not None and len(shown) == most and next(hits, None) is not None
    if as_json:
        print_json({"pieces": [_record(one) for one in shown], "more": more, "passed_over": passed})
    else:
        _tell_rest(shown, more, passed, words)
    return 0 if shown else 1


def _print(hits: Iterator[Found]) -> list[Found]:
    """Print each as it is found; return them all."""
    shown = []
    for one in hits:
        artifact = one.artifact
        echo(f"{artifact.id}  {one.folder}  {artifact.provenance.content_type}  {artifact.status}", bold=True)
        line, marks = _cut(one.line, one.marks)
        echo_marked(f"  {one.place}: ", line, marks)
        shown.append(one)
    return shown


def _tell_rest(shown: Sequence[Found], more: bool, passed: Sequence[str], words: Sequence[str]) -> None:
    for sentence in passed:
        echo(f"Passed over: {sentence}", err=True)
    if more:
        echo(f"There are more than {len(shown)}; --limit {5 * len(shown)} shows more", err=True)
    if not shown:
        echo(f"No piece here or below holds {' and '.join(map(repr, words))}", err=True)


def _cut(line: str, marks: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return as much of a line as is read at a glance, around its first mark, and the marks in that."""
    begin = max(0, marks[0][0] - AROUND) if marks else 0
    end = min(len(line), (marks[0][1] if marks else 0) + 2 * AROUND)
    before, after = "…" * (begin > 0), "…" * (end < len(line))
    moved = len(before) - begin
    inside = [(low + moved, min(high, end) + moved) for low, high in marks if low < end]
    return f"{before}{line[begin:end]}{after}", inside


def _record(one: Found) -> dict[str, Json]:
    artifact = one.artifact
    return {
        "id": artifact.id,
        "job": str(one.folder),
        "type": artifact.provenance.content_type,
        "state": artifact.status,
        "place": one.place,
        "line": one.line,
        "marks": [list(mark) for mark in one.marks],
    }
