"""A fact told once more: beside another form of the product's name, or its number in a third headline."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from aigc_plugins.ads.word_lists import neutral, word_lists

TOLD = 2  # headlines with the same number of the same thing
BESIDE = re.compile(r"^.+?(?:：|:(?!\d))\s*(?P<fact>\S.*)$")  # no hour: "Opens at 19:00"
COUNTED = re.compile(r"(?P<number>\d+(?:[.,:]\d+)*)\W{0,2}(?P<unit>[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+)?")
TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")


def told_enough(line: str, kept: Sequence[str], named: frozenset[str], most: int = TOLD) -> bool:
    """Tell whether the lines `kept` say what a line says often enough: one has the same fact behind another name, or
    `most` have its number. Numbers that are `named`, as in "SPF 50", are no fact's."""
    fact = _fact_of(line)
    if fact and any(_fact_of(other) == fact for other in kept):
        return True
    counted = Counter(number for other in kept for number in counted_in(other))
    return any(counted[number] >= most for number in counted_in(line) - named)


def named_numbers(names: Iterable[str | None]) -> frozenset[str]:
    """Return the numbers that names have."""
    return frozenset().union(*(counted_in(name) for name in names if name))


@lru_cache(maxsize=1 << 12)
def counted_in(text: str) -> frozenset[str]:
    """Return a line's numbers, each with the word behind it in its short form: "900 g" of "900 grams"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return frozenset(f"{found['number']} {_short(found['unit'] or '')}".strip() for found in COUNTED.finditer(plain))


@lru_cache(maxsize=1 << 12)
def _fact_of(line: str) -> frozenset[str]:
    """Return the telling words of what stands behind a name and its colon; nothing where there is no colon."""
    found = BESIDE.match(line)
    words = TOKEN.findall(unicodedata.normalize("NFKC", found["fact"]).casefold()) if found else ()
    return frozenset(_short(word) for word in words if word not in neutral())


def _short(word: str) -> str:
    lists = word_lists()
    return str(lists["short_units"].get(word) or lists["units"].get(word) or word)
