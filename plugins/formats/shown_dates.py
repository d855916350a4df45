"""Dates, times and durations of a spreadsheet's cells as their number formats show them."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from aigc_plugins.formats.format_codes import Section, Unshown

ISO = re.compile(r"yyyy-mm-dd(?:[ t]hh?:mm(?::ss)?)?")  # what programs give a date, not people
DAY = 86_400  # seconds
ENGLISH = 9
LAST = 2_958_466  # days: the year 10000
NAMED = ("mmm", "mmmm", "mmmmm", "ddd", "dddd")  # shown as names
NOON = {"am/pm": ("AM", "PM"), "a/p": ("A", "P"), "上午/下午": ("上午", "下午")}


@cache
def tables() -> Mapping[str, Any]:
    """Return the numbers of Excel's own formats, and the names of months and days."""
    import yaml

    text = files("aigc_plugins.formats").joinpath("number_formats.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def shown_date(days: float, section: Section, *, from_1904: bool = False) -> str:
    """Return a date or time, given in days as Excel counts them, as a section shows it.

    What each computer shows in its own way, what programs write, and names of months in a language that is not known
    here become 2026-11-23, with the time unless it is midnight. Unshown for a number that is no date.
    """
    letters = [mark.text for mark in section.marks if mark.kind == "date"]
    if any(one.startswith("[") for one in letters):
        return _duration(days, section)
    moment = _moment(days, from_1904)
    if section.system or ISO.fullmatch("".join(mark.text for mark in section.marks).lower()):
        return _plain(moment, days)
    if section.locale and section.locale not in tables()["names"] and any(one in NAMED for one in letters):
        return _plain(moment, days)
    noon = any(one in NOON for one in letters)
    minutes = _minutes(section)
    written = [
        _part(mark.text, moment, section.locale, noon=noon, minute=at in minutes) if mark.kind == "date" else mark.text
        for at, mark in enumerate(section.marks)
        if mark.kind != "text"
    ]
    return "".join(written).strip()


def iso_date(days: float, *, from_1904: bool = False) -> str:
    """Return a date as 2026-11-23, with the time unless it is midnight; a time of day alone where it has no date."""
    return _plain(_moment(days, from_1904), days)


def _moment(days: float, from_1904: bool) -> datetime.datetime:
    """Return the time of a number of days. Excel's 1900 has a 29 February that never was, day 60."""
    if not 0 <= days < LAST:
        raise Unshown(f"{days:g} is no date")
    epoch = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30 if days >= 60 else 31)
    return epoch + datetime.timedelta(milliseconds=round(days * DAY * 1000))


def _plain(moment: datetime.datetime, days: float) -> str:
    rounded = moment + datetime.timedelta(milliseconds=500)
    clock = rounded.time().replace(microsecond=0)
    time = clock.isoformat("seconds" if clock.second else "minutes")
    if 0 < days < 1:
        return time
    return rounded.date().isoformat() + (f" {time}" if clock != datetime.time() else "")


def _minutes(section: Section) -> set[int]:
    """Return the places of `m` that are minutes: behind hours, or before seconds."""
    places = [at for at, mark in enumerate(section.marks) if mark.kind == "date" and mark.text not in NOON]
    texts = [section.marks[at].text for at in places]
    return {
        at
        for number, at in enumerate(places)
        if texts[number] in ("m", "mm")
        and (
            (number and texts[number - 1].strip("[")[0] == "h")
            or (number + 1 < len(texts) and texts[number + 1].strip("[")[0] == "s")
        )
    }


def _part(letters: str, moment: datetime.datetime, locale: int, *, noon: bool, minute: bool) -> str:
    if letters in NOON:
        return NOON[letters][moment.hour >= 12]
    first, many = letters[0], len(letters)
    if minute:
        return f"{moment.minute:0{many}}"
    if first == "y":
        return f"{moment.year % 100:02}" if many < 3 else f"{moment.year:04}"
    if first == "e":
        return str(moment.year)
    if first == "m":
        return f"{moment.month:0{many}}" if many < 3 else _name("months", moment.month - 1, many, locale)
    if first == "d":
        return f"{moment.day:0{many}}" if many < 3 else _name("days", moment.weekday(), many, locale)
    if first == "a":
        return _name("days", moment.weekday(), 4, 4)[-1 if many == 3 else 0 :]  # 一, or 星期一
    if first == "h":
        return f"{(moment.hour % 12 or 12) if noon else moment.hour:0{min(many, 2)}}"
    return _seconds(letters, moment.second + moment.microsecond / 1e6)


def _name(kind: str, number: int, many: int, locale: int) -> str:
    names = tables()["names"][locale or ENGLISH]
    if many == 5:
        return str(names[kind][number])[0]
    return str(names[kind if many >= 4 else f"short_{kind}"][number])


def _seconds(letters: str, seconds: float) -> str:
    whole, _, places = letters.partition(".")
    if not places:
        return f"{math.floor(seconds):0{min(len(whole), 2)}}"
    return f"{seconds:0{len(whole) + 1 + len(places)}.{len(places)}f}"


def _duration(days: float, section: Section) -> str:
    """Write a length of time: `[h]:mm` counts hours past a day, `[m]` minutes past an hour."""
    left = round(abs(days) * DAY, 3)
    written: list[str] = []
    units: Sequence[tuple[str, int]] = (("h", 3600), ("m", 60), ("s", 1))
    for mark in section.marks:
        letters = mark.text.strip("[]")
        unit = dict(units).get(letters[0] if letters else "") if mark.kind == "date" else None
        if mark.kind != "date":
            written.append(mark.text)
        elif unit is None:
            raise Unshown(f"{mark.text!r} in a length of time is not known")
        elif letters[0] == "s":
            written.append(_seconds(letters, left))
        else:
            written.append(f"{int(left // unit):0{len(letters)}}")
            left -= int(left // unit) * unit
    return ("-" if days < 0 else "") + "".join(written).strip()
