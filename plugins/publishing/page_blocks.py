"""A piece's text as blocks of a page, whatever its fields are called: headings, paragraphs, lists.

Pages, documents and shops' descriptions are written from these, so that a piece is laid out alike in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from aigc.types import Json
from aigc_plugins.formats.piece_dates import DATES
from aigc_plugins.formats.piece_titles import BODIES, FRONT, as_labelled, label, title_name
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.piece_values import LINKS

ABOUT = (  # said of a page or a product, and not in its text
    *(*FRONT, *DATES, *LINKS, "excerpt", "language", "alt_text", "price"),
    *("id", "sku", "handle", "offer_id", "item_id", "gtin"),
)
UNHEADED = (*BODIES, "answer", "bullets", "cta", "description", "highlights", "summary")
MARK = re.compile(r"\s*[-*•]\s+")
PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBlock:
    """This is a heading where it has a `level` (from 2, the title is 1), a list where it has `lines`, else a paragraph,
    whose text may have line breaks. A `label` says what follows it is."""

    text: str = ""
    level: int = 0
    lines: tuple[str, ...] = ()
    label: str = ""


def blocks_of(fields: Mapping[str, Json], *, but: Collection[str] = ABOUT) -> Iterator[PageBlock]:
    """Yield the blocks of a piece's text: of all fields but its title and those that say something about it."""
    fields = as_labelled(fields)
    title = title_name(fields)
    for name, value in fields.items():
        if name != title and name not in but:
            yield from _field(name, value)


def _field(name: str, value: Json) -> Iterator[PageBlock]:
    if value in (None, "", [], {}):
        return
    parts = isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
    titled = parts and all(title_name(one) or set(one) <= set(BODIES) for one in value)
    if name not in UNHEADED and not titled:
        yield PageBlock(text=label(name), level=2)
    if parts and not titled and all(map(_is_pair, value)):
        yield PageBlock(lines=tuple(": ".join(map(sound_line, one.values())) for one in value))
    elif parts:
        for number, one in enumerate(value, 1):
            yield from _part(one, "" if titled else str(number))
    elif isinstance(value, list):
        yield PageBlock(lines=tuple(_flat(one) for one in value))
    elif isinstance(value, Mapping):
        yield PageBlock(lines=_pairs(value))
    else:
        yield from _texts(value)


def _part(fields: Mapping[str, Json], number: str) -> Iterator[PageBlock]:
    """Yield one of several alike parts: its heading, else its number, and what it says."""
    title = title_name(fields)
    if title or number:
        yield PageBlock(text=sound_line(fields[title]) if title else number, level=2 if title else 3)
    alone = set(fields) <= {title, *BODIES} or set(fields) == {"question", "answer"}
    for name, value in fields.items():
        if name == title or value in (None, "", [], {}):
            continue
        if isinstance(value, list):
            yield PageBlock(label=label(name), lines=tuple(_flat(one) for one in value))
        elif isinstance(value, Mapping):
            yield PageBlock(label=label(name), lines=_pairs(value))
        elif alone or name in BODIES:
            yield from _texts(value)
        else:
            yield PageBlock(label=label(name), text=sound(value).strip())


def _is_pair(fields: Mapping[str, Json]) -> bool:
    """Say whether a part is a word and what is told of it."""
    return len(fields) == 2 and all(isinstance(one, str) and one for one in fields.values())


def _texts(value: Json) -> Iterator[PageBlock]:
    """Yield a text's paragraphs; one whose lines all begin with a bullet is a list."""
    for paragraph in PARAGRAPHS.split(sound(value).strip()):
        lines = paragraph.split("\n")
        if len(lines) > 1 and all(map(MARK.match, lines)):
            yield PageBlock(lines=tuple(MARK.sub("", line, count=1).strip() for line in lines))
        elif paragraph:
            yield PageBlock(text="\n".join(line.strip() for line in lines))


def _pairs(value: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(f"{label(name)}: {_flat(one)}" for name, one in value.items() if one not in (None, "", [], {}))


def _flat(value: Json) -> str:
    """Return a value as one line of a list."""
    if isinstance(value, Mapping):
        return "; ".join(_pairs(value))
    return "; ".join(map(_flat, value)) if isinstance(value, list) else sound_line(value)
