"""A bank: lines that people wrote, one a row of a JSON-lines file, and those of them that are nearest to some facts.

    {% if shots %}
    {% for one in facts | nearest_lines(language, 3, "bank/meta.jsonl") %}{{ shot(asked(one), one.output) }}{% endfor %}
    {% endif %}

A row has its `language`, its `fact` or `facts`, its `product` or `topic`, and the text that was written of them under
any other key. The file lies beside the template and is named in the type's `reads:`, so that it is part of the type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from jinja2 import TemplateRuntimeError, pass_context
from jinja2.runtime import Context

from aigc.errors import did_you_mean
from aigc.types import Json
from aigc.types.foreign import read_json

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[\u3400-\u9fff]|0|[^\W\d_]+")
BEGIN, NUMBERS, WORDS = 1.0, 3.0, 2.0  # what it counts that facts begin alike, count the same, share words
OPEN_BANKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """This is how a fact is built: its words with numbers masked, and each number with the words around it."""

    words: tuple[str, ...]
    numbers: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, text: str) -> Shape:
        words = tuple(WORD.findall(NUMBER.sub(" 0 ", text.lower())))
        places = [at for at, word in enumerate(words) if word == "0"]
        around = {words[at : at + 2] for at in places} | {words[max(0, at - 1) : at + 2] for at in places}
        return cls(words=words, numbers=frozenset(around))

    def likeness(self, other: Shape) -> float:
        """Return how alike two facts are built: first by their numbers and units, then by their words."""
        return (
            NUMBERS * _shared(self.numbers, other.numbers)
            + WORDS * _shared(frozenset(self.words), frozenset(other.words))
            + BEGIN * (self.words[:1] == other.words[:1])
        )


@pass_context
def nearest_lines(
    context: Context, item: Json, language: str = "en", count: int = 6, bank: str = ""
) -> list[Mapping[str, Any]]:
    """Return the rows of a bank whose facts are built most like a fact or several, the nearest last.

    No two are of one product or topic; each has its facts under `item` as well. Unless named, the bank of one fact is
    `bank/headlines.jsonl` and that of several `bank/descriptions.jsonl`. TemplateRuntimeError where the file is not
    there, or not beside the template.
    """
    bank = bank or f"bank/{'descriptions' if isinstance(item, list) else 'headlines'}.jsonl"
    wanted = Shape.of(_joined(item))
    rows = _bank(_file(context, bank)).get(language, ())
    found: dict[str, Mapping[str, Any]] = {}
    for _, row in sorted(rows, key=lambda pair: -wanted.likeness(pair[0])):
        found.setdefault(str(row.get("product") or row.get("topic")), row)
        if len(found) == count:
            break
    return list(reversed(found.values()))


def _file(context: Context, bank: str) -> Path:
    """Return the file of a bank that a template names."""
    named = PurePath(bank)
    if context.name is None or named.is_absolute() or ".." in named.parts:
        raise TemplateRuntimeError(f"nearest_lines: {bank!r} is not in the folder of a template")
    file = Path(context.name).parent / named
    if not file.is_file():
        known = [one.relative_to(file.parents[len(named.parts) - 1]).as_posix() for one in file.parent.glob("*.jsonl")]
        remedy = did_you_mean(bank, known)
        raise TemplateRuntimeError(f"nearest_lines: there is no file {bank!r}" + (f"; {remedy}" if remedy else ""))
    return file


def _bank(file: Path) -> Mapping[str, list[tuple[Shape, Mapping[str, Any]]]]:
    """Return language → rows of a bank as its file is now, each with the shape of its facts."""
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=OPEN_BANKS)
def _read(file: Path, changed: int) -> Mapping[str, list[tuple[Shape, Mapping[str, Any]]]]:
    rows: dict[str, list[tuple[Shape, Mapping[str, Any]]]] = {}
    for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = read_json(line)
            item = row["facts"] or row["topic"] if "facts" in row else row["fact"]
            rows.setdefault(row["language"], []).append((Shape.of(_joined(item)), row | {"item": item}))
        except (ValueError, KeyError, TypeError) as error:
            raise TemplateRuntimeError(f"{file}:{at}: no row of a bank: {error!r}") from None
    return rows


def _joined(item: Json) -> str:
    return " ; ".join(map(str, item)) if isinstance(item, list) else str(item)


def _shared(one: frozenset[Any], other: frozenset[Any]) -> float:
    every = len(one | other)
    return len(one & other) / every if every else 1.0
