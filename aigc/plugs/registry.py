"""Which plugins there are, and name → thing and who declared it.

A plugin that cannot be imported, misspells a hook, or breaks while declaring is quarantined, and so is one that
changes or takes away what it was to add to: everything else works, `Registry.plugins` says what failed and why, and
every "no check named …" mentions it. Nothing that a plugin raises ends the program, `SystemExit` neither. Of two
plugins declaring one name the later is quarantined with an error naming both, so a clash never takes the bundled
features down with it. Knows pluggy and entry points; does not know what a content type's YAML says.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from aigc.bounds.boundary import Contained, told
from aigc.errors import NotFound, PluginError, did_you_mean
from aigc.plugs import hookspecs
from aigc.plugs.extension import Extension, Kind
from aigc.plugs.installed import distribution_of, installed
from aigc.plugs.live_object import Before
from aigc.plugs.timeouts import DEFAULT, LENIENT, Timeouts

log = logging.getLogger(__name__)

GROUP = "aigc"  # of hooks
BUNDLED = "aigc"  # the distribution
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
    """This is one plugin as found: what it declared, or in `error` why it is quarantined."""

    name: str
    module: str
    distribution: str = ""
    error: str = ""
    declares: list[str] = field(default_factory=list)  # "check limits", "content type ads/google-search"

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
        self.timeouts = timeouts
        self._hooks = pluggy.PluginManager(GROUP)
        self._hooks.add_hookspecs(hookspecs)
        self._extensions: dict[tuple[Kind, str], tuple[Extension, str]] = {}
        self._content: list[tuple[Path, str]] = []
        self._origins: dict[str, tuple[Path, str]] = {}
        self._deaf: set[tuple[str, str]] = set()  # plugins that are told no more, each with the hook

    @classmethod
    def discover(cls, *, disabled: Collection[str] = (), only: Collection[str] | None = None) -> Registry:
        """Return the registry of all installed plugins except `disabled` ones (or of `only` these, by name)."""
        registry = cls()
        for entry in sorted(installed(), key=_place):
            if entry.name not in disabled and (only is None or entry.name in only):
                registry._load(entry)
        return registry

    def add(self, module: ModuleType | object, name: str, *, distribution: str = "") -> None:
        """Register a plugin that is already an object, and quarantine it when it breaks."""
        plugin = Plugin(name=name, module=type(module).__name__, distribution=distribution)
        self.plugins.append(plugin)
        with Contained(f"plugin {name!r}", LENIENT) as declaring:
            plugin.module = getattr(module, "__name__", plugin.module)
            self._register(module, plugin)
        if declaring.reason:
            self._quarantine(plugin, declaring.reason)

    def get(self, kind: Kind, name: str, where: str = "") -> Extension:
        """Return the extension of that name; NotFound starts with `where` and mentions what is quarantined."""
        found = self._extensions.get((kind, name))
        if found:
            return found[0]
        raise NotFound(
            f"{where + ': ' if where else ''}no {kind} named {name!r}{self.quarantine_note()}",
            hint=did_you_mean(name, self.names(kind)),
        )

    def names(self, kind: Kind) -> list[str]:
        return sorted(name for found, name in self._extensions if found == kind)

    @property
    def default_generator(self) -> str:
        """Return the name of the generator that writes where none is named; empty where no plugin declares one."""
        return next((one.name for one, _ in self._extensions.values() if one.default), "")

    def content_files(self) -> Iterator[tuple[Path, str]]:
        """Yield each declared content type's YAML file and the plugin that declared it."""
        for path, plugin in self._content:
            for file in type_files(path) if path.is_dir() else [path]:
                yield file, plugin

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
                self._quarantine(plugin, told(error))

    def extend(self, hook: str, **live: Any) -> None:
        """Hand one live object to the plugins' `aigc_environment` or `aigc_commands`. They may add to it: what one that
        breaks added is taken away again, and what one changed or took away is put back."""
        for implementation in self._implementations(hook):
            name = implementation.plugin_name
            before = [Before(one) for one in live.values()]
            with Contained(f"plugin {name!r} in {hook}", self.timeouts.plugin) as extending:
                self._call(implementation, live)
            reason = extending.reason or "; ".join(filter(None, (one.changed() for one in before)))
            if reason:
                for one in before:
                    one.restore()
                self.quarantine(name, PluginError(reason))

    def notify(self, hook: str, **live: Any) -> None:
        """Tell observers; one that fails is logged with its name and the others still hear. One that tries to end the
        program, or does not answer, is told no more."""
        for implementation in self._implementations(hook):
            name = implementation.plugin_name
            if (name, hook) in self._deaf:
                continue
            with Contained(f"plugin {name!r} in {hook}", self.timeouts.plugin) as hearing:
                self._call(implementation, live)
            if hearing.error is not None:
                for_good = not isinstance(hearing.error, Exception)
                more = "; it is told no more" if for_good else ""
                log.error("plugin %r failed in %s: %s%s", name, hook, hearing.reason, more)
                log.debug("plugin %r failed in %s", name, hook, exc_info=hearing.error)
                if for_good:
                    self._deaf.add((name, hook))

    def _load(self, entry: EntryPoint) -> None:
        distribution = distribution_of(entry)
        with Contained(f"plugin {entry.name!r}", LENIENT) as importing:
            module = entry.load()
        if importing.reason:  # SyntaxError, ImportError, anything its module body does
            plugin = Plugin(name=entry.name, module=entry.value, distribution=distribution)
            self.plugins.append(plugin)
            self._quarantine(plugin, importing.reason)
            return
        self.add(module, entry.name, distribution=distribution)

    def _register(self, module: object, plugin: Plugin) -> None:
        self._hooks.register(module, name=plugin.name)
        self._hooks.check_pending()
        for hook, kind in DECLARING.items():
            for extension in self._returned(hook, plugin.name):
                self._declare(kind, extension, plugin)
        for path in self._returned("aigc_content_types", plugin.name):
            self._content.append((Path(str(path)), plugin.name))
        for path in self._returned("aigc_origins", plugin.name):
            for file in sorted(Path(str(path)).glob("*.yaml")) if Path(str(path)).is_dir() else [Path(str(path))]:
                self._declare_origin(file, plugin)

    def _returned(self, hook: str, plugin: str) -> Iterable[Any]:
        for implementation in self._implementations(hook):
            if implementation.plugin_name == plugin:
                yield from self._call(implementation, {}) or ()

    def _declare(self, kind: Kind, extension: Extension, plugin: Plugin) -> None:
        if not isinstance(extension, Extension) or extension.kind != kind:
            raise PluginError(f"{extension!r} is not made with @{kind}")
        holder = self._extensions.get((kind, extension.name))
        if holder:
            raise PluginError(f"plugins {holder[1]!r} and {plugin.name!r} both declare the {kind} {extension.name!r}")
        if extension.default and (other := self.default_generator):
            first = f"plugin {self._extensions[kind, other][1]!r} declares {other!r} the default {kind}"
            raise PluginError(f"{first}, plugin {plugin.name!r} {extension.name!r}; there is one")
        self._extensions[kind, extension.name] = (extension, plugin.name)
        plugin.declares.append(f"{kind} {extension.name}")

    def _declare_origin(self, file: Path, plugin: Plugin) -> None:
        _, holder = self._origins.setdefault(file.stem, (file, plugin.name))
        if holder != plugin.name:
            raise PluginError(f"plugins {holder!r} and {plugin.name!r} both declare the origin {file.stem!r}")
        plugin.declares.append(f"origin {file.stem}")

    def _quarantine(self, plugin: Plugin, reason: str) -> None:
        plugin.error = reason
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
    def _call(implementation: pluggy.HookImpl, live: Mapping[str, Any]) -> Any:
        return implementation.function(*(live[name] for name in implementation.argnames))


def _place(entry: EntryPoint) -> tuple[bool, str, str]:
    """Order plugins so that the bundled ones load first and a clash is the other's."""
    distribution = distribution_of(entry).rpartition(" ")[0]
    return distribution != BUNDLED, distribution, entry.name
