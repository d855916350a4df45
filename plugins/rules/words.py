"""Words that must not be there: forbidden ones, a chat model's chatter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from aigc import check
from aigc.types import Field, Finding, texts_in

WordList: TypeAlias = Literal["superlatives", "cliches", "claims", "urgency"]


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

    Lists: superlatives ("best", "#1", 最佳, 国家级), cliches, claims ("guaranteed", "clinically proven"), urgency.
    Case and width do not matter; a Latin word counts whole. `allow` takes terms out again; with `unless_in_brief` a
    term the brief itself uses, say in the product's name, is fine.
    """
    plain, places = _readable(text)
    allowed = {small_letters(word) for word in allow}
    brief = small_letters(" ".join(texts_in(field.draft.brief.values))) if unless_in_brief else ""
    listed = [term for name in lists if _any_of(name).search(plain) for term in _bundled()[name]]
    terms = [as_term(word) for word in words] + listed
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
    before = r"(?<![a-z0-9])" if plain[:1].isascii() and plain[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if plain[-1:].isascii() and plain[-1:].isalnum() else ""
    body = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", plain)))
    spared = "|".join(re.escape(small_letters(phrase)) for phrase in unless)
    return Term(plain, re.compile(before + body + after), re.compile(spared) if spared else None)


@cache
def _bundled() -> Mapping[str, list[Term]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("words.yaml").read_text(encoding="utf-8"))
    return {
        name: [
            as_term(entry) if isinstance(entry, str) else as_term(entry["term"], entry["unless"]) for entry in entries
        ]
        for name, entries in lists.items()
    }


@cache
def _any_of(name: WordList) -> re.Pattern[str]:
    """Return a pattern of all terms of a list: most texts have none, which is seen at once."""
    return re.compile("|".join(term.pattern.pattern for term in _bundled()[name]))


@cache
def _chatter() -> list[re.Pattern[str]]:
    import yaml

    lists = yaml.safe_load(files("aigc_plugins.rules").joinpath("chatter.yaml").read_text(encoding="utf-8"))
    return [re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in lists["patterns"]]


def small_letters(text: str) -> str:
    """Return a text in small NFKC letters without invisible characters."""
    return _readable(text)[0]


def _readable(text: str) -> tuple[str, list[int]]:
    """Return the text in small NFKC letters without invisible characters, and each character's place in `text`."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char).casefold()
        chars += plain.replace("’", "'")
        places += [place] * len(plain)
    return "".join(chars), places
