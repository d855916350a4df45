"""Which column may feed an input that none is named for: a guess, to be told and never taken by itself.

A column is guessed by its name, as tools call what feeds that input in their exports or nearly as the input is called,
and where it is the only one by its values, as a column of addresses is for an input of format `uri`. In either way its
first values must fit the input, and no column is guessed for two inputs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from aigc.asking.asked_columns import bare
from aigc.asking.cells import folded
from aigc.asking.origins import FileOrigin, columns_in
from aigc.content import ContentType
from aigc.content.brief import read_values
from aigc.content.content_type import Schema
from aigc.types import Json, Row

ALIKE = 0.6  # of names: as far as difflib takes two for close
ID = "id"  # names the pieces
LEAST = 3  # letters of a name that is part of another
PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#].*)?$", re.IGNORECASE)
OF_PICTURES = ("image", "img", "picture", "photo", "media", "src")  # words in the names of inputs that take one
OWN_FORM = ("format", "enum", "pattern")  # words by which values alone tell what they are


def guessed_columns(
    content_type: ContentType,
    missing: Sequence[str],
    rows: Sequence[Row],
    *,
    tools: Iterable[FileOrigin],
    used: Collection[str] = (),
) -> dict[str, str]:
    """Return input → the column that may feed it, of inputs that are `missing` one, as far as one looks like it; those
    `used` for others are left out."""
    taken = {*map(bare, used), *(bare(name) for name in content_type.brief if name not in missing), ID}
    there = dict.fromkeys(column for row in rows for column in row.values)
    columns = [column for column in there if bare(column) not in taken]
    called = [origin.sources(content_type) for origin in tools]
    guessed: dict[str, str] = {}
    for name in missing:
        schema = content_type.brief.get(name, {"type": "string"})
        known = {folded(column) for one in called for column in columns_in(one.get(name, ()))}
        free = [one for one in columns if one not in guessed.values() and _fits(name, schema, one, rows)]
        if found := next(_likely(name, schema, free, known), None):
            guessed[name] = found
    return guessed


def _likely(name: str, schema: Schema, free: Sequence[str], known: set[str]) -> Iterator[str]:
    """Yield the columns that may be meant, the likeliest first."""
    wanted, by_bare = bare(name), {bare(column): column for column in free}
    yield from (column for column in free if folded(column) in known)
    yield from (by_bare[one] for one in get_close_matches(wanted, by_bare, n=1, cutoff=ALIKE))
    yield from (column for one, column in by_bare.items() if _part(one, wanted))
    names = {bare(one): one for one in known}
    yield from (column for one, column in by_bare.items() if any(_part(one, other) for other in names))
    if len(free) == 1 and any(word in schema for word in OWN_FORM):
        yield free[0]


def _part(one: str, other: str) -> bool:
    """Say whether one of two names begins or ends the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST and (long.startswith(short) or long.endswith(short))


def _fits(name: str, schema: Schema, column: str, rows: Sequence[Row]) -> bool:
    """Say whether the values of a column are what an input takes, and there are any; a page is not a picture."""
    values: list[Json] = [row.values[column] for row in rows if row.values.get(column) not in (None, "")]
    if schema.get("format") == "uri" and not any(word in name.casefold() for word in OF_PICTURES):
        values = [] if any(PICTURE.search(str(value)) for value in values) else values
    inputs: Mapping[str, Schema] = {name: schema}
    return bool(values) and not any(read_values(inputs, {name: value}, complete=False)[1] for value in values)
