"""Numbers with units in the system of a market: converted exactly, rounded as `measures.yaml` says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from aigc_plugins.localise.market_lists import CUSTOMARY, LONGEST_NUMBER, METRIC, Market, market_list

Measures: TypeAlias = Literal["replace", "both", "keep"]

NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
BETWEEN = r"\s?[x×]\s?|\s?[-–]\s?|\s(?:to|by)\s"  # 8 x 10 cm, 10-12 oz
MOST_NUMBERS = 8  # in a row that is a measure: 8 x 10 x 12 in; a longer one is a code or a mistake
GOES_ON_BEFORE = re.compile(rf"\d(?:{BETWEEN})$")
BEFORE = 80  # characters that are looked at for what stands before a measure
DEGREES = ("fahrenheit", "celsius")
AT_MOST = re.compile(
    r"\b(?:up to|at most|no more than|max(?:imum)?\.?(?: \w+)?(?: of|:)?|(?:limit|capacity) (?:of|is))\s$",
    re.IGNORECASE,
)
AT_LEAST = re.compile(r"\b(?:at least|no less than|min(?:imum)?\.?(?: \w+)?(?: of|:)?)\s$", re.IGNORECASE)
AFTER = re.compile(r"(?:[\s-]\w+){1,2}")
FRACTION = re.compile(r"(?:\d\s?/\s?\d+|[½¼¾⅓⅔])[\s-]?(?P<unit>[^\W\d_]+)")
BARE_DEGREES = re.compile(
    r"(?<![\w.,])\d+(?:\.\d+)?(?:\s?°(?!\s?[CFK])|[\s-]degrees?\b(?!\s(?:Celsius|Fahrenheit|C\b|F\b)))"
)


class _Written(NamedTuple):
    """This is a unit as a text has it: its name, and which of its words, -1 for a symbol."""

    unit: str
    word: int


def measured_for(text: str, source: Market, market: Market, how: Measures) -> str:
    """Return an English text with its measures in the units of a market; `both` leaves the original in brackets."""
    if how == "keep":
        return text
    if market.code == "us" and source.code != "us":
        text = _pattern(CUSTOMARY).sub(_american, text)
    for pattern, units in ((_pattern(system), system) for system in (CUSTOMARY, METRIC)):
        written = _spellings(units)

        def changed(found: re.Match[str], units: str = units, written: Mapping[str, _Written] = written) -> str:
            if _is_endless(found):
                return found.group()
            unit = written[" ".join(found["unit"].split())]
            new = _converted(found, unit, units, source, market)
            return found.group() if not new else f"{new} ({found.group()})" if how == "both" else new

        if _goes_on(units, source, market):
            text = pattern.sub(changed, text)
    return text


def unclear_measures(text: str, source: Market, market: Market) -> list[tuple[str, tuple[int, int]]]:
    """Return what of a text could not be converted, with its place: degrees that say no scale, fractions of the other
    system's units; nothing between markets that measure alike."""
    if source.measures == market.measures:
        return []
    other = _spellings(source.measures)
    found = [(one.group(), one.span()) for one in BARE_DEGREES.finditer(text)]
    found += [(one.group(), one.span()) for one in FRACTION.finditer(text) if one["unit"] in other]
    return found


def rounded(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return a value with the fewest digits that are within the tolerances of `measures.yaml`."""
    lists = market_list("measures")
    most = int(lists["decimals"])
    for places in range(-3, most + 1):
        step = Decimal(1).scaleb(-places)
        near = value.quantize(step, rounding=rounding)
        tolerance = Decimal(str(lists["tolerance_of_tenths" if places == 1 else "tolerance"]))
        if value and abs(near - value) <= tolerance * abs(value):
            return near.quantize(Decimal(1)) if near == near.to_integral_value() else near
    return value.quantize(Decimal(1).scaleb(-most), rounding=rounding)


def _american(found: re.Match[str]) -> str:
    """Return a British pint or gallon in those of the United States, which are smaller; other units as they are."""
    told = market_list("measures")[CUSTOMARY][_spellings(CUSTOMARY)[" ".join(found["unit"].split())].unit]
    if "imperial" not in told or _is_endless(found):
        return found.group()
    factor = Decimal(str(told["imperial"])) / Decimal(str(told["is"]))
    return _renumbered(found, lambda number: rounded(number * factor, _rounding(found))) + found["gap"] + found["unit"]


def _is_endless(found: re.Match[str]) -> bool:
    """Say whether a number has more digits than anything measures, where a decimal would round it, or break, or more
    stand in a row than any measure has: the first of them would stay as they are."""
    numbers = re.findall(NUMBER, found["numbers"])
    if len(numbers) == MOST_NUMBERS and GOES_ON_BEFORE.search(_before(found)):
        return True
    return any(len(one) > LONGEST_NUMBER for one in numbers)


def _before(found: re.Match[str]) -> str:
    """Return what stands shortly before a measure."""
    return found.string[max(0, found.start() - BEFORE) : found.start()]


def _renumbered(found: re.Match[str], change: Callable[[Decimal], Decimal]) -> str:
    """Return the numbers of a match changed, with what stands between them."""
    return re.sub(NUMBER, lambda one: f"{change(Decimal(one.group().replace(',', ''))):,f}", found["numbers"])


def _goes_on(units: str, source: Market, market: Market) -> bool:
    """Say whether units of a system are converted: those of goods, or those of roads."""
    goods = source.measures != market.measures and units != market.measures
    return goods or (source.roads != market.roads and units != market.roads)


def _converted(found: re.Match[str], unit: _Written, units: str, source: Market, market: Market) -> str:
    """Return the numbers of a match in the market's unit; nothing where it writes this unit too."""
    told = market_list("measures")[units][unit.unit]
    system = market.roads if told.get("roads") else market.measures
    if "to" not in told or system == units or _of_the_trade(found, told.get("stays", ())):
        return ""
    numbers = [Decimal(one.replace(",", "")) for one in re.findall(NUMBER, found["numbers"])]
    target, factor = told["to"], told.get("is")
    if units == CUSTOMARY and source.code != "us" and "imperial" in told:
        factor = told["imperial"]
    if "below" in told and max(numbers) < told["below"]:
        target, factor = told["then"], told["then_is"]
    rounding = _rounding(found)
    if target in DEGREES:
        sign = -1 if found["sign"] else 1
        made = [_degrees(sign * number, target, rounding) for number in numbers]
    else:
        made = [rounded(number * Decimal(str(factor)), rounding) for number in numbers]
    rest = iter(f"{number:,f}" for number in made)
    written = re.sub(NUMBER, lambda one: next(rest), found["numbers"])
    return f"{written}{_unit(target, unit, found['gap'], made[-1], market, capital=found['unit'][0].isupper())}"


def _of_the_trade(found: re.Match[str], things: Sequence[str]) -> bool:
    """Say whether a unit is that of a thing which is measured in it everywhere: a 27-inch monitor."""
    after = AFTER.match(found.string[found.end() :])
    return after is not None and any(word in things for word in after.group().lower().replace("-", " ").split())


def _rounding(found: re.Match[str]) -> str:
    """Return how a number is rounded: never to a larger load than "up to" promises, nor to less than "at least"."""
    before = _before(found)
    return ROUND_FLOOR if AT_MOST.search(before) else ROUND_CEILING if AT_LEAST.search(before) else ROUND_HALF_UP


def _degrees(number: Decimal, target: str, rounding: str) -> Decimal:
    value = (number - 32) * 5 / 9 if target == "celsius" else number * 9 / 5 + 32
    return value.quantize(Decimal(1), rounding=rounding)


def _unit(target: str, unit: _Written, gap: str, number: Decimal, market: Market, *, capital: bool) -> str:
    """Return the new unit as the old one was written: as a symbol, or as a word, with a hyphen where it had one; beside
    a decimal, in prose, as a symbol: 3.9 oz."""
    lists = market_list("measures")
    decimal = number != number.to_integral_value() and gap != "-" and target not in lists["spelt"]
    if unit.word < 0 or decimal:
        return f"{'' if not gap else ' '}{lists['shown'][target]}"
    system = CUSTOMARY if target in lists[CUSTOMARY] else METRIC
    words = lists[system][target]["words"]
    if market.code == "us":
        words = lists["american"].get(target, words)
    single = gap == "-" or number == 1
    word = words[0] if single else words[1]
    word = word.replace(" ", "-") if gap == "-" else word
    return f"{gap or ' '}{word.title() if capital else word}"


@cache
def _spellings(units: str) -> Mapping[str, _Written]:
    """Return a system's units as texts have them."""
    found: dict[str, _Written] = {}
    for name, told in market_list("measures")[units].items():
        found |= {symbol: _Written(name, -1) for symbol in told["symbols"]}
        for at, word in enumerate(told["words"]):
            found |= {one: _Written(name, at) for one in (word, word[0].upper() + word[1:], word.title())}
    return found


@cache
def _pattern(units: str) -> re.Pattern[str]:
    longest = sorted(_spellings(units), key=len, reverse=True)
    unit = "|".join(rf"{re.escape(one).replace(chr(92) + ' ', chr(92) + 's')}" for one in longest)
    return re.compile(
        rf"(?<![\w.,/$£€¥½¼¾⅓⅔])(?P<sign>(?<!\w)[-−])?"
        rf"(?P<numbers>(?:{NUMBER})(?:(?:{BETWEEN})(?:{NUMBER})){{0,{MOST_NUMBERS - 1}}})"
        rf"(?P<gap>\s|-|)(?P<unit>{unit})(?![\w/²³°])"
    )
