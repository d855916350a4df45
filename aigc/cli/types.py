"""`aigc types`: what can be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo_text, print_json
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.content.schema import required
from aigc.errors import AigcError

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Json


@click.command("types")
@looking_options
def command(folder: Path | None, as_json: bool) -> int:
    """List what can be written.

    One line per content type: its name, the inputs a brief needs, the languages that both it and the model know, and
    what it is. A type that cannot be loaded is listed with what is wrong in its file.

    \b
    Examples:
      aigc types
      aigc types --json
    """
    project = open_project(folder)
    plugins = {name: plugin for name, (_, plugin) in project.content_files().items()}
    found = [_record(project, plugins[name], name, loaded) for name, loaded in project.content_types().items()]
    if as_json:
        print_json(found)
    elif found:
        echo_text(table([_row(one) for one in found], head=("TYPE", "NEEDS", "LANGUAGES", "PLUGIN", "WHAT IT IS")))
    return 0


def _record(project: Project, plugin: str, name: str, loaded: ContentType | AigcError) -> dict[str, Json]:
    if isinstance(loaded, AigcError):
        return {"name": name, "plugin": plugin, "error": str(loaded)}
    return {
        "name": name,
        "plugin": plugin,
        "summary": loaded.summary,
        "version": loaded.version,
        "required": required(loaded.brief),
        "languages": project.fitness(loaded).known_languages,
    }


def _row(one: dict[str, Json]) -> tuple[str, ...]:
    if "error" in one:
        return one["name"], "-", "-", one["plugin"], f"cannot be loaded: {one['error']}"
    languages = one["languages"]
    spoken = "any" if languages is None else " ".join(languages) or "none"
    return one["name"], ", ".join(one["required"]) or "-", spoken, one["plugin"], one["summary"]
