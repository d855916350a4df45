"""What breaks a title: a word left hanging at its end, a word that only looks like one of the brief."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from aigc_plugins.rules.content_words import HAN, WORD, plain_words, stem

# Words after which something is missing: always, and where a text given goes on after them.
_NEVER = """
    every very than while if because unless whose my our your their its whether although though how why whom until
    a an the and or but nor with without for of into onto via per be been being
"""
_SELDOM = "only just even about around each too more less most least all any some both either neither when so not which"
NEVER, SELDOM = frozenset(_NEVER.split()), frozenset(_SELDOM.split())
CLAUSE_END = r"\s*(?:[,;:.!?)\"”’–—-]|$)"
LEAST, ROOT = 6, 5  # letters of a word that can be taken for another one, and of what the two begin with
SAME = ("ing", "ed", "er", "ers")
ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("ing", ""), ("ing", "e"), ("ed", ""),
    ("ed", "e"), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"), ("or", ""), ("or", "e"), ("es", ""), ("s", ""),
    ("'s", ""), ("ly", ""), ("ion", ""), ("ion", "e"), ("able", ""), ("able", "e"), ("less", ""), ("ful", ""),
    ("ness", ""), ("ment", ""), ("al", ""), ("y", ""), ("y", "e"), ("ic", ""), ("ist", ""), ("ery", ""), ("ery", "e"),
)  # fmt: skip


def left_hanging(text: str, given: str) -> Iterator[str]:
    """Yield the last word of a title or heading where something is missing after it: "Feed the Starter Only".

    `given` is what it was written from, which may end a clause with the same two words: "with free programs only".
    """
    words = WORD.findall(text.casefold())
    if HAN.search(text) or len(words) < 2 or words[-1] not in NEVER | SELDOM or not text.rstrip()[-1:].isalpha():
        return
    if words[-2] == "at" and words[-1] in ("most", "least"):
        return
    before, last = map(re.escape, words[-2:])
    found = [*re.finditer(rf"\b{before}\W+{last}\b", given.casefold())]
    ends = any(re.match(CLAUSE_END, given[place.end() :]) for place in found)
    if not ends and (words[-1] in NEVER or found):
        yield f"ends with {words[-1]!r}, after which something is missing"


def misformed(text: str, given: str) -> Iterator[str]:
    """Yield the words of a title that share a root with one of `given` and are no form of it: "referring" for
    "refereeing"."""
    known = {word.casefold() for word in WORD.findall(given)}
    for word in dict.fromkeys(WORD.findall(text)):
        plain = word.casefold().replace("’", "'")
        if len(plain) < LEAST or plain in known or plain in plain_words():
            continue
        like = [other for other in sorted(known) if _alike(plain, other)]
        if like and not any(forms_of(plain) & forms_of(other) for other in known):
            yield f"has {word!r}, which is no form of {like[0]!r}"


def _alike(word: str, other: str) -> bool:
    """Tell whether two words have a root in common, or but for their middle the same letters."""
    begins = word[:ROOT] == other[:ROOT] and len(other) >= LEAST
    return stem(word) == stem(other) or (begins and any(word.endswith(end) and other.endswith(end) for end in SAME))


@cache
def forms_of(word: str) -> frozenset[str]:
    """Return a word and what it may be made of: "beginners", "beginner", "begin"."""
    found = {word}
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (2 if instead == "y" else 3):
            bare = word[: -len(ending)]
            doubled = not instead and bare[-1] == bare[-2] and bare[-1] not in "aeiou"
            found |= forms_of(bare + instead) | (forms_of(bare[:-1]) if doubled else frozenset())
    return frozenset(found)
