from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from aigc.content import measure
from aigc.errors import JobError
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.microsoft_ads import microsoft_ads, what_microsoft_refuses

from .conftest import piece, texts

HEADLINES = ["Warm Feet All Day", "Natural Rubber", "折叠电动自行车"]
DESCRIPTIONS = ["Boots that keep small feet warm.", "Made for puddles."]
VALUES = {"url": "https://example.com/boots", "product": "Kids Boots"}


def ad(name="mug", values=None, **fields):
    return piece(name, {**VALUES, **(values or {})}, **{"headlines": HEADLINES, "descriptions": DESCRIPTIONS, **fields})


def read(folder, *pieces, **options):
    """Return the rows below the format's version, as the platform's own documents lay a bulk file out."""
    (path,) = microsoft_ads(pieces, folder, **options)
    with path.open(encoding="utf-8-sig", newline="") as file:
        version, *rows = csv.DictReader(file)
    assert (version["Type"], version["Name"]) == ("Format Version", "6.0")
    return rows


def assets(cell):
    return [(one["text"], one.get("pinnedField", "")) for one in json.loads(cell)]


def test_a_campaign_that_nobody_names_is_called_as_the_folder(tmp_path):
    (tmp_path / "spring").mkdir()
    assert [row["Campaign"] for row in read(tmp_path / "spring", ad())] == ["spring"]


def test_an_ad_is_read_back(tmp_path):
    (row,) = read(tmp_path, ad(path1="Boots", path2="Kids"), campaign="Autumn")
    assert assets(row["Headline"]) == [(text, "") for text in HEADLINES]
    assert assets(row["Description"]) == [(text, "") for text in DESCRIPTIONS]
    told = {name: row[name] for name in ("Type", "Status", "Campaign", "Ad Group", "Final Url", "Path 1", "Path 2")}
    assert list(told.values()) == [
        *("Responsive Search Ad", "Paused", "Autumn", "Kids Boots", VALUES["url"], "Boots", "Kids")
    ]


def test_pins_are_read_back(tmp_path):
    pins = ["H1 = Natural rubber", "D2 = made for puddles", "nothing"]
    (row,) = read(tmp_path, ad(values={"pins": pins}))
    assert [pin for _, pin in assets(row["Headline"])] == ["", "Headline1", ""]
    assert [pin for _, pin in assets(row["Description"])] == ["", "Description2"]


def test_keywords_are_read_back(tmp_path):
    matches = ["Broad", "Phrase", "Exact", "Negative Broad", "Negative Phrase", "Negative Exact"]
    made = piece(values=VALUES, keywords=[{"keyword": f"boots {one}", "match": one} for one in matches])
    rows = read(tmp_path, made, status="Active")
    assert [(row["Type"], row["Match Type"], row["Status"]) for row in rows] == [
        *(("Keyword", one, "Active") for one in matches[:3]),
        *(("Ad Group Negative Keyword", one, "Active") for one in ("Phrase", "Phrase", "Exact")),
    ]
    assert [row["Keyword"] for row in rows] == [f"boots {one}" for one in matches]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+Cmd|x", "@Sum(A1)", "Warm;=cmd|'x'!A0"])
def test_what_a_spreadsheet_would_run_is_refused(tmp_path, text):
    words = [{"keyword": text, "match": "Exact"}]
    for column, made in (
        ("Keyword", piece("b7", VALUES, keywords=words)),
        ("Ad Group", ad("b7", {"product": text})),
        ("Campaign", ad("b7", {"campaign": text})),
        ("Path 1", ad("b7", path1=text)),
    ):
        with pytest.raises(JobError, match=f"b7: has an? {column} that a spreadsheet would run"):
            list(microsoft_ads([ad(), made], tmp_path))
    with pytest.raises(JobError, match="has a Campaign that a spreadsheet would run"):
        list(microsoft_ads([ad()], tmp_path, campaign=text))
    assert not list(tmp_path.iterdir())
    row = replace(ad("b7", {"product": text}), fields={"headlines": None, "descriptions": None})
    assert any("would run" in one for one in what_microsoft_refuses(row))


def test_a_flagged_ad_is_paused(tmp_path):
    flagged = replace(ad("2"), status="flagged", reason="look")
    assert [row["Status"] for row in read(tmp_path, ad(), flagged, status="Active")] == ["Active", "Paused"]


@pytest.mark.parametrize(
    ("values", "fields", "told"),
    [
        ({}, {"headlines": ["x" * 31, "y", "z"]}, "Headline 1 has width 31, at most 30"),
        ({}, {"headlines": ["折" * 16, "y", "z"]}, "Headline 1 has width 32, at most 30"),
        ({}, {"headlines": ["x", "y"]}, "has 2 headlines, Microsoft takes 3 to 15"),
        ({}, {"descriptions": ["x" * 91, "y"]}, "Description 1 has width 91, at most 90"),
        ({}, {"path1": "a/b"}, "Path 1 'a/b' has width 3, at most 15 and no slash"),
        ({}, {"path2": "b"}, "has a Path 2 without a Path 1"),
        ({"url": "example.com"}, {}, "has the link 'example.com', which is none"),
        ({"url": f"https://{'a' * 60}.example/x"}, {"path1": "boots"}, "characters, at most 67"),
        (
            {"pins": [f"H1 = {text}" for text in HEADLINES]},
            {},
            "pins all but 0 lines, which leaves nothing to show in H2",
        ),
        ({"pins": [f"D1 = {text}" for text in DESCRIPTIONS]}, {}, "which leaves nothing to show in D2"),
    ],
)
def test_what_cannot_be_imported_is_refused(tmp_path, values, fields, told):
    with pytest.raises(JobError) as caught:
        read(tmp_path, ad(values=values, **fields))
    assert told in str(caught.value) and list(tmp_path.iterdir()) == []


def test_a_row_is_refused_for_what_it_will_lack():
    unwritten = {"headlines": None, "descriptions": None}
    assert list(what_microsoft_refuses(piece(values=VALUES, **unwritten))) == []
    assert "has no Final Url" in next(what_microsoft_refuses(piece(values={}, **unwritten)))
    assert "has neither" in next(what_microsoft_refuses(piece(values=VALUES, title=None)))


@settings(max_examples=60, deadline=None)
@given(text=texts())
def test_any_text_is_one_asset(tmp_path_factory, text):
    line = sound_line(text)
    made = replace(ad(headlines=[text, "Finer", "Finest"], values={"ad_group": text}), id=text)
    if measure(line, "width") > 30:
        assert any("has width" in told for told in what_microsoft_refuses(made))
        return
    if any("would run" in told for told in what_microsoft_refuses(made)):
        assert does_harm(line)
        return
    (row,) = read(tmp_path_factory.mktemp("bulk"), made)
    assert [text for text, _ in assets(row["Headline"])] == [line, "Finer", "Finest"] and row["Ad Group"] == line
