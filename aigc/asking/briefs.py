"""Rows of a file somebody already has → briefs. What is wrong with the file stops at once; what is wrong with one row
makes that row a failed artifact and nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from aigc.asking.asked_columns import (
    RowCells,
    as_typed,
    asked_column,
    bare,
    identifier,
    naming_column,
    near_column,
    numbered_columns,
    own_column,
)
from aigc.asking.cells import asking_cells
from aigc.asking.computing import NUMBER_FILTER, computed, computed_inputs, is_expression
from aigc.asking.ids import Ids
from aigc.asking.invisible import MARKS, visible
from aigc.asking.matrix import ALONE, Cell
from aigc.asking.meant import Meanings, Meant, language_read
from aigc.asking.notes import done_to_inputs, with_done
from aigc.bounds.boundary import Contained
from aigc.bounds.undisturbed import undisturbed_by
from aigc.content import ContentType, brief_values
from aigc.content.brief import optional, read_values, with_controls, within_limits
from aigc.content.environment import TemplateEnvironment
from aigc.content.language_names import language_code
from aigc.content.languages import (
    LANGUAGE,
    language_beside,
    language_of,
    several_languages,
    told_by,
    usual_language,
    with_language,
)
from aigc.content.numbers import LOCALE, decimal_mark
from aigc.content.variables import unknown_names
from aigc.errors import AigcError, BriefError, ContentTypeError, did_you_mean
from aigc.types import Artifact, Brief, Json, Provenance, Row
from aigc.types.foreign import without_controls

PEEK = 20  # rows
USUAL = 200  # rows whose languages tell which one is usual in a file
ID = "id"  # what names a brief, where it is no input
Guess: TypeAlias = Callable[[Sequence[str], Sequence[Row]], Mapping[str, str]]  # inputs, rows → their columns
MOST_HEADERS = 1000  # kinds of rows remembered: JSON rows need not have the same keys


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
    remedy: str = "",
    guess: Guess | None = None,
    clean: bool = True,
) -> Iterator[Brief | Artifact]:
    """Yield a Brief per row and cell, or a failed Artifact where a row cannot be one. Memory stays constant.

    `mapping` says which column an input comes from; otherwise the column of its very name feeds an input, else the one
    that differs in case and spaces only. `literals` are values for every row; one holding `{{ }}` is an expression over
    the row's cells, in which an empty cell is none, the other inputs, the row's `id`, and the values it is crossed
    with. Other columns are ignored. A column `id`, or what is mapped to it, names the brief unless `id` is an input.
    `cells` are what every row is crossed with; `limit` counts rows; `places` says which line of a job file gives an
    input its column or value; `remedy` what else to do where a column is missing, `guess` which may be
    meant; without `clean` cells are no more than what they hold.
    A row that leaves the input `language` open gets the one that it is surely in, else that of most of the first rows;
    where the input may not be that, the brief knows it all the same.
    BriefError before the first brief when a needed input has no column, or two could feed it.
    """
    mapping, literals, places = mapping or {}, literals or {}, places or {}
    for given, option in ((mapping, "--map"), (literals, "--set")):
        for name in given:
            if name not in content_type.brief and (name, option) != (ID, "--map"):
                where = places.get(name, option)
                hint = "--map id=COLUMN names the pieces" if name == ID else did_you_mean(name, content_type.brief)
                raise BriefError(f"{where}: {content_type.name} has no input {name!r}", hint=hint)
    head, rest = peek(rows, USUAL)
    fixed = {**literals, **cells[0].values}
    _check_columns(head[:PEEK], content_type, mapping, fixed, places, remedy, guess)
    reader = _Reader(content_type, environment, mapping, literals, cells, head, clean=clean)
    reader.check_literals([row for row in head[:PEEK] if not row.error], places)
    with Ids() as ids:
        for number, row in enumerate(chain(head, rest), 1):
            if limit is not None and number > limit:
                return
            asked = reader.id_of(row)
            brief_id, refused = ids.take(asked, number, row.where)
            refused = refused or reader.refusal(row)
            if refused:
                error = BriefError(f"{row.where}: {refused}")
                yield from (reader.failed(brief_id + cell.mark, row, error) for cell in cells)
            else:
                yield from reader.contained(brief_id, row)


class _Read(NamedTuple):
    """This is what a row says, whatever it is crossed with."""

    values: dict[str, Json]
    language: str
    left_out: Mapping[str, str]
    done: Mapping[str, Sequence[str]]


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
        *,
        clean: bool,
    ) -> None:
        self._content_type = content_type
        self._environment = environment.over_rows()
        self._mapping = mapping
        self._asked_id = "" if ID in content_type.brief else mapping.get(ID, "")
        self._plain = {name: value for name, value in literals.items() if not is_expression(value)}
        self._expressions = {name: value for name, value in literals.items() if is_expression(value)}
        self._reads_numbers = any(NUMBER_FILTER.search(str(text)) for text in self._expressions.values())
        self._cells = cells
        self._head = head
        self._columns: dict[tuple[str, ...], dict[str, str]] = {}
        self._naming: dict[tuple[str, ...], str] = {}
        self._optional = optional(content_type.brief)
        self._meanings = Meanings(content_type.brief, head) if clean else None

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
        headed = {column for row in head for column in row.values}
        known = {*self._content_type.brief, *columns}
        for name, text in self._expressions.items():
            try:
                unknown = unknown_names(self._environment, text, known, places.get(name, f"--set {name}"))
            except ContentTypeError as error:
                raise BriefError(error.message, hint=as_typed(text, headed) or error.hint) from None
            if unknown and head:
                self._refuse_unknown(text, head[0], unknown, places.get(name, f"--set {name}"))

    def _refuse_unknown(self, text: str, row: Row, unknown: Collection[str], where: str) -> None:
        """Refuse an expression that cannot do without a name nobody knows: `x is defined` can."""
        cell = self._cells[0]
        known = self._known("", row, cell, self._plainly(row, cell))
        try:
            with undisturbed_by(where, self._environment.of_others):
                computed(text, known, self._environment)
        except ContentTypeError as error:
            if any(f"{one!r} is undefined" in error.message for one in unknown):
                hint = as_typed(text, row.values) or error.hint
                raise BriefError(f"{where}: {error.message}", hint=hint) from None

    def id_of(self, row: Row) -> str:
        """Return the id that the row gives itself, empty where it gives none."""
        if ID in self._content_type.brief:
            return ""
        columns = tuple(row.values)
        naming = self._naming.get(columns)
        if naming is None:
            if len(self._naming) > MOST_HEADERS:
                self._naming.clear()
            naming = self._naming[columns] = naming_column(columns, self._asked_id)
        value = row.values.get(naming)
        return "" if value is None else visible(str(value))  # 0 is one

    def refusal(self, row: Row) -> str:
        """Return why a row is no brief; nothing where no cell that cannot be read feeds or names one."""
        if not row.error or row.error not in row.faults.values():
            return row.error
        used = {*self._feeding(row, self._cells[0]).values(), naming_column(tuple(row.values), self._asked_id)}
        words = " ".join(map(str, self._expressions.values()))
        named = (column for column in row.faults if column in used or column in words or identifier(column) in words)
        return next((row.faults[column] for column in named), "")

    def contained(self, brief_id: str, row: Row) -> list[Brief | Artifact]:
        """Return a row's briefs; whatever goes wrong with it, or takes too long, is its own failure."""
        briefs: list[Brief | Artifact] = []
        others = bool(self._expressions) and self._environment.of_others
        watched = Contained(row.where, self._environment.timeouts.plugin)
        with watched as reading, undisturbed_by(f"row {row.where}", others):
            briefs = list(self.briefs(brief_id, row))
        if reading.reason:
            error = BriefError(f"{row.where}: {reading.reason}")
            return [self.failed(brief_id + cell.mark, row, error) for cell in self._cells]
        return briefs

    def briefs(self, brief_id: str, row: Row) -> Iterator[Brief | Artifact]:
        """Yield a row's brief per cell; `brief_id` is the row's, before it is crossed."""
        alike: _Read | None = None  # what holds for every cell, but for the cell's own values
        error: AigcError | None = None
        for cell in self._cells:
            name = brief_id + cell.mark
            if self._expressions or (alike is None and error is None):
                try:
                    alike, error = self._read(brief_id, row, cell), None
                except AigcError as refused:
                    error = refused
            if error is not None:
                yield self.failed(name, row, error)
            else:
                assert alike is not None
                yield Brief(
                    id=name,
                    values={**alike.values, **cell.values},
                    source=row.where,
                    draw=cell.draw,
                    language=alike.language,
                    left_out=alike.left_out,
                    cleaned=with_done(self._cleaned(row), alike.done),
                )

    def failed(self, brief_id: str, row: Row, error: AigcError) -> Artifact:
        """Return what stands for a row that is no brief."""
        content_type = self._content_type
        return Artifact(
            id=brief_id,
            status="failed",
            fields={},
            brief=Brief(id=brief_id, values=dict(row.values), source=row.where, cleaned=self._cleaned(row)),
            provenance=Provenance(content_type=content_type.name, version=content_type.version),
            reason=str(error),
        )

    def _cleaned(self, row: Row) -> dict[str, Sequence[str]]:
        """Return input → what was done to the cells that it comes from."""
        feeding = self._columns.get(tuple(row.values), {}) if row.cleaned else {}
        return done_to_inputs(row.cleaned, feeding, self._expressions)

    def _read(self, brief_id: str, row: Row, cell: Cell) -> _Read:
        """Return what a row says, and the language of the others where it is too short to tell its own."""
        raw = self._plainly(row, cell)
        feeding = {**dict.fromkeys(self._expressions, ""), **self._columns[tuple(row.values)]}
        if self._expressions:
            known = self._known(brief_id, row, cell, raw)
            if self._reads_numbers:
                known[LOCALE] = self._locale(row, raw)
            raw |= computed_inputs(self._expressions, row, known, feeding, self._environment)
        inputs = self._content_type.brief
        as_given, raw = raw, with_language(inputs, raw, lambda: self._usual)
        meant = self._meanings.of(raw, feeding, row.where) if self._meanings else Meant(raw, {}, {})
        raw, left_out = within_limits(self._optional, meant.values)
        taken = dict.fromkeys(with_controls(raw), (MARKS,))
        raw = {**raw, **{name: without_controls(raw[name]) for name in taken}} if taken else raw
        values = brief_values(self._content_type, raw, where=row.where)
        done = {**with_done(meant.done, taken), **language_read(raw, values)}
        beside = language_beside(inputs, as_given, lambda: self._usual, lambda: several_languages(self._told))
        return _Read(values, beside, {**meant.left_out, **left_out}, done)

    def _locale(self, row: Row, raw: Mapping[str, Json]) -> str:
        """Return how a row writes numbers: as its column `locale` or `language` says, else as its language does."""
        told = {bare(name): value for name, value in row.values.items() if isinstance(value, str)}
        written = str(told.get("locale") or told.get(LANGUAGE) or raw.get(LANGUAGE) or "")
        known = written if decimal_mark(written) else language_code(written) or written
        return known or language_of(self._content_type.brief, raw) or self._usual

    @cached_property
    def _usual(self) -> str:
        """The language of most of the file's first rows: that of rows which are too short to tell."""
        return usual_language(self._told)

    @cached_property
    def _told(self) -> list[tuple[str, str]]:
        """What the file's first rows tell of their language."""
        inputs, cell = self._content_type.brief, self._cells[0]
        return [told_by(inputs, self._plainly(row, cell)) for row in self._head if not row.error]

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
        cells = RowCells({key: None if value == "" else value for key, value in row.values.items()})
        inputs = {
            name: schema.get("default") if raw[name] in (None, "") else raw[name]
            for name, schema in self._content_type.brief.items()
            if name in raw
        }
        named = {} if ID in self._content_type.brief else {ID: brief_id}
        columns = {identifier(key): value for key, value in cells.items()}
        return {**inputs, **columns, "row": cells, **asking_cells(cells), **named, **cell.values}

    def _feeding(self, row: Row, cell: Cell) -> dict[str, str]:
        """Return input → the column that feeds it."""
        given = {*self._plain, *self._expressions, *cell.values}
        return {
            name: asked_column(self._mapping[name], row.values) or self._mapping[name]
            if name in self._mapping
            else own_column(name, row.values, row.where)
            for name in self._content_type.brief
            if name not in given
        }


def peek(rows: Iterable[Row], many: int = PEEK) -> tuple[list[Row], Iterator[Row]]:
    """Take the first rows off, enough to tell what the file holds: JSON rows need not all have the same keys."""
    rest = iter(rows)
    return list(islice(rest, many)), rest


def _check_columns(
    head: Sequence[Row],
    content_type: ContentType,
    mapping: Mapping[str, str],
    literals: Mapping[str, Json],
    places: Mapping[str, str],
    remedy: str,
    guess: Guess | None,
) -> None:
    """Refuse a file whose first rows all lack a needed column, those that can be read where some can; a row lacking one
    alone fails alone."""
    readable = [row for row in head if not row.error] or [row for row in head if row.values]
    if not readable:
        return
    for name in content_type.brief:
        if name not in mapping and name not in literals:
            own_column(name, readable[0].values, readable[0].where)
    where = readable[0].where.rpartition(":")[0] or readable[0].where
    known = list(dict.fromkeys(column for row in readable for column in row.values))
    there = {bare(column) for column in known}
    missing = []
    inputs = {**({ID: {}} if ID in mapping else {}), **content_type.brief}
    for name, schema in inputs.items():
        if name in mapping:
            if not asked_column(mapping[name], known):
                hint = near_column(mapping[name], known)
                asked = f"{places[name]}: {name}: {where}" if name in places else f"{where}: --map {name}"
                hint = "; ".join(filter(None, (hint, remedy)))
                raise BriefError(f"{asked} has no column {mapping[name]!r}", hint=hint)
        elif bare(name) not in there and "default" not in schema and name not in literals:
            missing.append(name)
    if missing:
        near = did_you_mean(missing[0], known) if len(missing) == 1 else f"columns: {', '.join(known)}"
        needed = ("input " if len(missing) == 1 else "inputs ") + ", ".join(map(repr, missing))
        guessed = guess(missing, readable) if guess else {}
        options = shlex.join(word for name in missing for word in ("--map", f"{name}={guessed.get(name, 'COLUMN')}"))
        maybe = "perhaps" if guessed else "add"
        hint = f"{maybe} {options}, or --set {missing[0]}=VALUE" + (f" ({near})" if near else "")
        several = [numbered_columns(name, known) for name in missing if inputs[name].get("type") == "array"]
        hint = "; ".join(filter(None, (*several, hint, remedy)))
        raise BriefError(f"{where}: no column for the needed {needed}", hint=hint)
