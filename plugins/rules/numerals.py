"""Numbers written in words, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_UNITS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ENGLISH: Mapping[str, int] = MappingProxyType(
    {word: number for number, word in enumerate(_UNITS, 1)} | {word: 10 * tens for tens, word in enumerate(_TENS, 2)}
)
HAN_DIGITS: Mapping[str, int] = MappingProxyType(
    {"零": 0, "〇": 0, "两": 2} | {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
)
HAN_POWERS: Mapping[str, int] = MappingProxyType({"十": 10, "百": 100, "千": 1000})


def english_number(words: str) -> int:
    """Return the value of `seven` or `twenty-five`; KeyError for other words."""
    return sum(ENGLISH[word] for word in words.lower().replace("-", " ").split())


def chinese_number(numeral: str) -> int:
    """Return the value of 三, 十二, 两百五 (250) or 二〇二六, below ten thousand."""
    if not set(numeral) & set(HAN_POWERS):
        return int("".join(str(HAN_DIGITS[digit]) for digit in numeral))
    total, digit, power = 0, 0, 1
    for char in numeral:
        if char in HAN_POWERS:
            power = HAN_POWERS[char]
            total += (digit or 1) * power
            digit = 0
        else:
            digit = HAN_DIGITS[char]
            power = 10 if char in "零〇" else power  # 一百零五 is 105, 两百五 is 250
    return total + digit * (power // 10 or 1)
