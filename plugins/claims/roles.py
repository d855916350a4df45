"""Who does what: the cheap signs of a line that turned its fact round or joined what does not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.line_words import CJK, Given, given_to, relates, root, telling, words_in

HOOK = re.compile(r"^([^?？]{1,40})[?？]")
PERSONS = ("you", "we", "they", "it")


@check
def who_does_what(text: str, field: Field) -> Iterator[str]:
    """A question that opens the line has to do with the fact or the product, and nobody else does what the fact says.

    A word relates to another of its form, or of a topic that the lists name (rain, wet, umbrella).
    """
    given = given_to(field)
    if (hook := HOOK.match(text)) and not _belongs(hook[1], given):
        yield f"asks {hook.group()!r}, which has nothing to do with the fact"
    yield from _turned(text, given)


def _belongs(hook: str, given: Given) -> bool:
    words = [hook] if CJK.search(hook) else telling(words_in(hook), given.lists)
    return not words or relates(words, given)


def _turned(text: str, given: Given) -> Iterator[str]:
    """Yield verbs that the fact gives to one person and the line to another: "you eat" is not "we eat"."""
    stated = _agents("\n".join(given.facts), given)
    for verb, person in _agents(text, given).items():
        if stated.get(verb, person) != person:
            yield f"says that {person} {verb!r}; the fact says {stated[verb]!r}"


def _agents(text: str, given: Given) -> dict[str, str]:
    """Return the roots of verbs → who does them, where a pronoun right before says so."""
    words = words_in(text)
    return {
        root(verb, given.language): person
        for person, verb in zip(words, words[1:], strict=False)
        if person in PERSONS and verb not in given.lists.function
    }
