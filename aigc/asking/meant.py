"""What a cell means for the input that it feeds, where the kind of the input tells more than the cell alone:

warm | light | dry    three facts of a list, where the column's rows are written so
warm • light • dry    three facts of a list, wherever two bullets or more stand between spaces
hot 6 h, 350 ml, red  three facts of a list, where half of the column's rows are such short ones
TRUE, FALSE           no text: FALSE is an empty cell, as `=IF(A2>9, "20% off")` makes one; TRUE says nothing
Shop link             the address behind it, for an input of the format `uri`
EN, en_US, English    the code `en` of a language (read in `aigc.content`, told here)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aigc.asking.bullets import BULLETS
from aigc.content.comma_lists import comma_parts, has_comma_lists
from aigc.content.content_type import Schema
from aigc.content.languages import LANGUAGE
from aigc.errors import BriefError
from aigc.types import UNKNOWN, Json, Row
from aigc.types.linked_text import LinkedText

BARS, COMMAS = "bars", "commas"  # what was done, in a word
LINKED = "the link behind the text"
YES, NO = "TRUE WAHR VRAI VERDADERO WAAR PRAWDA", "FALSE FALSCH FAUX FALSO ONWAAR FAŁSZ"  # as spreadsheets save them
TRUE, FALSE = (frozenset(words.split()) for words in (YES, NO))
SWITCHES = frozenset(word.casefold() for word in TRUE | FALSE)
LONGEST_SWITCH = len("VERDADERO") + 2
BAR = re.compile(r"\s*[|｜]\s*")
PARTED = re.compile(r"[;；\r\n]")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NO_PARTS = re.compile(  # a program, a pattern, a table
    r"[`(（\[{][^`)）\]}]*[|｜]|[|｜]{2}|[|｜]=|[\\^][|｜]|^\s*[|｜]|[|｜]\s*$"
)
LEAST_POINTS = 2  # that part facts: one alone may be part of a name
SIDES = 2  # of the rows of a column that are filled, one at the least has bars


class Meant(NamedTuple):
    """These are raw values by input, with what was done to them, and why what was left out is."""

    values: dict[str, Json]
    done: Mapping[str, Sequence[str]]
    left_out: Mapping[str, str]


class Meanings:
    """This knows a file's columns by its first rows."""

    def __init__(self, inputs: Mapping[str, Schema], head: Iterable[Row]) -> None:
        self._inputs = inputs
        self._texts = {name for name, schema in inputs.items() if schema.get("type", "string") in ("string", "array")}
        cells: dict[str, list[str]] = {}
        for row in head:
            for column, value in row.values.items():
                if isinstance(value, str) and value.strip():
                    cells.setdefault(column, []).append(value.strip())
        self._barred = {column for column, texts in cells.items() if _has_bars(texts)}
        self._listed = {column for column, texts in cells.items() if has_comma_lists(texts)}
        self._parting = self._barred | self._listed
        self._switches = {column for column, texts in cells.items() if all(one.casefold() in SWITCHES for one in texts)}

    def of(self, raw: Mapping[str, Json], feeding: Mapping[str, str], where: str) -> Meant:
        """Return what a row's raw values mean; `feeding` is input → column, or nothing where
        that is computed. BriefError for TRUE where a text must be."""
        values, done, left_out = dict(raw), dict[str, Sequence[str]](), dict[str, str]()
        for name in self._texts & raw.keys():
            value, column = raw[name], feeding.get(name)
            if type(value) is str and len(value) > LONGEST_SWITCH and column not in self._parting and "•" not in value:
                continue
            if parted := self._parted(name, value, column):
                values[name], done[name] = list(parted[0]), (parted[1],)
            elif isinstance(value, LinkedText) and self._inputs[name].get("format") == "uri":
                values[name], done[name] = value.link, (LINKED,)
            elif (switch := self._switch(name, value, column)) is not None:
                word = value if isinstance(value, str) else str(value).upper()
                if "default" not in self._inputs[name]:
                    hint = f"--map {name}=COLUMN names another column, --set '{name}=TEXT' gives every row one"
                    raise BriefError(f"{where}: {name} is {word}, which is no text", hint=hint)
                values[name] = None
                if switch:
                    left_out[name] = f"{word} is no text"
                else:
                    done[name] = (f"{UNKNOWN}{word}",)
        return Meant(values, done, left_out)

    def _parted(self, name: str, value: Json, column: str | None) -> tuple[Sequence[str], str] | None:
        """Return the facts of a list in one cell, and what parts them; None where nothing does."""
        if not isinstance(value, str) or self._inputs[name].get("type") != "array":
            return None
        if len(points := value.strip().split(" • ")) > LEAST_POINTS and not PARTED.search(value):
            return points, BULLETS
        if column in self._barred and len(parts := _parts(value)) > 1:
            return parts, BARS
        return (parts, COMMAS) if column in self._listed and (parts := comma_parts(value)) else None

    def _switch(self, name: str, value: Json, column: str | None) -> bool | None:
        """Return what a cell that is but true or false says; None for every other."""
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or column is None or len(value) > LONGEST_SWITCH:
            return None
        word = value.strip()
        if word in self._inputs[name].get("enum", ()):
            return None
        word = word.upper() if column in self._switches else word
        return True if word in TRUE else False if word in FALSE else None


def language_read(raw: Mapping[str, Json], values: Mapping[str, Json]) -> dict[str, Sequence[str]]:
    """Tell how the input `language` was read where it is written otherwise."""
    written, code = raw.get(LANGUAGE), values.get(LANGUAGE)
    if not isinstance(written, str) or not written.strip() or written.strip() == code:
        return {}
    return {LANGUAGE: (f"{written.strip()} as {code}",)}


def _has_bars(texts: Sequence[str]) -> bool:
    """Say whether a column's cells are lists with bars: half of them at the least, and more than a single bar in all;
    none has two empty sides, or parts facts by `;` as well."""
    counts = [len(_parts(text)) - 1 for text in texts if "|" in text or "｜" in text]
    if not counts or 0 in counts:
        return False
    return SIDES * len(counts) >= len(texts) and sum(counts) > 1


def _parts(text: str) -> Sequence[str]:
    """Return the facts between a cell's bars, the cell alone where these part nothing. A bar of a URL is its own."""
    if PARTED.search(text):
        return (text,)
    bare = URL.sub(lambda url: "\0" * len(url[0]), text)
    if NO_PARTS.search(bare):
        return (text,)
    ends = [found.span() for found in BAR.finditer(bare)]
    starts = [0, *(end for _, end in ends)]
    return [text[start:end] for start, end in zip(starts, [*(start for start, _ in ends), len(text)], strict=True)]
