"""Where files come from: tools whose exports are known, so that their columns need not be mapped by hand.

An origin is a YAML file that a plugin declares, `shopify.yaml` for `--from shopify`:

    aigc: 1
    title: Shopify                        # as in "looks like a Shopify export"
    export: Products > Export             # where the tool has it
    known_by: [[Handle, Title, "Body (HTML)"], [URL handle, Title]]   # a file with all columns of one of these is its
    input: {header: 3}                    # how to read it, where the importer has such an option
    join: {by: Handle, collect: [Variant Price]}    # rows that are one; see `joining`
    id: Handle                            # names the pieces
    passes_over: {Status: [draft, "4*"]}  # rows that the tool shows nobody, by what a column says; `*` is anything
    feeds:                                # input of any type → column, the first of some columns, or an expression
      product: [Title, Name]
      category: '{{ cell("Type") or cell("Product Category") }}'
    types: {seo/meta: {topic: Title}}     # inputs of one type
    hints: {url: "https://example.com/{{ Handle }}"}   # what --set may say of an input that the export does not have

An expression feeds nothing where the file has none of the columns that it names in quotes, and neither does an empty
list. Names of columns are compared without case, underscores and kinds of white space.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from aigc.asking.briefs import PEEK
from aigc.asking.cells import asking_cells, by_folded, folded, names_asked_for
from aigc.asking.importing import HEADER, SHEET, importer_of, open_rows, sheets_of
from aigc.asking.joining import Join
from aigc.asking.origin_keys import FORMAT, JOIN, ORIGIN
from aigc.content import ContentType
from aigc.content.yaml_keys import needed
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import AigcError, BriefError, NotFound, did_you_mean, no_file, sought
from aigc.plugs.registry import Registry
from aigc.types import Json, Row

Source: TypeAlias = str | tuple[str, ...]  # an expression, or columns

HEADERS = range(2, 5)  # lines that name the columns where the first does not


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrigin:
    """This is a tool whose exports are known."""

    name: str
    title: str
    export: str = ""
    known_by: tuple[tuple[str, ...], ...]
    reading: Mapping[str, Json] = field(default_factory=dict)
    join: Join | None = None
    id: tuple[str, ...] = ()
    passes_over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    feeds: Mapping[str, Source] = field(default_factory=dict)
    types: Mapping[str, Mapping[str, Source]] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    def knows(self, columns: Collection[str]) -> int:
        """Say how many columns tell that a file with these is this tool's; 0 where it is not."""
        there = set(map(folded, columns))
        return max((len(names) for names in self.known_by if there.issuperset(map(folded, names))), default=0)

    def sources(self, content_type: ContentType) -> dict[str, Source]:
        """Return what feeds each input of a type, in the type's order."""
        own = self.types.get(content_type.name, {})
        found = {name: own.get(name, self.feeds.get(name, ())) for name in content_type.brief}
        return {name: source for name, source in found.items() if source}

    def fed(self, content_type: ContentType, columns: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return input → the one column of these that feeds it, and input → the expression that does."""
        known = by_folded(tuple(columns))
        plain: dict[str, str] = {}
        computed: dict[str, str] = {}
        for name, source in self.sources(content_type).items():
            there = [known[one] for one in map(folded, columns_in(source)) if one in known]
            if not isinstance(source, str) and len(there) == 1:
                plain[name] = there[0]
            elif there:
                computed[name] = source if isinstance(source, str) else _first_of(there)
        return plain, computed

    def used(self) -> set[str]:
        """Return the columns, folded, that name pieces, join rows or say which are passed over."""
        return set(map(folded, (*self.id, *self.passes_over, *(self.join.columns if self.join else ()))))

    def rows(self, opened: Callable[[], Iterator[Row]]) -> Iterator[Row]:
        """Yield the rows of a file, joined and named."""
        for row in self.join.rows(opened) if self.join else opened():
            name = asking_cells(row.values)["cell"](*self.id) if self.id and "id" not in row.values else None
            yield row if name is None else replace(row, values={**row.values, "id": name})

    def reading_of(self, path: Path, registry: Registry, given: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the importer's options with which the columns are found: those given, with the origin's own, else
        with the header in one of the next lines, or in another sheet."""
        own, *others = _readings(path, registry, given, self.reading)
        for one in (own, *others):
            if self.knows(columns_of(path, registry, one)):
                return one
        return own if columns_of(path, registry, own) else given


def columns_in(source: Source) -> tuple[str, ...]:
    """Return the columns that a source names; of an expression all that stands in quotes."""
    if not isinstance(source, str):
        return source
    return names_asked_for(source)


def columns_of(path: Path, registry: Registry, reading: Mapping[str, Json]) -> list[str]:
    """Return the columns of the first rows of a file, none where it cannot be read so."""
    try:
        rows = islice(open_rows(path, registry, reading), PEEK)
        return list(dict.fromkeys(column for row in rows if not row.error for column in row.values))
    except AigcError:
        return []


def origin_named(registry: Registry, name: str, where: str) -> FileOrigin:
    """Return the origin of that name, or the one in a YAML file. NotFound suggests the nearest name."""
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise NotFound(f"{where}: {no_file(Path(name))}", hint=sought(Path(name)))
        return read_origin(Path(name))
    files = registry.origin_files()
    if name not in files:
        hint = did_you_mean(name.casefold(), files)
        raise NotFound(f"{where}: no tool named {name!r}{registry.quarantine_note()}", hint=hint)
    return read_origin(files[name][0])


def origins(registry: Registry) -> Iterator[FileOrigin]:
    """Yield every origin; a plugin whose file cannot be read is quarantined."""
    for file, plugin in registry.origin_files().values():
        try:
            yield read_origin(file)
        except AigcError as error:
            registry.quarantine(plugin, error)


def likely_origin(
    path: Path, registry: Registry, given: Mapping[str, Json], *, thorough: bool = False
) -> FileOrigin | None:
    """Return the origin that a file looks to be from, by its columns. A thorough look also reads it as each origin
    does, and with the header in one of the next lines."""
    known = list(origins(registry))
    tries = [given]
    if thorough and path.is_file():
        for one in known:
            tries += [reading for reading in _readings(path, registry, given, one.reading) if reading not in tries]
    for reading in tries:
        columns = columns_of(path, registry, reading)
        best = max(known, key=lambda origin: origin.knows(columns), default=None)
        if best is not None and best.knows(columns):
            return best
    return None


def read_origin(file: Path) -> FileOrigin:
    """Return the origin in a YAML file; its name is the file's. ContentTypeError says what is wrong, by line."""
    root = read_yaml(file).root.only(ORIGIN)
    for key in needed(ORIGIN):
        if key not in root:
            root.fail(f"{key!r} is missing")
    if root.child("aigc").value != FORMAT:
        root.child("aigc").fail(f"this version reads `aigc: {FORMAT}`")
    return FileOrigin(
        name=file.stem,
        title=root.child("title").text(),
        export=root.child("export").text() if "export" in root else "",
        known_by=_known_by(root.child("known_by")),
        reading=root.child("input").mapping() if "input" in root else {},
        join=_join(root.child("join").only(JOIN)) if "join" in root else None,
        id=_columns(root.child("id")) if "id" in root else (),
        passes_over=_patterns(root.child("passes_over")) if "passes_over" in root else {},
        feeds=_sources(root.child("feeds")) if "feeds" in root else {},
        types={name: _sources(one) for name, one in root.child("types").items()} if "types" in root else {},
        hints={name: one.text() for name, one in root.child("hints").items()} if "hints" in root else {},
    )


def _readings(
    path: Path, registry: Registry, given: Mapping[str, Json], own: Mapping[str, Json]
) -> list[Mapping[str, Json]]:
    """Return the options to try a file with: an origin's own under those given, those alone, other headers, and the
    same in other sheets."""
    declared = {option.name for option in importer_of(path, registry).options}
    headers = HEADERS if HEADER in declared - given.keys() else ()
    fitting = {name: value for name, value in own.items() if name in declared}
    places = [given, *({**given, HEADER: line} for line in headers)]
    others: Sequence[str] = ()
    if SHEET not in given:
        with suppress(BriefError):  # which is told when its rows are read
            others = sheets_of(path, registry)[1:]
    return [{**fitting, **given}, *places, *({**one, SHEET: name} for name in others for one in places)]


def _first_of(columns: Iterable[str]) -> str:
    quoted = ", ".join(f"'{name}'" if '"' in name else f'"{name}"' for name in columns)
    return f"{{{{ cell({quoted}) }}}}"


def _known_by(node: Node) -> tuple[tuple[str, ...], ...]:
    names = node.list()
    if names and all(isinstance(one.value, str) for one in names):
        node.fail("'known_by' is a list of lists", f"write [[{', '.join(one.text() for one in names)}]]")
    return tuple(tuple(name.text() for name in one.list()) for one in names)


def _join(node: Node) -> Join:
    parts = {key: _columns(child) for key, child in node.items()}
    if "by" not in parts:
        node.fail("'by' is missing", "name the column in which rows that are one are alike")
    return Join(**parts)


def _sources(node: Node) -> dict[str, Source]:
    return {name: _source(child) for name, child in node.items()}


def _patterns(node: Node) -> dict[str, tuple[str, ...]]:
    return {name: _columns(child) for name, child in node.items()}


def _source(node: Node) -> Source:
    return node.text() if isinstance(node.value, str) and "{{" in node.value else _columns(node)


def _columns(node: Node) -> tuple[str, ...]:
    return (node.text(),) if isinstance(node.value, str) else tuple(one.text() for one in node.list())


def looks_like(origin: FileOrigin, content_type: ContentType | None = None, fed: Collection[str] = ()) -> str:
    """Say what a file looks like, and what to add to the command: of a type also the needed inputs that such an export
    does not have, unless they are `fed` otherwise."""
    inputs = content_type.brief if content_type else {}
    needed = {name for name, schema in inputs.items() if "default" not in schema}
    lacking = needed - {*(origin.sources(content_type) if content_type else ()), *fed}
    added = "".join(f" --set '{name}={text}'" for name, text in origin.hints.items() if name in lacking)
    return f"looks like {_article(origin)} {origin.title} export: --from {origin.name}{added}"


def unlike(origin: FileOrigin) -> str:
    """Say that a file is hardly the export that it is said to be, and by which columns one is known."""
    known = ", ".join(origin.known_by[0])
    return f"does not look like {_article(origin)} {origin.title} export, which has the columns {known}"


def _article(origin: FileOrigin) -> str:
    return "an" if origin.title[:1] in "AEIOU" else "a"
