"""What a brief says, by kind of fact, and what is wrong with a fact that it does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from aigc.types import Json
from aigc_plugins.rules.contacts import is_same_phone
from aigc_plugins.rules.content_words import stems_in
from aigc_plugins.rules.dated import Clock, Dated, Day
from aigc_plugins.rules.fact_reading import Fact, facts_in, months_in
from aigc_plugins.rules.quotations import wording_of
from aigc_plugins.rules.stated import Stated, stated_in
from aigc_plugins.rules.units import is_unit, measured, unit_symbol
from aigc_plugins.rules.worded_numbers import COUNT, DISCOUNT, LISTED, SHARE

CLOCK = "h"  # the unit of what is read off a clock
BARE = "*"  # the unit of a brief's plain number, such as 40 in `range_km`: any unit may follow it
DATE = "date"  # of a date's day, month and year: 12 of 12 May is no 12 kg
FIRST_YEAR, LAST_YEAR = 1900, 2100  # numbers that look like years
LOOSE = ("一", "one", "One")  # the one for you, 一整天
COUNTS = frozenset(("", BARE, COUNT, "piece", "times"))
RATES = ("percent", SHARE, DISCOUNT)


@lru_cache(maxsize=1024)
def _read(value: str) -> tuple[tuple[Fact, ...], tuple[Stated, ...], frozenset[Decimal], str]:
    """Return the facts of a brief's text, read once for the many texts written from it."""
    stated = stated_in(value, words=True, sure=False)
    return facts_in(value, words="any"), stated, frozenset(months_in(value)), wording_of(value)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """This is what the brief says, by kind of fact. A number maps to the units it stands with, '' for no unit."""

    numbers: dict[Fraction, set[str]] = field(default_factory=dict)
    amounts: set[tuple[Fraction, str]] = field(default_factory=set)  # in the unit that their kind is reckoned in
    scales: set[Fraction] = field(default_factory=set)  # of thousands, 上万
    words: set[str] = field(default_factory=set)  # times, ratios, versions, model names
    months: set[Decimal] = field(default_factory=set)
    days: set[Day] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)  # it was told by
    wordings: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)

    def learn(self, value: Json) -> None:
        """Take a value of the brief in, however deeply nested."""
        if isinstance(value, str):
            self._learn_text(value)
        elif isinstance(value, Mapping):
            for item in value.values():
                self.learn(item)
        elif isinstance(value, list | tuple):
            self._number(Fraction(len(value)), LISTED)
            for item in value:
                self.learn(item)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            self._number(Fraction(str(value)), BARE)

    def objection(self, fact: Stated, *, with_units: bool) -> str:
        """Return what is wrong with a fact, or nothing."""
        missing = f"{fact.text!r} is not in the brief"
        if fact.kind == "date" and fact.dated is not None:
            return self._undated(fact, fact.dated, missing, with_units=with_units)
        if fact.kind == "time" and fact.clock is not None:
            return self._untimed(fact, fact.clock, missing, with_units=with_units)
        if fact.kind == "link":
            begins = (fact.key + "/", fact.key + "?")
            return "" if fact.key in self.links or any(link.startswith(begins) for link in self.links) else missing
        if fact.kind == "phone":
            return "" if any(is_same_phone(fact.key, one) for one in self.contacts if one.isdigit()) else missing
        if fact.kind == "handle":
            bare = wording_of(fact.key)
            return "" if fact.key in self.contacts or any(bare in one for one in self.wordings) else missing
        if fact.kind == "month":
            return "" if Decimal(fact.number.numerator) in self.months else missing
        if fact.kind == "word":
            date = len(fact.parts) > 2 and all(Fraction(part) in self.numbers for part in fact.parts)
            return "" if fact.key in self.words or date else missing
        if fact.kind == "many":
            return "" if fact.number in self.scales or self._has_so_many(fact.number) else missing
        return self._miscounted(fact, missing, with_units=with_units)

    def has_name(self, name: str) -> bool:
        """Tell whether the brief has a name, in whatever form of its words."""
        if not name.isascii() and any(name in text for text in self.texts):
            return True
        wording = wording_of(name)
        if any(wording in one for one in self.wordings):
            return True
        stems = stems_in(name)
        return bool(stems) and stems <= self.stems

    def _has_so_many(self, scale: Fraction) -> bool:
        """Tell whether a count of the brief that is no year is at least two of a scale: 5,000 are thousands."""
        return any(
            one >= 2 * scale and not FIRST_YEAR <= one <= LAST_YEAR and units & COUNTS
            for one, units in self.numbers.items()
        )

    def _miscounted(self, fact: Stated, missing: str, *, with_units: bool) -> str:
        amount = _amount(fact.number, fact.unit)
        if amount in self.amounts:
            return ""
        units = self.numbers.get(fact.number, set()) - ({LISTED} if fact.unit != LISTED else set())
        if not units:
            code = fact.joined in self.words or (fact.text.strip() in self.words and fact.unit in RATES)
            return "" if code or (fact.within and not self._first(fact.within, with_units)) else missing
        year = fact.unit == "year" and DATE in units and FIRST_YEAR <= fact.number <= LAST_YEAR
        if fact.unit == LISTED or (fact.unit == COUNT and units != {DATE}):
            return ""
        if with_units and not year and not self._fits(fact.unit, units):
            found = ", ".join(
                f"{_shown(fact.number)} {unit_symbol(unit)}".strip() for unit in sorted(units - {DATE, LISTED})
            )
            return f"{fact.text!r}: the brief has {found}" if found else missing
        return ""

    def _first(self, facts: tuple[Stated, ...], with_units: bool) -> str:
        return next((found for one in facts if (found := self.objection(one, with_units=with_units))), "")

    def _undated(self, fact: Stated, dated: Dated, missing: str, *, with_units: bool) -> str:
        """Return what is wrong with a date: it is one of the brief's, or where that has none, of its parts."""
        if dated.misnamed():
            return f"{fact.text!r} falls on another weekday"
        if any(mine.agrees(one) for mine in dated.days for one in self.days):
            return ""
        parts = self._first(fact.within, with_units)
        rival = any(one.day or not mine.day for mine in dated.days for one in self.days)
        return missing if rival or not fact.within else parts

    def _untimed(self, fact: Stated, clock: Clock, missing: str, *, with_units: bool) -> str:
        if self.minutes & set(clock.minutes):
            return ""
        hours = {minute // 60 for minute in clock.minutes if minute % 60 == 0}
        hours |= {(hour + 12) % 24 for hour in hours} if not self.minutes else set()
        if any({"", BARE} & self.numbers.get(Fraction(hour), set()) for hour in hours):
            return ""
        if fact.text.strip().casefold() in self.words:
            return ""
        return missing if clock.sure or not fact.within else self._first(fact.within, with_units)

    def _learn_text(self, value: str) -> None:
        facts, stated, months, wording = _read(value)
        self.texts.add(value)
        self.wordings.add(wording)
        self.stems.update(stems_in(value))
        self.months.update(months)
        for fact in facts:
            kinds = {one.kind for one in stated if one.span[0] < fact.span[1] and fact.span[0] < one.span[1]}
            if "phone" not in kinds and fact.text not in LOOSE:
                self._add(fact, alone=fact.text == value.strip(), unit=DATE if "date" in kinds else "")
        for one in stated:
            self._add_stated(one)

    def _add_stated(self, one: Stated) -> None:
        if one.dated is not None:
            self.days.update(one.dated.days)
            self.months.update(Decimal(day.month) for day in one.dated.days)
            for day in one.dated.days:
                for part in day:
                    self._number(Fraction(part), DATE) if part else None
        elif one.clock is not None:
            self.minutes.update(one.clock.minutes[:1] if ":" in one.text else one.clock.minutes)
        elif one.kind in ("phone", "handle"):
            self.contacts.add(one.key)
        elif one.kind == "many":
            self.scales.add(one.number)
        elif one.kind == "amount" and one.text not in LOOSE:
            self._number(one.number, one.unit)

    def _add(self, fact: Fact, *, alone: bool, unit: str) -> None:
        if fact.kind == "number":
            unit = BARE if alone and not fact.unit else fact.unit or unit
            self._number(Fraction(fact.number), unit)
            self._number(abs(Fraction(fact.number)), unit)  # "minus 20 degrees"
            self.words.add(fact.joined or fact.text)
        elif fact.kind == "month":
            self.months.add(fact.number)
        elif fact.kind == "link":
            self.links.add(fact.key)
        else:
            self.words.add(fact.key)
            unit = CLOCK if ":" in fact.key else unit  # 9:05 is no 9 days
            for part in fact.parts:
                self._number(Fraction(part), unit)

    def _number(self, number: Fraction, unit: str) -> None:
        self.numbers.setdefault(number, set()).add(unit)
        if amount := _amount(number, unit):
            self.amounts.add(amount)

    @staticmethod
    def _fits(unit: str, units: set[str]) -> bool:
        """Tell whether the brief's units of a number allow this one.

        Where the brief has the number without a unit any real unit may follow it, but not other letters, as in 4K.
        """
        return not unit or unit in units or BARE in units or (is_unit(unit) and "" in units)


def _amount(number: Fraction, unit: str) -> tuple[Fraction, str] | None:
    if unit == DISCOUNT:  # 八折 is 20 % off, 85折 15 %
        tenths = number / 10 if number > 10 else number
        return 1 - tenths / 10, SHARE
    return measured(number, unit)


def _shown(number: Fraction) -> str:
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
