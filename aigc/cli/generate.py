"""`aigc generate`: one piece, now."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.asking.grounding import with_facts
from aigc.cli import completing
from aigc.cli.adapter_told import warn_of_adapter
from aigc.cli.at_once import print_written, tell_files, write_at_once
from aigc.cli.echo import print_json
from aigc.cli.fitness_told import FitnessTold
from aigc.cli.frame import WAITING
from aigc.cli.one_brief import brief_option, read_brief
from aigc.cli.options import (
    Overrides,
    Pairs,
    check_exporters,
    inputs_argument,
    looking_options,
    mapping,
    open_project,
    out_option,
    refuse_voice,
    type_argument,
    with_flagged_option,
    writing_options,
)
from aigc.cli.screen import Screen
from aigc.errors import UsageError
from aigc.jobs import add_piece, prepare_folder, refuse_foreign
from aigc.ledger import artifact_record

if TYPE_CHECKING:
    from aigc.project import Project


@click.command("generate")
@type_argument
@inputs_argument
@brief_option
@click.option(
    "--to",
    "formats",
    metavar="FORMAT",
    multiple=True,
    shell_complete=completing.formats,
    help="Also write this format into --out.",
)
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
    refuse_voice(overrides.voice, content_type)
    brief = with_facts(read_brief(content_type, brief_file, mapping(inputs, "inputs")), content_type, project)
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
    artifact = write_at_once(project, content_type, brief, screen)
    if artifact is None:
        return WAITING
    refused: list[str] = []
    try:
        adding = partial(add_piece, project.registry, artifact, with_flagged=with_flagged, refused=refused.append)
        paths = adding(folder=out, formats=asked) if out is not None else []
    finally:  # what was written is shown also where it cannot be kept
        print_json(artifact_record(artifact)) if as_json else print_written(artifact, screen)
    tell_files(artifact, paths, refused, out, with_flagged)
    return 0 if artifact.status == "accepted" and not refused else 1


def _prepare(project: Project, out: Path, formats: Iterable[str], brief_file: str | None) -> None:
    """Refuse a folder where the piece would replace what is read, or files that no run wrote; make it otherwise."""
    exporters = [project.registry.get("exporter", name) for name in formats]
    refuse_foreign(out, exporters, [Path(brief_file)] if brief_file else [], own=())
    prepare_folder(out)
