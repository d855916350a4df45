"""New words of a line: everyday ones that add no property, and nothing that compares or boasts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from aigc import check
from aigc.types import Field, Finding
from aigc_plugins.claims.claim_lists import ClaimLists, found_in, languages
from aigc_plugins.claims.line_words import CJK, Given, given_to, root, roots_of, words_in
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.words import forbidden_words

HAN = re.compile(r"[\u3400-\u9fff]+")
QUESTION = re.compile(r"^[^?？]{1,40}[?？]")
LONGEST = 6  # characters of a Chinese word
KNOWN, NEW, STRANGE = 0, 1, 100  # what a stretch of a Chinese line costs: the reading with the least is taken


@check
def no_comparatives(text: str, field: Field) -> Iterator[Finding]:
    """Nothing compares or boasts that the brief does not: more, better, -er, than, 更, 比, superlatives, claims."""
    given = given_to(field)
    allowed = found_in(given.lists.comparatives, given.text)
    for found in given.lists.comparatives.finditer(text):
        if found["found"] and found["found"].lower() not in allowed and found["found"] not in given.text:
            yield Finding(message=f"compares: {found['found']!r} is not in the fact", span=found.span())
    yield from forbidden_words(text, field, lists=("superlatives", "claims"), unless_in_brief=True)


@check
def no_new_claims(text: str, field: Field, *, most: int = 4) -> Iterator[str]:
    """A word that neither the fact nor the brief's names have is an everyday one: a verb, time, place, person or thing.

    At most `most` of them, function words not counted. Which they are is data per language; a word of `properties`
    (fresh, 轻松) is never one of them.
    """
    given = given_to(field)
    if given.language.split("-")[0] not in languages():
        yield f"has words nobody can judge: there is no list for {given.language!r}"
        return
    new, strange = new_words(text, given)
    for word in strange:
        yield f"{word!r} says more than the fact"
    if not strange and len(new) > most:
        yield f"adds {len(new)} words to its fact, at most {most}: {', '.join(new)}"


@lru_cache(maxsize=1 << 12)
def new_words(text: str, given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the everyday words that a line adds, and those it may not add."""
    lists, known = given.lists, roots_of(given.text, given.language)
    new: list[str] = []
    strange: list[str] = []
    asked = words_in(question[0]) if (question := QUESTION.match(text)) else ()
    for word in words_in(text):
        if CJK.match(word) or word in lists.function or not word[0].isalpha():
            continue
        if root(word, given.language) not in known:
            (new if (word in lists.asked and word in asked) or _everyday(word, lists) else strange).append(word)
    for run in HAN.finditer(text):
        in_question = bool(question) and run.end() <= question.end()
        for word, cost in _parted(run.group(), given, in_question):
            if cost:
                (strange if cost >= STRANGE else new).append(word)
    return tuple(new), tuple(strange)


def _everyday(word: str, lists: ClaimLists) -> bool:
    if word in lists.properties:
        return False
    plain = (*bases(word), lists.alike.get(word, word))
    return not lists.everyday.isdisjoint(plain)


def _parted(run: str, given: Given, asked: bool) -> list[tuple[str, int]]:
    """Return a run of Chinese characters parted into words, each with its cost, so that the sum is least."""
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # cost, number of words, where the last one begins
    for end in range(1, len(run) + 1):
        options = []
        for begin in range(max(0, end - LONGEST), end):
            cost = _cost(run[begin:end], given, asked)
            if cost is not None:
                options.append((best[begin][0] + cost, best[begin][1] + 1, begin))
        best.append(min(options))
    words = []
    end = len(run)
    while end:
        begin = best[end][2]
        words.append((run[begin:end], _cost(run[begin:end], given, asked) or 0))
        end = begin
    return words[::-1]


def _cost(word: str, given: Given, asked: bool) -> int | None:
    """Return what it costs to read some characters as one word, None where they are none."""
    lists = given.lists
    if word in given.text or word in lists.function:
        return KNOWN
    if asked and word in lists.asked:
        return NEW
    if word in lists.properties:
        return STRANGE * len(word) - 1  # dearer than two everyday words of the same characters would be
    if word in lists.everyday:
        return NEW
    return STRANGE * len(word) if len(word) == 1 else None
