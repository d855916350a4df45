from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.zendesk import zendesk_macros

from .conftest import piece, texts

REPLY = {"title": "Late parcel", "reply": "Dear {{ticket.requester.name}},\n\nit is on its way."}


def macros(folder, *pieces, **options):
    path, sheet = zendesk_macros(pieces, folder, **options)
    told = json.loads(path.read_text("utf-8"))["macros"]
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        return told, list(csv.DictReader(file))


def test_both_files_read_back(tmp_path):
    made = piece(macro_tags=["late", "parcel post"], description="Where is it?", **REPLY)
    (macro,), (row,) = macros(tmp_path, made)
    assert macro == {
        "title": "Late parcel",
        "description": "Where is it?",
        "active": False,
        "actions": [
            {"field": "comment_value", "value": REPLY["reply"]},
            {"field": "comment_mode_is_public", "value": "true"},
            {"field": "current_tags", "value": "late parcel_post"},
        ],
    }
    assert row == {
        "title": "Late parcel",
        "description": "Where is it?",
        "active": "false",
        "comment_value": REPLY["reply"],
        "current_tags": "late parcel_post",
    }


def test_macros_of_flagged_pieces_are_off(tmp_path):
    flagged = replace(piece("2", **REPLY), status="flagged", reason="a promise")
    told, rows = macros(tmp_path, piece("1", {"topic": "T"}, text="x"), flagged, active=True)
    assert [(one["title"], one["active"]) for one in told] == [("T", True), ("Late parcel", False)]
    assert told[1]["description"] == "flagged: a promise"
    assert [row["active"] for row in rows] == ["true", "false"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": "T"}, "bad: has no reply"),
        ({"reply": "x"}, "bad: has no title"),
    ],
)
def test_what_is_no_macro_is_refused_before_anything_is_written(tmp_path, fields, message):
    bad = piece("bad", **fields)
    with pytest.raises(JobError) as caught:
        list(zendesk_macros([piece(**REPLY), bad], tmp_path))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(zendesk_macros.refuses(bad))
    assert not list(zendesk_macros.refuses(piece(title=None, reply=None)))
    assert list(zendesk_macros.refuses(piece("bad", **dict.fromkeys(fields)))), "nor will a row be one"


@given(title=texts(), reply=texts(), tag=texts())
def test_any_text_comes_back(tmp_path_factory, title, reply, tag):
    made = piece(title=title, reply=reply, tags=[tag])
    (macro,), (row,) = macros(tmp_path_factory.mktemp("zendesk"), made)
    tagged = sound_line(tag).replace(" ", "_")
    assert macro["title"] == sound_line(title)
    assert [one["value"] for one in macro["actions"]] == [sound(reply).strip(), "true", tagged]
    expected = tuple(map(harmless, (sound_line(title), sound(reply).strip(), tagged)))
    assert (row["title"], row["comment_value"], row["current_tags"]) == expected
