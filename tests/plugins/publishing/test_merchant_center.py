from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import assume, given, settings

from aigc.errors import JobError
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.merchant_center import merchant_feed

from .conftest import piece, texts

G = {"g": "http://base.google.com/ns/1.0"}
LISTING = {"title": "Enamel Mug, 350 ml", "description": "Steel & enamel.", "bullets": ["For the fire", 'Rim 3"']}
CELL = re.compile(r'trained_algorithmic_media:"((?:[^"]|"")*)"')


def feeds(folder, *pieces, **options):
    """Return the items of the XML and of the TSV, read as Google reads them."""
    xml, tsv = merchant_feed(pieces, folder, **options)
    channel = ET.parse(xml).getroot().find("channel")
    assert channel is not None
    told = []
    for item in channel.findall("item"):
        one = {"id": item.findtext("g:id", namespaces=G), "link": item.findtext("g:link", "", G)}
        for name in ("structured_title", "structured_description"):
            part = item.find(f"g:{name}", G)
            assert part is not None
            assert part.findtext("g:digital_source_type", namespaces=G) == "trained_algorithmic_media"
            one[name] = part.findtext("g:content", namespaces=G)
        assert {child.tag.partition("}")[2] for child in item} <= set(one), "nothing beside, above all no title"
        told.append(one)
    header, *lines = tsv.read_text("utf-8").split("\n")[:-1]
    rows = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    for row in rows:
        for name in ("structured_title", "structured_description"):
            cell = CELL.fullmatch(row[name])
            assert cell, row[name]
            row[name] = cell[1].replace('""', '"')
    return told, rows


def test_both_files_read_back(tmp_path):
    pieces = [
        piece("M-1", {"url": "https://example.com/1?a=1&b=2"}, **LISTING),
        piece("0002", {"sku": "M-2"}, title="Pot", description="Two litres."),
    ]
    told, rows = feeds(tmp_path, *pieces)
    assert told == [
        {
            "id": "M-1",
            "link": "https://example.com/1?a=1&b=2",
            "structured_title": "Enamel Mug, 350 ml",
            "structured_description": 'Steel & enamel.\nFor the fire\nRim 3"',
        },
        {"id": "M-2", "link": "", "structured_title": "Pot", "structured_description": "Two litres."},
    ]
    assert rows == [{name: sound_line(text) for name, text in one.items()} for one in told]
    assert list(rows[0]) == ["id", "structured_title", "structured_description", "link"]


def test_no_column_of_links_where_there_are_none(tmp_path):
    _, rows = feeds(tmp_path, piece("M-1", **LISTING))
    assert list(rows[0]) == ["id", "structured_title", "structured_description"]
    _, rows = feeds(tmp_path, piece("M-1", **LISTING), url="https://example.com/{id}")
    assert rows[0]["link"] == "https://example.com/M-1"


@pytest.mark.parametrize(
    ("name", "values", "fields", "message"),
    [
        ("0001", {}, LISTING, "0001: has no id of its own, which a column `id` of its file or an input `sku` gives"),
        ("0001/en", {}, LISTING, "0001/en: has no id of its own"),
        ("m" * 51, {}, LISTING, "id has 51 characters, at most 50"),
        ("bad", {}, {"title": "T"}, "bad: has no description"),
        ("bad", {}, {"description": "T"}, "bad: has no title"),
        ("bad", {}, {**LISTING, "title": "x" * 151}, "structured_title has 151 characters, at most 150"),
        ("bad", {}, {**LISTING, "description": "x" * 5001}, "structured_description has 5021 characters"),
        ("bad", {"url": "x.y"}, LISTING, "bad: has the link 'x.y', which is none"),
        ("bad", {"url": "https://x.y/a;=SUM(1)"}, LISTING, "bad: has a link that a spreadsheet would run"),
        ("bad", {"sku": "a;=SUM(1)"}, LISTING, "bad: has an id that a spreadsheet would run: 'a;=SUM(1)'"),
    ],
)
def test_what_cannot_be_imported_is_refused_before_anything_is_written(tmp_path, name, values, fields, message):
    bad = piece(name, values, **fields)
    with pytest.raises(JobError) as caught:
        list(merchant_feed([piece("M-1", **LISTING), bad], tmp_path))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(merchant_feed.refuses(bad))


def test_an_id_stands_for_one_product(tmp_path):
    pieces = [piece("a", {"sku": "M-1"}, **LISTING), piece("b", {"sku": "M-1"}, **LISTING)]
    with pytest.raises(JobError, match="b: has the id 'M-1' of a"):
        list(merchant_feed(pieces, tmp_path))


def test_a_row_is_refused_by_what_it_will_lack():
    unwritten = {"title": None, "description": None}
    assert list(merchant_feed.refuses(piece("M-1", {"url": "x.y"}, **unwritten)))
    assert list(merchant_feed.refuses(piece("0001", {}, **unwritten)))
    assert list(merchant_feed.refuses(piece("M-1", headlines=None))) == ["has no title"]
    assert not list(merchant_feed.refuses(piece("M-1", {}, **unwritten)))
    assert not list(merchant_feed.refuses(piece("0001", {}, sku=None, **unwritten))), "which it may yet get"


@settings(deadline=None)
@given(title=texts(), description=texts(), bullet=texts())
def test_any_text_comes_back(tmp_path_factory, title, description, bullet):
    made = piece("M-1", title=title, description=description, bullets=[bullet])
    if list(merchant_feed.refuses(made)):
        assert len(sound_line(title)) > 150
        return
    (told,), (row,) = feeds(tmp_path_factory.mktemp("feed"), made)
    assert told["structured_title"] == sound_line(title)
    assert row["structured_title"] == kept_from_running(sound_line(title))
    assume(sound_line(bullet).strip(" .。").casefold() not in sound(description).casefold())
    expected = f"{sound(description).strip()}\n{sound_line(bullet)}"
    assert told["structured_description"] == expected
    assert row["structured_description"] == kept_from_running(sound_line(expected))


def kept_from_running(text):
    """Return a text that stands within a cell, as a program takes it that splits cells at `;` too."""
    return harmless(f"x{text}")[1:]


def test_no_spreadsheet_runs_what_follows_a_semicolon(tmp_path):
    listing = {**LISTING, "title": "a;=SUM(1)", "description": 'b; "=1+1" c;=HYPERLINK("x")'}
    (told,), (row,) = feeds(tmp_path, piece("M-1", {"sku": "M-1"}, **listing))
    assert told["structured_title"] == "a;=SUM(1)", "XML is no spreadsheet"
    assert row["structured_title"] == "a;'=SUM(1)"
    assert row["structured_description"].startswith("b;' \"=1+1\" c;'=HYPERLINK(")


def test_a_bullet_that_the_description_says_is_not_said_again(tmp_path):
    said = {
        "title": "Bin",
        "description": "Bin: holds 300 litres. Shut.",
        "bullets": ["Holds 300 litres", "Made of tin"],
    }
    (told,), _ = feeds(tmp_path, piece("M-1", **said))
    assert told["structured_description"] == "Bin: holds 300 litres. Shut.\nMade of tin"
