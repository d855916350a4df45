"""The `aigc` group: built-in commands by name, imported when used, and the commands plugins add.

`aigc --help` shows the summaries below instead of importing all their modules for them (a test compares them with the
commands' own), and imports only plugins whose module names the hook `aigc_commands`, because importing all of them
takes longer than everything else. A name that is not built in is looked for in every plugin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo
from aigc.errors import AigcError, PluginError, did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from aigc.plugs.registry import Registry

HOOK = "aigc_commands"
GIVEN = "aigc.given"  # in a context's meta: the words of the command line
BUILT_IN: Mapping[str, str] = {
    "types": "List what can be written.",
    "show": "Show a content type (inputs, limits, prompt, schema), or what the exports of a tool feed.",
    "generate": "Write one piece now.",
    "batch": "Write a piece for every row of a file.",
    "job": "Say where a batch stands.",
    "pick": "Take, write or refuse what could stand in a piece.",
    "export": "Write a finished batch in another format.",
    "train": "Teach the model to write as your approved texts do.",
    "evaluate": "Compare models on the same briefs.",
    "models": "List, fetch and describe models.",
    "plugins": "List plugins and what they declare.",
    "bench": "Measure how fast this machine writes.",
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
        self._registry: Registry | None = None  # of all plugins, once they have been asked
        self._offered = False

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a plugin's command. PluginError when the name is taken, which quarantines the plugin."""
        name = name or cmd.name or ""
        if name in BUILT_IN or name in self.commands:
            raise PluginError(f"the command {name!r} is already there")
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._offer()
        return [*BUILT_IN, *sorted(self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in BUILT_IN:
            command: click.Command = import_module(f"aigc.cli.{cmd_name}").command
            return command
        if not cmd_name.startswith("-"):
            self._ask_plugins()
        return self.commands.get(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[GIVEN] = list(args)
        return super().parse_args(ctx, args)

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
            note = self._offer()
        except AigcError as error:  # help must not depend on a healthy project
            note = f" {error}"
        added = [(name, command.get_short_help_str()) for name, command in sorted(self.commands.items())]
        if added:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(added)
        if note:
            formatter.write_paragraph()
            formatter.write_text(note.strip(" ()"))

    def _offer(self) -> str:
        """Let plugins that plainly have commands add them, and return a note on those that broke."""
        likely = [] if self._offered or self._registry else naming_the_hook()
        if likely:
            registry = _plugins_here(likely)
            registry.extend(HOOK, cli=self)
            self._offered = True
            return registry.quarantine_note()
        return ""

    def _ask_plugins(self) -> Registry:
        """Let every plugin add its commands, once. ProjectError when aigc.yaml cannot be read."""
        if self._registry is None:
            self._registry = _plugins_here(None)
            if not self._offered:
                self._registry.extend(HOOK, cli=self)
        return self._registry


def naming_the_hook() -> list[str]:
    """Return the plugins whose module mentions `aigc_commands`, found by reading their files, not importing them.

    A module that is not there or not a Python file counts: importing it will tell.
    """
    from aigc.plugs.installed import installed

    return [entry.name for entry in installed() if _may_have_commands(entry)]


def _may_have_commands(entry: EntryPoint) -> bool:
    from importlib.util import find_spec

    try:
        spec = find_spec(entry.module)
        source = Path(spec.origin) if spec and spec.origin else None
        return source is None or source.suffix != ".py" or HOOK.encode() in source.read_bytes()
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever a parent package does when it is imported
        return True


def _plugins_here(likely: Collection[str] | None) -> Registry:
    """Return the registry of the `likely` plugins (None: all) but for those the project here disables."""
    from aigc.plugs.registry import Registry

    here = Path.cwd()
    disabled: Collection[str] = ()
    if any((folder / "aigc.yaml").is_file() for folder in (here, *here.parents)):
        from aigc.project import Project

        disabled = Project.open(registry=Registry()).settings.disabled
    return Registry.discover(disabled=disabled, only=likely)


def _version_option() -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            from importlib.metadata import version

            echo(f"aigc {version('aigc')}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="Show the version."
    )
