"""Which column of a row is meant by a name: of an input, in `--map`, in an expression."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from aigc.errors import BriefError, did_you_mean
from aigc.types import Json, column_name, without_number

NUMBERED = re.compile(r"(\D+)\d{1,2}")
SEVERAL, MOST_NUMBERED = 2, 12  # columns


class RowCells(dict[str, Json]):
    """This is `row` in an expression: cells by their columns' names, whatever white space these are written with."""

    def __missing__(self, name: Json) -> Json:
        if isinstance(name, str) and (meant := asked_column(name, self)):
            return self[meant]
        raise KeyError(name)


def bare(name: str) -> str:
    """Return what of a name tells it from others: letters and digits, without case, and no number of a column."""
    return re.sub(r"[\W_]+", "", without_number(name)).casefold()


def identifier(column: str) -> str:
    """Return how an expression may name a column."""
    return re.sub(r"\W+", "_", column.strip())


def asked_column(name: str, columns: Iterable[str]) -> str:
    """Return the column of that name, but for white space; empty where there is none."""
    columns = list(columns)
    same = (one for one in columns if column_name(one) == column_name(name))
    return name if name in columns else next(same, "")


def own_column(name: str, columns: Iterable[str], where: str) -> str:
    """Return the column that feeds an input, empty where there is none. BriefError when two could."""
    alike = [column for column in columns if bare(column) == bare(name)]
    if name in alike:
        return name
    if len(alike) > 1:
        shown = " and ".join(map(repr, alike))
        raise BriefError(f"{where}: columns {shown} could both be {name!r}", hint=f"say which with --map {name}=COLUMN")
    return alike[0] if alike else ""


def near_column(name: str, columns: Iterable[str]) -> str:
    """Return the remedy for a name that no column has: the columns that share it, else the one that may be meant."""
    columns = list(columns)
    same = [column for column in columns if column_name(without_number(column)) == column_name(name)]
    return f"it is {' or '.join(map(repr, same))}" if same else did_you_mean(name, columns)


def numbered_columns(name: str, columns: Iterable[str]) -> str:
    """Return the remedy for a list that stands in several columns, `Benefit 1`, `Benefit 2`: the expression of these;
    empty where there are none."""
    found = [one for one in columns if (number := NUMBERED.fullmatch(bare(one))) and _same_stem(number[1], bare(name))]
    if len(found) < SEVERAL:
        return ""
    quoted = ", ".join(json.dumps(one, ensure_ascii=False) for one in found[:MOST_NUMBERED])
    return f"--set '{name}={{{{ cells({quoted}) }}}}' takes several columns"


def _same_stem(one: str, other: str) -> bool:
    return one.rstrip("s") == other.rstrip("s")


def naming_column(columns: Sequence[str], asked: str = "") -> str:
    """Return the column that has the briefs' ids, that which was `asked` for, empty where there is none."""
    if asked:
        return asked_column(asked, columns)
    alike = [column for column in columns if bare(column) == "id"]
    return "id" if "id" in alike else alike[0] if alike else ""


def as_typed(expression: str, columns: Iterable[str]) -> str:
    """Return how an expression can name the column that it names as the header does; empty where it names none."""
    text = column_name(expression)
    for column in sorted(columns, key=len, reverse=True):
        if not column.isidentifier() and re.search(rf"(?<![\w\"']){re.escape(column)}(?![\w\"'])", text, re.IGNORECASE):
            short = identifier(column)
            other = f" or {short}" if short.isidentifier() else ""
            return f"the column {column!r} is row[{json.dumps(column, ensure_ascii=False)}]{other}"
    return ""
