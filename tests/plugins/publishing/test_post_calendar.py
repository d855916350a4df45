from __future__ import annotations

import csv
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from aigc.errors import JobError
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.post_calendar import post_calendar

from .conftest import piece, texts

POST = {"hook": "Up early?", "text": "Coffee, hot;\nall day.", "cta": "Look inside.", "hashtags": ["#mug", "camping"]}
WHOLE = "Up early?\n\nCoffee, hot;\nall day.\n\nLook inside.\n\n#mug #camping"


def events(path) -> list[dict[str, str]]:
    """Read a calendar strictly, as RFC 5545 has it: lines end in CRLF, fold at 75 octets, escape what it says."""
    content = path.read_bytes()
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert all(line.decode("utf-8") is not None for line in content.split(b"\r\n")), "no character is cut"
    lines = content.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines and any(line.startswith("PRODID:") for line in lines)
    told: list[dict[str, str]] = []
    inside = False
    for line in lines[1:-1]:
        name, colon, value = line.partition(":")
        assert colon and re.fullmatch(r"[A-Z-]+(;VALUE=DATE)?", name), line
        if line in ("BEGIN:VEVENT", "END:VEVENT"):
            inside = line == "BEGIN:VEVENT"
            told += [{}] if inside else []
        elif inside:
            assert name not in told[-1]
            told[-1][name] = unescaped(value) if name in ("SUMMARY", "DESCRIPTION") else value
    assert all({"UID", "DTSTAMP"} <= set(one) for one in told)
    return told


def unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), "a bare ; or , ends a value"
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def written(folder, *pieces, **options):
    path, sheet = post_calendar(pieces, folder, **options)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return events(path), list(csv.DictReader(file))


def test_both_files_read_back(tmp_path):
    made = piece(values={"date": "2026-12-01 09:30", "url": "https://example.com/mug"}, **POST)
    (event,), (row,) = written(tmp_path, made)
    assert event["DTSTART"] == "20261201T093000" and event["DTSTAMP"] == "20261201T000000Z"
    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Up early?", WHOLE)
    assert (event["URL"], event["STATUS"]) == ("https://example.com/mug", "CONFIRMED")
    assert row == {"Date": "2026-12-01 09:30", "Text": WHOLE, "Link": "https://example.com/mug"}


def test_rows_come_in_the_order_of_dates(tmp_path):
    pieces = [
        piece("a", {"date": "2026-12-24"}, text="a"),
        piece("b", {"publish_at": "2026-12-01T09:30+02:00"}, text="b"),
        piece("c", {"publish_date": "2026-12-01"}, title="Third", description="c"),
        replace(piece("d", text="d"), status="flagged"),
    ]
    told, rows = written(tmp_path, *pieces, date="2026-12-02")
    assert [one["DESCRIPTION"] for one in told] == [row["Text"] for row in rows] == ["c", "b", "d", "a"]
    assert told[0]["DTSTART;VALUE=DATE"] == "20261201" and told[0]["SUMMARY"] == "Third"
    assert told[1]["DTSTART"] == "20261201T073000Z"
    assert [one["STATUS"] for one in told] == ["CONFIRMED", "CONFIRMED", "TENTATIVE", "CONFIRMED"]
    assert len({one["UID"] for one in told}) == 4


def test_the_same_pieces_make_the_same_file(tmp_path):
    made = piece(values={"date": "2026-12-01"}, **POST)
    written(tmp_path / "1", made)
    written(tmp_path / "2", made)
    assert (tmp_path / "1/calendar.ics").read_bytes() == (tmp_path / "2/calendar.ics").read_bytes()


@pytest.mark.parametrize(
    ("values", "fields", "message"),
    [
        ({}, POST, "bad: has no date, which a field or input `date` or the option `date` gives"),
        ({"date": "1.12.2026"}, POST, "bad: has the date '1.12.2026', which is none"),
        ({"date": "2026-12-01"}, {"title": "T"}, "bad: has no text of a post"),
        ({"date": "2026-12-01", "url": "x"}, POST, "bad: has the link 'x', which is none"),
    ],
)
def test_what_is_no_post_is_refused_before_anything_is_written(tmp_path, values, fields, message):
    bad = piece("bad", values, **fields)
    with pytest.raises(JobError) as caught:
        list(post_calendar([piece(values={"date": "2026-12-01"}, **POST), bad], tmp_path))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(post_calendar.refuses(bad))


def test_a_row_is_refused_by_what_it_will_lack():
    dated = {"date": "2026-12-01"}
    assert list(post_calendar.refuses(piece(values={"date": "soon"}, text=None)))
    assert list(post_calendar.refuses(piece(values={}, text=None)))
    assert list(post_calendar.refuses(piece(values=dated, headlines=None)))
    assert not list(post_calendar.refuses(piece(values=dated, text=None)))
    assert not list(post_calendar.refuses(piece(values={}, text=None), date="2026-12-01"))
    assert not list(post_calendar.refuses(piece(values={}, text=None, publish_date=None))), "which it may yet get"


@settings(deadline=None)
@given(title=texts(), text=texts(), hook=texts())
def test_any_text_comes_back(tmp_path_factory, title, text, hook):
    made = piece(values={"date": "2026-12-01"}, title=title, text=text, hook=hook)
    (event,), (row,) = written(tmp_path_factory.mktemp("calendar"), made)
    expected = f"{sound(hook).strip()}\n\n{sound(text).strip()}"
    assert event["SUMMARY"] == sound_line(title)
    assert event["DESCRIPTION"] == expected
    assert row["Text"] == harmless(expected)
