from __future__ import annotations

import csv
import re

import pytest

from aigc.errors import JobError
from aigc_plugins.publishing.post_calendar import post_calendar
from aigc_plugins.publishing.schedule import post_schedule

from .conftest import piece

POST = {
    "hook": "Kettle",
    "body": "Holds 1 litre.",
    "post": "Kettle. Holds 1 litre.\n\n#Kettle",
    "hashtags": ["#Kettle"],
}


def rows(folder, *pieces, **options):
    (sheet,) = post_schedule(pieces, folder, **options)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def crossed(*names, **values):
    return [
        piece(f"{name}/{platform}", {"platform": platform, **values}, **POST)
        for name in names
        for platform in ("x", "weibo")
    ]


def test_a_row_says_when_where_what_and_with_which_picture(tmp_path):
    values = {"date": "2026-12-01 09:30", "url": "https://example.com/a", "media": "a.jpg", "platform": "x"}
    (row,) = rows(tmp_path, piece("a", values, alt_text="A kettle", **POST))
    assert row == {
        "Date": "2026-12-01",
        "Time": "09:30",
        "Platform": "x",
        "Text": POST["post"],
        "Link": "https://example.com/a",
        "Media": "a.jpg",
        "Alt Text": "A kettle",
    }


def test_posts_without_a_date_are_spread_and_a_row_keeps_one_day_on_all_platforms(tmp_path):
    told = rows(tmp_path, *crossed("a", "b", "c"), date="2026-12-30", every=2)
    assert [(row["Date"], row["Platform"]) for row in told] == [
        (day, platform) for day in ("2026-12-30", "2027-01-01", "2027-01-03") for platform in ("x", "weibo")
    ]
    assert {row["Time"] for row in told} == {""}


def test_a_time_is_kept_and_an_own_date_takes_no_turn(tmp_path):
    fixed = piece("own", {"date": "2026-12-24", "platform": "x"}, **POST)
    told = rows(tmp_path, fixed, *crossed("a", "b"), date="2026-12-30 18:00", every=1)
    assert [(row["Date"], row["Time"]) for row in told if row["Platform"] == "x"] == [
        ("2026-12-24", ""),
        ("2026-12-30", "18:00"),
        ("2026-12-31", "18:00"),
    ]


def test_the_calendar_is_spread_alike(tmp_path):
    _, sheet = post_calendar(crossed("a", "b"), tmp_path, date="2026-12-30", every=7)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [row["Date"] for row in told] == ["2026-12-30", "2026-12-30", "2027-01-06", "2027-01-06"]
    assert {row["Text"] for row in told} == {POST["post"]}


def test_an_entry_is_called_by_its_first_line_in_whole_words(tmp_path):
    long = {"hook": "", "post": "One two three four " * 8}
    calendar, _ = post_calendar([piece("a", {}, **POST), piece("b", {}, **long)], tmp_path, date="2026-12-30")
    content = calendar.read_text(encoding="utf-8").replace("\r\n ", "").replace("\n ", "")
    assert "SUMMARY:Kettle\n" in content
    (called,) = re.findall(r"SUMMARY:(One .*)", content)
    assert len(called) <= 80 and called.split()[-1] in ("One", "two", "three", "four")


def test_days_are_not_counted_back(tmp_path):
    with pytest.raises(JobError, match="every -1 days"):
        rows(tmp_path, *crossed("a"), date="2026-12-30", every=-1)
