"""Which sign parts the cells of a CSV file, told by its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from aigc_plugins.formats.header import is_blank

DELIMITERS = ",;|\t"
NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|"}
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")  # words of a name, not names

Table = Sequence[Sequence[str]]


def delimiter_of(lines: Sequence[str], *, named: bool) -> str:
    """Return the delimiter of a table of these lines, the first of which names its columns where it is `named`.

    It is the one that cuts most rows into as many cells as the header has, or, of several, cuts the header most:
    outside quotes and brackets, and not before a space, as commas of a sentence are. A comma where there is one column.
    """
    tables = {one: _table(lines, one) for one in DELIMITERS}
    cut = {one: table for one, table in tables.items() if table and (not named or len(table[0]) > 1)}
    worth = _under_header if named else _alike
    return max(cut, key=lambda one: worth(cut[one], one), default=",")


def _table(lines: Sequence[str], delimiter: str) -> Table:
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if not is_blank(row)]
    except csv.Error:  # a cell that nobody closed, larger than any may be
        return []


def _under_header(table: Table, delimiter: str) -> tuple[float, int]:
    """Return how much of the table is as wide as its header, and into how many names that is cut."""
    header, *rows = table
    bare = ASIDE.sub("", delimiter.join(name for name in header if delimiter not in name))
    names = sum(not name.startswith(" ") for name in bare.split(delimiter))
    return sum(_fits(row, len(header)) for row in rows) / max(len(rows), 1), names


def _fits(row: Sequence[str], width: int) -> float:
    if len(row) > width:
        return float(is_blank(row[width:]))
    return 1 if len(row) == width else 0.5 if len(row) > 1 else 0


def _alike(table: Table, delimiter: str) -> tuple[int, int]:
    """Return how many rows have the same number of cells, more than one, and how seldom a text has that delimiter."""
    widths = Counter(len(row) for row in table if len(row) > 1)
    return max(widths.values(), default=0), DELIMITERS.index(delimiter)
