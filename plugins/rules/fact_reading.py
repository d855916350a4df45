"""Reading the facts out of a text: numbers with their units, times, model names, months, links, addresses.

Texts are read in NFKC form, character by character, so a fact's span still points into the text as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

from aigc_plugins.rules.numerals import ENGLISH, chinese_number, english_number
from aigc_plugins.rules.units import canonical_unit, unit_pattern

NumberWords: TypeAlias = Literal["none", "sure", "any"]  # which numbers in words are read: see `facts_in`

SCALES = {"万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "thousand": 10**3, "million": 10**6, "billion": 10**9}
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
UNMARKED = ("st", "nd", "rd", "th", "s")  # 2nd, 1990s: the letters add nothing to the number
PLAIN_WORDS = ("b2b", "b2c", "co2", "h2o")  # words with a digit in them, not facts

URL_END = r"[^\s<>\"'，。！？、；：（）【】]"
TLD = "com|org|net|edu|gov|info|biz|io|ai|app|dev|shop|store|blog|cn|uk|de|fr|jp|eu|us|co|me|tv|example|test"
COUNTRY = "nl|es|ch|pl|se|fi|dk|ca|au|nz|br|ru|kr|tw|hk|sg|mx|online|site|xyz|tech|cloud|in|it|at|be"
EMAIL = r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
LINK = rf"(?i:https?://|www\.){URL_END}+|(?<![\w.@-])(?i:(?:[a-z0-9-]+\.)+(?:{TLD}))\b(?:[/?]{URL_END}*)?|(?<![\w.@-])(?i:(?:[a-z0-9-]+\.)+(?:{COUNTRY}))/{URL_END}*"
COMPOUND = r"\d+(?::\d+)+|\d+(?:/\d+)+|\d+(?:\.\d+){2,}"
MODEL = r"(?<![A-Za-z0-9])[A-Za-z]+\d[A-Za-z0-9]*(?:\.\d+)*"
DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+"
MONEY = r"US\$|HK\$|CN¥|[$€£¥₹]|(?<![A-Za-z])(?i:RMB|CNY|USD|EUR|GBP|HKD|INR|JPY)"
LETTERS_BEFORE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]+)[ -]$")
LONGEST_LETTERS = 40  # that may stand before a number: HP 2000
SURE_MONTH = "|".join(month for month in MONTHS if month not in ("march", "may"))
ANY_MONTH = "|".join([*MONTHS, *(month[:3] + r"\b\.?" for month in MONTHS), "sept"])
MONTH = re.compile(rf"(?i)\b(?:(?:{SURE_MONTH})\b|(?:{ANY_MONTH})(?= \d)|(?<=\d )(?:{ANY_MONTH})\b)")

HINT = re.compile(r"[0-9@]|://|\.\S")  # no number, address, link or model name is without


class Fact(NamedTuple):
    """This is one thing a text claims. `key` is its normal form, `span` where it stands in the text as written.

    A number with letters before it has them in `joined` ("HP 2000" → hp2000); `parts` are a compound's numbers.
    """

    kind: Literal["number", "word", "month", "link"]
    span: tuple[int, int]
    text: str = ""
    key: str = ""
    number: Decimal = Decimal(0)
    unit: str = ""
    joined: str = ""
    parts: tuple[Decimal, ...] = ()


class _Patterns(NamedTuple):
    facts: re.Pattern[str]
    sure_words: re.Pattern[str]
    any_words: re.Pattern[str]


@lru_cache(maxsize=1 << 12)
def facts_in(text: str, *, words: NumberWords) -> tuple[Fact, ...]:
    """Return the facts of a text. Of numbers in words read `none`, those that are `sure` to be numbers, or `any`."""
    plain, places = readable(text)
    facts = []
    for fact in _read(plain, words):
        start, end = places[fact.span[0]], places[fact.span[1] - 1] + 1
        facts.append(fact._replace(text=text[start:end], span=(start, end)))
    return tuple(facts)


def months_in(text: str) -> set[Decimal]:
    """Return the months of dates in digits: 11 of 2026-11-23 and 11/2026; of 23.5.2026 both numbers that may be one."""
    found = re.findall(r"\d{4}[-/.年](\d{1,2})(?!\d)|(?<!\d)(\d{1,2})[-/.](?:(\d{1,2})[-/.])?\d{4}(?!\d)", text)
    return {Decimal(number) for date in found for number in date if number and 1 <= int(number) <= 12}


def _read(plain: str, words: NumberWords) -> Iterator[Fact]:
    patterns = _patterns()
    for found in patterns.facts.finditer(plain) if HINT.search(plain) else ():
        if found["email"]:
            yield Fact(kind="link", span=found.span(), key=found.group().casefold())
        elif found["link"]:
            yield _link(found)
        elif found["compound"]:
            parts = tuple(Decimal(part) for part in re.findall(r"\d+", found.group()))
            yield Fact(kind="word", span=found.span(), key=found.group(), parts=parts)
        elif found["number"]:
            yield _number(found)
        elif found.group().casefold() not in PLAIN_WORDS:
            yield Fact(kind="word", span=found.span(), key=found.group().casefold())
    for found in MONTH.finditer(plain):
        number = next(at for at, month in enumerate(MONTHS, 1) if month[:3] == found.group()[:3].lower())
        yield Fact(kind="month", span=found.span(), number=Decimal(number))
    if words != "none":
        pattern = patterns.sure_words if words == "sure" else patterns.any_words
        yield from (fact for found in pattern.finditer(plain) if (fact := _numeral(found, words)))


def readable(text: str) -> tuple[str, Sequence[int]]:
    """Return the text in NFKC and, for each of its characters, its place in `text`; m² and 2½ stay readable."""
    if text.isascii():
        return text, range(len(text))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        kind = "" if char.isascii() else unicodedata.decomposition(char).partition(" ")[0]
        plain = char
        if kind == "<fraction>":
            plain = " " + unicodedata.normalize("NFKC", char).replace("\u2044", "/")
        elif char in "−‐‑–—":
            plain = "-"
        elif not char.isascii() and kind not in ("<super>", "<sub>") and char not in "，：；！？（）":
            plain = unicodedata.normalize("NFKC", char)
        chars += plain
        places += [place] * len(plain)
    return "".join(chars), places


def _link(found: re.Match[str]) -> Fact:
    link = found.group().rstrip(".,;:!?*_)]")
    key = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).rstrip("/")
    return Fact(kind="link", span=(found.start(), found.start() + len(link)), key=key)


def _number(found: re.Match[str]) -> Fact:
    number = Decimal(found["digits"].replace(",", "")) * SCALES.get((found["scale"] or "").lower(), 1)
    suffix = (found["suffix"] or "").casefold()
    unit = canonical_unit(found["currency"] or found["unit"] or "")
    if found["hundredths"]:
        unit = "percent"
    elif suffix and suffix not in UNMARKED and not unit:
        unit = suffix
    if found.string[found.end("digits") :].startswith("月") and number in range(1, 13):
        return Fact(kind="month", span=found.span("digits"), number=number)
    before = LETTERS_BEFORE.search(
        found.string[max(found.start("digits") - LONGEST_LETTERS, 0) : found.start("digits")]
    )
    return Fact(
        kind="number",
        span=found.span(),
        number=-number if found["sign"] else number,
        unit=unit,
        joined=before[1].casefold() + found["digits"] if before else "",
    )


def _numeral(found: re.Match[str], words: NumberWords) -> Fact | None:
    unit = canonical_unit(found["unit"] or "")
    number = english_number(found["english"]) if found["english"] else chinese_number(found["han"])
    if words == "sure" and number == 1 and not (unit or found["ordinal"]):  # "the one for you"
        return None
    if found["hundredths"]:
        unit = "percent"
    return Fact(kind="number", span=found.span(), number=Decimal(number), unit=unit)


@cache
def _patterns() -> _Patterns:
    unit = unit_pattern()
    scales = "|".join(sorted(SCALES, key=len, reverse=True))
    number = (
        rf"(?P<hundredths>百分之)?(?P<sign>(?<![\w)\]%-])-)?(?:(?P<currency>{MONEY})\s?)?(?P<digits>{DIGITS})"
        rf"(?:\s?(?P<scale>(?i:{scales}))(?![A-Za-z]))?(?:[\s-]?(?P<unit>{unit})|(?P<suffix>(?!x\d)[A-Za-z]+))?"
    )
    facts = rf"(?P<email>{EMAIL})|(?P<link>{LINK})|(?P<compound>{COMPOUND})|(?P<number>{number})|(?P<model>{MODEL})"
    english = rf"\b(?P<english>(?i:(?:{'|'.join(ENGLISH)})(?:-(?:{'|'.join(ENGLISH)}))?))\b"
    han = r"(?:(?P<hundredths>百分之)|(?P<ordinal>第))?(?P<han>[一二三四五六七八九十两][零〇一二三四五六七八九十百千]*)"
    surely = rf"(?(ordinal)|(?(hundredths)|(?={unit})))"
    with_unit = rf"(?:[\s-]?(?P<unit>{unit}))?"
    return _Patterns(
        facts=re.compile(facts, re.ASCII),
        sure_words=re.compile(rf"(?:{english}|{han}{surely}){with_unit}"),
        any_words=re.compile(rf"(?:{english}|{han}){with_unit}"),
    )
