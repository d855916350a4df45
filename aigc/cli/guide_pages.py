"""The pages of the guide that the code writes: what plugins declare, what templates call, commands, settings, hooks.

`aigc guide TOPIC` makes them of what is installed and of the project here. Those of the bundled plugins lie in
`aigc/guide/reference/`, for people who read on the web; a test holds them against what this makes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

import click

from aigc.cli.extension_page import KINDS, extension_text, option_line, own_filters, own_globals
from aigc.cli.function_page import FunctionKind, function_text
from aigc.cli.group import Commands
from aigc.cli.readable import wrapped
from aigc.content.schema import required
from aigc.errors import AigcError
from aigc.plugs import hookspecs
from aigc.settings import OPTIONS, Settings

if TYPE_CHECKING:
    from aigc.plugs.extension import Kind
    from aigc.project import Project

WHAT: Mapping[str, str] = {
    "types": "Content types: what can be written",
    "checks": "Checks: what must hold of a text",
    "postprocessors": "Post-processors: what is mended before the checks look",
    "scorers": "Scorers: by what the best of many candidates is picked",
    "exporters": "Exporters: the file formats that pieces leave in",
    "importers": "Importers: the file formats that rows come from",
    "generators": "Generators: what can write",
    "filters": "Filters of templates and expressions, beside those of Jinja",
    "globals": "Functions that templates and expressions may call, beside those of Jinja",
    "hooks": "Hooks: what a plugin may declare, extend and hear of",
    "settings": "Settings of aigc.yaml, of a job file and of `-o`",
    "yaml": "YAML: the keys of content types, job files, origins, mixes and brand packs",
    "commands": "Commands, as their --help tells them",
}


def written(project: Project, topic: str) -> str:
    """Return a page, as Markdown, of what is installed and of the project. KeyError for no topic of `WHAT`."""
    bodies: dict[str, Callable[[], Iterator[str]]] = {
        "types": lambda: _types(project),
        "filters": lambda: _functions(own_filters(project), "filter"),
        "globals": lambda: _functions(own_globals(project), "global"),
        "hooks": _hooks,
        "settings": _settings,
        "yaml": _yaml,
        "commands": lambda: _commands(Commands(), "aigc"),
    }
    body = bodies[topic]() if topic in bodies else _extensions(project, KINDS[topic])
    return "\n\n".join([f"# {WHAT[topic]}", *body]) + "\n"


def _types(project: Project) -> Iterator[str]:
    yield wrapped("The languages are those that a type writes; it takes a model that knows them (`aigc models list`).")
    for name, loaded in project.content_types().items():
        if isinstance(loaded, AigcError):
            continue
        languages = ", ".join(project.fitness(loaded).languages) or "any"
        yield f"## {name}\n\n{wrapped(loaded.summary)}"
        yield wrapped(f"Needs {_names(required(loaded.brief))}; takes {_names(loaded.brief)}. Languages: {languages}.")
        yield wrapped(f"Gives {_names(loaded.output)}. Exports: {_names(loaded.exports)}.")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _extensions(project: Project, kind: Kind) -> Iterator[str]:
    for name in project.registry.names(kind):
        yield f"## {name}\n\n{extension_text(project.registry.get(kind, name))}"


def _functions(found: Mapping[str, Callable[..., Any]], kind: FunctionKind) -> Iterator[str]:
    for name, function in sorted(found.items()):
        yield f"## {name}\n\n{function_text(function, kind)}".strip()


def _hooks() -> Iterator[str]:
    yield (inspect.getdoc(hookspecs) or "").strip()
    for name, hook in vars(hookspecs).items():
        if name.startswith("aigc_"):
            arguments = ", ".join(
                f"{one.name}: {one.annotation}" for one in inspect.signature(hook).parameters.values()
            )
            given = str(inspect.signature(hook).return_annotation)
            yield f"## {name}\n\n```python\ndef {name}({arguments}) -> {given}: ...\n```\n\n{inspect.getdoc(hook)}"


def _settings() -> Iterator[str]:
    yield inspect.getdoc(Settings) or ""
    yield "\n".join(option_line(one) for one in OPTIONS)


def _yaml() -> Iterator[str]:
    from aigc.cli.yaml_page import yaml_page

    return yaml_page()


def _commands(command: click.Command, name: str, above: click.Context | None = None) -> Iterator[str]:
    command = copy(command)
    command._help_option = None  # click keeps the first that is asked for, with the names of then
    called, settings = name.rpartition(" ")[2], Commands().context_settings if above is None else {}
    context = click.Context(command, info_name=called, parent=above, terminal_width=80, **settings)
    yield f"## {name}\n\n```text\n{command.get_help(context).strip()}\n```"
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            inner = command.get_command(context, one)
            if inner is not None:
                yield from _commands(inner, f"{name} {one}", context)
