"""What a text states that can be looked up, each thing once: dates, times, contacts, amounts, links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from aigc_plugins.rules.contacts import contacts_in
from aigc_plugins.rules.dated import Clock, Dated, dates_in, times_in
from aigc_plugins.rules.fact_reading import Fact, facts_in, readable
from aigc_plugins.rules.worded_numbers import worded_amounts

JOINTS = ("-", "to", "or", "~", "至", "到", "and", "x", "×")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """This is one thing a text states, `span` as it stands there.

    `within` are the plainer facts it is made of: a date's day, month and year, which count where nothing better is
    known. An amount has its number and unit, others their `key`.
    """

    kind: Literal["amount", "many", "month", "word", "link", "date", "time", "phone", "handle"]
    span: tuple[int, int]
    text: str
    key: str = ""
    number: Fraction = Fraction(0)
    unit: str = ""
    joined: str = ""
    parts: tuple[Decimal, ...] = ()
    dated: Dated | None = None
    clock: Clock | None = None
    within: tuple[Stated, ...] = ()


@lru_cache(maxsize=1 << 12)
def stated_in(text: str, *, words: bool, sure: bool = True) -> tuple[Stated, ...]:
    """Return what a text states, in its order; numbers in `words` too, of them those that are `sure` to be numbers."""
    plain, places = readable(text)
    digits = [_plainly(fact) for fact in facts_in(text, words="none")]
    links = [one for one in digits if one.kind == "link"]
    first = [*_marked(plain, places, text)]
    taken = [one for one in first if not _covered(one.span, links)]
    held = [*links, *taken]
    if words:
        amounts = list(_worded(plain, places, text, sure=sure))
        held += [one for one in amounts if not _covered(one.span, held)]
    rest = [one for one in _paired(digits, text) if one.kind != "link"]
    dated = [_with_parts(one, rest) for one in held]
    return tuple(sorted([*dated, *(one for one in rest if not _covered(one.span, held))], key=lambda one: one.span))


def _marked(plain: str, places: Iterable[int], text: str) -> Iterator[Stated]:
    """Yield dates, times, telephone numbers and @names; of what overlaps, the first of these."""
    at = list(places)
    found: list[Stated] = []

    def add(one: Stated) -> None:
        if not _covered(one.span, found) or one.dated is not None:
            found.append(one)

    for dated in dates_in(plain):
        span = _placed(dated.span, at)
        add(Stated(kind="date", span=span, text=text[slice(*span)], dated=dated))
    for clock in times_in(plain):
        span = _placed(clock.span, at)
        add(Stated(kind="time", span=span, text=text[slice(*span)], clock=clock))
    for contact in contacts_in(plain):
        span = _placed(contact.span, at)
        add(Stated(kind=contact.kind, span=span, text=text[slice(*span)], key=contact.key))
    yield from found


def _worded(plain: str, places: Iterable[int], text: str, *, sure: bool) -> Iterator[Stated]:
    """Yield amounts in words, the longest where some overlap."""
    at = list(places)
    found: list[Stated] = []
    for one in sorted(worded_amounts(plain, sure=sure), key=lambda one: one.span[0] - one.span[1]):
        span = _placed(one.span, at)
        if not _covered(span, found):
            kind: Literal["many", "amount"] = "many" if one.vague else "amount"
            found.append(Stated(kind=kind, span=span, text=text[slice(*span)], number=one.number, unit=one.unit))
    yield from found


def _plainly(fact: Fact) -> Stated:
    return Stated(
        kind="amount" if fact.kind == "number" else fact.kind,
        span=fact.span,
        text=fact.text,
        key=fact.key,
        number=Fraction(fact.number),
        unit=fact.unit,
        joined=fact.joined,
        parts=fact.parts,
    )


def _paired(facts: list[Stated], text: str) -> list[Stated]:
    """Return facts, the first number of each range ("3-5 days") with the unit of its second."""
    from dataclasses import replace

    paired = list(facts)
    for at in range(len(paired) - 2, -1, -1):
        one, after = paired[at], paired[at + 1]
        joint = readable(text[one.span[1] : after.span[0]])[0].strip().lower()
        if one.kind == after.kind == "amount" and not one.unit and after.unit and joint in JOINTS:
            paired[at] = replace(one, unit=after.unit)
    return paired


def _with_parts(one: Stated, facts: list[Stated]) -> Stated:
    from dataclasses import replace

    return replace(one, within=tuple(fact for fact in facts if _overlaps(fact.span, one.span)))


def _placed(span: tuple[int, int], places: list[int]) -> tuple[int, int]:
    return places[span[0]], places[span[1] - 1] + 1


def _covered(span: tuple[int, int], others: Iterable[Stated]) -> bool:
    return any(_overlaps(span, other.span) for other in others)


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
