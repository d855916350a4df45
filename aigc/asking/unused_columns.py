"""Which columns of a file feed which inputs, which feed nothing, and which input each of those may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from aigc.asking.asked_columns import asked_column, bare, naming_column, own_column
from aigc.asking.briefs import ID, peek
from aigc.asking.cells import by_folded, folded, names_asked_for
from aigc.asking.computing import is_expression
from aigc.asking.notes import stands_in
from aigc.content import ContentType
from aigc.types import Json, Row, column_name

CROSSED = "--matrix"  # feeds an input
NEAR = 0.75  # how like an input's name a column's is that may have meant it


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
    head, _ = peek(rows)
    fed = {*mapping, *literals, *crossed}
    expressions = column_name(" ".join(str(value) for value in literals.values() if is_expression(value)))
    known = list(dict.fromkeys(column for row in head if row.faults or not row.error for column in row.values))
    used = {
        *(asked_column(one, known) for one in mapping.values()),
        naming_column(known, "" if ID in content_type.brief else mapping.get(ID, "")),
    }
    for name in content_type.brief:
        if name not in fed and (column := own_column(name, known, "")):
            used.add(column)
            fed.add(name)
    free = {bare(name): name for name in content_type.brief if name not in fed}
    unused = {}
    for column in known:
        if column not in used and not stands_in(column, expressions):
            near = get_close_matches(bare(column), free, n=1, cutoff=NEAR)
            unused[column] = free[near[0]] if near else ""
    return unused


def inputs_fed(
    rows: Iterable[Row],
    content_type: ContentType,
    mapping: Mapping[str, str],
    literals: Mapping[str, Json],
    crossed: Iterable[str] = (),
) -> dict[str, str]:
    """Return what feeds each input: a column, a value or expression, the matrix, or nothing. It looks at the first rows
    only."""
    head, _ = peek(rows)
    known = list(dict.fromkeys(column for row in head if row.faults or not row.error for column in row.values))
    return {
        name: CROSSED
        if name in crossed
        else _said(literals[name], known)
        if name in literals
        else asked_column(mapping[name], known) or mapping[name]
        if name in mapping
        else own_column(name, known, "")
        for name in content_type.brief
    }


def _said(value: Json, known: Sequence[str]) -> str:
    """Return a value, or of an expression the columns whose cells it asks for, as far as it asks for any."""
    if not is_expression(value):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    there = by_folded(tuple(known))
    asked = [there[one] for one in map(folded, names_asked_for(str(value))) if one in there]
    return ", ".join(dict.fromkeys(asked)) or str(value)
