"""What `aigc show` and the guide tell of a check, a filter, an exporter: its docstring, options, where it is used."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS as DEFAULT_FILTERS

from aigc.cli.function_page import FunctionKind, example_of, function_record, function_text
from aigc.cli.readable import wrapped
from aigc.content import ContentType
from aigc.plugs.options import REQUIRED, Option

if TYPE_CHECKING:
    from aigc.plugs.extension import Bound, Extension, Kind
    from aigc.project import Project
    from aigc.types import Json

KINDS: Mapping[str, Kind] = {
    "checks": "check",
    "postprocessors": "postprocessor",
    "scorers": "scorer",
    "exporters": "exporter",
    "importers": "importer",
    "generators": "generator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """This is one thing of a name: its kind, what it is in words, and the same as JSON."""

    kind: str
    text: str
    record: Json


def named(project: Project, name: str) -> list[Named]:
    """Return all that goes by a name: extensions of any kind, filters and functions of templates."""
    registry = project.registry
    found = [_extension(project, registry.get(kind, name)) for kind in KINDS.values() if name in registry.names(kind)]
    functions: tuple[tuple[FunctionKind, Mapping[str, Callable[..., Any]]], ...]
    functions = (("filter", own_filters(project)), ("global", own_globals(project)))
    return [*found, *(_function(project, name, known[name], kind) for kind, known in functions if name in known)]


def names(project: Project) -> Iterator[str]:
    """Yield all names that `named` knows."""
    for kind in KINDS.values():
        yield from project.registry.names(kind)
    yield from own_filters(project)
    yield from own_globals(project)


def own_filters(project: Project) -> dict[str, Callable[..., Any]]:
    """Return the filters that are not Jinja's own."""
    return _own(project.environment.filters, DEFAULT_FILTERS)


def own_globals(project: Project) -> dict[str, Callable[..., Any]]:
    """Return the functions that templates may call and that are not Jinja's own."""
    return _own(project.environment.globals, DEFAULT_NAMESPACE)


def extension_text(extension: Extension) -> str:
    """Return what an extension is, with its options."""
    parts = [inspect.getdoc(extension.function) or ""]
    if extension.takes_text:
        parts.append("It looks at every text; `field:` narrows that to one field.")
    if extension.suffixes:
        parts.append("Files: " + ", ".join(f"`{one}`" for one in extension.suffixes))
    parts.append("\n".join(map(option_line, extension.options)))
    return "\n\n".join(filter(None, parts))


def option_line(option: Option) -> str:
    """Return an option as an item of a list: its name, type, bounds and default."""
    default = "must be set" if option.default is REQUIRED else f"default {option.default!r}"
    bounds = f", {option.range}" if str(option.range) else ""
    return wrapped(f"- `{option.name}`: {option.type_name}{bounds}, {default}", "  ")


def _extension(project: Project, extension: Extension) -> Named:
    uses = list(_uses(project, extension))
    where = [f"In YAML, as {uses[0][0]} has it:\n  {_yaml(extension.name, uses[0][1])}"] if uses else []
    users = sorted({name for name, _ in uses})
    told = [f"Used by {', '.join(users)}"] if users else []
    options = [
        {"name": one.name, "type": one.type_name, "default": None if one.default is REQUIRED else one.default,
         "required": one.default is REQUIRED}
        for one in extension.accepted
    ]  # fmt: skip
    record = {
        "kind": extension.kind,
        "name": extension.name,
        "help": inspect.getdoc(extension.function) or "",
        "suffixes": list(extension.suffixes),
        "options": options,
        "used_by": users,
    }
    text = "\n\n".join([f"{extension.kind} {extension.name}", extension_text(extension), *where, *told])
    return Named(kind=extension.kind, text=text, record=record)


def _function(project: Project, name: str, function: Callable[..., Any], kind: FunctionKind) -> Named:
    user, example = example_of(project, name, function, kind)
    where = f"In a template or YAML, as {user} has it:" if user else "In a template:"
    parts = [f"{kind} {name}", function_text(function, kind), f"{where}\n  {wrapped(example, '  ')}"]
    record = function_record(project, name, function, kind)
    return Named(kind=kind, text="\n\n".join(parts), record=record)


def _uses(project: Project, extension: Extension) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield the content types that use an extension, each with the options it sets there."""
    for name, loaded in project.content_types().items():
        if isinstance(loaded, ContentType):
            if extension.kind == "exporter" and extension.name in loaded.exports:
                yield name, {}
            for bound in _all_bound(loaded):
                if (bound.extension.kind, bound.name) == (extension.kind, extension.name):
                    yield name, bound.values


def _all_bound(content_type: ContentType) -> Iterator[Bound]:
    yield from (*content_type.postprocess, *content_type.checks)
    for stage in content_type.stages:
        yield from (*stage.postprocess, *stage.checks, *(stage.pick.by if stage.pick else ()))


def _yaml(name: str, values: Mapping[str, Json]) -> str:
    from aigc.cli.readable import one_line

    if not values:
        return f"- {name}"
    inside = ", ".join(f"{key}: {_value(value, one_line)}" for key, value in values.items())
    return f"- {name}: {{{inside}}}"


def _value(value: Json, one_line: Callable[[Json], str]) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(one_line(one) for one in value)}]"
    return f'"{value}"' if isinstance(value, str) and "{" in value else one_line(value)


def _own(all_: Mapping[str, Any], of_jinja: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    own = {name: one for name, one in all_.items() if of_jinja.get(name) is not one and callable(one)}
    return {name: one for name, one in own.items() if name not in of_jinja or inspect.getdoc(one)}
