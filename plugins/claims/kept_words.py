"""What the fact is about stays in the line."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.claim_lists import ClaimLists
from aigc_plugins.claims.counted import amounts_in
from aigc_plugins.claims.line_words import CJK, Grounds, given_to, root, roots_of, telling, topics_of, words_in
from aigc_plugins.rules.numerals import ENGLISH

CHARACTERS = 0.8  # of the share: of a Chinese word often one character stays


@check
def keeps_key_word(text: str, field: Field, *, share: float = 0.5) -> Iterator[str]:
    """At least `share` of a fact's telling words stand in the line, in any form, and the noun that a number counts.

    A word for a size between a number and its noun stays too: "24 pans" is not "24 half pans". No line stays where the
    fact has no word, such as "-".
    """
    given = given_to(field)
    if given.facts and not any(map(words_in, given.facts)):
        yield "the fact has no word"
    written = roots_of(text, given.language)
    numbers = {amount.number for amount in amounts_in(text, given.language)}
    topics = topics_of(text, given.language)
    for fact in given.facts:
        words = _telling(fact, given.lists)
        lost = [word for word in words if root(word, given.language) not in written]
        amounts = [amount for amount in amounts_in(fact, given.language) if amount.unit]
        near = sum(bool(topics_of(word, given.language) & topics) for word in lost)
        kept = len(words) - len(lost) + near + sum(amount.number in numbers for amount in amounts)
        needed = share * (CHARACTERS if CJK.search(fact) else 1) * (len(words) + len(amounts))
        if lost and kept < needed:
            yield f"says too little of {fact!r}: {lost[0]!r} is lost"
        else:
            yield from _halved(written, fact, given)


def _telling(fact: str, lists: ClaimLists) -> list[str]:
    """Return the words of a fact that a line must keep: those that say more than that there is something."""
    if CJK.search(fact):
        for attribute in sorted(lists.attributes, key=len, reverse=True):
            fact = fact.replace(attribute, "")
    passed = (*lists.attributes, *ENGLISH)
    return [word for word in telling(words_in(fact), lists) if word not in passed]


def _halved(written: Collection[str], fact: str, given: Grounds) -> Iterator[str]:
    """Yield sizes that a counted thing has lost: "half" of "24 half pans"."""
    sizes = given.lists.sizes
    for amount in amounts_in(fact, given.language):
        for word in amount.after[:2]:
            if word in sizes and not CJK.match(word) and root(word, given.language) not in written:
                yield f"loses {word!r} of {fact!r}"
