"""Forms of a word: "boils", "boiled" and "boiling" are one, "Calabrian" comes from Calabria."""

from __future__ import annotations

import re
from functools import lru_cache

# What is cut from the end of a word, the longest first, as long as three letters stay.
SUFFIXES = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ied", "ers", "ery", "ors", "ments", "ment", "able")
SHORT_SUFFIXES = ("ian", "ese", "ish", "er", "or", "ed", "es", "ly", "ia", "an", "y", "e", "s", "a", "d")
ENDS = re.compile(rf"(?<=...)(?:{'|'.join((*SUFFIXES, *SHORT_SUFFIXES))})$")
DOUBLED = re.compile(r"([bdgklmnprtvz])\1$")


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Return what is common to the forms of a word; a Chinese character or a number is its own."""
    if not word.isascii() or not word[0].isalpha():
        return word
    while shorter := ENDS.search(word):
        word = DOUBLED.sub(r"\1", word[: shorter.start()])
    return DOUBLED.sub(r"\1", word) if len(word) > 3 else word


@lru_cache(maxsize=1 << 15)
def bases(word: str) -> tuple[str, ...]:
    """Return the words this one may be a form of, as a dictionary lists them: itself, "carry" for "carries"."""
    found = [word]
    for ending, instead in (
        ("ies", ("y", "ie")),
        ("ied", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            root = word[: -len(ending)]
            found += [root + one for one in instead]
            if ending in ("ed", "ing") and DOUBLED.search(root):
                found.append(root[:-1])
    return tuple(found)
