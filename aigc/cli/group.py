"""The `aigc` group: built-in commands by name, imported when used, and the commands plugins add.

`aigc --help` shows the summaries below instead of importing all their modules for them (a test compares them with the
commands' own), and imports only plugins whose module names the hook `aigc_commands`, because importing all of them
takes longer than everything else. A name that is not built in is looked for in every plugin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from aigc.cli.echo import echo, in_line
from aigc.cli.empty_values import refusing_empty
from aigc.cli.misuse import unknown_command
from aigc.errors import AigcError, PluginError
from aigc.types.foreign import file_bytes

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from aigc.plugs.registry import Registry

HOOK = "aigc_commands"
GIVEN = "aigc.given"  # in a context's meta: the words of the command line
BUILT_IN: Mapping[str, str] = {
    "types": "List what can be written.",
    "show": "Show a content type (inputs, limits, prompt, schema), or anything else by its name.",
    "generate": "Write one piece now.",
    "write": "Write a text from a sentence that asks for it, or change one.",
    "chat": "Chat with a model, or with your own pages.",
    "batch": "Write a piece for every row of a file.",
    "job": "Say where a batch stands.",
    "review": "Approve, edit and send back pieces in the browser.",
    "pick": "Take, write or refuse what could stand in a piece.",
    "find": "Find pieces by the words in them.",
    "export": "Write a finished batch in another format.",
    "localise": "Bring a finished batch to another market, and with --translate into its language.",
    "serve": "Serve the model and the content types over HTTP.",
    "train": "Teach the model to write as your approved texts do.",
    "evaluate": "Compare models on the same briefs.",
    "models": "List, fetch and describe models.",
    "schema": "Print the JSON Schema of a YAML format, or what formats there are.",
    "new": "Begin a project, a content type or a plugin.",
    "check": "Check content types, job files, brand packs, aigc.yaml and plugins, without a model.",
    "test": "Play the examples of content types, without a model.",
    "plugins": "List plugins and what they declare.",
    "bench": "Measure how fast this machine writes.",
    "doctor": "Check this machine and say what to mend.",
    "completion": "Print what makes your shell complete commands, types and options.",
    "guide": "Print a page of the guide, or what pages there are.",
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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, without importing them all as click does."""
        with suppress(AigcError):
            self._offer()
        added = {name: command.get_short_help_str() for name, command in sorted(self.commands.items())}
        told = {**BUILT_IN, **added}.items()
        found = [CompletionItem(name, help=about) for name, about in told if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in BUILT_IN:
            command: click.Command = import_module(f"aigc.cli.{cmd_name}").command
            return refusing_empty(command)
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
            known = [*BUILT_IN, *self.commands]
            ctx.fail(f"no command named {name!r}{note}; {unknown_command(name, args[1:], known)}")
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
            formatter.write_text(in_line(note.strip(" ()")))

    def _offer(self) -> str:
        """Let plugins that plainly have commands add them, and return a note on those that broke."""
        if self._offered or self._registry:
            return ""
        likely = naming_the_hook()
        if likely or _project_names_plugins():
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

    from aigc.bounds.boundary import Contained
    from aigc.bounds.undisturbed import undisturbed
    from aigc.plugs.timeouts import DEFAULT

    spec = None
    name = f"plugin {entry.name!r}"
    with Contained(name, DEFAULT.plugin), undisturbed(name):  # it imports what the module is in
        spec = find_spec(entry.module)
    try:
        source = Path(spec.origin) if spec and spec.origin else None
        return source is None or source.suffix != ".py" or _mentions(source, HOOK)
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever a parent package does when it is imported
        return True


def _plugins_here(likely: Collection[str] | None) -> Registry:
    """Return the registry of the `likely` plugins (None: all) but for those the project here disables."""
    from aigc.plugs.registry import Registry

    file = project_file()
    if file is None:
        return Registry.discover(only=likely)
    from aigc.plugs.project_files import plugin_files
    from aigc.settings import FILE, read_settings

    settings = read_settings(file.parent)
    files = list(plugin_files(settings.plugins, file.parent, settings.places.get("plugins", FILE)))
    registry = Registry.discover(disabled=settings.disabled, only=likely, timeouts=settings.patience())
    for one in files:
        if likely is None or _mentions(one, HOOK):
            registry.add_file(one)
    return registry


def project_file() -> Path | None:
    """Return the aigc.yaml of the project here, if there is one."""
    here = Path.cwd()
    return next((file for folder in (here, *here.parents) if (file := folder / "aigc.yaml").is_file()), None)


def _project_names_plugins() -> bool:
    file = project_file()
    return file is not None and _mentions(file, "plugins")


def _mentions(file: Path, word: str) -> bool:
    """Say whether a word stands in a file; of one that cannot be read it may."""
    try:
        return word.encode() in file_bytes(file)
    except OSError:
        return True


def _version_option() -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            from importlib.metadata import version

            echo(f"aigc {version('aigc')}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="Show the version."
    )
