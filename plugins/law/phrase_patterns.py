"""The small language in which rules say what they look for, made into regular expressions that cannot hang.

    guarantee* ~ (profit|return)s     a word with any ending, a gap, one of two words; the gap stays in the sentence,
                                      `~6` is one of six characters at most
    (money|cash) back ... within      a longer gap, which may go past the end of a sentence
    (the )?best {thing}               what may be missing; one of the words that the file lists under `words`
    #% (off|less)                     a number, in digits or in words
    [a-c5]                            one of some letters
    dr @ says, (very |really )*good   any one word; a group up to three times

Everything repeats so many times at most, so what a search costs grows with the text alone. A Latin word stands whole; a
space is any run of spaces or hyphens; `\\` before a sign means the sign. Every pattern also tells its `keys`: of each
set some letters must be there wherever it matches. Looking for the keys of all patterns at once makes a search cheap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias
from unicodedata import normalize

SIGNS = "()|?~*#{}[]@"
GAPS = re.compile(r"\s*(?:~(\d{1,2})?|\.{2,3})\s*")
LETTERS = re.compile(r"\[[^\[\]\\^]+\]")
GAP = "[^。！？!?；;\n]{0,%s}?"
WITHIN = "28"  # characters of a gap, where it names no number
FAR = "[^\n]{0,90}?"
RUN = re.compile(rf"[ -]|[^{re.escape(SIGNS)}\\ .-]+|[.]")
WITHIN_BRACES = re.compile(r"\{0,\d\d\}\?")  # a gap
PERCENT = "#( ?%| percent| per cent)"
WORD = r"(?<![a-z])[a-z][a-z'&-]{0,17}(?![a-z])"
ENDING = "[a-z]{0,9}"
SPACE = r"[\s-]{1,3}"
EDGE = "(?:(?<![a-z0-9])|(?![a-z0-9]))"  # of a Latin word, where what follows is one
END = "(?:(?![a-z0-9])|(?<![a-z0-9]))"
NUMBER = (
    r"(?:(?<![\d.,])\d{1,12}(?:[.,]\d{1,9}){0,3}(?: ?(?:k|m|bn|million|billion|万|亿|千|百))?"
    "|[零〇一二三四五六七八九十百千万亿两半几数]{1,8}"
    "|(?<![a-z])(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    "|sixty|seventy|eighty|ninety|dozens|(?:a )?hundreds?|(?:a )?thousands?|(?:a )?millions?|several)(?![a-z]))"
)
Keys: TypeAlias = tuple[frozenset[str], ...]  # of each set one must be there; the rarest first
MOST_KEYS = 3  # sets of a pattern
DEEPEST = 50  # groups within each other


class BadPattern(ValueError):
    """This is what is wrong with a pattern of a rule."""


@dataclass(frozen=True, slots=True)
class Part:
    """This is a piece of a pattern: its regular expression, and of which letters some must stand where it matches."""

    source: str
    keys: Keys = ()


def compiled(pattern: str, words: Mapping[str, Part]) -> list[Part]:
    """Return each of the ways in which a pattern may be found. BadPattern says what is wrong with it."""
    return [Part(EDGE + part.source + END, part.keys) for part in _PatternReader(pattern, words).whole()]


def one_of(patterns: Sequence[str], words: Mapping[str, Part]) -> Part:
    """Return what any of some patterns is, as an entry of `words`."""
    return _either([way for pattern in patterns for way in _PatternReader(pattern, words).whole()])


class _PatternReader:
    """This reads one pattern from its first sign to its last."""

    def __init__(self, pattern: str, words: Mapping[str, Part]) -> None:
        self.pattern, self.words, self.at = pattern.replace("#%", PERCENT), words, 0
        self.depth = 0  # of groups

    def whole(self) -> list[Part]:
        ways = self._choice()
        if self.at < len(self.pattern):
            self._fail(f"{self._next!r} closes nothing")
        if not self.pattern.strip():
            self._fail("nothing is looked for")
        return ways

    @property
    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _fail(self, what: str) -> NoReturn:
        raise BadPattern(f"{self.pattern!r}: {what}")

    def _choice(self) -> list[Part]:
        ways = [self._row()]
        while self._next == "|":
            self.at += 1
            ways.append(self._row())
        return ways

    def _row(self) -> Part:
        parts: list[Part] = []
        while self._next and self._next not in "|)":
            parts.append(self._one())
        keys = sorted((keys for part in parts for keys in part.keys), key=_rarity, reverse=True)
        return Part("".join(part.source for part in parts), tuple(keys[:MOST_KEYS]))

    def _one(self) -> Part:
        if gap := GAPS.match(self.pattern, self.at):
            self.at = gap.end()
            return Part(END + (GAP % (gap[1] or WITHIN) if "~" in gap.group() else FAR) + EDGE)
        readers = {"(": self._group, "{": self._named, "#": self._number, "@": self._word, "[": self._one_letter}
        return readers.get(self._next, self._letters)()

    def _group(self) -> Part:
        self.at += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadPattern(f"{self.pattern[:DEEPEST]!r}…: more than {DEEPEST} groups within each other")
        inside = _either(self._choice())
        if self._next != ")":
            self._fail("'(' is not closed")
        self.at += 1
        self.depth -= 1
        return self._maybe(inside)

    def _named(self) -> Part:
        name, closed, _ = self.pattern[self.at + 1 :].partition("}")
        if not closed or name not in self.words:
            self._fail(f"there are no words {name!r}" if closed else "'{' is not closed")
        self.at += len(name) + 2
        return self._maybe(self.words[name])

    def _number(self) -> Part:
        self.at += 1
        return self._maybe(Part(NUMBER))

    def _word(self) -> Part:
        self.at += 1
        return self._maybe(Part(WORD))

    def _one_letter(self) -> Part:
        if not (found := LETTERS.match(self.pattern, self.at)):
            self._fail("'[' holds letters and ranges such as 0-9, and is closed")
        self.at = found.end()
        return self._maybe(Part(normalize("NFKC", found.group())))

    def _maybe(self, part: Part) -> Part:
        if self._next == "*":
            if WITHIN_BRACES.search(part.source):
                self._fail("a group with a gap in it is not repeated")
            self.at += 1
            return Part(f"(?:{part.source}){{0,3}}")
        if self._next != "?":
            return Part(f"(?:{part.source})", part.keys)
        self.at += 1
        return Part(f"(?:{part.source})?")

    def _letters(self) -> Part:
        """Read letters up to the next sign."""
        sources, keys = [], [""]
        while not GAPS.match(self.pattern, self.at):
            letters = self._run()
            if not letters:
                break
            source, key = SPACE if letters in " -" else re.escape(letters), letters
            if self._next == "?":
                self.at += 1
                source, key = f"(?:{source})?", ""
            elif self._next == "*" and letters[-1].isalpha():
                self.at += 1
                source += ENDING
                keys[-1] += letters
                key = ""
            sources.append(source)
            keys[-1:] = [keys[-1] + key] if key and key not in " -" else [keys[-1], ""]
        if not sources:
            self._fail(f"{self._next!r} stands behind nothing")
        return Part("".join(sources), tuple(frozenset([key]) for key in keys if key))

    def _run(self) -> str:
        """Read letters that stand together; the last of several is left where a sign behind it is about it alone."""
        if self._next == "\\":
            letters = self.pattern[self.at + 1 : self.at + 2]
            if not letters:
                self._fail("ends in '\\'")
            self.at += 2
            return letters
        found = RUN.match(self.pattern, self.at)
        letters = found.group() if found else ""
        self.at += len(letters)
        if len(letters) > 1 and self._next == "?":
            letters = letters[:-1]
            self.at -= 1
        return normalize("NFKC", letters)


def _either(ways: Sequence[Part]) -> Part:
    """Return what any of several ways is: of each its rarest keys, where all have some."""
    if len(ways) == 1:
        return ways[0]
    source = "(?:" + "|".join(one.source for one in ways) + ")"
    return Part(source, (frozenset().union(*(way.keys[0] for way in ways)),) if all(way.keys for way in ways) else ())


def _rarity(keys: frozenset[str]) -> tuple[int, int]:
    """Return how hard it is to meet one of some keys by chance."""
    return (min(min(8, sum(1 if letter < "\u3000" else 3 for letter in key)) for key in keys), -len(keys))
