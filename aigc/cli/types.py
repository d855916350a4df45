"""`aigc types`: what can be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.options import looking_options, open_project, print_json
from aigc.cli.readable import table
from aigc.content.schema import required
from aigc.errors import AigcError

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.types import Json


@click.command("types")
@looking_options
def command(folder: Path | None, as_json: bool) -> int:
    """List what can be written.

    One line per content type: its name, the inputs a brief needs, and what it is. A type that cannot be loaded is
    listed with what is wrong in its file.

    \b
    Examples:
      aigc types
      aigc types --json
    """
    project = open_project(folder)
    plugins = {name: plugin for name, (_, plugin) in project.content_files().items()}
    found = [_record(name, plugins[name], loaded) for name, loaded in project.content_types().items()]
    if as_json:
        print_json(found)
    elif found:
        click.echo(table([_row(one) for one in found], head=("TYPE", "NEEDS", "PLUGIN", "WHAT IT IS")))
    return 0


def _record(name: str, plugin: str, loaded: ContentType | AigcError) -> dict[str, Json]:
    if isinstance(loaded, AigcError):
        return {"name": name, "plugin": plugin, "error": str(loaded)}
    return {
        "name": name,
        "plugin": plugin,
        "summary": loaded.summary,
        "version": loaded.version,
        "required": required(loaded.brief),
    }


def _row(one: dict[str, Json]) -> tuple[str, str, str, str]:
    if "error" in one:
        return one["name"], "-", one["plugin"], f"cannot be loaded: {one['error']}"
    return one["name"], ", ".join(one["required"]) or "-", one["plugin"], one["summary"]
