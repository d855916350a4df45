"""Strict YAML that remembers its lines.

The YAML 1.2 JSON schema decides what a plain word is: only `true` and `false` are booleans, only `null`, `~` and
nothing are null, `010`, `12:30` and `2026-01-01` are text. Duplicate keys, keys that are not text, anchors and tags
are refused. A `Node` is a value that knows where it stands, so whoever validates it can say `file:line`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TypeAlias, TypeVar

import yaml

from aigc.content.all_mistakes import FIRST, Mistakes
from aigc.content.yaml_faults import yaml_fault
from aigc.errors import ContentTypeError, describe, did_you_mean
from aigc.types import Json, WrittenFloat
from aigc.types.foreign import DEEP, file_bytes, flaw

Path_: TypeAlias = tuple[str | int, ...]
T = TypeVar("T")
Other = TypeVar("Other")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: ten times faster

_SafeDumper: Any = yaml.SafeDumper

_PLAIN = (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", "~n\0"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
)
_TAG = "tag:yaml.org,2002:"
KEYS_TOLD = 20  # of one mapping, each by itself: a near word takes its time to be found
LONGEST_ITEM = 60  # characters of a text that may be meant as a list
SAVE_AS = "save it as UTF-8"


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, pattern, firsts in _PLAIN:
        for first in firsts:
            key = "" if first == "\0" else first
            table.setdefault(key, []).append((_TAG + kind, re.compile(rf"(?:{pattern})\Z")))
    return table


class _Loader(_Base):  # type: ignore[misc]
    """This is PyYAML's loader with fewer ideas about what a plain word might mean."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = _resolvers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """This is a file's value and the line of every key and item in it, by path; `mistakes` decides whether whoever
    reads it stops at the first."""

    file: str
    value: Json
    lines: Mapping[Path_, int]
    mistakes: Mistakes = field(default=FIRST, repr=False, compare=False)

    def where(self, path: Path_) -> str:
        """Return `file:line` of the path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"

    @property
    def root(self) -> Node:
        return Node(value=self.value, path=(), document=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """This is one value of a document. Its readers raise ContentTypeError at the value's own line."""

    value: Json
    path: Path_
    document: Document

    @property
    def where(self) -> str:
        return self.document.where(self.path)

    @property
    def label(self) -> str:
        """The value's name in a message: its last key, or `item 2 of 'benefits'`."""
        if not self.path:
            return "the file"
        last = self.path[-1]
        if isinstance(last, str):
            return repr(last)
        return f"item {last + 1} of {self.path[-2]!r}" if len(self.path) > 1 else f"item {last + 1}"

    def fail(self, message: str, hint: str = "") -> NoReturn:
        raise ContentTypeError(f"{self.where}: {message}", hint=hint)

    def refuse(self, message: str, hint: str = "") -> None:
        """Fail; where all mistakes of the document are gathered, go on after it."""
        self.document.mistakes.refuse(ContentTypeError(f"{self.where}: {message}", hint=hint))

    def read(self, read: Callable[[], T], otherwise: Other) -> T | Other:
        """Return what `read` does; where it fails and all mistakes of the document are gathered, `otherwise`."""
        return self.document.mistakes.read(read, otherwise)

    def soundly(self, read: Callable[[], T], otherwise: Other) -> T | Other:
        """Return what `read` does, as above, but `otherwise` too where it went on after a mistake."""
        return self.document.mistakes.soundly(read, otherwise)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def child(self, key: str | int) -> Node:
        """Return the value under a key, None where there is none; its line is the mapping's then."""
        inside = self.value
        if isinstance(inside, dict):
            return Node(value=inside.get(key), path=(*self.path, key), document=self.document)
        return Node(value=inside[key], path=(*self.path, key), document=self.document)

    def only(self, known: Iterable[str]) -> Node:
        """Return the node itself; refuse a mapping with other keys than `known`, each by itself."""
        known = list(known)
        if known and self.path and not isinstance(self.value, dict):
            self.fail(_not(self, "a mapping"), f"write {{{known[0]}: …}}; {did_you_mean('', known)}")
        unknown = [(key, child) for key, child in self.items() if key not in known]
        for key, child in unknown[:KEYS_TOLD]:
            child.refuse(f"unknown key {key!r}", did_you_mean(key, known))
        if rest := unknown[KEYS_TOLD:]:
            key, child = rest[0]
            child.refuse(f"unknown key {key!r}" + (f", and {len(rest) - 1:,} more" if len(rest) > 1 else ""))
        return self

    def items(self) -> Iterator[tuple[str, Node]]:
        for key in self.mapping():
            yield key, self.child(key)

    def mapping(self) -> dict[str, Json]:
        values: dict[str, Json] = self._of(dict, "a mapping")
        return values

    def list(self) -> list[Node]:
        values: list[Json] = self._of(list, "a list")
        return [self.child(index) for index in range(len(values))]

    def text(self) -> str:
        value: str = self._of(str, "text")
        if not value.strip():
            self.fail(f"{self.label} is empty")
        return value

    def boolean(self) -> bool:
        return bool(self._of(bool, "true or false"))

    def integer(self, least: int | None = None, most: int | None = None) -> int:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(f"{self.label} must be a whole number, not {describe(value)}")
        self.number(least, most)
        return value

    def number(self, least: float | None = None, most: float | None = None) -> int | float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(f"{self.label} must be a number, not {describe(value)}")
        if least is not None and value < least:
            self.fail(f"{self.label} must be at least {least}, not {value}")
        if most is not None and value > most:
            self.fail(f"{self.label} must be at most {most}, not {value}")
        return value

    def _of(self, kind: type, what: str) -> Any:
        if not isinstance(self.value, kind):
            self.fail(_not(self, what), _rewritten(self.value, kind))
        return self.value


def _not(node: Node, what: str) -> str:
    return f"{node.label} must be {what}, not {describe(node.value)}"


def _rewritten(value: Json, kind: type) -> str:
    """Return how to write a mapping or list in place of what stands there, or nothing."""
    if kind is list and isinstance(value, dict) and value:
        return f"put `- ` before each, as in `- {next(iter(value))}`"
    if kind is list and isinstance(value, str) and len(value) <= LONGEST_ITEM:
        return f"write [{', '.join(one.strip() for one in value.split(','))}]"
    if kind is dict and isinstance(value, list) and value and isinstance(value[0], str):
        return f"write `{value[0]}: …`, a line for each"
    if kind is dict:
        return "write `key: value`, a line for each"
    return ""


def read_yaml(file: Path, *, as_written: bool = False, mistakes: Mistakes = FIRST) -> Document:
    """Return the document in a UTF-8 file; ContentTypeError `file:line: message` for anything strict YAML refuses.
    Numbers that are not whole are `WrittenFloat`s where they are kept `as_written`."""
    try:
        return parse_yaml(file_bytes(file), str(file), as_written=as_written, mistakes=mistakes)
    except OSError as error:
        raise ContentTypeError(f"{file}: cannot be read: {error.strerror}") from None


def parse_yaml(content: bytes, name: str, *, as_written: bool = False, mistakes: Mistakes = FIRST) -> Document:
    """Return the document in `content`; `name` is the file to blame, `as_written` as in `read_yaml`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ContentTypeError(f"{name}:{line}: not UTF-8 text (byte {error.start})", hint=SAVE_AS) from None
    try:
        root = _Loader(text).get_single_node()
    except RecursionError:
        raise ContentTypeError(f"{name}:1: nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        raise yaml_fault(error, name, text) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        what = f"a character YAML does not allow, U+{ord(text[error.position]):04X}"
        raise ContentTypeError(f"{name}:{line}: {what}", hint="delete it") from None
    if root is None:
        raise ContentTypeError(f"{name}:1: the file is empty", hint="write it, or delete the file")
    builder = _Builder(name, as_written)
    try:
        value = builder.build(root, ())
    except RecursionError:
        raise ContentTypeError(f"{name}:1: nested too deeply") from None
    if wrong := flaw(value):
        raise ContentTypeError(f"{name}:1: {'nested too deeply' if wrong == DEEP else f'a value {wrong}'}")
    return Document(file=name, value=value, lines=builder.lines, mistakes=mistakes)


class _Builder:
    """This is what turns YAML nodes into values and notes each one's line."""

    def __init__(self, name: str, as_written: bool) -> None:
        self.lines: dict[Path_, int] = {}
        self._float = WrittenFloat if as_written else float
        self._name = name
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, path: Path_) -> Json:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._refuse(node, "anchors and aliases are not used here; write the value out")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        return self._refuse(node, f"the tag {node.tag!r} is not used here")

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                if not isinstance(key_node, yaml.ScalarNode):
                    self._refuse(key_node, 'an expression is text; put quotes around it: "{{ … }}"')
                self._refuse(key_node, f"keys are text; put quotes around {key_node.value}")
            if key in values:
                self._refuse(key_node, f"{key!r} stands here twice; first in line {self.lines[(*path, key)]}")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.build(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        kind, text = node.tag.removeprefix(_TAG), str(node.value)
        if kind == "str":
            return text
        for known, pattern, _ in _PLAIN:
            if kind == known and re.fullmatch(pattern, text):
                return {"bool": text == "true", "null": None}[kind] if kind in ("bool", "null") else self._number(text)
        return self._refuse(node, f"the tag {node.tag!r} does not fit {text!r}")

    def _number(self, text: str) -> int | float:
        try:
            return int(text)
        except ValueError:
            return self._float(text)

    def _refuse(self, node: yaml.Node, message: str) -> NoReturn:
        raise ContentTypeError(f"{self._name}:{node.start_mark.line + 1}: {message}")


class _Dumper(_SafeDumper):  # type: ignore[misc]
    """This is a dumper that quotes whatever either reader would take for more than text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
        first: [
            *yaml.SafeDumper.yaml_implicit_resolvers.get(first, ()),
            *_Loader.yaml_implicit_resolvers.get(first, ()),
        ]
        for first in {*yaml.SafeDumper.yaml_implicit_resolvers, *_Loader.yaml_implicit_resolvers}
    }

    def ignore_aliases(self, data: Json) -> bool:
        return True


_Dumper.add_representer(WrittenFloat, lambda dumper, value: dumper.represent_scalar(_TAG + "float", value.text))


def yaml_text(value: Json) -> str:
    """Return a value as YAML that `parse_yaml` reads back."""
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text
