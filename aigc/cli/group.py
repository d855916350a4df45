"""The `aigc` group: built-in commands by name, imported when used, and the commands plugins add.

`aigc --help` shows the summaries below instead of importing eight modules for them (a test compares them with the
commands' own). Plugins are asked for commands only by `aigc --help` and by a name that is not built in.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.errors import AigcError, PluginError, did_you_mean

if TYPE_CHECKING:
    from aigc.registry import Registry

BUILT_IN: Mapping[str, str] = {
    "types": "List what can be written.",
    "show": "Show a content type: inputs, limits, prompt, schema.",
    "generate": "Write one piece now.",
    "batch": "Write a piece for every row of a file.",
    "export": "Write a finished batch in another format.",
    "models": "List, fetch and describe models.",
    "plugins": "List plugins and what they declare.",
    "doctor": "Check this machine and say what to mend.",
}
ABOUT = """Write ads, articles, keywords and lessons with a GPT on your own machine.

\b
Examples:
  aigc types
  aigc generate seo/meta topic="Cold brew at home" keyword="cold brew"
  aigc batch ads/google-search products.csv --out spring
"""


class Commands(click.Group):
    """This is the group handed to the hook `aigc_commands`: add commands with `cli.add_command` or `@cli.command()`."""

    def __init__(self) -> None:
        names = {"help_option_names": ["-h", "--help"]}
        super().__init__(name="aigc", help=ABOUT, params=[_version_option()], context_settings=names)
        self._registry: Registry | None = None

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """This adds a plugin's command. PluginError when the name is taken, which quarantines the plugin."""
        name = name or cmd.name or ""
        if name in BUILT_IN or name in self.commands:
            raise PluginError(f"the command {name!r} is already there")
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._ask_plugins()
        return [*BUILT_IN, *sorted(self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in BUILT_IN:
            command: click.Command = import_module(f"aigc.cli.{cmd_name}").command
            return command
        if not cmd_name.startswith("-"):
            self._ask_plugins()
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            note = self._ask_plugins().quarantine_note()
            ctx.fail(f"no command named {name!r}{note}; {did_you_mean(name, [*BUILT_IN, *self.commands])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(BUILT_IN.items()))
        try:
            note = self._ask_plugins().quarantine_note()
        except AigcError as error:  # help must not depend on a healthy project
            note = f" {error}"
        added = [(name, command.get_short_help_str()) for name, command in sorted(self.commands.items())]
        if added:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(added)
        if note:
            formatter.write_paragraph()
            formatter.write_text(note.strip(" ()"))

    def _ask_plugins(self) -> Registry:
        """This lets every plugin add its commands, once. ProjectError when aigc.yaml cannot be read."""
        if self._registry is None:
            self._registry = _plugins_here()
            self._registry.extend("aigc_commands", cli=self)
        return self._registry


def _plugins_here() -> Registry:
    """This is the registry, without the template engine a whole project needs unless aigc.yaml may disable plugins."""
    here = Path.cwd()
    if any((folder / "aigc.yaml").is_file() for folder in (here, *here.parents)):
        from aigc.project import Project

        return Project.open().registry
    from aigc.registry import Registry

    return Registry.discover()


def _version_option() -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            from importlib.metadata import version

            click.echo(f"aigc {version('aigc')}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="Show the version."
    )
