"""The bank: lines that people wrote for made-up products, and those of them that are nearest to a fact.

`templates/ads/bank/headlines.jsonl` and `descriptions.jsonl` are read once, when the first prompt wants shots.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.types import Json

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"[\u3400-\u9fff]|0|[^\W\d_]+")
BEGIN, NUMBERS, WORDS = 1.0, 3.0, 2.0  # what it counts that facts begin alike, count the same, share words


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


def nearest_lines(item: Json, language: str = "en", count: int = 6) -> list[Mapping[str, Any]]:
    """Return the bank's lines whose facts are built most like a fact, the nearest last: `product`, `category`, `item`
    and `line` of each. A list of facts has descriptions in place of headlines. No two are of one product."""
    texts = [str(one) for one in item] if isinstance(item, list) else [str(item)]
    wanted = Shape.of(" ; ".join(texts))
    rows = _bank("descriptions" if isinstance(item, list) else "headlines").get(language, ())
    found: dict[str, Mapping[str, Any]] = {}
    for shape, row in sorted(rows, key=lambda pair: -wanted.likeness(pair[0])):
        found.setdefault(row["product"], row)
        if len(found) == count:
            break
    return list(reversed(found.values()))


@cache
def _bank(name: str) -> dict[str, list[tuple[Shape, Mapping[str, Any]]]]:
    """Return language → rows of a file of the bank, each with the shape of its fact or facts."""
    text = files("aigc_plugins.templates").joinpath("ads", "bank", f"{name}.jsonl").read_text(encoding="utf-8")
    rows: dict[str, list[tuple[Shape, Mapping[str, Any]]]] = {}
    for row in map(json.loads, text.splitlines()):
        facts: Sequence[str] = row["facts"] if "facts" in row else [row["fact"]]
        item = row["facts"] if "facts" in row else row["fact"]
        rows.setdefault(row["language"], []).append((Shape.of(" ; ".join(facts)), row | {"item": item}))
    return rows


def _shared(one: frozenset[Any], other: frozenset[Any]) -> float:
    every = len(one | other)
    return len(one & other) / every if every else 1.0
