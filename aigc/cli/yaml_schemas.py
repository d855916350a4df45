"""The JSON Schema of every YAML format, of the declarations that its loader reads by and of what is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aigc.asking.cleaning import Cleaning
from aigc.asking.job_keys import JOB
from aigc.asking.origin_keys import ORIGIN
from aigc.asking.plan_file import SETTINGS
from aigc.content.brand_keys import BRAND
from aigc.content.json_schema import DIALECT
from aigc.content.mix_keys import MIX
from aigc.content.type_schema import entries_schema, entry_schema, sampling_schema, type_schema
from aigc.content.yaml_keys import object_shape
from aigc.generating.judge import OWN as OF_JUDGE
from aigc.jobs.ray.ray_runner import RayOptions
from aigc.jobs.uniqueness import Unique
from aigc.plugs.option_schema import meaning, option_schema, options_schema
from aigc.plugs.options import options_of
from aigc.plugs.shapes import Shape, closed, keys_of, list_of, with_keys
from aigc.plugs.timeouts import Timeouts
from aigc.settings import OPTIONS, Says, Settings, Writers
from aigc.types import Json

if TYPE_CHECKING:
    from aigc.plugs.extension import Kind
    from aigc.plugs.registry import Registry

Document = dict[str, Json]

FORMATS: Mapping[str, str] = {
    "type": "A content type: what a piece takes, how it is written and what must hold of it",
    "settings": "aigc.yaml, the settings of a project",
    "job": "A job file: what to write of which rows",
    "origin": "An origin: what a tool's exports look like",
    "mix": "A mix: what scorers' numbers are worth together",
    "brand": "A brand pack: how a brand speaks",
}
SECTION_KINDS: Mapping[str, type[Any]] = {
    "timeouts": Timeouts,
    "unique": Unique,
    "ray": RayOptions,
    "importers": Cleaning,
}


def schemas(registry: Registry) -> dict[str, Document]:
    """Return the schema of every format, by the names of `FORMATS`."""
    return {kind: schema_of(kind, registry) for kind in FORMATS}


def schema_of(kind: str, registry: Registry) -> Document:
    """Return the schema of one format. KeyError for one that is not in `FORMATS`."""
    make: Mapping[str, Callable[[Registry], Document]] = {
        "type": type_schema,
        "settings": _settings,
        "job": _job,
        "origin": _origin,
        "mix": lambda _: object_shape(MIX),
        "brand": lambda _: object_shape(BRAND),
    }
    return {"$schema": DIALECT, "title": FORMATS[kind], **make[kind](registry), "description": FORMATS[kind]}


def _settings(registry: Registry) -> Document:
    return {**closed(dict(_setting_shapes(registry, [one.name for one in OPTIONS]))), "type": ["object", "null"]}


def _job(registry: Registry) -> Document:
    settings = dict(_setting_shapes(registry, SETTINGS))
    settings["unique"] = {**settings["unique"], "type": ["object", "boolean"]}
    exporters = [registry.get("exporter", name) for name in registry.names("exporter")]
    return {
        **with_keys(object_shape(JOB), settings),
        "$defs": {
            "reading": _any_options(registry, "importer"),
            "exports": list_of(entry_schema(exporters, expressions=True)),
        },
    }


def _origin(registry: Registry) -> Document:
    return {**object_shape(ORIGIN), "$defs": {"reading": _any_options(registry, "importer")}}


def _setting_shapes(registry: Registry, names: Sequence[str]) -> Iterator[tuple[str, Shape]]:
    """Yield settings with their shapes."""
    told = f"{Settings.__doc__} {Says.__doc__} {Writers.__doc__}"
    options = {one.name: one for one in OPTIONS}
    for name in names:
        words = option_schema(options[name], meaning(told, name))
        yield name, {**words, **_section(registry, name)}


def _section(registry: Registry, name: str) -> Shape:
    """Return what is known of a setting besides its type."""
    if name in SECTION_KINDS:
        kind = SECTION_KINDS[name]
        return {**options_schema(options_of(kind), kind.__doc__ or ""), "type": "object"}
    if name == "policy":
        return entries_schema(registry, "check")
    if name == "sampling":
        return sampling_schema(without=("stop",))
    if name == "generator":
        return {"enum": ["", *registry.names("generator")]}  # "": the default one
    if name == "engine":
        return _any_options(registry, "generator")
    if name == "judge":
        shapes: dict[str, Shape] = {word: {"type": "string"} for word in OF_JUDGE}
        shapes["on"] = {"enum": registry.names("generator")}
        return with_keys(_any_options(registry, "generator"), shapes)
    return {}


def _any_options(registry: Registry, kind: Kind) -> Document:
    """Return the shape of a mapping with options of any extension of a kind."""
    found: dict[str, list[Shape]] = {}
    for name in registry.names(kind):
        extension = registry.get(kind, name)
        for option, words in keys_of(options_schema(extension.accepted, extension.function.__doc__ or "")).items():
            if words not in found.setdefault(option, []):
                found[option].append(words)
    return closed({name: _either(shapes) for name, shapes in sorted(found.items())})


def _either(shapes: Iterable[Shape]) -> Shape:
    listed = list(shapes)
    return listed[0] if len(listed) == 1 else {"anyOf": listed}
