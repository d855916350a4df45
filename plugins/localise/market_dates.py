"""Dates as a market writes them. In numbers they mean two days, so they are written out: 5/12/2026 is 12 May 2026."""

from __future__ import annotations

import re

from aigc_plugins.localise.market_lists import Market

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NAMES = "|".join((*MONTHS, *(f"{month[:3]}(?![a-z])" for month in MONTHS), "Sept(?![a-z])"))
IN_NUMBERS = re.compile(r"(?<![\w./-])(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d{2})(?![\w/]|\.\d)")
DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
DAY_LAST = re.compile(rf"(?<!\w)(?P<month>{NAMES})\.?\s{DAY}(?![\d:%]|[.,]\d)(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?")
DAY_FIRST = re.compile(rf"(?<![\w.,:]){DAY}(?:\sof)?\s(?P<month>{NAMES})\.?(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?")


def dated_for(text: str, source: Market, market: Market) -> str:
    """Return an English text with its dates in the market's order; years stay out where there was none."""
    if source.date != market.date:
        text = IN_NUMBERS.sub(lambda found: _written(found, source, market), text)
    last = market.written.startswith("{month}")
    return (DAY_FIRST if last else DAY_LAST).sub(lambda found: _ordered(found, market), text)


def unclear_dates(text: str, source: Market, market: Market) -> list[tuple[str, tuple[int, int]]]:
    """Return the dates in numbers that are none where the text comes from (13/5/2026 in the United States)."""
    if source.date == market.date:
        return []
    found = IN_NUMBERS.finditer(text)
    return [(one.group(), one.span()) for one in found if not _written(one, source, market, sure=True)]


def _written(found: re.Match[str], source: Market, market: Market, *, sure: bool = False) -> str:
    """Return a date in words, as it is where it is none; `sure` then gives nothing."""
    first, second = int(found[1]), int(found[3])
    day, month = (second, first) if source.date == "mdy" else (first, second)
    if source.date == "ymd" or not (1 <= month <= 12 and 1 <= day <= 31):
        return "" if sure else found.group()
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    return market.written.format(day=day, month=MONTHS[month - 1], year=year, number=month)


def _ordered(found: re.Match[str], market: Market) -> str:
    """Return a date in words in the market's order, its month as it was written."""
    year = found["year"] or ""
    told = market.written.format(day=int(found["day"]), month=found["month"], year=year, number="")
    return told if year else told.rstrip(" ,")
