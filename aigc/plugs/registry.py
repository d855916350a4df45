"""Which plugins there are, and name → thing and who declared it.

A plugin that cannot be imported, misspells a hook, or breaks while declaring is quarantined, and so is one that
changes or takes away what it was to add to: everything else works, `Registry.plugins` says what failed and why, and
every "no check named …" mentions it. Nothing that a plugin raises ends the program, `SystemExit` neither. Of two
plugins declaring one name the later is quarantined with an error naming both, so a clash never takes the bundled
features down with it. Knows pluggy and entry points; does not know what a content type's YAML says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import pluggy

from aigc.bounds.boundary import Contained, told
from aigc.bounds.undisturbed import disturbs_nothing, undisturbed
from aigc.errors import NotFound, PluginError, did_you_mean
from aigc.former import heard
from aigc.plugs import hookspecs, tracing
from aigc.plugs.copied import copied
from aigc.plugs.extension import Extension, Kind
from aigc.plugs.failing import place_in, place_of, remedy_of
from aigc.plugs.installed import distribution_of, installed
from aigc.plugs.left_out import why_left_out
from aigc.plugs.live_object import Before
from aigc.plugs.marked import (
    existing,
    listed,
    marked,
    refuse_idle,
    refuse_misspelt,
    refuse_unmade,
    refuse_unmarked,
    rename,
)
from aigc.plugs.project_files import module_of
from aigc.plugs.timeouts import DEFAULT, Timeouts

log = logging.getLogger(__name__)

GROUP = "aigc"  # of hooks
BUNDLED = "aigc"  # the distribution
HERE = "this project"  # in place of a distribution
MIXES = "mixes"  # a folder beside content types
DECLARING: Mapping[str, Kind] = {
    "aigc_postprocessors": "postprocessor",
    "aigc_checks": "check",
    "aigc_scorers": "scorer",
    "aigc_exporters": "exporter",
    "aigc_importers": "importer",
    "aigc_generators": "generator",
}


@dataclass(slots=True, kw_only=True)
class Plugin:
    """This is one plugin as found: what it declared, or in `error` why it is quarantined, and at which `place` in its
    code, or by whom it is `left_out`. It took `seconds` to import, with what it imported first, and to declare."""

    name: str
    module: str
    distribution: str = ""
    error: str = ""
    place: str = ""  # file:line
    left_out: str = ""
    seconds: float = 0.0
    hooks: list[str] = field(default_factory=list)
    declares: list[str] = field(default_factory=list)  # "check limits", "filter shout"
    former: list[str] = field(default_factory=list)  # a sentence for each public name it uses that goes

    @property
    def quarantined(self) -> bool:
        return bool(self.error)


def type_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder that are content types, in order: those in a folder `mixes` are what is fitted
    for them."""
    return sorted(file for file in folder.rglob("*.yaml") if file.parent.name != MIXES)


class Registry:
    """This holds every extension by kind and name, and where content types come from."""

    def __init__(self, timeouts: Timeouts = DEFAULT) -> None:
        self.plugins: list[Plugin] = []
        self.left_out: list[Plugin] = []
        self.timeouts = timeouts
        self._hooks = pluggy.PluginManager(GROUP)
        self._hooks.add_hookspecs(hookspecs)
        self._extensions: dict[tuple[Kind, str], tuple[Extension, str]] = {}
        self._content: list[tuple[Path, str]] = []
        self._origins: dict[str, tuple[Path, str]] = {}
        self._deaf: set[tuple[str, str]] = set()  # plugins that are told no more, each with the hook

    @classmethod
    def discover(
        cls, *, disabled: Collection[str] = (), only: Collection[str] | None = None, timeouts: Timeouts = DEFAULT
    ) -> Registry:
        """Return the registry of all installed plugins except `disabled` ones (or of `only` these, by name)."""
        registry = cls(timeouts)
        for entry in sorted(installed(), key=_place):
            if why := why_left_out(entry.name, disabled, bundled=not _place(entry)[0]):
                distribution = distribution_of(entry)
                left = Plugin(name=entry.name, module=entry.value, distribution=distribution, left_out=why)
                registry.left_out.append(left)
            elif only is None or entry.name in only:
                registry._load(entry)
        return registry

    def add(
        self, module: ModuleType | object, name: str, *, distribution: str = "", seconds: float | None = None
    ) -> None:
        """Register a plugin that is already an object, and quarantine it when it breaks or takes more than so many
        seconds (default: those of the setting)."""
        seconds = self.timeouts.plugin if seconds is None else seconds
        plugin = Plugin(name=name, module=type(module).__name__, distribution=distribution)
        self.plugins.append(plugin)
        began = perf_counter()
        with Contained(f"plugin {name!r}", seconds) as declaring:
            plugin.module = getattr(module, "__name__", plugin.module)
            refuse_unmarked(module)
            with heard() as plugin.former:
                rename(module)
            refuse_misspelt(module)
            plugin.hooks = sorted(hook for hook, _ in marked(module))
            self._register(module, plugin)
        plugin.seconds = perf_counter() - began
        if declaring.error is not None:
            self._quarantine(plugin, declaring)

    def add_file(self, file: Path) -> None:
        """Register a Python file of a project, and quarantine it when it breaks or declares nothing."""
        name = file.name  # with its suffix no installed plugin has it
        if why := why_left_out(name, (), bundled=False):
            self.left_out.append(Plugin(name=name, module=str(file), distribution=HERE, left_out=why))
            return

        def imported() -> ModuleType:
            module = module_of(file)
            refuse_idle(module)
            return module

        self._import(imported, name, str(file), HERE, self.timeouts.plugin)

    def get(self, kind: Kind, name: str, where: str = "") -> Extension:
        """Return the extension of that name; NotFound starts with `where` and mentions what is quarantined."""
        found = self._extensions.get((kind, name))
        if found:
            return found[0]
        note = self.quarantine_note()
        other = next((one for one, named in self._extensions if named == name), None)
        hint = did_you_mean(name, self.names(kind))
        if other:
            hint = f"it is {'an' if other[0] in 'ei' else 'a'} {other}"
        raise NotFound(f"{where + ': ' if where else ''}no {kind} named {name!r}{note}", hint=hint)

    def names(self, kind: Kind) -> list[str]:
        return sorted(name for found, name in self._extensions if found == kind)

    @property
    def default_generator(self) -> str:
        """Return the name of the generator that writes where none is named; empty where no plugin declares one."""
        return next((one.name for one, _ in self._extensions.values() if one.default), "")

    def content_files(self) -> Iterator[tuple[Path, str]]:
        """Yield each declared content type's YAML file and the plugin that declared it; quarantine one whose folder
        cannot be read to its end."""
        found: list[tuple[Path, str]] = []
        for path, plugin in tuple(self._content):
            with Contained(f"plugin {plugin!r}", self.timeouts.plugin) as reading:
                found += [(file, plugin) for file in (type_files(path) if path.is_dir() else [path])]
            if reading.error is not None:
                self.quarantine(plugin, PluginError(f"aigc_content_types: {path}: {reading.reason}"))
        sound = {plugin for _, plugin in self._content}
        yield from (one for one in found if one[1] in sound)

    def origin_files(self) -> dict[str, tuple[Path, str]]:
        """Return the YAML file of each declared origin by its name, with the plugin that declared it."""
        return dict(sorted(self._origins.items()))

    def quarantine_note(self) -> str:
        """Return a parenthesis naming what failed to load, or nothing."""
        broken = [plugin.name for plugin in self.plugins if plugin.quarantined]
        return f" (plugin {', '.join(map(repr, broken))} failed to load, see `aigc plugins`)" if broken else ""

    def quarantine(self, name: str, error: Exception) -> None:
        """Put the plugin of that name aside: something it declared cannot be used."""
        for plugin in self.plugins:
            if plugin.name == name:
                self._put_aside(plugin, told(error), place_of(error))

    def extend(self, hook: str, **live: Any) -> None:
        """Hand one live object to the plugins' `aigc_environment` or `aigc_commands`. They may add to it: what one that
        breaks added is taken away again, and what one changed or took away is put back."""
        for implementation in self._implementations(hook):
            name = implementation.plugin_name
            before = [Before(one) for one in live.values()]
            with Contained(f"plugin {name!r} in {hook}", self.timeouts.plugin) as extending:
                self._call(hook, implementation, live)
            reason = extending.reason or "; ".join(filter(None, (one.changed() for one in before)))
            if reason:
                for one in before:
                    one.restore()
                place = place_of(extending.error) if extending.error else place_in(implementation.function)
                self.quarantine(name, PluginError(reason).at(place))
                continue
            plugin = next(one for one in self.plugins if one.name == name)
            added = [what for one in before for what in one.added()]
            plugin.declares += [what for what in added if what not in plugin.declares]

    def notify(self, hook: str, **live: Any) -> None:
        """Tell observers; one that fails is logged with its name and the others still hear. One that tries to end the
        program, or does not answer, is told no more."""
        for implementation in self._implementations(hook):
            name = implementation.plugin_name
            if (name, hook) in self._deaf:
                continue
            given = live if disturbs_nothing(implementation.function) else copied(live)
            with Contained(f"plugin {name!r} in {hook}", self.timeouts.plugin) as hearing:
                self._call(hook, implementation, given)
            if hearing.error is not None:
                for_good = not isinstance(hearing.error, Exception)
                more = "; it is told no more" if for_good else ""
                place = f" ({where})" if (where := place_of(hearing.error)) else ""
                log.error("plugin %r failed in %s: %s%s%s", name, hook, hearing.reason, place, more)
                log.debug("plugin %r failed in %s", name, hook, exc_info=hearing.error)
                if for_good:
                    self._deaf.add((name, hook))

    def _load(self, entry: EntryPoint) -> None:
        seconds = self.timeouts.plugin and max(self.timeouts.plugin, DEFAULT.plugin)  # a slow disk is no fault of it
        if distribution_of(entry).partition(" ")[0] == BUNDLED:
            seconds = 0  # nor is a busy machine: ours wait for nothing
        self._import(entry.load, entry.name, entry.value, distribution_of(entry), seconds)

    def _import(self, load: Callable[[], Any], name: str, module: str, distribution: str, seconds: float) -> None:
        """Import a plugin and register it; quarantine one that raises, whatever its body does."""
        began = perf_counter()
        with heard() as sentences, Contained(f"plugin {name!r}", seconds) as importing, undisturbed(f"plugin {name!r}"):
            loaded = load()
        took = perf_counter() - began
        if importing.error is None:
            self.add(loaded, name, distribution=distribution, seconds=seconds)
            self.plugins[-1].module = module
        else:
            self.plugins.append(Plugin(name=name, module=module, distribution=distribution))
            self._quarantine(self.plugins[-1], importing)
        self.plugins[-1].seconds += took
        self.plugins[-1].former += sentences

    def _register(self, module: object, plugin: Plugin) -> None:
        self._hooks.register(module, name=plugin.name)
        self._hooks.check_pending()
        for hook, kind in DECLARING.items():
            for extension in self._returned(hook, plugin.name):
                try:
                    refuse_unmade(extension, kind, module)
                    self._declare(kind, extension, plugin)
                except PluginError as error:
                    raise error if error.place else error.at(place_in(getattr(module, hook))) from None
        for path in self._returned("aigc_content_types", plugin.name):
            folder = existing(path, "aigc_content_types", module)
            if folder.is_dir() and len(folder.resolve().parts) < 2:
                raise PluginError(f"aigc_content_types: {folder} is all there is, and no folder of content types")
            self._content.append((folder, plugin.name))
        for path in self._returned("aigc_origins", plugin.name):
            place = existing(path, "aigc_origins", module)
            for file in sorted(place.glob("*.yaml")) if place.is_dir() else [place]:
                self._declare_origin(file, plugin)

    def _returned(self, hook: str, plugin: str) -> Iterable[Any]:
        for implementation in self._implementations(hook):
            if implementation.plugin_name == plugin:
                yield from listed(self._call(hook, implementation, {}), hook, implementation)

    def _declare(self, kind: Kind, extension: Extension, plugin: Plugin) -> None:
        place = place_in(extension.function)
        holder = self._extensions.get((kind, extension.name))
        if holder:
            raise PluginError(
                f"plugins {holder[1]!r} and {plugin.name!r} both declare the {kind} {extension.name!r}",
                hint="give one of them another name",
            ).at(place)
        if extension.default and (other := self.default_generator):
            first = f"plugin {self._extensions[kind, other][1]!r} declares {other!r} the default {kind}"
            raise PluginError(f"{first}, plugin {plugin.name!r} {extension.name!r}; there is one").at(place)
        self._extensions[kind, extension.name] = (extension, plugin.name)
        plugin.declares.append(f"{kind} {extension.name}")

    def _declare_origin(self, file: Path, plugin: Plugin) -> None:
        _, holder = self._origins.setdefault(file.stem, (file, plugin.name))
        if holder != plugin.name:
            raise PluginError(f"plugins {holder!r} and {plugin.name!r} both declare the origin {file.stem!r}").at(
                f"{file}:1"
            )
        plugin.declares.append(f"origin {file.stem}")

    def _quarantine(self, plugin: Plugin, broken: Contained) -> None:
        error = broken.error
        remedy = remedy_of(error, plugin.module) if error else ""
        self._put_aside(plugin, "; ".join(filter(None, [broken.reason, remedy])), place_of(error) if error else "")

    def _put_aside(self, plugin: Plugin, reason: str, place: str) -> None:
        plugin.error, plugin.place = reason, place
        plugin.declares.clear()
        self._extensions = {key: held for key, held in self._extensions.items() if held[1] != plugin.name}
        self._content = [(path, owner) for path, owner in self._content if owner != plugin.name]
        self._origins = {name: held for name, held in self._origins.items() if held[1] != plugin.name}
        if self._hooks.has_plugin(plugin.name):
            self._hooks.unregister(name=plugin.name)

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self._hooks.hook, hook)
        return list(caller.get_hookimpls())

    @staticmethod
    def _call(hook: str, implementation: pluggy.HookImpl, live: Mapping[str, Any]) -> Any:
        given = {name: live[name] for name in implementation.argnames}
        told, began = tracing.traced(), perf_counter()
        outcome = "broke"
        try:
            ours = disturbs_nothing(implementation.function)
            with undisturbed("" if ours else f"plugin {implementation.plugin_name!r} in {hook}"):
                answer = implementation.function(*given.values())
            if told:
                outcome = "" if answer is None else f"→ {tracing.shortened(answer)}"
            return answer
        finally:
            if told:
                tracing.tell(implementation.plugin_name, hook, given, outcome, perf_counter() - began)


def _place(entry: EntryPoint) -> tuple[bool, str, str]:
    """Order plugins so that the bundled ones load first and a clash is the other's."""
    distribution = distribution_of(entry).rpartition(" ")[0]
    return distribution != BUNDLED, distribution, entry.name
