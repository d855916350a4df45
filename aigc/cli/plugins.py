"""`aigc plugins`: what is installed, what it declares, what failed to load and where, and what is left out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click

from aigc.asking import origins
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.group import Commands
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.plugs.extension import Kind
from aigc.plugs.left_out import unknown
from aigc.plugs.registry import HERE

if TYPE_CHECKING:
    from aigc.plugs.registry import Plugin
    from aigc.project import Project
    from aigc.types import Json


@click.command("plugins")
@looking_options
def command(folder: Path | None, as_json: bool) -> int:
    """List plugins and what they declare.

    Of each: its version, its hooks, how long it took to load, and what it declares. One that cannot be imported or
    breaks while declaring is quarantined: it is listed with the reason and the line, and everything else works.
    AIGC_DISABLE_PLUGINS=NAME,NAME leaves plugins out (`all`: those that did not come with aigc);
    AIGC_TRACE_PLUGINS=1 tells of each call of a hook on stderr.

    \b
    Examples:
      aigc plugins
      aigc plugins --json
      AIGC_DISABLE_PLUGINS=all aigc doctor
    """
    project = open_project(folder)
    cli = Commands()
    project.registry.extend("aigc_commands", cli=cli)  # so that a plugin that breaks there is listed too
    types = project.content_files()  # and one that takes another's type
    listed = [*project.registry.plugins, *project.registry.left_out]
    records = [_record(plugin, types) for plugin in listed]
    for sentence in unknown(plugin.name for plugin in listed):
        echo(sentence, err=True)
    if as_json:
        print_json(records)
        return 0
    titles = {f"origin {one.name}": f"exports of {one.title}: --from {one.name}" for one in origins(project.registry)}
    for one in records:
        _tell(one, lambda declared: titles.get(declared) or _summary(project, cli, declared))
    return 0


def _tell(one: dict[str, Json], summary: Callable[[str], str]) -> None:
    echo(f"{one['name']}  ({one['distribution'] or 'no distribution'}, {one['module']})", bold=True)
    if one["state"] == "left out":
        echo(f"  left out by {one['left_out_by']}", dim=True)
        return
    if one["error"]:
        echo(f"  quarantined: {one['error']}", fg="red")
        if one["place"]:
            echo(f"  {one['place']}", fg="red")
        return
    echo(f"  loaded in {one['load_ms']:.0f} ms" + (f"; hooks: {', '.join(one['hooks'])}" if one["hooks"] else ""))
    for sentence in one["former"]:
        echo(f"  {sentence}", fg="yellow")
    if one["declares"]:
        echo_text(table([(f"  {name}", summary(name)) for name in one["declares"]]))


def _summary(project: Project, cli: Commands, declared: str) -> str:
    """Return the first line of what is known of an extension, filter, function or command."""
    kind, _, name = declared.partition(" ")
    if kind in get_args(Kind):
        return project.registry.get(cast(Kind, kind), name).summary
    if kind == "command":
        return cli.commands[name].get_short_help_str() if name in cli.commands else ""
    found = {"filter": project.environment.filters, "global": project.environment.globals}.get(kind, {}).get(name)
    return (inspect.getdoc(found) or "").partition("\n")[0] if inspect.isroutine(found) else ""


def _record(plugin: Plugin, types: Mapping[str, tuple[Path, str]]) -> dict[str, Json]:
    name, _, version = plugin.distribution.rpartition(" ") if plugin.distribution != HERE else ("", "", "")
    return {
        "name": plugin.name,
        "module": plugin.module,
        "distribution": plugin.distribution,
        "version": version if name else None,
        "state": "left out" if plugin.left_out else "quarantined" if plugin.quarantined else "loaded",
        "left_out_by": plugin.left_out or None,
        "hooks": plugin.hooks,
        "declares": [
            *plugin.declares,
            *(f"content type {one}" for one, (_, owner) in types.items() if owner == plugin.name),
        ],
        "load_ms": round(plugin.seconds * 1000, 1),
        "former": plugin.former,
        "error": plugin.error or None,
        "place": plugin.place or None,
    }
