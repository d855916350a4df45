"""What stands in for a part of a file that is wrong, so that one mistake is said once and hides no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from itertools import islice

from aigc.content.content_type import Schema
from aigc.content.schema_words import OF_KIND
from aigc.content.yaml_keys import Keys, needed
from aigc.content.yaml_lines import KEYS_TOLD, Node
from aigc.errors import did_you_mean
from aigc.types import Json


class StandIn(dict[str, Json]):
    """This is the schema of a value whose description could not be read: what is held against it tells nothing."""


def unread(node: Node) -> StandIn:
    """Return the schema of a value whose description could not be read: of the type that it says, or nearly says, with
    a default if it has one."""
    words = node.value if isinstance(node.value, dict) else {}
    kind = near_type(words.get("type")) or "string"
    items: Schema = {"items": {"type": "string"}} if kind == "array" else {}
    return StandIn({"type": kind, **items, **({"default": None} if "default" in words else {})})


def near_type(kind: Json) -> str:
    """Return the type that a word means, or nearly; nothing where it is near none."""
    if isinstance(kind, str) and kind in OF_KIND:
        return kind
    return next(iter(get_close_matches(str(kind), OF_KIND, 1)), "")


class AnyName(frozenset[str]):
    """This is every name that there may be: those of a brief that could not be read."""

    def __contains__(self, name: object) -> bool:
        return True

    def __or__(self, names: object) -> AnyName:
        return self

    __ror__ = __or__


def lacking(node: Node, keys: Keys) -> Iterator[str]:
    """Yield the keys that a mapping needs and lacks, but for those that it has misspelt: these are refused as such."""
    unknown = islice((name for name in node.mapping() if name not in keys), KEYS_TOLD)
    misspelt = {meant(name, keys) for name in unknown}
    for key in needed(keys):
        if key not in node and key not in misspelt:
            yield key


def meant(name: str, known: Collection[str]) -> str:
    """Return the known name that one which is not known is taken for, or nothing."""
    hint = did_you_mean(name, known)
    return next((one for one in known if hint == f"did you mean {one!r}?"), "")
