"""No fact out of thin air: what can be looked up in the brief must stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc import check
from aigc.content import once_per_brief
from aigc.types import Draft, Field, Finding, Json
from aigc_plugins.rules.known_facts import KnownFacts
from aigc_plugins.rules.name_reading import names_in
from aigc_plugins.rules.proofs import without_proofs
from aigc_plugins.rules.quotations import is_quoted_from, quotations_in
from aigc_plugins.rules.stated import stated_in


@check
def facts_from_brief(
    text: str,
    field: Field,
    *,
    allow: Sequence[str] = (),
    number_words: bool = True,
    numbers_with_units: bool = True,
    quotations: bool = True,
    names: bool = True,
) -> Iterator[Finding]:
    """Every number, price, date, time, link, address, telephone number, quotation and name must stand in the brief.

    The brief is its values and the item at hand, however deeply nested; `allow` adds texts to it ("24/7"). 1,200 is
    1200, 1.5 kg are 1500 g, "40km" is 40公里, a two-year warranty is one of 24 months, 12 May 2026 is 2026-05-12 and
    5月12日, 6 pm is 18:00, 20 % off is 八折; 20 is not part of 200, and a date is not put together from others. With
    `numbers_with_units` "28 g" is refused where the brief's only 28 is mg. With `number_words` numbers in words are
    looked up too: two, half a litre, thousands, 三年. `quotations` of four words or more (eight Chinese characters) are
    the brief's, word for word. `names` of people, companies and places that the brief does not have are told with a
    warning. What stands in the proof of a claim is no fact to tell.
    """
    found = stated_in(text, words=number_words)
    quoted = list(quotations_in(text)) if quotations else []
    known = _known_from(field.draft, allow)
    for fact in found:
        if message := known.objection(fact, with_units=numbers_with_units):
            yield Finding(message=message, span=fact.span)
    for start, end in quoted:
        if not is_quoted_from(text[start:end], known.wordings):
            yield Finding(message=f"{text[start:end][:60]!r} is quoted, and not in the brief", span=(start, end))
    for start, end in names_in(text, known.has_name) if names else ():
        message = f"names {text[start:end]!r}, which the brief does not"
        yield Finding(message=message, span=(start, end), severity="warn")


def _known_from(draft: Draft, allow: Sequence[str]) -> KnownFacts:
    """Return what a draft may say: an item that is the brief's own text adds nothing to it."""
    values = draft.brief.values
    known, item = _brief_knows(values), draft.item
    told = [] if item is None else item if isinstance(item, list) else [item]
    if allow or not all(isinstance(one, str) and one in known.texts for one in told):
        known = KnownFacts()
        for value in (*without_proofs(values).values(), item, list(allow)):
            known.learn(value)
    return known


@once_per_brief
def _brief_knows(values: Mapping[str, Json]) -> KnownFacts:
    known = KnownFacts()
    for value in without_proofs(values).values():
        known.learn(value)
    return known
