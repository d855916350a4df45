"""What a text states that can be looked up, each thing once: dates, times, contacts, amounts, links."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    digits = _paired([_plainly(fact) for fact in facts_in(text, words="none")], text)
    taken = bytearray(len(text))  # which characters are part of a fact
    held = _free([one for one in digits if one.kind == "link"], taken)
    held += _free(_marked(plain, list(places), text), taken)
    if words:
        held += _free(_worded(plain, list(places), text, sure=sure), taken)
    rest = [one for one in digits if one.kind != "link"]
    free = [one for one in rest if not any(taken[slice(*one.span)])]
    inside = [one for one in rest if any(taken[slice(*one.span)])]
    return tuple(sorted([*_with_parts(held, inside), *free], key=lambda one: one.span))


def _free(facts: Iterable[Stated], taken: bytearray) -> list[Stated]:
    """Return the facts that have no character of an earlier one, and take theirs; of a range both dates."""
    found: list[Stated] = []
    for one in facts:
        again = one.dated is not None and bool(found) and found[-1].span == one.span
        if again or not any(taken[slice(*one.span)]):
            found.append(one)
            taken[slice(*one.span)] = b"\1" * (one.span[1] - one.span[0])
    return found


def _marked(plain: str, at: list[int], text: str) -> Iterator[Stated]:
    """Yield dates, times, telephone numbers and @names."""
    for dated in dates_in(plain):
        span = _placed(dated.span, at)
        yield Stated(kind="date", span=span, text=text[slice(*span)], dated=dated)
    for clock in times_in(plain):
        span = _placed(clock.span, at)
        yield Stated(kind="time", span=span, text=text[slice(*span)], clock=clock)
    for contact in contacts_in(plain):
        span = _placed(contact.span, at)
        yield Stated(kind=contact.kind, span=span, text=text[slice(*span)], key=contact.key)


def _worded(plain: str, at: list[int], text: str, *, sure: bool) -> Iterator[Stated]:
    """Yield amounts in words, longer ones first."""
    for one in sorted(worded_amounts(plain, sure=sure), key=lambda one: one.span[0] - one.span[1]):
        span = _placed(one.span, at)
        kind: Literal["many", "amount"] = "many" if one.vague else "amount"
        yield Stated(kind=kind, span=span, text=text[slice(*span)], number=one.number, unit=one.unit)


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
    paired = list(facts)
    for at in range(len(paired) - 2, -1, -1):
        one, after = paired[at], paired[at + 1]
        joint = readable(text[one.span[1] : after.span[0]])[0].strip().lower()
        if one.kind == after.kind == "amount" and not one.unit and after.unit and joint in JOINTS:
            paired[at] = replace(one, unit=after.unit)
    return paired


def _with_parts(held: Iterable[Stated], inside: Sequence[Stated]) -> Iterator[Stated]:
    """Yield facts, each with the plainer ones that stand within it; both are in their order there."""
    starts = [one.span[0] for one in inside]
    for one in held:
        first = max(bisect_left(starts, one.span[0]) - 1, 0)
        near = inside[first : bisect_left(starts, one.span[1])]
        yield replace(one, within=tuple(fact for fact in near if fact.span[1] > one.span[0]))


def _placed(span: tuple[int, int], places: list[int]) -> tuple[int, int]:
    return places[span[0]], places[span[1] - 1] + 1
