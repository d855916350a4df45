"""The guide's page of the keys of every YAML format, of the declarations that the loaders read by."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

from aigc.asking.job_keys import JOB
from aigc.asking.origin_keys import SECTIONS as OF_ORIGINS
from aigc.asking.plan_file import SETTINGS
from aigc.cli.extension_page import option_line
from aigc.cli.readable import wrapped
from aigc.cli.yaml_schemas import SECTION_KINDS
from aigc.content.brand_keys import SECTIONS as OF_BRANDS
from aigc.content.mix_keys import SECTIONS as OF_MIXES
from aigc.content.schema_words import ANY, LIMIT, OF_KIND
from aigc.content.stage_words import SAMPLING
from aigc.content.type_keys import SECTIONS as OF_TYPES
from aigc.content.yaml_keys import Key, Keys
from aigc.plugs.options import options_of
from aigc.plugs.shapes import Shape, items_of

LONG = 200  # characters of a default that no page lists
REFERRED: Mapping[str, str] = {
    "checks": "list of [checks](checks.md)",
    "postprocessors": "list of [post-processors](postprocessors.md)",
    "scorers": "list of [scorers](scorers.md)",
    "formats": "list of names of [exporters](exporters.md)",
    "exports": "list of [exporters](exporters.md)",
    "input": "a description of a value",
    "reading": "options of an [importer](importers.md)",
    "output": "the description of a text, or of each field",
    "composed": "the description of each field",
    "stage": "a stage",
    "sampling": "mapping",
}
TYPES: Mapping[str, str] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "null",
}


def yaml_page() -> Iterator[str]:
    """Yield the parts of the page."""
    yield wrapped(
        "A list of checks, post-processors, scorers or exporters has entries `name` or `name: {option: value}`. "
        "The keys of aigc.yaml are on the page [settings](settings.md). `aigc schema` prints all this for editors."
    )
    yield from _sections("Content types", OF_TYPES)
    yield "### Descriptions of values\n\nUnder `brief`, `output`, `items` and `properties`."
    yield _keys({**ANY, **{word: key for keys in OF_KIND.values() for word, key in keys.items()}, **LIMIT})
    yield "### Sampling\n\nUnder `sampling`, of a type or a stage."
    yield "\n".join(map(option_line, SAMPLING))
    yield "## Job files"
    yield _keys(JOB)
    yield wrapped(f"And these of the [settings](settings.md): {', '.join(f'`{name}`' for name in SETTINGS)}.")
    yield "## Sections of aigc.yaml and of job files"
    for name, kind in SECTION_KINDS.items():
        lines = "\n".join(option_line(one) for one in options_of(kind) if len(repr(one.default)) < LONG)
        yield f"### `{name}`\n\n{inspect.getdoc(kind)}\n\n{lines}"
    yield from _sections("Origins", OF_ORIGINS)
    yield from _sections("Mixes", OF_MIXES)
    yield from _sections("Brand packs", OF_BRANDS)


def _sections(title: str, sections: Mapping[str, tuple[str, Keys]]) -> Iterator[str]:
    yield f"## {title}"
    for name, (place, keys) in sections.items():
        yield f"### {name}" + (f"\n\nUnder `{place}`." if place else "")
        yield _keys(keys)


def _keys(keys: Keys) -> str:
    return "\n".join(wrapped(f"- `{name}`: {_told(key)}", "  ") for name, key in keys.items())


def _told(key: Key) -> str:
    default = "must be set" if key.needed else f"default {key.default}" if key.default else ""
    return ", ".join(filter(None, [shape_told(key.shape), default])) + f". {key.means}"


def shape_told(shape: Shape) -> str:
    """Return what a value looks like, in a few words."""
    if "$ref" in shape:
        return REFERRED[str(shape["$ref"]).rpartition("/")[2]]
    if "enum" in shape:
        return "one of " + ", ".join(f"`{one}`" for one in shape["enum"])
    if "const" in shape:
        return f"`{shape['const']}`"
    if "anyOf" in shape and "type" not in shape:
        return " or ".join(shape_told(one) for one in shape["anyOf"])
    kind = shape.get("type")
    if kind is None:
        return "any value"
    if kind == "array":
        return f"list of {shape_told(items_of(shape))}" if items_of(shape) else "list"
    if kind == "object" and shape.get("additionalProperties"):
        return f"mapping to {shape_told(shape['additionalProperties'])}"
    return " or ".join(TYPES[one] for one in ([kind] if isinstance(kind, str) else kind)) + _bounds(shape)


def _bounds(shape: Shape) -> str:
    least, most = shape.get("minimum"), shape.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return f" of at least {least}" if least is not None else ""
