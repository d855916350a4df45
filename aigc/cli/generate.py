"""`aigc generate`: one piece, now."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.adapter_told import warn_of_adapter
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.fitness_told import FitnessTold
from aigc.cli.frame import WAITING
from aigc.cli.options import (
    Overrides,
    Pairs,
    check_exporters,
    inputs_argument,
    looking_options,
    mapping,
    open_project,
    out_option,
    type_argument,
    with_flagged_option,
    writing_options,
)
from aigc.cli.progress import loading
from aigc.cli.readable import print_findings, print_suggestions, readable
from aigc.cli.screen import Screen
from aigc.content import brief_values
from aigc.content.languages import with_language
from aigc.content.yaml_lines import read_yaml
from aigc.errors import BriefError, UsageError, nearest
from aigc.jobs import add_piece, prepare_folder, refuse_foreign
from aigc.ledger import artifact_record
from aigc.types import Artifact, Brief, WrittenFloat
from aigc.types.foreign import read_json

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Json


@click.command("generate")
@type_argument
@inputs_argument
@click.option("--brief", "brief_file", metavar="FILE", help="Inputs from a JSON or YAML file, or JSON on stdin (-).")
@click.option("--to", "formats", metavar="FORMAT", multiple=True, help="Also write this format into --out.")
@out_option
@with_flagged_option
@writing_options
@looking_options
def command(
    type_name: str,
    inputs: Pairs,
    brief_file: str | None,
    formats: tuple[str, ...],
    out: Path | None,
    with_flagged: bool,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Write one piece now.

    Inputs are KEY=VALUE; a list is split on `;`. What is written on the command line wins over --brief. On a terminal
    the text appears as it is written; otherwise stdout holds the finished fields only, or with --json the whole
    artifact. The first use of a model fetches it.

    \b
    Examples:
      aigc generate seo/meta topic="Cold brew at home" keyword="cold brew"
      aigc generate ads/google-search --brief product.json --to google-ads-editor --out ads
      aigc generate text/continue -m gpt2 prompt=人工智能的未来发展趋势
      echo '{"topic": "Bees"}' | aigc generate articles/blog --brief - --json
    """
    if overrides.on_ray:
        raise UsageError(f"--on {overrides.on}: one piece is written here", hint="a cluster is for `aigc batch`")
    project = open_project(folder, overrides, out=out)
    content_type = project.content_type(type_name)
    brief = _brief(content_type, brief_file, mapping(inputs, "inputs"))
    fitness = FitnessTold(project, content_type)
    fitness.add(brief)
    fitness.warn()
    warn_of_adapter(project, content_type)
    if formats and out is None:
        raise UsageError("--to needs --out DIR, the folder to write into")
    check_exporters(project, formats)
    asked = formats or content_type.exports
    if out is not None:
        _prepare(project, out, asked, brief_file)
    screen = Screen(content_type) if sys.stdout.isatty() and not as_json else None
    artifact = _write(project, content_type, brief, screen)
    if artifact is None:
        return WAITING
    refused: list[str] = []
    try:
        adding = partial(add_piece, project.registry, artifact, with_flagged=with_flagged, refused=refused.append)
        paths = adding(folder=out, formats=asked) if out is not None else []
    finally:  # what was written is shown also where it cannot be kept
        print_json(artifact_record(artifact)) if as_json else _print(artifact, screen)
    _tell(artifact, paths, refused, out, with_flagged)
    return 0 if artifact.status == "accepted" and not refused else 1


def _tell(
    artifact: Artifact, paths: Iterable[Path], refused: Iterable[str], out: Path | None, with_flagged: bool
) -> None:
    """Say on stderr which files were written, and what was not exported and why."""
    for path in paths:
        echo(f"Wrote {path}", err=True)
    if out is not None and artifact.status == "flagged" and not with_flagged:
        echo("Not exported, for it is flagged: --with-flagged exports it", err=True)
    for sentence in refused:
        echo(f"Not exported: {sentence}", err=True, fg="red")
    if artifact.assets and out is None:
        names = ", ".join(asset.name for asset in artifact.assets)
        echo(f"Made {names} too, and nowhere to put it: --out DIR says where", err=True)


def _prepare(project: Project, out: Path, formats: Iterable[str], brief_file: str | None) -> None:
    """Refuse a folder where the piece would replace what is read, or files that no run wrote; make it otherwise."""
    exporters = [project.registry.get("exporter", name) for name in formats]
    refuse_foreign(out, exporters, [Path(brief_file)] if brief_file else [], own=())
    prepare_folder(out)


def _brief(content_type: ContentType, file: str | None, inputs: Mapping[str, str]) -> Brief:
    given = _read(file) if file else {}
    where = "inputs" if file is None else "stdin" if file == "-" else file
    values = brief_values(content_type, with_language(content_type.brief, {**given, **inputs}), where=where)
    return Brief(id="1", values=values, source=where)


def _read(file: str) -> Mapping[str, Json]:
    path = Path(file)
    if file != "-" and not path.is_file():
        raise BriefError(f"{file}: no such file", hint=nearest(path))
    if path.suffix.lower() in (".yaml", ".yml"):
        given = read_yaml(path, as_written=True).value
    else:
        name = "stdin" if file == "-" else file
        try:
            raw = sys.stdin.buffer.read() if file == "-" else path.read_bytes()
            given = read_json(raw.decode("utf-8-sig"), number=WrittenFloat)
        except json.JSONDecodeError as error:
            raise BriefError(f"{name}:{error.lineno}: is not JSON: {error.msg}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise BriefError(f"{name}: cannot be read as UTF-8 text: {error}") from error
        except ValueError as error:
            raise BriefError(f"{name}: {error}") from error
    if not isinstance(given, Mapping):
        raise BriefError(f"{file}: must be one object of inputs", hint="for several, use `aigc batch`")
    return given


def _write(project: Project, content_type: ContentType, brief: Brief, screen: Screen | None) -> Artifact | None:
    """Return the piece; None where its answers come later, which is told with what to do meanwhile."""
    with loading(project.settings.model) as report:
        generator = project.generator(report)
    with closing(generator):
        pipeline = project.pipeline(generator)
        try:
            artifact = next(pipeline.write(content_type, [brief], watcher=screen), None)
        finally:
            if screen:
                screen.close()
    for sentence in pipeline.awaited:
        echo(f"Waiting for answers: {sentence}; then give the same command again", err=True)
    return artifact


def _print(artifact: Artifact, screen: Screen | None) -> None:
    """Print the fields, unless they are word for word what has just appeared."""
    seen = list(screen.streamed.values()) if screen else []
    if [str(value).strip() for value in artifact.fields.values()] != [text.strip() for text in seen]:
        if screen:
            echo(f"── {artifact.provenance.content_type} ──", bold=True)
        if artifact.fields:
            echo_text(readable(artifact.fields))
    print_suggestions(artifact)
    print_findings(artifact)
