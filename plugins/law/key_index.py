"""Which of a thousand patterns may be found in a text, told by the letters that must be there: at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import TypeAlias

Sets: TypeAlias = tuple[frozenset[str], ...]


class KeyIndex:
    """This is the keys of many patterns: of each of a pattern's sets, some key must stand in a text it is found in.

    A text's letters, pairs and triples are held against those that keys begin with; only of what is in both a key is
    looked for.
    """

    def __init__(self, patterns: Sequence[Sets]) -> None:
        self._patterns = patterns
        self._always = [at for at, sets in enumerate(patterns) if not sets]
        self._first: dict[str, list[int]] = {}  # a key of the first set → patterns
        for at, sets in enumerate(patterns):
            for key in sets[0] if sets else ():
                self._first.setdefault(key, []).append(at)
        keys = {key for sets in patterns for one in sets for key in one}
        self._short = frozenset(key for key in keys if len(key) < 3)
        self._long: dict[str, list[str]] = {}  # three letters → keys that begin so
        for key in keys - self._short:
            self._long.setdefault(key[:3], []).append(key)

    def meant(self, text: str) -> list[int]:
        """Return the places of the patterns that may be found in a text, in order."""
        pairs = list(map(add, text, text[1:]))
        found = self._short & {*text, *pairs}
        for three in self._long.keys() & set(map(add, pairs, text[2:])):
            found |= {key for key in self._long[three] if key in text}
        meant = {at for key in found if key in self._first for at in self._first[key]}
        kept = (at for at in meant if all(not one.isdisjoint(found) for one in self._patterns[at]))
        return sorted([*self._always, *kept])
