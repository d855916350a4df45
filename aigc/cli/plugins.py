"""`aigc plugins`: what is installed, what it declares, and what failed to load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click

from aigc.asking import origins
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.group import Commands
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.plugs.extension import Kind

if TYPE_CHECKING:
    from aigc.plugs.registry import Plugin
    from aigc.project import Project
    from aigc.types import Json


@click.command("plugins")
@looking_options
def command(folder: Path | None, as_json: bool) -> int:
    """List plugins and what they declare.

    A plugin that cannot be imported or breaks while declaring is quarantined: it is listed with the reason, and
    everything else works.

    \b
    Examples:
      aigc plugins
      aigc plugins --json
    """
    project = open_project(folder)
    project.registry.extend("aigc_commands", cli=Commands())  # so that a plugin that breaks there is listed too
    titles = {f"origin {one.name}": f"exports of {one.title}: --from {one.name}" for one in origins(project.registry)}
    records = [_record(project, plugin) for plugin in project.registry.plugins]
    if as_json:
        print_json(records)
        return 0
    for one in records:
        echo(f"{one['name']}  ({one['distribution'] or 'no distribution'}, {one['module']})", bold=True)
        if one["error"]:
            echo(f"  quarantined: {one['error']}", fg="red")
        if one["declares"]:
            echo_text(table([(f"  {name}", titles.get(name) or _summary(project, name)) for name in one["declares"]]))
    return 0


def _summary(project: Project, declared: str) -> str:
    """Return the first line of an extension's docstring; a content type has its own command to describe it."""
    kind, _, name = declared.partition(" ")
    if kind not in get_args(Kind):
        return ""
    return project.registry.get(cast(Kind, kind), name).summary


def _record(project: Project, plugin: Plugin) -> dict[str, Json]:
    types = [f"content type {name}" for name, (_, owner) in project.content_files().items() if owner == plugin.name]
    return {
        "name": plugin.name,
        "module": plugin.module,
        "distribution": plugin.distribution,
        "declares": [*plugin.declares, *types],
        "error": plugin.error or None,
    }
