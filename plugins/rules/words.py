"""Words that must not be there: forbidden ones, a chat model's chatter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, TypeAlias

from aigc import check
from aigc.content import once_per_brief
from aigc.types import Field, Finding, Json, texts_in

WordList: TypeAlias = Literal["superlatives", "cliches", "claims", "urgency", "coarse"]

BEFORE = r"(?<![a-z0-9])"  # of a Latin word


class Term(NamedTuple):
    """This is a word or phrase to look for in small letters, and the longer ones in which it is harmless."""

    plain: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@check
def forbidden_words(
    text: str,
    field: Field,
    *,
    words: Sequence[str] = (),
    lists: Sequence[WordList] = (),
    allow: Sequence[str] = (),
    unless_in_brief: bool = False,
) -> Iterator[Finding]:
    """None of `words`, nor of the bundled `lists`, stands in a text.

    Lists: superlatives ("best", "#1", 最佳, 国家级), cliches, claims ("guaranteed", "clinically proven"), urgency,
    coarse (swear words; slurs are yours to name, as whom they hurt is for you to know).
    Case and width do not matter; a Latin word counts whole. `allow` takes terms out again; with `unless_in_brief` a
    term the brief itself uses, say in the product's name, is fine.
    """
    listed = [term for name in lists if _has_any(text, name) for term in _bundled()[name]]
    terms = [as_term(word) for word in words] + listed
    if not terms:
        return
    plain, places = _readable(text)
    allowed = {small_letters(word) for word in allow}
    brief = small_values(field.draft.brief.values) if unless_in_brief else ""
    for term in terms:
        if term.plain in allowed or (brief and term.pattern.search(brief)):
            continue
        spared = [found.span() for found in term.unless.finditer(plain)] if term.unless else []
        for found in term.pattern.finditer(plain):
            start, end = found.span()
            if not any(first <= start and end <= last for first, last in spared):
                span = (places[start], places[end - 1] + 1)
                yield Finding(message=f"has the forbidden {text[slice(*span)]!r}", span=span)


@check
def no_chatter(text: str) -> Iterator[Finding]:
    """A text is the piece itself: no refusal, no "As an AI", no "Here is your headline", no offer to help further."""
    for pattern in _chatter():
        if found := pattern.search(text):
            yield Finding(message=f"talks to the reader of the chat: {found.group().strip()!r}", span=found.span())
            return


def as_term(word: str, unless: Sequence[str] = ()) -> Term:
    """Return how to look for a word in small letters; a Latin one stands whole."""
    plain = small_letters(word)
    before = BEFORE if plain[:1].isascii() and plain[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if plain[-1:].isascii() and plain[-1:].isalnum() else ""
    body = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", plain)))
    spared = "|".join(re.escape(small_letters(phrase)) for phrase in unless)
    return Term(plain, re.compile(before + body + after), re.compile(spared) if spared else None)


def listed_term(entry: str | Mapping[str, Any]) -> Term:
    """Return how to look for an entry of a list: a word, or a `term` that is harmless in the phrases of `unless`."""
    return as_term(entry) if isinstance(entry, str) else as_term(entry["term"], entry["unless"])


@cache
def _bundled() -> Mapping[str, list[Term]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("words.yaml").read_text(encoding="utf-8"))
    return {name: [listed_term(entry) for entry in entries] for name, entries in lists.items()}


@lru_cache(maxsize=1 << 12)
def _has_any(text: str, name: WordList) -> bool:
    """Tell whether a text has any term of a list: most have none, which is seen at once."""
    return _any_of(name).search(small_letters(text)) is not None


@cache
def _any_of(name: WordList) -> re.Pattern[str]:
    """Return a pattern of all terms of a list, those that begin where a Latin word does together."""
    patterns = [term.pattern.pattern for term in _bundled()[name]]
    latin = "|".join(one.removeprefix(BEFORE) for one in patterns if one.startswith(BEFORE))
    return re.compile("|".join([f"{BEFORE}(?:{latin or '(?!)'})", *(one for one in patterns if BEFORE not in one)]))


@cache
def _chatter() -> list[re.Pattern[str]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("chatter.yaml").read_text(encoding="utf-8"))
    return [re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in lists["patterns"]]


def small_letters(text: str) -> str:
    """Return a text in small NFKC letters without invisible characters."""
    return _readable(text)[0]


@once_per_brief
def small_values(values: Mapping[str, Json]) -> str:
    """Return all texts of a brief in small letters."""
    return small_letters(" ".join(texts_in(values)))


def _readable(text: str) -> tuple[str, Sequence[int]]:
    """Return the text in small NFKC letters without invisible characters, and each character's place in `text`."""
    if text.isascii():
        return text.lower(), range(len(text))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char).casefold()
        chars += plain.replace("’", "'")
        places += [place] * len(plain)
    return "".join(chars), places
