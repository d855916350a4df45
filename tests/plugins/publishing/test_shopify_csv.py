from __future__ import annotations

import csv
from html.parser import HTMLParser

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.shopify_csv import shopify_products

from .conftest import joined, piece, texts

LISTING = {"title": "Enamel Mug", "description": "Steel & enamel.", "bullets": ["350 ml", "Blue"]}
META = {"title": "Enamel Mug for Camping", "description": "Holds 350 ml."}


def table(folder, *pieces, **options):
    (path,) = shopify_products(pieces, folder, **options)
    assert path.name == "shopify.csv" and b"\r" not in path.read_bytes(), "Shopify wants line feeds alone"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(body: str) -> str:
    parts: list[str] = []
    reader = HTMLParser(convert_charrefs=True)
    reader.handle_data = parts.append  # type: ignore[method-assign]
    reader.feed(body)
    reader.close()
    return "".join(parts)


def test_a_listing_fills_title_and_body_and_nothing_else(tmp_path):
    body = "<p>Steel &amp; enamel.</p>\n<ul><li>350 ml</li><li>Blue</li></ul>"
    assert table(tmp_path, piece("enamel-mug", **LISTING)) == [
        {"Handle": "enamel-mug", "Title": "Enamel Mug", "Body (HTML)": body}
    ]


def test_search_texts_are_written_where_all_pieces_have_them(tmp_path):
    search = {"meta_title": "Mug", "meta_description": "A mug."}
    (row,) = table(tmp_path, piece("a", **LISTING, **search))
    assert (row["SEO Title"], row["SEO Description"]) == ("Mug", "A mug.")
    rows = table(tmp_path, piece("a", **LISTING, **search), piece("b", **LISTING))
    assert [list(row) for row in rows] == [["Handle", "Title", "Body (HTML)"]] * 2, "an empty cell would erase"


def test_a_title_and_description_alone_are_those_of_search(tmp_path):
    made = piece("enamel-mug", {"topic": "Mug No. 4"}, **META)
    expected = {"Handle": "enamel-mug", "Title": "Mug No. 4"}
    assert table(tmp_path, made, title="topic") == [
        {**expected, "SEO Title": META["title"], "SEO Description": META["description"]}
    ]
    (row,) = (
        table(tmp_path, made, texts="listing") if False else table(tmp_path, piece("a", **LISTING), texts="listing")
    )
    assert "SEO Title" not in row


def test_an_articles_description_is_for_search(tmp_path):
    made = piece("a", title="T", description="D", sections=[{"heading": "H", "text": "x"}])
    (row,) = table(tmp_path, made)
    assert row["Body (HTML)"] == "<h2>H</h2>\n<p>x</p>"


def products(folder, text: str) -> str:
    path = folder / "products.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("handle", ["Handle", "URL handle"])
def test_titles_and_variants_are_taken_over_from_the_shops_own_export(tmp_path, handle):
    shop = products(
        tmp_path,
        f"{handle},Title,Body (HTML),Option1 Name,Option1 Value,Variant Price\n"
        'mug,Mug No. 4,Old,Size,"350 ml",9\nmug,,,,500 ml,12\npot,=Pot,Old,Title,Default Title,20\n',
    )
    rows = table(tmp_path, piece("pot", **META), piece("mug", **META), export=shop)
    search = {"SEO Title": META["title"], "SEO Description": META["description"]}
    more = {"Option2 Name": "", "Option2 Value": "", "Option3 Name": "", "Option3 Value": ""}
    assert rows == [
        {"Handle": "pot", "Title": "=Pot", **search, "Option1 Name": "Title", "Option1 Value": "Default Title", **more},
        {"Handle": "mug", "Title": "Mug No. 4", **search, "Option1 Name": "Size", "Option1 Value": "350 ml", **more},
        {
            "Handle": "mug",
            "Title": "",
            "SEO Title": "",
            "SEO Description": "",
            "Option1 Name": "",
            "Option1 Value": "500 ml",
            **more,
        },
    ]
    rows = table(tmp_path, piece("mug", **LISTING), export=shop)
    assert [(row["Title"], row["Option1 Value"]) for row in rows] == [("Enamel Mug", "350 ml"), ("", "500 ml")]
    with pytest.raises(JobError, match=r"cup: has the handle 'cup', which no row of products\.csv has"):
        list(shopify_products([piece("cup", **META)], tmp_path / "out", export=shop))


def test_an_export_that_is_none_is_told_before_a_piece_is_written(tmp_path):
    with pytest.raises(JobError, match="cannot be read"):
        list(shopify_products.refuses(piece(title=None), export=str(tmp_path / "no.csv")))


@pytest.mark.parametrize(
    ("name", "values", "fields", "options", "message"),
    [
        ("0001", {}, LISTING, {}, "0001: has no handle, which a column `id` of its file or an input `handle` gives"),
        ("a b", {}, LISTING, {}, "has the handle 'a b', which is none"),
        ("bad", {"topic": "Mug"}, META, {}, "bad: has no product title, without which Shopify takes no row"),
        ("bad", {}, META, {"title": "topic"}, "bad: has no product title"),
        ("bad", {}, {"title": "T"}, {"texts": "listing"}, "bad: has no Body (HTML)"),
        ("bad", {"topic": "M"}, {"title": "T"}, {"title": "topic"}, "bad: has no SEO Description"),
        (
            "bad",
            {},
            {**LISTING, "title": '=HYPERLINK("x")'},
            {},
            "has a Title that a spreadsheet would run",
        ),
    ],
)
def test_what_cannot_be_imported_is_refused_before_anything_is_written(
    tmp_path, name, values, fields, options, message
):
    bad = piece(name, values, **fields)
    with pytest.raises(JobError) as caught:
        list(shopify_products([bad], tmp_path, **options))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(shopify_products.refuses(bad, **options))


@pytest.mark.parametrize(
    ("name", "values", "fields", "options", "message"),
    [
        ("0001", {}, LISTING, {}, "has no handle"),
        ("a b", {}, LISTING, {}, "has the handle 'a b', which is none"),
        ("mug/en", {}, LISTING, {}, "has the handle 'mug/en', which is none"),
        ("mug", {"topic": "Mug"}, META, {}, "has no product title"),
        ("mug", {}, META, {"title": "topic"}, "has no product title"),
        ("mug", {}, {"title": "T"}, {"texts": "listing"}, "has no Body (HTML)"),
        ("mug", {"topic": "M"}, {"title": "T"}, {"title": "topic"}, "has no SEO Description"),
        ("mug", {}, LISTING, {}, ""),
        ("0001", {}, {**LISTING, "handle": "mug"}, {}, ""),
        ("mug", {"topic": "Mug"}, META, {"title": "topic"}, ""),
    ],
)
def test_a_row_is_refused_by_what_it_will_lack(name, values, fields, options, message):
    row = piece(name, values, **dict.fromkeys(fields))
    assert "; ".join(shopify_products.refuses(row, **options)).startswith(message)
    assert bool(list(shopify_products.refuses(row, **options))) == bool(message)


def test_two_products_have_two_handles(tmp_path):
    pieces = [piece("a", {"handle": "mug"}, **LISTING), piece("b", {"handle": "mug"}, **LISTING)]
    with pytest.raises(JobError, match="b: has the handle 'mug' of a"):
        list(shopify_products(pieces, tmp_path))


def test_listings_and_search_texts_are_not_mixed(tmp_path):
    pieces = [piece("a", **LISTING), piece("b", {"topic": "B"}, **META)]
    with pytest.raises(JobError, match="some pieces are listings") as caught:
        list(shopify_products(pieces, tmp_path, title="topic"))
    assert "texts" in caught.value.hint and list(tmp_path.iterdir()) == []


@given(title=texts(), description=texts(), bullet=texts())
def test_any_text_comes_back(tmp_path_factory, title, description, bullet):
    made = piece("mug", title=title, description=description, bullets=[bullet])
    if list(shopify_products.refuses(made)):
        assert does_harm(sound_line(title))
        return
    (row,) = table(tmp_path_factory.mktemp("shop"), made)
    assert row["Title"] == sound_line(title)
    told, expected = joined(shown(row["Body (HTML)"])), joined(sound(description) + sound(bullet))
    for mark in "-*•":
        told, expected = told.replace(mark, ""), expected.replace(mark, "")
    assert told == expected
