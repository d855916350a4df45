"""Words that a model breaks: `Aarf` where its brief says `Scarf`.

A word of a line is broken when no text of its brief has it, but has one nearly like it, and neither is a form of the
other. Nearly like is at most two letters off (one, of words of four letters; shorter ones are not looked at). A word
that other briefs have in their texts is a word of the language (`Night` beside `light`), and so is one that stands in
another brief's line without being near to any of that brief's words: on 839 lines that people would print one in a
hundred is taken for broken. Scripts without spaces have no words to hold against each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from aigc.content.measures import CJK
from aigc.evaluation.alikeness import words
from aigc.types import Brief, texts_in

SHORTEST, SHORT = 4, 5  # letters of a brief's word that is looked at; of one that may be two letters off
LEAST = 3  # letters of a line's word
STEM = 3  # letters that two forms of a word have in common
BARE = frozenset({"", "e", "y"})  # what stands after the stem in one form
ENDINGS = frozenset({"s", "es", "d", "ed", "r", "er", "rs", "ers", "st", "est", "ing", "ings"})  # and in the other
ENDINGS |= {"ly", "ily", "y", "ies", "ied", "ier", "iest", "n", "en", "al"}
HALVES = ({"f", "ves"}, {"fe", "ves"})
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def broken_lines(lines: Sequence[tuple[Brief, str]]) -> list[tuple[int, str, str]]:
    """Return (place in `lines`, the broken word, the brief's word) of each line with a broken word, its first."""
    own = [_words_of(texts_in(brief.values)) for brief, _ in lines]
    holders: dict[str, set[str]] = defaultdict(set)  # a word → the briefs that have it
    for (brief, _), known in zip(lines, own, strict=True):
        for word in known:
            holders[word].add(brief.id)
    found: list[tuple[int, str, str, str]] = []
    ordinary: set[str] = set()
    for place, ((brief, text), known) in enumerate(zip(lines, own, strict=True)):
        for word in _words_of([text]) - known:
            if near := next((one for one in sorted(known) if _near(word, one)), ""):
                found.append((place, word, near, brief.id))
            else:
                ordinary.add(word)
    first: dict[int, tuple[int, str, str]] = {}
    for place, word, near, name in sorted(found):
        if word not in ordinary and holders[word] <= {name}:
            first.setdefault(place, (place, word, near))
    return list(first.values())


def _words_of(texts: Iterable[str]) -> set[str]:
    return {
        word.removesuffix("'s").rstrip("'")
        for text in texts
        for word in words(text)
        if _LETTERS.fullmatch(word) and not CJK.match(word)
    }


@cache
def _near(word: str, known: str) -> bool:
    """Say whether `word` is nearly the brief's word `known`, and no form of it."""
    if len(known) < SHORTEST or len(word) < LEAST:
        return False
    from rapidfuzz.distance import Levenshtein

    most = 1 if len(known) < SHORT else 2
    return Levenshtein.distance(word, known, score_cutoff=most) <= most and not _forms(word, known)


def _forms(one: str, other: str) -> bool:
    """Say whether two words are forms of one: cup and cups, bake and baking, city and cities, shelf and shelves."""
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if stem < STEM:
        return False
    ends = {one[stem:], other[stem:]}
    if ends in HALVES:
        return True
    doubled = {end.removeprefix(one[stem - 1]) if len(end) > 2 else end for end in ends}  # run, running
    return any(len(some & BARE) >= 1 and some - BARE <= ENDINGS for some in (ends, doubled))
