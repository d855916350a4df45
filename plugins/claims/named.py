"""Names as the brief writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from aigc import check
from aigc.types import Field, Finding
from aigc_plugins.claims.line_words import CJK, given_to, root, roots_of

NAME = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ]*(?:[-'’&.][A-Za-zÀ-ɏ]+)*", re.ASCII)
STARTS = re.compile(r"(?:^|[.?!:;，。？！：；—–|]\s*[\"'“‘(]?)$")


@check
def names_kept(text: str, field: Field) -> Iterator[Finding]:
    """A name is written as in the brief ("USB-C", not "usb-c"), and no name stands there that the brief does not have.

    A name is a word with a capital inside a sentence, in a Chinese line any word in Latin letters; in a line with
    Every Word Capitalised only its spelling is looked at.
    """
    given = given_to(field)
    spelt = _spellings(given.text)
    known = roots_of(given.text, given.language)
    found = [match for match in NAME.finditer(text)]
    titled = sum(match.group()[0].isupper() for match in found) * 2 > len(found) + 1 and len(found) > 2
    chinese = bool(CJK.search(text))
    for match in found:
        word, plain = match.group(), match.group().casefold()
        if plain in spelt:
            begins = word[:1].upper() + word[1:] == word and word[1:] in {one[1:] for one in spelt[plain]}
            if word not in spelt[plain] and not begins:
                yield Finding(message=f"writes {word!r}; the brief has {min(spelt[plain])!r}", span=match.span())
        elif plain in given.lists.names or root(plain, given.language) in known or titled:
            continue
        elif chinese or (word != word.lower() and not STARTS.search(text[: match.start()])):
            yield Finding(message=f"names {word!r}, which the brief does not", span=match.span())


@lru_cache(maxsize=1 << 10)
def _spellings(text: str) -> dict[str, set[str]]:
    """Return each word with capitals after its first letter, or inside a sentence → how the text writes it."""
    spelt: dict[str, set[str]] = {}
    for match in NAME.finditer(text):
        spelt.setdefault(match.group().casefold(), set()).add(match.group())
    return {plain: ways for plain, ways in spelt.items() if any(way[1:] != way[1:].lower() for way in ways)}
