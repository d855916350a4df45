"""Which line of a table names its columns: the first, unless all that are needed stand in one line further down, below
a title, notes or `#` lines.

Every importer takes part that has an option `header: int | None`: the number of that line as `Row.where` counts, 0
where no line names columns and these are called 1, 2, 3, and None for its first line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from aigc.asking.asked_columns import as_typed, asked_column, bare, identifier
from aigc.asking.briefs import PEEK
from aigc.asking.computing import is_expression
from aigc.asking.importing import HEADER, importer_of, open_rows
from aigc.content import ContentType
from aigc.content.environment import TemplateEnvironment
from aigc.content.variables import unknown_names
from aigc.errors import BriefError, ContentTypeError
from aigc.plugs.registry import Registry
from aigc.types import Json, Row, column_name

DELIMITER = "delimiter"
ONE_COLUMN = f"or --input {DELIMITER}=X if X parts its cells"
NONE = 0  # no line names the columns
LOOKED = 60  # rows, among which a header is looked for
IN_ROW = re.compile(r"""\brow\[\s*(["'])(.+?)\1\s*\]""")
NOTE = "#"
NAME = re.compile(r"(?!.*://)[^\W\d_].{,39}")  # what may be a column's
SHOWN = 3  # lines or columns named in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """These are columns that a table must have: of these very `names`, all of one of `either` (where there are any),
    for `inputs` by what they are called, and those that expressions use as `identifiers`. Expressions that are `spoken`
    (`{{ Page title }}`) name one as the header does, which is told when the rows are read."""

    names: Collection[str] = ()
    either: Collection[Collection[str]] = ()
    inputs: Collection[str] = ()
    identifiers: Collection[str] = ()
    spoken: Collection[str] = ()

    @classmethod
    def of(
        cls,
        content_type: ContentType,
        environment: TemplateEnvironment,
        mapping: Mapping[str, str],
        literals: Mapping[str, Json],
        crossed: Collection[str] = (),
    ) -> Needed:
        """Return what a content type's inputs come from, as `read_briefs` is told it."""
        inputs = content_type.brief
        fed = {*mapping, *literals, *crossed}
        names, identifiers, spoken = set(mapping.values()), set[str](), set[str]()
        for text in filter(is_expression, literals.values()):
            names |= {found[2] for found in IN_ROW.finditer(text)}
            try:
                identifiers |= unknown_names(environment, text, {*inputs, *crossed, "row", "id"}, "")
            except ContentTypeError:
                spoken.add(text)
        own = {name for name, schema in inputs.items() if name not in fed and "default" not in schema}
        return cls(names=names, inputs=own, identifiers=identifiers, spoken=spoken)

    def among(self, columns: Collection[str]) -> bool:
        """Say whether all stand among these columns."""
        known, called = {bare(one) for one in columns}, {identifier(one) for one in columns}
        return (
            any(all(asked_column(name, columns) for name in (*self.names, *one)) for one in self.either or ((),))
            and all(bare(name) in known for name in self.inputs)
            and called.issuperset(self.identifiers)
            and all(as_typed(text, columns) for text in self.spoken)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """These are the rows of a file under the line that names the columns: `header`, where that was found further down.
    `remedy` is what to do about a column that is missing. Of several sheets it is that of this name, where others were
    `passed_over`."""

    rows: Iterator[Row]
    header: int | None = None
    remedy: str = ""
    sheet: str = ""
    passed_over: Sequence[str] = ()


def open_table(path: Path, registry: Registry, reading: Mapping[str, Json], needed: Needed) -> Table:
    """Open a file as `open_rows` does, under the line that names what is needed.

    A later line is taken where it alone names all of that and has more cells than every line above it, `#` lines aside;
    any other is only told of.
    """
    if HEADER in reading or not path.is_file() or not _declares(HEADER, path, registry):
        return Table(rows=open_rows(path, registry, reading))
    try:
        rows = open_rows(path, registry, reading)
        head = list(islice(rows, PEEK))
    except BriefError:
        found = _look(path, registry, reading, needed)
        if not found.sure:
            raise
    else:
        if needed.among({column for row in head for column in row.values}):
            return Table(rows=chain(head, rows))
        found = _look(path, registry, reading, needed)
        if not found.sure:
            one = {column for row in head for column in row.values} if _declares(DELIMITER, path, registry) else ()
            other = ONE_COLUMN if len(one) == 1 and DELIMITER not in reading else ""
            return Table(rows=chain(head, rows), remedy="; ".join(filter(None, (found.remedy, other))))
    return Table(rows=open_rows(path, registry, {**reading, HEADER: found.lines[0]}), header=found.lines[0])


@dataclass(slots=True)
class _Looked:
    """These are the lines that name all that is needed, whether it is sure that the table begins there, the first of
    the lines with the most cells, and whether another one as wide, with rows below, may name columns."""

    lines: list[int] = field(default_factory=list)
    sure: bool = False
    most: int = 0
    widest: int = 0
    names: Sequence[str] = ()
    others: bool = False

    @property
    def remedy(self) -> str:
        """Say which option names the line of the columns, and which line that may be; nothing where none may be."""
        if self.lines:
            named = " or ".join(f"--input {HEADER}={line}" for line in self.lines[:SHOWN])
            return f"or {named}, where all that is needed stands"
        if self.names:
            shown = ", ".join(self.names[:SHOWN]) + (", …" if len(self.names) > SHOWN else "")
            return f"or --input {HEADER}={self.widest} if line {self.widest} names the columns ({shown})"
        return f"or --input {HEADER}=N if another line names the columns, 0 if none does" if self.others else ""


def _declares(name: str, path: Path, registry: Registry) -> bool:
    """Say whether the importer of a file has an option."""
    return any(option.name == name for option in importer_of(path, registry).options)


def _look(path: Path, registry: Registry, reading: Mapping[str, Json], needed: Needed) -> _Looked:
    """Look for the line that names the columns among the first ones."""
    found, may_name = _Looked(), False
    with suppress(BriefError):  # further down than the header, if that was found
        for at, row in enumerate(islice(open_rows(path, registry, {**reading, HEADER: NONE}), LOOKED)):
            cells = [column_name(str(cell)) for cell in row.values.values() if cell not in (None, "")]
            line = int(row.where.rpartition(":")[2])
            found.others |= may_name
            if needed.among(cells):
                found.lines.append(line)
                found.sure = len(found.lines) == 1 and len(cells) > found.most
            may_name = at > 0 and len(cells) >= found.most and all(NAME.fullmatch(cell) for cell in cells)
            if len(cells) > found.most and not cells[0].startswith(NOTE):
                found.names = cells if at else ()  # the first line is taken anyhow
                found.most, found.widest = len(cells), line
    return found
