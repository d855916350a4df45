"""A no stays a no, and none is added."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.claim_lists import found_in
from aigc_plugins.claims.line_words import given_to

OF_DEEDS = re.compile(r"\w+n['’]t|cannot|never")


@check
def same_negations(text: str, field: Field) -> Iterator[str]:
    """A line denies what its fact denies and nothing else: no "no", "without", "-free", 无, 不, 免 lost or added.

    A question before the line ("No garden?") may deny; where the product's name denies a thing the line may too, but no
    deed: "can't", "never".
    """
    given = given_to(field)
    phrases = given.lists.phrases
    stated = text[max(text.rfind("?"), text.rfind("？")) + 1 :]
    denied = found_in(phrases.negations, " ; ".join(given.facts))
    denies = found_in(phrases.negations, stated)
    named = found_in(phrases.negations, given.text)
    deeds = [one for one in denies if OF_DEEDS.fullmatch(one) and one not in named]  # a cordless trimmer can cut
    added = [] if denied else deeds if named else denies
    if added:
        yield f"denies what the fact does not: {added[0]!r}"
    elif denied and not (found_in(phrases.negations, text) or found_in(phrases.instead, text)):
        yield f"loses {denied[0]!r} of its fact"
