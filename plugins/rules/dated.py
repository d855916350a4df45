"""Dates and times of day however they are written: 12 May 2026, 2026-05-12, 5月12日, 9 am, 上午9点半."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from aigc_plugins.rules.fact_reading import MONTHS
from aigc_plugins.rules.worded_numbers import han_value

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAN_WEEKDAYS = "一二三四五六日"
NOON = 12 * 60  # minutes


class Day(NamedTuple):
    """This is a date of which some parts may be 0, which are not said."""

    year: int
    month: int
    day: int

    def agrees(self, other: Day) -> bool:
        """Tell whether two dates may be one."""
        return all(not mine or not theirs or mine == theirs for mine, theirs in zip(self, other, strict=True))


class Dated(NamedTuple):
    """This is a date in a text, as each of the `days` that it may be: 05/06/2026 is two. `weekday` is 0 on Mondays."""

    span: tuple[int, int]
    days: tuple[Day, ...]
    weekday: int | None = None

    def misnamed(self) -> bool:
        """Tell whether a date with its year has another weekday beside it than it falls on."""
        whole = [one for one in self.days if all(one)]
        return self.weekday is not None and bool(whole) and all(_weekday(one) != self.weekday for one in whole)


class Clock(NamedTuple):
    """This is a time of day in minutes, each that it may be: 9:00 also at night, 9 am not. `sure` is no bare 9点."""

    span: tuple[int, int]
    minutes: tuple[int, ...]
    sure: bool


def dates_in(plain: str) -> Iterator[Dated]:
    """Yield the dates of a text in NFKC, of "12-14 May" both."""
    for found in _date_pattern().finditer(plain):
        parts = {name: value for name, value in found.groupdict().items() if value}
        days, others = _days(parts)
        if days and all(one.month <= 12 and one.day <= 31 for one in days):
            yield Dated(found.span(), days, _named_weekday(plain, found.span()))
            if others:
                yield Dated(found.span(), others)


def times_in(plain: str) -> Iterator[Clock]:
    """Yield the times of day of a text in NFKC."""
    for found in CLOCK.finditer(plain):
        hour = int(found["hour"] or found["twelve"] or found["point"])
        minute = int(found["minute"] or found["past"] or found["fen"] or 0)
        minute = 30 if found["half"] else 15 if found["quarter"] else minute
        noon = (found["noon"] or found["alone"] or "").lower() or (
            "p" if found["late"] else "a" if found["early"] else ""
        )
        if hour > 24 or minute > 59 or (found["twelve"] and hour > 12):
            continue
        at = (hour % 12 + (12 if noon == "p" else 0) if noon and hour <= 12 else hour) * 60 + minute
        exact = bool(noon) or hour > 12
        sure = bool(found["hour"] or noon or minute or found["half"])
        yield Clock(found.span(), (at,) if exact else (at, (at + NOON) % (2 * NOON)), sure)


def _days(parts: dict[str, str]) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """Return what a date may be, and what its range's other end may be."""
    if "iso" in parts:
        return (Day(int(parts["iso"]), int(parts["iso_month"]), int(parts["iso_day"])),), ()
    if "one" in parts:
        year, one, two = int(parts["short"]), int(parts["one"]), int(parts["two"])
        year = year + 2000 if year < 100 else year
        both = (Day(year, two, one), Day(year, one, two))
        return tuple(one for one in both if 0 < one.month <= 12 and 0 < one.day <= 31), ()
    if "han_month" in parts:
        year = _year(parts.get("han_year", ""))
        month, last = int(han_value(parts["han_month"])), parts.get("han_last")
        day = int(han_value(parts["han_day"])) if "han_day" in parts else 0
        return (Day(year, month, day),), (Day(year, month, int(han_value(last))),) if last else ()
    name = next(parts[key] for key in ("before", "after", "alone") if key in parts)
    month = next(at for at, one in enumerate(MONTHS, 1) if one[:3] == name[:3].lower())
    year = int(next((parts[key] for key in ("year", "year_after", "year_alone") if key in parts), 0))
    day = int(parts.get("day") or parts.get("day_after") or 0)
    other = parts.get("first") or parts.get("last")
    return (Day(year, month, day),), (Day(year, month, int(other)),) if other else ()


def _year(written: str) -> int:
    if not written:
        return 0
    return int(written) if written.isdigit() else int(han_value(written))


def _weekday(day: Day) -> int | None:
    try:
        return date(*day).weekday()
    except ValueError:
        return None


def _named_weekday(plain: str, span: tuple[int, int]) -> int | None:
    """Return the weekday that stands right before or behind a date."""
    before = re.search(r"(?i)\b([a-z]{6,9}),? (?:the )?$", plain[max(span[0] - 16, 0) : span[0]])
    behind = re.match(
        r"(?i),? ?\(?(?:([a-z]{6,9})\b|(?:周|星期|礼拜)([一二三四五六日天]))", plain[span[1] : span[1] + 14]
    )
    if behind and behind[2]:
        return HAN_WEEKDAYS.index(behind[2].replace("天", "日"))
    names = (found[1].lower() for found in (before, behind) if found and found[1])
    return next((WEEKDAYS.index(name) for name in names if name in WEEKDAYS), None)


@cache
def _date_pattern() -> re.Pattern[str]:
    names = "|".join([*(one.capitalize() for one in MONTHS), *(f"{one[:3].capitalize()}" for one in MONTHS), "Sept"])
    months = rf"(?:{names}|{names.upper()})\b\.?"
    ordinal, joint = r"(?:st|nd|rd|th)?", r"\s?(?:-|to|and|until)\s?"
    han = r"[〇零一二三四五六七八九十]"
    return re.compile(
        r"(?<![\d/.-])(?P<iso>\d{4})(?P<sep>[-/.])(?P<iso_month>\d{1,2})(?P=sep)(?P<iso_day>\d{1,2})(?![\d-])"
        r"|(?<![\d/.-])(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<short>\d{4}|\d{2})(?![\d-]|[.]\d)"
        rf"|(?:(?P<han_year>\d{{4}}|{han}{{4}})年)?(?P<han_month>\d{{1,2}}|{han}{{1,3}})月"
        rf"(?:(?P<han_day>\d{{1,2}}|{han}{{1,3}})[日号](?:[-至到](?P<han_last>\d{{1,2}})[日号])?)?"
        rf"|(?<![\d.,])(?:(?P<first>\d{{1,2}}){ordinal}{joint})?(?P<day>\d{{1,2}}){ordinal}(?: of)?"
        rf" (?P<before>{months})"
        rf"(?:,? (?P<year>\d{{4}})\b)?"
        rf"|\b(?P<after>{months}) (?P<day_after>\d{{1,2}}){ordinal}(?!\d|:\d)"
        rf"(?:{joint}(?P<last>\d{{1,2}}){ordinal}(?!\d))?"
        rf"(?:,? (?P<year_after>\d{{4}})\b)?"
        rf"|\b(?P<alone>{months}) (?P<year_alone>\d{{4}})\b"
    )


CLOCK = re.compile(
    r"(?<![\d:.])(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?![\d:])(?: ?(?i:(?P<noon>[ap])\.?m\b\.?))?"
    r"|(?P<twelve>\d{1,2})(?:\.(?P<past>\d{2}))? ?(?i:(?P<alone>[ap])\.?m\b\.?)"
    r"|(?:(?P<early>上午|早上|凌晨|清晨)|(?P<late>下午|晚上|傍晚))?(?P<point>\d{1,2})[点时](?![间候长数])"
    r"(?:(?P<fen>\d{1,2})分?|(?P<half>半)|(?P<quarter>一刻))?)"
)
