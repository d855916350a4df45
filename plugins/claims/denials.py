"""A no stays a no, and none is added."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.claim_lists import found_in
from aigc_plugins.claims.line_words import given_to


@check
def same_negations(text: str, field: Field) -> Iterator[str]:
    """A line denies what its fact denies and nothing else: no "no", "without", "-free", 无, 不, 免 lost or added.

    A question before the line ("No garden?") may deny; what the product's name denies the line may deny too.
    """
    given = given_to(field)
    lists = given.lists
    stated = text[max(text.rfind("?"), text.rfind("？")) + 1 :]
    denied = found_in(lists.negations, " ; ".join(given.facts))
    denies = found_in(lists.negations, stated)
    if denies and not found_in(lists.negations, given.text):
        yield f"denies what the fact does not: {denies[0]!r}"
    elif denied and not (found_in(lists.negations, text) or found_in(lists.instead, text)):
        yield f"loses {denied[0]!r} of its fact"
