from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.meta_csv import meta_table

from .conftest import piece, texts

URL = {"url": "https://example.com/mug", "keyword": "camping mug"}
META = {"title": "Camping Mug", "description": "Made of steel, holds 350 ml."}


def table(folder, *pieces, **options):
    (path,) = meta_table(pieces, folder, **options)
    assert path.name == "meta.csv" and path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_page_is_read_back(tmp_path):
    (row,) = table(tmp_path, piece(values=URL, **META))
    assert row == {
        "URL": "https://example.com/mug",
        "Title": "Camping Mug",
        "Title Length": "11",
        "Title Pixels": "125",
        "Description": META["description"],
        "Description Length": "28",
        "Description Pixels": "176",
        "Slug": "camping-mug",
        "Keyword": "camping mug",
        "Status": "accepted",
    }


def test_the_layouts_of_tools(tmp_path):
    made = piece(values=URL, **META)
    (row,) = table(tmp_path, made, layout="screaming-frog")
    assert list(row) == [
        *("Address", "Title 1", "Title 1 Length", "Title 1 Pixel Width"),
        *("Meta Description 1", "Meta Description 1 Length", "Meta Description 1 Pixel Width"),
    ]
    (row,) = table(tmp_path, made, layout="yoast")
    assert row["_yoast_wpseo_title"] == META["title"] and row["_yoast_wpseo_focuskw"] == "camping mug"
    assert row["_yoast_wpseo_metadesc"] == META["description"] and row["post_name"] == "camping-mug"


def test_no_slug_stands_twice(tmp_path):
    pages = [piece(str(at), URL, slug="camping-mug", **META) for at in range(3)]
    assert [row["Slug"] for row in table(tmp_path, *pages)] == ["camping-mug", "camping-mug-2", "camping-mug-3"]


def test_meta_fields_go_before_and_the_option_url_stands_in(tmp_path):
    made = piece("mug-1", title="Long", description="Long too.", meta_title="Short", meta_description="Short too.")
    flagged = replace(piece("mug-2", **META), status="flagged", reason="too long")
    first, second = table(tmp_path, made, flagged, url="https://example.com/{id}?p={slug}")
    assert (first["Title"], first["Description"]) == ("Short", "Short too.")
    assert first["URL"] == "https://example.com/mug-1?p=long"
    assert second["Status"] == "flagged: too long"


@pytest.mark.parametrize(
    ("values", "fields", "message"),
    [
        ({}, META, "bad: has no URL, which a field or input `url` gives"),
        ({"url": "mug"}, META, "bad: has the link 'mug', which is none"),
        ({"url": "https://a.b/c d"}, META, "bad: has the link 'https://a.b/c d', which is none"),
        (URL, {"title": "T"}, "bad: has no description"),
        (URL, {"description": "T"}, "bad: has no title"),
    ],
)
def test_what_is_no_row_is_refused_before_anything_is_written(tmp_path, values, fields, message):
    bad = piece("bad", values, **fields)
    with pytest.raises(JobError) as caught:
        list(meta_table([piece(values=URL, **META), bad], tmp_path))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(meta_table.refuses(bad))


def test_a_row_is_refused_by_what_it_will_lack():
    unwritten = {"title": None, "description": None}
    assert list(meta_table.refuses(piece(values={"url": "mug"}, **unwritten)))
    assert [told[:10] for told in meta_table.refuses(piece(values={}, **unwritten))] == ["has no URL"]
    assert list(meta_table.refuses(piece(values=URL, headlines=None))) == ["has no title", "has no description"]
    assert not list(meta_table.refuses(piece(values={}, link=None, **unwritten))), "which it may yet get"
    assert not list(meta_table.refuses(piece(values=URL, **unwritten)))


@given(title=texts(), description=texts(), keyword=texts())
def test_any_text_comes_back(tmp_path_factory, title, description, keyword):
    made = piece(values={**URL, "keyword": keyword}, title=title, description=description)
    (row,) = table(tmp_path_factory.mktemp("meta"), made)
    expected = (harmless(sound_line(one)) for one in (title, description, keyword))
    assert (row["Title"], row["Description"], row["Keyword"]) == tuple(expected)
