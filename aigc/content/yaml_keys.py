"""The keys of a YAML format, each declared once: what it means, what its value looks like, what stands without it.

A loader takes the names, the bounds and what is needed from here, `aigc schema` the shapes, the guide the meanings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aigc.content.yaml_lines import Node
from aigc.plugs.shapes import Shape, closed
from aigc.types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """This is one key: what it `means`, the shape of its value, what stands where it is left out."""

    means: str
    shape: Shape = field(default_factory=dict)
    default: str = ""  # in words, for people
    needed: bool = False

    def whole(self, node: Node) -> int:
        """Return the whole number at a node, between the bounds of the shape. ContentTypeError where it is not."""
        return node.integer(self.shape.get("minimum"), self.shape.get("maximum"))


Keys: TypeAlias = Mapping[str, Key]


def needed(keys: Keys) -> list[str]:
    """Return the keys that cannot be left out."""
    return [name for name, key in keys.items() if key.needed]


def of(keys: Keys, names: Iterable[str]) -> dict[str, Key]:
    """Return some of the keys, in the order of the names."""
    return {name: keys[name] for name in names}


def object_shape(keys: Keys) -> dict[str, Json]:
    """Return the shape of a mapping with these keys and no other."""
    return closed({name: described(key) for name, key in keys.items()}, needed(keys))


def described(key: Key) -> dict[str, Json]:
    """Return the shape of a key's value with what it means."""
    default = f" Without it: {key.default}." if key.default else ""
    return {**key.shape, "description": f"{key.means}{default}"}
