"""How the rows of a file feed the inputs of a content type: as somebody says, and else as its origin does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from aigc.asking.briefs import PEEK
from aigc.asking.cleaning import Cleaning
from aigc.asking.importing import HEADER, SHEET, open_rows, sheets_of
from aigc.asking.origins import FileOrigin, likely_origin, looks_like
from aigc.content import ContentType
from aigc.errors import BriefError
from aigc.plugs.registry import Registry
from aigc.types import Json, Row

SHOWN = 12  # columns named


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """This is how the rows of a file are opened, and what of them feeds which input: a column, or a value or
    expression; `places` says where that was said. Where nobody said them, `header` is the line that names the columns
    and `sheet` the one that has them, if others were `passed_over`."""

    opened: Callable[[], Iterator[Row]]
    columns: Mapping[str, str]
    literals: Mapping[str, Json]
    places: Mapping[str, str]
    origin: FileOrigin | None = None
    header: int | None = None
    sheet: str = ""
    passed_over: Sequence[str] = ()

    def rows(self) -> Iterator[Row]:
        """Open the rows; those of an origin are joined and named as it says."""
        return self.origin.rows(self.opened) if self.origin else self.opened()

    @property
    def used(self) -> set[str]:
        """The columns, folded, that are used beside those that feed something."""
        return self.origin.used() if self.origin else set()

    def under(self, own: Feed, crossed: Collection[str] = ()) -> Feed:
        """Return the feed with what somebody says, input by input, laid over it."""
        fed = {*own.columns, *own.literals, *crossed}
        return replace(
            self,
            columns={**{name: one for name, one in self.columns.items() if name not in fed}, **own.columns},
            literals={**{name: one for name, one in self.literals.items() if name not in fed}, **own.literals},
            places={**self.places, **own.places},
        )


def feed_from(
    origin: FileOrigin,
    path: Path,
    registry: Registry,
    reading: Mapping[str, Json],
    content_type: ContentType,
    cleaning: Cleaning | None = None,
) -> Feed:
    """Return how an origin's export feeds a content type; BriefError where the file has none of its columns."""
    asked = origin.reading_of(path, registry, reading)
    opened = partial(open_rows, path, registry, asked, cleaning=cleaning)
    names = list(dict.fromkeys(column for row in islice(opened(), PEEK) for column in row.values))
    columns, literals = origin.fed(content_type, names)
    if not columns and not literals and not origin.knows(names):
        other = likely_origin(path, registry, reading, thorough=True)
        known = f"one has the columns {', '.join(origin.known_by[0])}; this file {', '.join(names[:SHOWN])}"
        raise BriefError(f"{path}: is no {origin.title} export", hint=looks_like(other) if other else known)
    places = {name: f"{origin.title}: {name}" for name in (*columns, *literals)}
    found = {name: value for name, value in asked.items() if name not in reading}
    sheets = sheets_of(path, registry) if SHEET in found else ()
    return Feed(
        opened=opened,
        columns=columns,
        literals=literals,
        places=places,
        origin=origin,
        header=found.get(HEADER),
        sheet=found.get(SHEET, ""),
        passed_over=sheets[: sheets.index(found[SHEET])] if sheets else (),
    )
