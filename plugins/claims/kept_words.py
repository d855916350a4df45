"""What the fact is about stays in the line."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.counted import amounts_in
from aigc_plugins.claims.line_words import CJK, Given, given_to, root, roots_of, telling, words_in


@check
def keeps_key_word(text: str, field: Field, *, share: float = 0.5) -> Iterator[str]:
    """At least `share` of a fact's telling words stand in the line, in any form, and the noun that a number counts.

    A word for a size between a number and its noun stays too: "24 pans" is not "24 half pans".
    """
    given = given_to(field)
    written = roots_of(text, given.language)
    for fact in given.facts:
        words = telling(words_in(fact), given.lists)
        kept = [word for word in words if root(word, given.language) in written]
        if words and len(kept) < share * len(words):
            lost = next(word for word in words if word not in kept)
            yield f"says too little of {fact!r}: {lost!r} is lost"
            continue
        yield from _halved(text, fact, given)


def _halved(text: str, fact: str, given: Given) -> Iterator[str]:
    """Yield sizes that a counted thing has lost: "half" of "24 half pans"."""
    sizes = given.lists.sizes
    written = roots_of(text, given.language)
    for amount in amounts_in(fact, given.language):
        for word in amount.after[:2]:
            if word in sizes and not CJK.match(word) and root(word, given.language) not in written:
                yield f"loses {word!r} of {fact!r}"
