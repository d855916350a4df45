"""`aigc types`: what can be written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.group import project_file
from aigc.cli.kept_types import keep, kept
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.errors import AigcError

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Json

BRACKETS = "\n(in brackets: what a type also writes, with a model that knows it: `aigc models list`)"
TEMPLATES = "templates"  # as aigc.yaml has it where it says nothing


@click.command("types")
@looking_options
def command(folder: Path | None, as_json: bool) -> int:
    """List what can be written.

    One line per content type: its name, the inputs a brief needs, the languages that both it and the model know, in
    brackets those that it writes with another model, and what it is. A type that cannot be loaded is listed with what
    is wrong in its file.

    \b
    Examples:
      aigc types
      aigc types --json
    """
    found = kept(folder or Path())
    if found is None:
        project = open_project(folder)
        plugins = {name: plugin for name, (_, plugin) in project.content_files().items()}
        found = [_record(project, plugins[name], name, loaded) for name, loaded in project.content_types().items()]
        keep(project, found)
    tell_unread([one["name"] for one in found])
    if as_json:
        print_json(found)
    elif found:
        rows = [_row(one) for one in found]
        echo_text(table(rows, head=("TYPE", "NEEDS", "LANGUAGES", "PLUGIN", "WHAT IT IS")))
        if any("(" in row[2] for row in rows):
            echo_text(BRACKETS)
    return 0


def tell_unread(known: Collection[str]) -> None:
    """Say on stderr that content types lie here which are not read, for the folder is no project."""
    beside = Path(TEMPLATES).glob("*/*.yaml") if project_file() is None else ()
    if any(f"{file.parent.name}/{file.stem}" not in known for file in beside):
        echo(f"{TEMPLATES}/ here is not read: an empty aigc.yaml beside it makes a project", err=True)


def _record(project: Project, plugin: str, name: str, loaded: ContentType | AigcError) -> dict[str, Json]:
    from aigc.content.schema import required

    if isinstance(loaded, AigcError):
        return {"name": name, "plugin": plugin, "error": str(loaded)}
    fitness = project.fitness(loaded)
    return {
        "name": name,
        "plugin": plugin,
        "summary": loaded.summary,
        "version": loaded.version,
        "required": required(loaded.brief),
        "languages": fitness.known_languages,
        "writes": list(fitness.languages) or None,
    }


def _row(one: dict[str, Json]) -> tuple[str, ...]:
    if "error" in one:
        return one["name"], "-", "-", one["plugin"], f"cannot be loaded: {one['error']}"
    return one["name"], ", ".join(one["required"]) or "-", spoken(one), one["plugin"], one["summary"]


def spoken(one: dict[str, Json]) -> str:
    """Return the languages that both the type and the model know, then in brackets those that only the type does."""
    known, writes = one["languages"], one["writes"]
    if known is None:
        return "any"
    others = ["any"] if writes is None else [language for language in writes if language not in known]
    return " ".join([*known, *([f"({' '.join(others)})"] if others else [])])
