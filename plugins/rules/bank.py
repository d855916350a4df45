"""A bank: lines that people wrote, one a row of a JSON-lines file, and those of them that are nearest to some facts.

    {% if shots %}
    {% for one in facts | nearest_lines(language, 3, "bank/meta.jsonl") %}{{ shot(asked(one), one.output) }}{% endfor %}
    {% endif %}

A row has its `language`, its `fact` or `facts`, its `product` or `topic`, and the text that was written of them under
any other key. The file lies beside the template and is named in the type's `reads:`, so that it is part of the type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from json import JSONDecodeError
from pathlib import Path, PurePath
from typing import Any

from jinja2 import TemplateRuntimeError, pass_context
from jinja2.runtime import Context

from aigc.errors import did_you_mean, first_line
from aigc.types import Json
from aigc.types.foreign import read_json

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[\u3400-\u9fff]|0|[^\W\d_]+")
BEGIN, NUMBERS, WORDS = 1.0, 3.0, 2.0  # what it counts that facts begin alike, count the same, share words
NOTHING = None  # what facts without a word hold
OPEN_BANKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """This is how a fact is built: its words with numbers masked, and each number with the words around it."""

    words: tuple[str, ...]
    bag: frozenset[str]
    numbers: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, text: str) -> Shape:
        words = tuple(WORD.findall(NUMBER.sub(" 0 ", text.lower())))
        places = [at for at, word in enumerate(words) if word == "0"]
        around = {words[at : at + 2] for at in places} | {words[max(0, at - 1) : at + 2] for at in places}
        return cls(words=words, bag=frozenset(words), numbers=frozenset(around))


class BankRows:
    """These are the rows of one language, found by what is in their facts: most share nothing with a fact."""

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self._words: list[int] = []  # how many words each has
        self._numbers: list[int] = []
        self._holding: dict[Hashable, list[int]] = {}  # a word, or a number with words around it → rows
        self._begun: dict[tuple[str, ...], list[int]] = {}  # first word, if any → rows
        self._plain: list[float] = []  # how alike rows are to facts without a number, by these alone

    def add(self, facts: str, row: Mapping[str, Any]) -> None:
        """Add a row with its facts."""
        shape, at = Shape.of(facts), len(self.rows)
        self.rows.append(row)
        self._words.append(len(shape.bag))
        self._numbers.append(len(shape.numbers))
        self._plain.append(0.0 if shape.numbers else NUMBERS)
        self._begun.setdefault(shape.words[:1], []).append(at)
        for one in (*shape.bag, *shape.numbers) if shape.bag else (NOTHING,):
            self._holding.setdefault(one, []).append(at)

    def likeness(self, facts: str) -> list[float]:
        """Return how alike facts are built to those of each row: first by their numbers and units, then by their
        words."""
        wanted = Shape.of(facts)
        numbers, words = self._shared(wanted.numbers), self._shared(wanted.bag)
        found = [0.0] * len(self.rows) if wanted.numbers else list(self._plain)
        for at, both in numbers.items():
            found[at] = NUMBERS * (both / (len(wanted.numbers) + self._numbers[at] - both))
        many = len(wanted.bag)
        for at, both in words.items():
            found[at] += WORDS * (both / (many + self._words[at] - both))
        for at in () if wanted.bag else self._holding.get(NOTHING, ()):
            found[at] += WORDS
        for at in self._begun.get(wanted.words[:1], ()):
            found[at] += BEGIN
        return found

    def _shared(self, held: Collection[Hashable]) -> Counter[int]:
        """Return row → how many of these it holds, of those that hold any."""
        return Counter(chain.from_iterable(self._holding.get(one, ()) for one in held))


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
    file = _file(context.name, bank)
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        raise _missing(file, bank) from None
    return list(_nearest(file, changed, language, _joined(item), count))


@lru_cache(maxsize=1 << 10)
def _nearest(file: Path, changed: int, language: str, text: str, count: int) -> tuple[Mapping[str, Any], ...]:
    """Return the nearest rows of a bank as its file is now: many pieces of a catalogue ask for the same."""
    bank = _read(file, changed).get(language, BankRows())
    alike = bank.likeness(text)
    found: dict[str, Mapping[str, Any]] = {}
    for at in sorted(range(len(alike)), key=alike.__getitem__, reverse=True):  # which keeps the order of equals
        row = bank.rows[at]
        found.setdefault(str(row.get("product") or row.get("topic")), row)
        if len(found) == count:
            break
    return tuple(reversed(found.values()))


@lru_cache(maxsize=OPEN_BANKS)
def _file(template: str | None, bank: str) -> Path:
    """Return the file of a bank that a template names."""
    named = PurePath(bank)
    if template is None or named.is_absolute() or ".." in named.parts:
        raise TemplateRuntimeError(f"nearest_lines: {bank!r} is not in the folder of a template")
    return Path(template).parent / named


def _missing(file: Path, bank: str) -> TemplateRuntimeError:
    folder = file.parents[len(PurePath(bank).parts) - 1]
    known = [one.relative_to(folder).as_posix() for one in file.parent.glob("*.jsonl")]
    remedy = did_you_mean(bank, known)
    return TemplateRuntimeError(f"nearest_lines: there is no file {bank!r}" + (f"; {remedy}" if remedy else ""))


@lru_cache(maxsize=OPEN_BANKS)
def _read(file: Path, changed: int) -> Mapping[str, BankRows]:
    """Return language → rows of a bank as its file is now."""
    banks: dict[str, BankRows] = {}
    for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = read_json(line)
            item = row["facts"] or row["topic"] if "facts" in row else row["fact"]
            banks.setdefault(row["language"], BankRows()).add(_joined(item), row | {"item": item})
        except (ValueError, KeyError, TypeError) as error:
            wanting = f"it has no {error}" if isinstance(error, KeyError) else first_line(error)
            if isinstance(error, JSONDecodeError):
                wanting = f"{error.msg} at character {error.colno}"
            raise TemplateRuntimeError(f"{file}:{at}: no row of a bank: {wanting}") from None
    return banks


def _joined(item: Json) -> str:
    return " ; ".join(map(str, item)) if isinstance(item, list) else str(item)
