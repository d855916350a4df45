"""What a plugin marks with @hookimpl, looked at before anything of it is called: each mistake with its remedy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from aigc import former
from aigc.errors import PluginError, describe, did_you_mean
from aigc.plugs import hookspecs
from aigc.plugs.extension import Extension
from aigc.plugs.failing import place_in

MARK = "aigc_impl"  # what pluggy puts on a function that is marked @hookimpl
HOOKS = {
    "postprocessor": "aigc_postprocessors",
    "check": "aigc_checks",
    "scorer": "aigc_scorers",
    "exporter": "aigc_exporters",
    "importer": "aigc_importers",
    "generator": "aigc_generators",
}
SPECIFIED = {name: inspect.signature(spec) for name, spec in vars(hookspecs).items() if name.startswith("aigc_")}


def marked(plugin: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what in a plugin is marked @hookimpl, by its names."""
    for name in dir(plugin):
        one = getattr(plugin, name, None)
        if callable(one) and hasattr(one, MARK):
            yield name, one


def rename(plugin: object) -> None:
    """Have hooks that have another name now heard under it, and warn of their own."""
    for name, function in marked(plugin):
        words = getattr(function, MARK)
        gone = former.HOOKS.get(words.get("specname") or name)
        if gone:
            former.warn(f"the hook {name}", gone, gone.now)
            words["specname"] = gone.now


def refuse_misspelt(plugin: object) -> None:
    """Raise PluginError for a hook that there is not, or that takes something else."""
    for name, function in marked(plugin):
        name = getattr(function, MARK).get("specname") or name
        if name not in SPECIFIED:
            raise PluginError(f"there is no hook {name!r}", hint=did_you_mean(name, SPECIFIED)).at(place_in(function))
        takes = SPECIFIED[name].parameters
        asked = [one.name for one in inspect.signature(function).parameters.values() if one.default is one.empty]
        for one in asked:
            if one not in takes and one != "self":
                hint = did_you_mean(one, takes) or "it takes nothing"
                raise PluginError(f"{name} is handed no {one!r}", hint=hint).at(place_in(function))


def listed(returned: Any, hook: str, implementation: pluggy.HookImpl) -> Iterable[Any]:
    """Return what a declaring hook returned. PluginError, with what to do, for what is no list: a text, or nothing
    where the plugin made something to return."""
    made = (one for one in getattr(implementation.plugin, "__dict__", {}).values() if isinstance(one, Extension))
    forgotten = next((one for one in made if HOOKS[one.kind] == hook), None)
    place = place_in(implementation.function)
    if returned is None and forgotten is not None:
        shown = forgotten.function.__name__
        raise PluginError(f"{hook} returns nothing", hint=f"`return [{shown}]`").at(place)
    if returned is not None and (isinstance(returned, str) or not isinstance(returned, Iterable)):
        raise PluginError(f"{hook} returns {describe(returned)}, not a list", hint="`return […]`").at(place)
    return returned or ()


def existing(path: object, hook: str, plugin: object) -> Path:
    """Return a path that a hook of a plugin returned. PluginError, with what to do, where nothing is there."""
    found = Path(str(path))
    if found.exists():
        return found
    hint = "write `Path(__file__).parent / …`; of a package, see that its package-data names the files"
    raise PluginError(f"{hook}: {found}: no such file or folder", hint=hint).at(place_in(getattr(plugin, hook, None)))


def refuse_unmade(extension: object, kind: str, plugin: object) -> None:
    """Raise PluginError, with what to do, for what a hook of a plugin returned that is nothing of the kind."""
    if isinstance(extension, Extension):
        if extension.kind == kind:
            return
        hint = f"return it from {HOOKS[extension.kind]}"
        raise PluginError(f"the {extension.kind} {extension.name!r} is not made with @{kind}", hint=hint)
    own = getattr(extension, "__module__", None) == getattr(plugin, "__name__", "")
    place = place_in(extension) if own else ""
    name = getattr(extension, "__name__", None) or describe(extension)
    raise PluginError(f"{name} is not made with @{kind}", hint=f"put @{kind} above it").at(place)


def refuse_unmarked(plugin: object) -> None:
    """Raise PluginError, with what to do, for a plugin that makes something and declares nothing."""
    if any(marked(plugin)):
        return
    found = [one for one in getattr(plugin, "__dict__", {}).values() if isinstance(one, Extension)]
    bare = [name for name in dir(plugin) if name.startswith("aigc_")]
    what = f"declares nothing, not the {found[0].kind} {found[0].name!r} either" if found else "declares nothing"
    if found and not any(name in SPECIFIED for name in bare):
        place = place_in(found[0].function)
        hint = f"return it from a function {HOOKS[found[0].kind]}() marked @hookimpl"
        raise PluginError(what, hint=hint).at(place)
    if bare:
        place = place_in(getattr(plugin, bare[0], None))
        raise PluginError(what, hint=f"mark {bare[0]} with @hookimpl").at(place)


def refuse_idle(module: ModuleType) -> None:
    """Raise PluginError for a file that was named to be a plugin and is none."""
    refuse_unmarked(module)
    if not any(marked(module)):
        raise PluginError("declares nothing", hint="see `aigc guide hooks`").at(f"{module.__file__}:1")
