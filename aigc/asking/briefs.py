"""Rows of a file somebody already has → briefs. What is wrong with the file stops at once; what is wrong with one row
makes that row a failed artifact and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from aigc.asking.ids import Ids
from aigc.asking.matrix import ALONE, Cell
from aigc.content import ContentType, brief_values, evaluate
from aigc.content.brief import read_values
from aigc.content.environment import TemplateEnvironment
from aigc.content.languages import LANGUAGE, language_beside, language_of, text_of, usual_language, with_language
from aigc.content.numbers import LOCALE
from aigc.content.variables import unknown_names
from aigc.errors import AigcError, BriefError, ContentTypeError, did_you_mean, nearest
from aigc.plugs.extension import Extension
from aigc.plugs.registry import Registry
from aigc.types import Artifact, Brief, Json, Provenance, Row

LINES = (".jsonl", ".ndjson")  # of files without a header
COUNTABLE = (*LINES, ".csv", ".tsv", ".txt")
PEEK = 20  # rows
USUAL = 200  # rows whose languages tell which one is usual in a file
NEAR = 0.75  # how like an input's name a column's is that may have meant it
NUMBER_FILTER = re.compile(r"\|\s*(?:number|money|float|int)\b")
MOST_HEADERS = 1000  # kinds of rows remembered: JSON rows need not have the same keys


def open_rows(path: Path, registry: Registry, options: Mapping[str, Json] | None = None) -> Iterator[Row]:
    """Read `path` with the importer of its suffix. BriefError when there is no file, importer or row."""
    if not path.is_file():
        raise BriefError(f"{path}: no such file", hint=nearest(path))
    importer = _importer(path, registry)
    bound = importer.bind(options or {}, str(path))
    rows: Iterator[Row] = iter(importer(path, **bound.values))
    try:
        first = next(rows)
    except RecursionError:
        raise BriefError(f"{path}: is nested too deeply to be read") from None
    except StopIteration:
        raise BriefError(
            f"{path}: has no rows", hint="the first line names the columns, every further line is a brief"
        ) from None
    return chain([first], rows)


def read_briefs(
    rows: Iterable[Row],
    content_type: ContentType,
    environment: TemplateEnvironment,
    *,
    mapping: Mapping[str, str] | None = None,
    literals: Mapping[str, Json] | None = None,
    limit: int | None = None,
    cells: Sequence[Cell] = ALONE,
    places: Mapping[str, str] | None = None,
) -> Iterator[Brief | Artifact]:
    """Yield a Brief per row and cell, or a failed Artifact where a row cannot be one. Memory stays constant.

    `mapping` says which column an input comes from; otherwise the column of its very name feeds an input, else the one
    that differs in case and spaces only. `literals` are values for every row; one holding `{{ }}` is an expression over
    the row's cells, in which an empty cell is none, the other inputs, the row's `id`, and the values it is crossed
    with. Other columns are ignored. A column `id` names the brief unless `id` is an input. `cells` are what every row
    is crossed with; `limit` counts rows; `places` says which line of a job file gives an input its column or value.
    A row that leaves the input `language` open gets the one that it is surely in, else that of most of the first rows;
    where the input may not be that, the brief knows it all the same.
    BriefError before the first brief when a needed input has no column, or two could feed it.
    """
    mapping, literals, places = mapping or {}, literals or {}, places or {}
    for given, option in ((mapping, "--map"), (literals, "--set")):
        for name in given:
            if name not in content_type.brief:
                where = places.get(name, option)
                hint = did_you_mean(name, content_type.brief)
                raise BriefError(f"{where}: {content_type.name} has no input {name!r}", hint=hint)
    head, rest = _peek(rows, USUAL)
    fixed = {**literals, **cells[0].values}
    _check_columns(head[:PEEK], content_type, mapping, fixed, places)
    reader = _Reader(content_type, environment, mapping, literals, cells, head)
    reader.check_literals([row for row in head[:PEEK] if not row.error], places)
    with Ids() as ids:
        for number, row in enumerate(chain(head, rest), 1):
            if limit is not None and number > limit:
                return
            asked = reader.id_of(row)
            brief_id, first = ids.take(asked, number, row.where)
            refused = f"id {asked!r} is used twice, first at {first}" if first else row.error
            if refused:
                error = BriefError(f"{row.where}: {refused}")
                yield from (_failed(brief_id + cell.mark, row, content_type, error) for cell in cells)
            else:
                yield from reader.briefs(brief_id, row)


class _Reader:
    """This is what makes briefs of rows. What depends on a row's columns alone is found out once."""

    def __init__(
        self,
        content_type: ContentType,
        environment: TemplateEnvironment,
        mapping: Mapping[str, str],
        literals: Mapping[str, Json],
        cells: Sequence[Cell],
        head: Sequence[Row],
    ) -> None:
        self._content_type = content_type
        self._environment = environment
        self._mapping = mapping
        self._plain = {name: value for name, value in literals.items() if not _is_expression(value)}
        self._expressions = {name: value for name, value in literals.items() if _is_expression(value)}
        self._reads_numbers = any(NUMBER_FILTER.search(str(text)) for text in self._expressions.values())
        self._cells = cells
        self._head = head
        self._columns: dict[tuple[str, ...], dict[str, str]] = {}
        self._naming: dict[tuple[str, ...], str] = {}

    def check_literals(self, head: Sequence[Row], places: Mapping[str, str]) -> None:
        """Refuse once what no row can use: a value its input refuses, an expression that is none, or that has a
        name which no row knows. BriefError says where it was given."""
        for name, value in self._plain.items():
            values, found = read_values(self._content_type.brief, {name: value}, complete=False)
            if not found and name not in values and "default" not in self._content_type.brief[name]:
                found = [f"{name} is empty"]
            if found:
                raise BriefError(f"{places.get(name, '--set')}: {found[0]}")
        cell = self._cells[0]
        columns = {column for row in head for column in self._known("", row, cell, {})}
        known = {*self._content_type.brief, *columns}
        for name, text in self._expressions.items():
            try:
                unknown = unknown_names(self._environment, text, known, places.get(name, f"--set {name}"))
            except ContentTypeError as error:
                raise BriefError(error.message, hint=error.hint) from None
            if unknown and head:
                self._refuse_unknown(text, head[0], unknown, places.get(name, f"--set {name}"))

    def _refuse_unknown(self, text: str, row: Row, unknown: Collection[str], where: str) -> None:
        """Refuse an expression that cannot do without a name nobody knows: `x is defined` can."""
        cell = self._cells[0]
        known = self._known("", row, cell, self._plainly(row, cell))
        try:
            _computed(text, known, self._environment)
        except ContentTypeError as error:
            if any(f"{one!r} is undefined" in error.message for one in unknown):
                raise BriefError(f"{where}: {error.message}", hint=error.hint) from None

    def id_of(self, row: Row) -> str:
        """Return the id that the row gives itself, empty where it gives none."""
        if "id" in self._content_type.brief:
            return ""
        columns = tuple(row.values)
        naming = self._naming.get(columns)
        if naming is None:
            if len(self._naming) > MOST_HEADERS:
                self._naming.clear()
            naming = self._naming[columns] = _naming(columns)
        return str(row.values.get(naming) or "").strip()

    def briefs(self, brief_id: str, row: Row) -> Iterator[Brief | Artifact]:
        """Yield a row's brief per cell; `brief_id` is the row's, before it is crossed."""
        alike: dict[str, Json] | None = None  # values that hold for every cell, but for the cell's own
        language = ""
        error: AigcError | None = None
        for cell in self._cells:
            name = brief_id + cell.mark
            if self._expressions or (alike is None and error is None):
                try:
                    (alike, language), error = self._values(brief_id, row, cell), None
                except AigcError as refused:
                    error = refused
            if error is not None:
                yield _failed(name, row, self._content_type, error)
            else:
                assert alike is not None
                values = {**alike, **cell.values}
                yield Brief(id=name, values=values, source=row.where, draw=cell.draw, language=language)

    def _values(self, brief_id: str, row: Row, cell: Cell) -> tuple[dict[str, Json], str]:
        """Return what a row says, and the language of the others where it is too short to tell its own."""
        raw = self._plainly(row, cell)
        if self._expressions:
            known = self._known(brief_id, row, cell, raw)
            if self._reads_numbers:
                known[LOCALE] = self._locale(row, raw)
            try:
                raw |= {name: _computed(text, known, self._environment) for name, text in self._expressions.items()}
            except ContentTypeError as error:
                raise BriefError(f"{row.where}: {error.message}", hint=error.hint) from None
        inputs = self._content_type.brief
        raw = with_language(inputs, raw, lambda: self._usual)
        values = brief_values(self._content_type, raw, where=row.where)
        return values, language_beside(inputs, raw, lambda: self._usual)

    def _locale(self, row: Row, raw: Mapping[str, Json]) -> str:
        """Return how a row writes numbers: as its column `locale` or `language` says, else as its language does."""
        told = {_bare(name): value for name, value in row.values.items() if isinstance(value, str)}
        written = told.get("locale") or told.get(LANGUAGE) or raw.get(LANGUAGE)
        return str(written or language_of(self._content_type.brief, raw) or self._usual)

    @cached_property
    def _usual(self) -> str:
        """The language of most of the file's first rows: that of rows which are too short to tell."""
        inputs, cell = self._content_type.brief, self._cells[0]
        rows = [row for row in self._head if not row.error]
        return usual_language(text_of(inputs, self._plainly(row, cell)) for row in rows)

    def _plainly(self, row: Row, cell: Cell) -> dict[str, Json]:
        """Return what a row gives before anything is computed."""
        columns = tuple(row.values)
        feeding = self._columns.get(columns)
        if feeding is None:
            if len(self._columns) > MOST_HEADERS:
                self._columns.clear()
            feeding = self._columns[columns] = self._feeding(row, cell)
        raw: dict[str, Json] = {name: row.values.get(column) for name, column in feeding.items()}
        raw.update(self._plain)
        raw.update(cell.values)
        return raw

    def _known(self, brief_id: str, row: Row, cell: Cell, raw: Mapping[str, Json]) -> dict[str, Json]:
        """Return the names an expression sees; the later win: inputs, the row's columns, its id, the matrix's axes."""
        cells = {key: None if value == "" else value for key, value in row.values.items()}
        inputs = {
            name: schema.get("default") if raw[name] in (None, "") else raw[name]
            for name, schema in self._content_type.brief.items()
            if name in raw
        }
        named = {} if "id" in self._content_type.brief else {"id": brief_id}
        columns = {re.sub(r"\W+", "_", key.strip()): value for key, value in cells.items()}
        return {**inputs, **columns, "row": cells, **named, **cell.values}

    def _feeding(self, row: Row, cell: Cell) -> dict[str, str]:
        """Return input → the column that feeds it."""
        given = {*self._plain, *self._expressions, *cell.values}
        return {
            name: self._mapping.get(name) or _column(name, row.values, row.where)
            for name in self._content_type.brief
            if name not in given
        }


def columns_not_used(
    rows: Iterable[Row],
    content_type: ContentType,
    *,
    mapping: Mapping[str, str],
    literals: Mapping[str, Json],
    crossed: Iterable[str] = (),
) -> dict[str, str]:
    """Return the columns that feed no input and stand in no expression → the input nobody feeds that one may have
    meant, or nothing. A column `id` names the briefs. It looks at the first rows only."""
    head, _ = _peek(rows)
    fed = {*mapping, *literals, *crossed}
    expressions = " ".join(str(value) for value in literals.values() if _is_expression(value))
    known = list(dict.fromkeys(column for row in head if not row.error for column in row.values))
    used = {*mapping.values(), _naming(known)}
    for name in content_type.brief:
        if name not in fed and (column := _column(name, known, "")):
            used.add(column)
            fed.add(name)
    free = {_bare(name): name for name in content_type.brief if name not in fed}
    unused = {}
    for column in known:
        named = (column, re.sub(r"\W+", "_", column.strip()))
        if column not in used and not any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", expressions) for one in named):
            near = get_close_matches(_bare(column), free, n=1, cutoff=NEAR)
            unused[column] = free[near[0]] if near else ""
    return unused


def rows_about(path: Path, limit: int | None = None) -> int:
    """Return about how many rows a file has, by its line breaks; 0 where only reading it would tell."""
    if path.suffix.lower() not in COUNTABLE or not path.is_file():
        return 0
    lines = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            lines += block.count(b"\n")
    rows = max(lines - (path.suffix.lower() not in LINES), 1)
    return min(rows, limit) if limit else rows


def _importer(path: Path, registry: Registry) -> Extension:
    importers = [registry.get("importer", name) for name in registry.names("importer")]
    for importer in importers:
        if path.suffix.lower() in importer.suffixes:
            return importer
    known = ", ".join(sorted(suffix for importer in importers for suffix in importer.suffixes))
    raise BriefError(f"{path}: no importer reads {path.suffix or 'files without a suffix'!r}", hint=f"known: {known}")


def _peek(rows: Iterable[Row], many: int = PEEK) -> tuple[list[Row], Iterator[Row]]:
    """Take the first rows off, enough to tell what the file holds: JSON rows need not all have the same keys."""
    rest = iter(rows)
    return list(islice(rest, many)), rest


def _check_columns(
    head: Sequence[Row],
    content_type: ContentType,
    mapping: Mapping[str, str],
    literals: Mapping[str, Json],
    places: Mapping[str, str],
) -> None:
    """Refuse a file whose first readable rows all lack a needed column; a row lacking one alone fails alone."""
    readable = [row for row in head if not row.error]
    if not readable:
        return
    for name in content_type.brief:
        if name not in mapping and name not in literals:
            _column(name, readable[0].values, readable[0].where)
    where = readable[0].where.rpartition(":")[0] or readable[0].where
    known = list(dict.fromkeys(column for row in readable for column in row.values))
    bare = {_bare(column) for column in known}
    missing = []
    for name, schema in content_type.brief.items():
        if name in mapping:
            if mapping[name] not in known:
                hint = did_you_mean(mapping[name], known)
                asked = f"{places[name]}: {name}: {where}" if name in places else f"{where}: --map {name}"
                raise BriefError(f"{asked} has no column {mapping[name]!r}", hint=hint)
        elif _bare(name) not in bare and "default" not in schema and name not in literals:
            missing.append(name)
    if missing:
        near = did_you_mean(missing[0], known) if len(missing) == 1 else f"columns: {', '.join(known)}"
        needed = ("input " if len(missing) == 1 else "inputs ") + ", ".join(map(repr, missing))
        options = " ".join(f"--map {name}=COLUMN" for name in missing)
        hint = f"add {options}, or --set {missing[0]}=VALUE" + (f" ({near})" if near else "")
        raise BriefError(f"{where}: no column for the needed {needed}", hint=hint)


def _column(name: str, columns: Iterable[str], where: str) -> str:
    """Return the column that feeds an input, empty where there is none. BriefError when two could."""
    alike = [column for column in columns if _bare(column) == _bare(name)]
    if name in alike:
        return name
    if len(alike) > 1:
        shown = " and ".join(map(repr, alike))
        raise BriefError(f"{where}: columns {shown} could both be {name!r}", hint=f"say which with --map {name}=COLUMN")
    return alike[0] if alike else ""


def _naming(columns: Sequence[str]) -> str:
    """Return the column that has the briefs' ids, empty where there is none."""
    alike = [column for column in columns if _bare(column) == "id"]
    return "id" if "id" in alike else alike[0] if alike else ""


def _is_expression(value: Json) -> bool:
    return isinstance(value, str) and "{{" in value


def _computed(text: str, known: Mapping[str, Json], environment: TemplateEnvironment) -> Json:
    value = evaluate(environment, text, known)
    return [item for item in value if item not in (None, "")] if isinstance(value, list) else value


def _failed(brief_id: str, row: Row, content_type: ContentType, error: AigcError) -> Artifact:
    return Artifact(
        id=brief_id,
        status="failed",
        fields={},
        brief=Brief(id=brief_id, values=dict(row.values), source=row.where),
        provenance=Provenance(content_type=content_type.name, version=content_type.version),
        reason=str(error),
    )


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
