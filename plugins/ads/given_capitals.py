"""Capitals that a brief gives: no name loses its own within a sentence, and a model's line has them as the brief does.

A first word says little by its capital, which facts may have as sentences do. So it is a name where another name
follows ("Gas Safe registered", "Leeds, Wakefield and Pontefract"), or where it is no everyday word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from aigc.types import Json
from aigc_plugins.ads.word_lists import word_lists

WORD = re.compile(r"[^\W\d_][\w'’-]*")
BEGUN = re.compile(r"[.!?:]\s+$")
NEXT = re.compile(r"^\W*([^\W\d_][\w'’-]*),?(?: (?:and|&|of) | )([^\W\d_][\w'’-]*)")
ENDINGS = ("", "s", "es", "d", "ed", "ing", "ly", "y")


@lru_cache(maxsize=1 << 12)
def begins_with_name(text: str) -> bool:
    """Tell whether a text begins with a name, as far as its second word tells: "Gas Safe registered", but not "Covers
    Leeds"."""
    found = NEXT.match(text)
    if not found or not found[1][:1].isupper() or not _has_capital(found[2]):
        return False
    return found[1].lower() not in _leading()


@lru_cache(maxsize=1 << 12)
def may_begin_with_name(text: str) -> bool:
    """Tell whether a text begins with a capital that is no everyday word's, or with a name."""
    found = WORD.match(text)
    if not found or not found.group()[:1].isupper() or not found.group()[1:].islower():
        return False  # "LED light" is written so anywhere
    return begins_with_name(text) or not is_everyday(found.group().lower())


def behind_colon(text: str, small: str) -> str:
    """Return a fact as it stands behind a colon: `small`, as it is within a sentence, unless a name may begin it, as
    Ofsted does."""
    return text if may_begin_with_name(text) else small


@lru_cache(maxsize=1 << 12)
def is_everyday(word: str) -> bool:
    """Tell whether the project's lists know a word, or one that it is a form of: "brass", "covers"."""
    known = _everyday()
    return any(word.endswith(end) and word.removesuffix(end) in known for end in ENDINGS) or f"{word}e" in known


def with_given_capitals(text: str, facts: Iterable[str]) -> str:
    """Return a text in which names have the capitals that the facts give them: "covers Leeds" for "covers leeds"."""
    names = _given(tuple(facts))
    if not names or not text:
        return text
    return WORD.sub(lambda found: names.get(found.group(), found.group()), text)


def facts_of(values: Iterable[Json]) -> list[str]:
    """Return the texts among values, lists of them told one by one."""
    every = (one for value in values for one in (value if isinstance(value, list) else [value]))
    return [one for one in every if isinstance(one, str)]


@lru_cache(maxsize=1 << 10)
def _given(facts: tuple[str, ...]) -> dict[str, str]:
    """Return each word in small letters → as the facts have it, where they always have it with a capital within."""
    names: dict[str, str] = {}
    small: set[str] = set()
    for fact in facts:
        for word, inside in _words(fact):
            if word.islower():
                small.add(word)
            elif inside and word[0].isupper():
                names[word.lower()] = word
    return {word: name for word, name in names.items() if word not in small}


def _words(fact: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a fact, and whether a capital tells that one is a name there; in a title none does."""
    words = list(WORD.finditer(fact))
    titled = len(words) > 1 and all(_has_capital(one.group()) for one in words if len(one.group()) > 3)
    plain = not titled or "," in fact
    for at, one in enumerate(words):
        first = at == 0 or BEGUN.search(fact[: one.start()]) is not None
        named = begins_with_name(fact[one.start() :]) or one.group() in word_lists()["capitals"]
        yield one.group(), (plain and not first) or (first and named)


def _has_capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()  # no "C" of vitamin C


@cache
def _leading() -> frozenset[str]:
    """Return the words that stand before a name and are no part of it: verbs in both their forms, prepositions."""
    lists = word_lists()
    names = (
        "verbs",
        "verbs_or_nouns",
        "prepositions",
        "determiners",
        "neutral",
        "after_verbs",
        "number_words",
        "binding",
    )
    words = {word for name in names for word in lists[name]}
    return frozenset(word + end for word in words for end in ("", "s", "es", "ed", "d", "ing"))


@cache
def _everyday() -> frozenset[str]:
    known = set(_leading())
    for name, held in word_lists().items():
        if name != "capitals":
            known.update(word for one in _texts(held) if one.islower() and one.isascii() for word in one.split())
    return frozenset(known)


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for key, one in held.items():
            yield from (*_texts(key), *_texts(one))
    elif isinstance(held, list):
        for one in held:
            yield from _texts(one)
