"""No fact out of thin air: what can be looked up in the brief must stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from aigc import check
from aigc.content import once_per_brief
from aigc.types import Draft, Field, Finding, Json
from aigc_plugins.rules.fact_reading import Fact, facts_in, months_in
from aigc_plugins.rules.units import is_unit, unit_symbol

CLOCK = ("h",)  # the unit of what is read off a clock
BARE = "*"  # the unit of a brief's plain number, such as 40 in `range_km`: any unit may follow it


@check
def facts_from_brief(
    text: str,
    field: Field,
    *,
    allow: Sequence[str] = (),
    number_words: bool = False,
    numbers_with_units: bool = True,
) -> Iterator[Finding]:
    """Every number, price, percentage, date, link and e-mail address in a text must stand in the brief.

    The brief is its values and the item at hand, however deeply nested; `allow` adds texts to it ("24/7"). 1,200 is
    1200, "40km" is "40 km" and 40公里, a two-year warranty is a 2-year one; 20 is not part of 200. With
    `numbers_with_units` "28 g" is refused where the brief's only 28 is mg. With `number_words` numbers in words are
    looked up too: two, twelve, 三年.
    """
    found = facts_in(text, words="sure" if number_words else "none")
    known = _known_from(field.draft, allow) if found else _Known()
    for fact in found:
        if message := known.objection(fact, with_units=numbers_with_units):
            yield Finding(message=message, span=fact.span)


@lru_cache(maxsize=1024)
def _facts_and_months(value: str) -> tuple[tuple[Fact, ...], set[Decimal]]:
    """Return the facts and the months of a brief's text, read once for the many texts written from it."""
    return facts_in(value, words="any"), months_in(value)


def _known_from(draft: Draft, allow: Sequence[str]) -> _Known:
    """Return what a draft may say: an item that is the brief's own text adds nothing to it."""
    values = draft.brief.values
    known, item = _brief_knows(values), draft.item
    told = [] if item is None else item if isinstance(item, list) else [item]
    if allow or not all(isinstance(one, str) and one in known.texts for one in told):
        known = _Known()
        for value in (*values.values(), item, list(allow)):
            known.learn(value)
    return known


@once_per_brief
def _brief_knows(values: Mapping[str, Json]) -> _Known:
    known = _Known()
    for value in values.values():
        known.learn(value)
    return known


@dataclass(frozen=True, slots=True)
class _Known:
    """This is what the brief says, by kind of fact. A number maps to the units it stands with, '' for no unit."""

    numbers: dict[Decimal, set[str]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)  # times, ratios, versions, model names
    months: set[Decimal] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)  # it was told by
    links: set[str] = field(default_factory=set)

    def learn(self, value: Json) -> None:
        if isinstance(value, str):
            self.texts.add(value)
            facts, months = _facts_and_months(value)
            for fact in facts:
                self._add(fact, alone=fact.text == value.strip())
            self.months.update(months)
        elif isinstance(value, Mapping):
            for item in value.values():
                self.learn(item)
        elif isinstance(value, list | tuple):
            for item in value:
                self.learn(item)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            self._number(Decimal(str(value)), BARE)

    def objection(self, fact: Fact, *, with_units: bool) -> str:
        """Return what is wrong with a fact, or nothing."""
        missing = f"{fact.text!r} is not in the brief"
        if fact.kind == "link":
            begins = (fact.key + "/", fact.key + "?")
            return "" if fact.key in self.links or any(link.startswith(begins) for link in self.links) else missing
        if fact.kind == "month":
            return "" if fact.number in self.months else missing
        if fact.kind == "word":
            date = len(fact.parts) > 2 and all(part in self.numbers for part in fact.parts)
            return "" if fact.key in self.words or date else missing
        units = self.numbers.get(fact.number)
        if units is None:
            return "" if fact.joined in self.words else missing
        if with_units and not self._fits(fact.unit, units):
            found = ", ".join(f"{fact.number.normalize():f} {unit_symbol(unit)}".strip() for unit in sorted(units))
            return f"{fact.text!r}: the brief has {found}"
        return ""

    def _add(self, fact: Fact, *, alone: bool) -> None:
        if fact.kind == "number":
            unit = BARE if alone and not fact.unit else fact.unit
            self._number(fact.number, unit)
            self._number(abs(fact.number), unit)  # "minus 20 degrees"
            self.words.add(fact.joined or fact.text)
        elif fact.kind == "month":
            self.months.add(fact.number)
        elif fact.kind == "link":
            self.links.add(fact.key)
        else:
            self.words.add(fact.key)
            units = CLOCK if ":" in fact.key else ("",)  # 9:05 is no 9 days
            for part in fact.parts:
                for unit in units:
                    self._number(part, unit)

    def _number(self, number: Decimal, unit: str) -> None:
        self.numbers.setdefault(number, set()).add(unit)

    @staticmethod
    def _fits(unit: str, units: set[str]) -> bool:
        """Tell whether the brief's units of a number allow this one.

        Where the brief has the number without a unit any real unit may follow it, but not other letters, as in 4K.
        """
        return not unit or unit in units or BARE in units or (is_unit(unit) and "" in units)
