"""Amounts that are not plain digits: half a litre, two dozen, 两成, 三分之一, 十二万, 1/2 kg, thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from aigc_plugins.rules.numerals import ENGLISH, chinese_number
from aigc_plugins.rules.units import canonical_unit, unit_pattern

LISTED = "listed"  # what a text says of itself: two things about herbs
COUNT = "count"  # of people and things
SHARE = "share"  # the unit of a part of a whole: half the price, 20 %, 两成
DISCOUNT = "discount"  # 折
LARGE: Mapping[str, int] = MappingProxyType(
    {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
)
PARTS: Mapping[str, int] = MappingProxyType(
    {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
)
ORDINALS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")
HAN_LARGE: Mapping[str, int] = MappingProxyType({"亿": 10**8, "万": 10**4})
HAN_MANY: Mapping[str, int] = MappingProxyType({"十": 10, "百": 100, "千": 10**3, "万": 10**4, "亿": 10**8})
COUNTED = "人名位次件盒双种家所间台套张条片支瓶杯袋辆颗座款项场倍"  # what a Chinese number is sure to count
THINGS = re.compile(r"(?i)(?: \w+)? (?:things|facts|points|reasons|ways|tips|notes|questions|ideas)\b")
STEPS = "步次时印件部节课章题问点条句段种个天封篇期集"  # 第一步 counts steps, and claims nothing
LEAST_COUNTED = 3  # 一款, 两人 are seldom told as numbers
LARGEST_PART = 16  # in digits: 3/16 of an inch; 24/7 is no part


class WordedAmount(NamedTuple):
    """This is an amount with its unit, '' for none; of one that is `vague` (thousands) the number is its scale."""

    span: tuple[int, int]
    number: Fraction
    unit: str = ""
    vague: bool = False


def worded_amounts(plain: str, *, sure: bool) -> Iterator[WordedAmount]:
    """Yield the amounts of a text in NFKC; only those that are `sure` to be amounts, or any."""
    patterns = _patterns()
    for found in patterns.vague.finditer(plain):
        power = LARGE[found["vague"].lower().rstrip("s")] if found["vague"] else HAN_MANY[found["han"]]
        yield WordedAmount(found.span(), Fraction(power), vague=True)
    for found in patterns.digits.finditer(plain):
        part = Fraction(int(found["part"]), int(found["of"])) if int(found["of"]) else Fraction(2)
        if part < 1 and int(found["of"]) <= LARGEST_PART:
            yield _with_unit(found, int(found["whole"] or 0) + part)
    if re.search(r"[A-Za-z]", plain):
        yield from _english(plain, sure=sure)
    if not plain.isascii():
        yield from _chinese(plain, sure=sure)


def _english(plain: str, *, sure: bool) -> Iterator[WordedAmount]:
    patterns = _patterns()
    for found in patterns.mixed.finditer(plain):
        yield _with_unit(found, ENGLISH[found["many"].lower()] + Fraction(1, 2))
    for found in patterns.half.finditer(plain):
        yield _with_unit(found, Fraction(1, 2))
    for found in patterns.parts.finditer(plain):
        many = ENGLISH.get(found["many"].lower(), 1)
        yield _with_unit(found, Fraction(many, PARTS[found["part"].lower().removesuffix("s")]))
    for found in patterns.english.finditer(plain):
        number, unit = _english_value(found["words"]), canonical_unit(found["unit"] or "")
        unit = unit or (LISTED if THINGS.match(plain[found.end() :]) else "")
        loose = not unit and (number == 1 or (number == 2 and plain[: found.start()].endswith("or ")))
        if not (sure and loose):  # the one for you, a line or two
            yield WordedAmount(found.span(), Fraction(number), unit)
    for found in patterns.ordinals.finditer(plain):
        yield WordedAmount(found.span(), Fraction(ORDINALS.index(found["ordinal"].lower()) + 3))


def _english_value(words: str) -> Fraction:
    """Return what `two hundred and fifty`, `half a dozen` or `three million` are."""
    total, group = Fraction(0), Fraction(0)
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in LARGE and LARGE[word] < 10**3:
            group = (group or Fraction(1)) * LARGE[word]
        elif word in LARGE:
            total, group = total + (group or 1) * LARGE[word], Fraction(0)
        elif word == "half":
            group = Fraction(1, 2)
        else:
            group += ENGLISH.get(word, 0)  # "a" and "and" add nothing
    return total + group


def _chinese(plain: str, *, sure: bool) -> Iterator[WordedAmount]:
    for found in _patterns().han.finditer(plain):
        unit = canonical_unit(found["unit"] or "")
        number = han_value(found["han"]) if found["han"] else Fraction(1)
        if found["hundredths"]:
            yield WordedAmount(found.span(), han_value(found["percent"]) / 100, SHARE)
        elif found["whole"]:
            whole = han_value(found["whole"]) or Fraction(1)
            yield WordedAmount(found.span(), han_value(found["over"]) / whole, SHARE)
        elif found["tenths"]:
            yield WordedAmount(found.span(), han_value(found["tenths"]) / 10, SHARE)
        elif found["price"]:
            yield WordedAmount(found.span(), Fraction(5), DISCOUNT)
        elif found["halved"]:
            yield _with_unit(found, Fraction(1, 2), found["halved"])
        elif sure and found["han"] == "一" and unit in ("minute", "second"):
            continue  # 花一分钟看看
        elif unit == DISCOUNT:
            yield WordedAmount(found.span(), _tenths(number, found["han"]), unit)
        elif unit:
            yield WordedAmount(found.span(), number + (Fraction(1, 2) if found["half"] or found["more"] else 0), unit)
        elif found["counted"] and (number >= LEAST_COUNTED or not sure):
            yield WordedAmount(found.span(), number, COUNT)
        elif not sure or found["ordinal"] or number >= 10**4:
            yield WordedAmount(found.span(), number)


def _tenths(number: Fraction, written: str) -> Fraction:
    return number / 10 if number > 10 and "点" not in written else number  # 八五折 is 8.5


def han_value(numeral: str) -> Fraction:
    """Return the value of 三点五, 十二万 or digits."""
    whole, _, part = numeral.partition("点")
    if part:
        digits = "".join(str(chinese_number(digit)) for digit in part)
        return han_value(whole) + Fraction(int(digits), 10 ** len(digits))
    for char, power in HAN_LARGE.items():
        if char in whole:
            left, _, right = whole.partition(char)
            return (han_value(left) if left else Fraction(1)) * power + (han_value(right) if right else Fraction(0))
    if whole[:1].isdigit():
        return Fraction(whole)
    return Fraction(chinese_number(whole))


def _with_unit(found: re.Match[str], number: Fraction, unit: str | None = None) -> WordedAmount:
    return WordedAmount(found.span(), number, canonical_unit(unit or found["unit"] or "") or SHARE)


class _AmountPatterns(NamedTuple):
    vague: re.Pattern[str]
    digits: re.Pattern[str]
    half: re.Pattern[str]
    mixed: re.Pattern[str]
    parts: re.Pattern[str]
    english: re.Pattern[str]
    ordinals: re.Pattern[str]
    han: re.Pattern[str]


@cache
def _patterns() -> _AmountPatterns:
    unit = unit_pattern()
    small, large = "|".join(sorted(ENGLISH, key=len, reverse=True)), "|".join(LARGE)
    parts, few = "|".join(PARTS), "an?|one|two|three|four|five|seven"
    counted = rf"(?:{small})(?:[- ](?:and )?(?:{small}|{large}))*|(?:an? |half an? )(?:{large})(?: (?:{large}))*"
    han = r"[一二三四五六七八九十两][零〇一二三四五六七八九十百千万亿]{0,15}(?:点[零〇一二三四五六七八九]{1,6})?"
    digit = r"[零〇一二三四五六七八九十百两\d.]{1,12}"
    return _AmountPatterns(
        vague=re.compile(
            r"(?i:\b(?P<vague>dozens|hundreds|thousands|millions|billions)\b)"
            rf"|(?:上|近|超|数|几|成)(?P<han>[十百千万亿])(?=余?[{COUNTED}个的])"
        ),
        digits=re.compile(
            rf"(?<![\d/.,])(?:(?P<whole>\d{{1,6}}) )?(?P<part>\d{{1,2}})/(?P<of>\d{{1,2}})(?![\d/.])"
            rf"(?:[\s-]?(?P<unit>{unit}))?"
        ),
        mixed=re.compile(rf"(?i:\b(?P<many>{small}) and a half\b)(?:[\s-](?P<unit>{unit}))?"),
        half=re.compile(
            rf"(?i:\bhalf(?:[ -](?:(?:an?|of an?|the) )?(?P<unit>{unit})|(?= (?:of|the|off|price)\b|-price)))"
        ),
        parts=re.compile(
            rf"(?i:\b(?P<many>{few})[ -](?P<part>(?:{parts})s?)\b(?!-)"
            rf"(?:(?= (?:of|off|less|more|fewer|the)\b)|(?<!\ba third)(?<!\ba fifth)(?<!\ba tenth))"
            rf"(?: (?:(?:of )?an? )?(?P<unit>{unit}))?)"
        ),
        english=re.compile(rf"(?i:\b(?P<words>{counted}|an? (?=kilo|lit(?:re|er)))\b)(?:[\s-]?(?P<unit>{unit}))?"),
        ordinals=re.compile(
            rf"(?i:\b(?:the|our|your|its|a) (?P<ordinal>{'|'.join(ORDINALS)})\b"
            rf"(?!-party| (?:of|off|less|more|party)\b))"
        ),
        han=re.compile(
            rf"(?P<hundredths>百分之)(?P<percent>{digit})|(?P<whole>{digit})分之(?P<over>{digit})"
            rf"|(?P<tenths>[一二三四五六七八九两])成(?![不为长功员立本都人年分品果就语])|(?P<price>半价)"
            rf"|半个?(?P<halved>{unit})|(?P<ordinal>第)?(?P<han>{han})(?!(?<=第.)[{STEPS}])"
            rf"(?:个?(?P<more>半)?个?(?P<unit>{unit})(?P<half>半)?|(?P<counted>[{COUNTED}]|个(?=人|孩子)))?"
        ),
    )
