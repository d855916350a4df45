"""`aigc write`: a text without a type of its own, from a sentence that asks for it, and changes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.adapter_told import warn_of_adapter
from aigc.cli.at_once import print_written, write_at_once
from aigc.cli.echo import echo, print_json
from aigc.cli.fitness_told import FitnessTold
from aigc.cli.frame import WAITING
from aigc.cli.options import Overrides, looking_options, open_project, out_option, writing_options
from aigc.cli.screen import Screen
from aigc.content import brief_values
from aigc.content.languages import NAMES, language_of_text
from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.jobs import keep_piece, prepare_folder, refuse_foreign, single_pieces
from aigc.ledger import artifact_record
from aigc.models import cache_folder
from aigc.project import STORE
from aigc.types import Brief

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.types import Artifact, Json

TYPE = "text/write"
WRITTEN = "written"  # the folder, beside the project's store


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """This is what is to become of an earlier text: `how` is a word of the type's input `change`."""

    how: str = ""
    language: str = ""
    piece: str = ""

    def __bool__(self) -> bool:
        return bool(self.how or self.language or self.piece)


@click.command("write")
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option("--shorter", "how", flag_value="shorter", help="Say the last text in fewer words.")
@click.option("--more", "how", flag_value="more", help="Go on from where the last text ends.")
@click.option(
    "--in",
    "language",
    metavar="CODE",
    default="",
    shell_complete=completing.languages,
    help="In this language, such as zh; alone: the last text.",
)
@click.option("--piece", metavar="N", default="", help="Change this one instead of the last; WORDS may say how.")
@out_option
@writing_options
@looking_options
def command(
    words: tuple[str, ...],
    how: str | None,
    language: str,
    piece: str,
    out: Path | None,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Write a text from a sentence that asks for it, or change one.

    On a terminal it appears as it is written. Each text is kept under a number: in the project's .aigc/written, without
    a project in the user's cache, with --out in a folder of yours. The type is text/write; a model below a billion
    parameters, as the default one is, loses the thread, and what it writes is flagged. Exit code 1 where nothing came
    of it that could be kept.

    \b
    Examples:
      aigc write "A short note: the office is closed on Monday"
      aigc write --shorter
      aigc write --in zh --piece 1
      aigc write --piece 2 "Make it friendlier"
      aigc write "Three names for a tea shop" --json
    """
    if overrides.on_ray:
        raise UsageError(f"--on {overrides.on}: one piece is written here", hint="a cluster is for `aigc batch`")
    if language and language not in NAMES:
        raise UsageError(f"--in {language}: is no language", hint=did_you_mean(language, NAMES))
    project = open_project(folder, overrides, out=out)
    content_type = project.content_type(TYPE)
    kept = out if out is not None else written_folder(project.folder)
    brief = _brief(" ".join(words).strip(), Change(how=how or "", language=language, piece=piece), kept)
    brief = replace(brief, values=brief_values(content_type, brief.values, where="aigc write"))
    fitness = FitnessTold(project, content_type)
    fitness.add(brief)
    fitness.warn()
    warn_of_adapter(project, content_type)
    refuse_foreign(kept, [project.registry.get("exporter", name) for name in content_type.exports], (), own=())
    prepare_folder(kept)
    screen = Screen(content_type) if sys.stdout.isatty() and not as_json else None
    artifact = write_at_once(project, content_type, brief, screen)
    if artifact is None:
        return WAITING
    return _keep(project, artifact, kept, screen, named=out is not None, as_json=as_json)


def written_folder(project: Path | None) -> Path:
    """Return where texts are kept of which nobody says where."""
    return (cache_folder() if project is None else project / STORE.parent) / WRITTEN


def _keep(
    project: Project, artifact: Artifact, kept: Path, screen: Screen | None, *, named: bool, as_json: bool
) -> int:
    """Keep the text under a number and show it, the latter also where it cannot be kept."""
    formats, refused = project.content_type(TYPE).exports, list[str]()
    try:
        artifact, paths = keep_piece(
            project.registry, artifact, kept, formats, with_flagged=True, refused=refused.append
        )
    finally:
        print_json(artifact_record(artifact)) if as_json else print_written(artifact, screen)
    for sentence in refused:
        echo(f"Not kept: {sentence}", err=True, fg="red")
    if paths and not as_json:
        change = f"aigc write --piece {artifact.id}" + (f" --out {kept}" if named else "")
        echo(f"Text {artifact.id}; to change it: {change} --shorter", err=True, dim=True)
    return 0 if paths else 1


def _brief(words: str, change: Change, kept: Path) -> Brief:
    """Return what is asked for: a new text, or a change of an earlier one in the folder. UsageError for neither."""
    new = words and not change.how and not change.piece
    if not new and not change:
        raise UsageError("what is to be written?", hint='aigc write "A short note about …"; --shorter changes the last')
    earlier = None if new else _earlier(change.piece, kept)
    asked: dict[str, Json] = {"instruction": words, "change": change.how or "as_told"}
    language = change.language
    if earlier is not None:
        before = earlier.brief.values
        asked["text"] = str(earlier.fields["text"])
        told = "Say this in the language that is asked for." if change.language else before["instruction"]
        asked["instruction"] = words or told
        language = language or str(before.get("language") or "")
    found = language or language_of_text(words or str(asked.get("text", "")))
    asked["language"] = found if language or found != "en" else None
    return Brief(id="1", values={name: value for name, value in asked.items() if value}, language=found)


def _earlier(piece: str, kept: Path) -> Artifact:
    """Return an earlier text, the last one unless its number is given. NotFound where there is none."""
    known = {one.id: one for one in _texts(kept)}
    if not known:
        raise NotFound(f"{kept}: nothing was written yet", hint='begin with aigc write "A short note about …"')
    if piece and piece not in known:
        raise NotFound(f"--piece {piece}: there is no such text", hint=did_you_mean(piece, known))
    return known[piece or next(reversed(known))]


def _texts(kept: Path) -> Iterator[Artifact]:
    for one in single_pieces(kept):
        if one.provenance.content_type == TYPE:
            yield one
