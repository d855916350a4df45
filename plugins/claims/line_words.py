"""A line beside what it may say: its words, and those of the fact and of the brief's names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aigc.content import once_per_brief
from aigc.types import Draft, Field, Json, texts_in
from aigc_plugins.claims.claim_lists import ClaimLists, lists_for
from aigc_plugins.claims.stems import bases, stem
from aigc_plugins.rules.units import canonical_unit

NAMES = ("product", "category", "brand", "keyword", "offer", "price")
CJK = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_\u3400-\u9fff]+)?|[\u3400-\u9fff]|°C?|%")
CLITIC = re.compile(r"'(?:s|re|ll|ve|d|m)$")


@dataclass(frozen=True, slots=True)
class Grounds:
    """This is what a line may say: its facts, and the brief's names beside them."""

    language: str
    facts: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def lists(self) -> ClaimLists:
        return lists_for(self.language)

    @property
    def text(self) -> str:
        return "\n".join((*self.facts, *self.names))


def given_to(field: Field) -> Grounds:
    """Return what a field's text may say."""
    return given_in(field.draft)


def given_in(draft: Draft) -> Grounds:
    """Return what a draft's texts may say."""
    values = draft.brief.values
    item = draft.item or values.get("facts") or values.get("fact")
    return Grounds(draft.language, tuple(texts_in(item)), _names_in(values))


@once_per_brief
def _names_in(values: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(text for name in NAMES for text in texts_in(values.get(name)))


@lru_cache(maxsize=1 << 12)
def words_in(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a text in small letters; each Chinese character is a word."""
    return tuple(CLITIC.sub("", word) for word in WORD.findall(text.lower().replace("’", "'")))


@lru_cache(maxsize=1 << 15)
def root(word: str, language: str) -> str:
    """Return what all forms, spellings and synonyms of a word have in common."""
    alike = lists_for(language).alike
    plain = next((alike[base] for base in bases(word) if base in alike), word)
    return (canonical_unit(plain) if len(plain) > 1 else "") or stem(plain)


@lru_cache(maxsize=1 << 12)
def roots_of(text: str, language: str) -> frozenset[str]:
    """Return the roots of a text's words."""
    return frozenset(root(word, language) for word in words_in(text))


def is_form(word: str, text: str, language: str) -> bool:
    """Tell whether a text has a word in any form, as a dictionary knows it too: "leaves" beside "leave"."""
    return root(word, language) in roots_of(text, language) or not _bases_of(text).isdisjoint(bases(word))


@lru_cache(maxsize=1 << 12)
def _bases_of(text: str) -> frozenset[str]:
    return frozenset(base for word in words_in(text) for base in bases(word))


def is_function(word: str, lists: ClaimLists) -> bool:
    """Tell whether a word says nothing by itself."""
    return word in lists.function


def telling(words: Iterable[str], lists: ClaimLists) -> list[str]:
    """Return the words that say something: no function words, no numbers."""
    return [word for word in words if word not in lists.function and not word[0].isdigit()]


def relates(words: Sequence[str], given: Grounds) -> bool:
    """Tell whether one of the words is a form of one in the fact or the names, or of the same topic as one there."""
    known = roots_of(given.text, given.language)
    if any(root(word, given.language) in known for word in words):
        return True
    topics = topics_of(given.text, given.language)
    return any(topics & topics_of(word, given.language) for word in words)


@lru_cache(maxsize=1 << 12)
def topics_of(text: str, language: str) -> frozenset[str]:
    """Return the topics that a text's words belong to."""
    related, alike = lists_for(language).related, lists_for(language).alike
    if CJK.search(text):
        return frozenset().union(*(topics for word, topics in related.items() if word in text))
    found = (related.get(base) for word in words_in(text) for base in (*bases(word), alike.get(word, word)))
    return frozenset().union(*filter(None, found))
