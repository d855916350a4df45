from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given

from aigc.errors import JobError, UsageError
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.meta_ads import meta_ads

from .conftest import piece, texts

HEAD = ["Campaign ID", "Campaign Name", "Ad Set Name", "Ad ID", "Ad Status", "Ad Name", "Title", "Body", "Link"]
ONE = [["c:1", "Spring", "All, everywhere", "a:9", "ACTIVE", "Old", "Was", "Old\ntext", "https://example.com/old"]]
TWO = [*ONE, ["c:1", "Spring", "All", "a:10", "ACTIVE", "mug", "Was", "Old", "https://example.com/old"]]
AD = {"headline": "Mugs for Camp", "primary_text": "Steel.\nHolds 350 ml.", "description": "By post", "cta": "Shop now"}


def template(folder, rows, *, encoding="utf-8-sig", delimiter=",", head=HEAD, name="export.csv"):
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([head, *rows])
    return str(path)


def table(path, *, encoding="utf-8-sig", delimiter=","):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-16", "\t"), ("utf-8", ";")])
def test_one_ad_is_the_pattern_of_all(tmp_path, encoding, delimiter):
    given_file = template(tmp_path, ONE, encoding=encoding, delimiter=delimiter)
    pieces = [piece("mug", {"url": "https://example.com/mug"}, **AD), piece("2", {"ad_name": "Pot"}, **AD)]
    (path,) = meta_ads(pieces, tmp_path / "out", template=given_file)
    first, second = table(path, encoding=encoding, delimiter=delimiter)
    assert first == {
        "Campaign ID": "c:1",
        "Campaign Name": "Spring",
        "Ad Set Name": "All, everywhere",
        "Ad ID": "",
        "Ad Status": "PAUSED",
        "Ad Name": "mug",
        "Title": "Mugs for Camp",
        "Body": "Steel.\nHolds 350 ml.",
        "Link": "https://example.com/mug",
        "Link Description": "By post",
        "Call to Action": "SHOP_NOW",
    }
    assert (second["Ad Name"], second["Link"]) == ("Pot", "https://example.com/old")


def test_an_ad_of_that_name_gets_the_texts_and_keeps_the_rest(tmp_path):
    given_file = template(tmp_path, TWO)
    made = piece("mug", **AD)
    (path,) = meta_ads([made], tmp_path / "out", template=given_file)
    (row,) = table(path)
    assert (row["Ad ID"], row["Ad Status"], row["Title"]) == ("a:10", "ACTIVE", "Mugs for Camp")
    (path,) = meta_ads([replace(made, status="flagged")], tmp_path / "out", template=given_file)
    assert table(path)[0]["Ad Status"] == "PAUSED"


def test_columns_are_found_whatever_their_capitals_and_no_other_is_added(tmp_path):
    head = [name.upper() for name in HEAD]
    (path,) = meta_ads(
        [piece(title="T", text="x")], tmp_path / "out", template=template(tmp_path, ONE, head=head), status="ACTIVE"
    )
    (row,) = table(path)
    assert list(row) == head and (row["TITLE"], row["BODY"], row["AD STATUS"]) == ("T", "x", "ACTIVE")


@pytest.mark.parametrize(
    ("rows", "name", "values", "fields", "message"),
    [
        (ONE, "bad", {}, {"title": "T"}, "bad: has no Body"),
        (ONE, "bad", {}, {"text": "T"}, "bad: has no Title"),
        (ONE, "bad", {"url": "x.y"}, AD, "bad: has the link 'x.y', which is none"),
        (ONE, "bad", {}, {**AD, "headline": "=cmd|'/C calc'!A0"}, "bad: has a Title that a spreadsheet would run"),
        (ONE, "bad", {"ad_name": "@Sum(A1)"}, AD, "bad: has an Ad Name that a spreadsheet would run"),
        (TWO, "bad", {}, AD, "bad: has no row in export.csv: none of its 2 ads is called 'bad'"),
    ],
)
def test_what_cannot_be_imported_is_refused_before_anything_is_written(tmp_path, rows, name, values, fields, message):
    given_file = template(tmp_path, rows)
    bad = piece(name, values, **fields)
    with pytest.raises(JobError) as caught:
        list(meta_ads([piece("mug", **AD), bad], tmp_path / "out", template=given_file))
    assert message in str(caught.value) and not (tmp_path / "out").exists()
    assert list(meta_ads.refuses(bad, template=given_file))
    row = piece("bad", {}, headline=None, primary_text=None)
    assert bool(list(meta_ads.refuses(row, template=given_file))) == (rows == TWO), "it may yet get any other"
    assert list(meta_ads.refuses(piece("mug", {}, headlines=None), template=given_file))


def test_two_ads_have_two_names(tmp_path):
    pieces = [piece("a", {"ad_name": "X"}, **AD), piece("b", {"ad_name": "X"}, **AD)]
    with pytest.raises(JobError, match="b: is called 'X' as a is"):
        list(meta_ads(pieces, tmp_path / "out", template=template(tmp_path, ONE)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"PK\x03\x04\xff\xfe\x00", "is no text in UTF-8 or UTF-16"),
        (b"Title,Body\n", "has no rows"),
        (b"", "has no rows"),
        (b"Title,Title\na,b\n", "has a column twice"),
    ],
)
def test_a_template_that_is_none_is_told_before_a_piece_is_written(tmp_path, content, message):
    path = tmp_path / "export.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(JobError, match=message):
        list(meta_ads.refuses(piece(headline=None), template=str(path)))


def test_the_template_must_be_named():
    with pytest.raises(UsageError, match="needs the option 'template'"):
        meta_ads.bind({}, "-o")


@given(title=texts(), body=texts(), description=texts())
def test_any_text_comes_back(tmp_path_factory, title, body, description):
    folder = tmp_path_factory.mktemp("ads")
    given_file = template(folder, ONE)
    made = piece(headline=title, primary_text=body, description=description)
    refused = list(meta_ads.refuses(made, template=given_file))
    if refused:
        told = [sound_line(title), sound(body).strip(), sound_line(description)]
        assert any(map(does_harm, told))
        return
    (path,) = meta_ads([made], folder / "out", template=given_file)
    (row,) = table(path)
    assert (row["Title"], row["Link Description"]) == (sound_line(title), sound_line(description))
    assert row["Body"] == sound(body).strip()
