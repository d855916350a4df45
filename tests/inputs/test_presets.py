"""Exports of tools, small and made up, with the columns that these tools write: what they feed without a --map."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import aigc
from aigc.asking import Plan, open_rows, origins, read_origin, read_plan, write_plan
from aigc.asking.origins import columns_in, likely_origin
from aigc.cli import main
from aigc.content import ContentType
from aigc.content.variables import unknown_names
from aigc.errors import AigcError, BriefError, ContentTypeError, NotFound
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.types import Artifact, Brief
from aigc_plugins import origins as bundled
from aigc_plugins.origins.cell_texts import cut, last_part, option_fact, short_facts, title_shared, url_words

NAMES = {
    "text",
    "support",
    "rules",
    "formats",
    "generators",
    "gpt",
    "ads",
    "articles",
    "claims",
    "seo",
    "classroom",
    "law",
    "lessons",
    "scorers",
}
SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,\
Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Price,Image Src,SEO Title,Status
camping-mug,Enamel Camping Mug,"<p>Holds 350 ml. Keeps coffee warm for two hours.</p>\
<ul><li>Dishwasher safe</li><li>Features:</li><li>Clips &amp; hangs on any bag</li></ul>",Northfold,\
Home & Garden > Kitchen & Dining > Mugs,,camp,true,Color,Blue,Size,S,,,MUG-B-S,19.90,https://cdn.example.com/1.jpg,,active
camping-mug,,,,,,,,,Red,,S,,,MUG-R-S,19.90,https://cdn.example.com/2.jpg,,
wool-hat,Wool Hat,<p>Knitted from merino wool.</p>,Northfold,,Hats,,true,Title,Default Title,,,,,HAT-1,24.00,,,active
camping-mug,,,,,,,,,Red,,L,,,MUG-R-L,22.90,,,
"""
SHOPIFY_NEW = """\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Option1 name,\
Option1 value,Option1 Linked To,Price,Product image URL
Enamel Camping Mug,camping-mug,<p>Holds 350 ml.</p>,Northfold,Mugs,Mugs,,TRUE,Active,MUG-B,Color,Blue,,19.90,
,camping-mug,,,,,,,,MUG-R,Color,Red,,19.90,
"""
MATRIXIFY = """\
ID,Handle,Command,Title,Body HTML,Vendor,Type,Tags,Tags Command,Status,URL,Row #,Top Row,Category: Name,Option1 Name,\
Option1 Value,Variant SKU,Variant Price
811,camping-mug,MERGE,Enamel Camping Mug,<p>Holds 350 ml.</p>,Northfold,Mugs,camp,REPLACE,Active,\
https://shop.example.com/products/camping-mug,1,TRUE,Mugs,Color,Blue,MUG-B,19.90
811,camping-mug,MERGE,,,,,,,,,2,,,Color,Red,MUG-R,19.90
"""
WOOCOMMERCE = """\
ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Sale price,Regular price,\
Categories,Tags,Images,Parent,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible
31,variation,MUG-B,Enamel Camping Mug - Blue,1,0,visible,,,,19.90,,,,MUG,1,Color,Blue,
17,variable,MUG,Enamel Camping Mug,1,0,visible,Holds 350 ml.,"<p>Dishwasher safe.</p>\\n<p>Weighs 120 g.</p>",,,\
"Kitchen > Mugs, Camping",,,,0,Color,"Blue, Red",1
18,simple,HAT,Wool Hat,1,0,visible,,Knitted from merino wool.,,24.00,Hats,,,,0,,,
32,variation,MUG-R,Enamel Camping Mug - Red,1,0,visible,,,,22.90,,,,id:17,2,Color,Red,
33,variation,CUP-R,Tin Cup - Red,1,0,visible,,,,9.90,,,,CUP,2,Color,Red,
"""
MERCHANT = """\
id\ttitle\tdescription\tlink\timage link\tavailability\tprice\tsale price\tbrand\tgoogle product category\tproduct type
MUG-B\tEnamel Camping Mug\tHolds 350 ml. Dishwasher safe.\thttps://shop.example.com/mug\t\tin stock\t19.90 EUR\t\t\
Northfold\t2169\tKitchen > Mugs
HAT\tWool Hat\tKnitted from merino wool.\thttps://shop.example.com/hat\t\tin stock\t24.00 EUR\t18.00 EUR\tNorthfold\t\t
"""
FEED = """
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<title>Northfold</title><link>https://shop.example.com</link><description>All products</description>
<item>
  <g:id>MUG-B</g:id><title>A mug</title><g:title>Enamel Camping Mug</g:title>
  <g:description><![CDATA[<p>Holds 350&nbsp;ml.</p><p>Dishwasher safe.</p>]]></g:description>
  <g:link>https://shop.example.com/mug?a=1&amp;b=2</g:link><g:price>19.90 EUR</g:price>
  <g:brand>North&nbsp;fold</g:brand>
  <g:product_highlight>Clips to any bag</g:product_highlight><g:product_highlight>Weighs 120 g</g:product_highlight>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
</item>
<item><g:id>HAT</g:id><title>Wool Hat</title><description>Knitted from merino wool.</description>
  <link>https://shop.example.com/hat</link><g:price>24.00 EUR</g:price></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Northfold</title><entry><g:id>HAT</g:id><title>Wool Hat</title><link href="https://shop.example.com/hat"/>
<g:description>Knitted from merino wool.</g:description><g:price>24.00 EUR</g:price></entry></feed>"""
SEMRUSH = """\
Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),Competitive Density,SERP Features,Number of Results
cold brew at home,Informational,5400,"1.00,0.81",28,0.60,0.4,Video,370000
cold brew ratio,"Commercial, Informational",1300,"1.00,0.81",,0.60,0.4,Video,370000
"""
POSITIONS = """\
Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic,Timestamp,Keyword Intents
cold brew,3,4,5400,28,0.6,https://example.com/cold-brew,12,2026-05-01,informational
cold brew,9,9,5400,28,0.6,https://example.com/coffee,2,2026-05-01,informational
"""
AHREFS = """\
#\tKeyword\tCountry\tDifficulty\tVolume\tCPC\tCPS\tParent Keyword\tLast Update\tGlobal volume\t\
Traffic potential\tIntents
1\tcold brew at home\tus\t12\t5400\t0.6\t1.1\tcold brew\t2026-05-01\t9900\t4000\tInformational
"""
PLANNER = """\
Keyword Stats 2026-06-09 at 21_25_18
"May 1, 2025 - April 30, 2026"
Keyword\tCurrency\tAvg. monthly searches\tThree month change\tCompetition\t\
Competition (indexed value)\tSearches: May 2025
cold brew at home\tEUR\t5000\t0%\tLow\t12\t4400
"""
FROG = """\
Address,Content Type,Status Code,Status,Indexability,Title 1,Title 1 Length,Meta Description 1,H1-1,H1-2,H2-1,H2-2
https://example.com/mugs,text/html,200,OK,Indexable,Mugs | Northfold,17,Enamel mugs that weigh 120 g. Made in Kiel.,\
Camping mugs,,How to care for enamel,
https://example.com/hats,text/html,200,OK,Indexable,Hats for winter,15,,,,,
https://example.com/old,text/html,301,Moved,Non-Indexable,,0,,,,,
"""
Read = Callable[..., list[Brief | Artifact]]


@pytest.fixture
def registry() -> Registry:
    registry = Registry.discover(only=NAMES)
    registry.add(bundled, "origins")
    assert not [plugin.error for plugin in registry.plugins if plugin.error]
    return registry


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> Project:
    (tmp_path / "aigc.yaml").touch()
    return Project.open(tmp_path, registry=registry)


@pytest.fixture
def read(project: Project, tmp_path: Path) -> Read:
    def read(type_name: str, text: str | bytes, origin: str, name: str = "rows.csv", **plan: Any) -> list[Any]:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        asked = Plan(type=type_name, briefs=str(tmp_path / name), origin=origin, **plan)
        return list(asked.rows(project, project.content_type(type_name)))

    return read


def test_rows_of_one_handle_are_one_product(read: Read) -> None:
    url = {"url": "https://shop.example.com/products/{{ Handle }}"}
    mug, hat = read("ads/google-search", SHOPIFY, "shopify", literals=url)
    assert (mug.id, mug.source, hat.id) == ("camping-mug", "rows.csv:2", "wool-hat")
    assert mug.values == {
        "product": "Enamel Camping Mug",
        "benefits": [
            "Holds 350 ml.",
            "Keeps coffee warm for two hours.",
            "Dishwasher safe",
            "Clips & hangs on any bag",
            "Color: Blue, Red",
            "Size: S, L",
        ],
        "url": "https://shop.example.com/products/camping-mug",
        "brand": "Northfold",
        "category": "Mugs",
        "offer": None,
        "price": None,
        "keyword": None,
        "pins": [],
        "campaign": None,
        "ad_group": None,
        "claims": [],
        "language": "en",
    }
    assert hat.values["benefits"] == ["Knitted from merino wool."], "the only variant is no option"
    assert hat.values["category"] == "Hats"


def test_the_newer_columns_of_shopify(read: Read) -> None:
    (mug,) = read("seo/meta", SHOPIFY_NEW, "shopify")
    assert (mug.id, mug.values["topic"], mug.values["facts"]) == (
        "camping-mug",
        "Enamel Camping Mug",
        ["Holds 350 ml."],
    )
    (ad,) = read("ads/google-search", SHOPIFY_NEW, "shopify", literals={"url": "https://example.com"})
    assert ad.values["benefits"] == ["Holds 350 ml.", "Color: Blue, Red"]


def test_prices_of_variants_are_no_price_of_an_ad_and_fail_no_row(read: Read) -> None:
    rows = "Title,URL handle,Description,Price,Option1 name,Option1 value\nMug,mug,Holds 350 ml.,19.90,Size,S\n"
    given = {"url": "https://example.com"}
    for more in ("", ",mug,,24.90,,L\n"):
        (mug,) = read("ads/google-search", rows + more, "shopify", literals=given)
        assert isinstance(mug, Brief) and mug.values["price"] is None
    given["price"] = "{{ cells('Price') | join(' to ') }} €"
    (mug,) = read("ads/google-search", rows + ",mug,,24.90,,L\n", "shopify", literals=given)
    assert mug.values["price"] == "19.90 to 24.90 €"


def test_matrixify_has_the_address_too(read: Read) -> None:
    (mug,) = read("ads/google-search", MATRIXIFY, "matrixify")
    assert (mug.id, mug.values["url"]) == ("camping-mug", "https://shop.example.com/products/camping-mug")
    assert mug.values["benefits"] == ["Holds 350 ml.", "Color: Blue, Red"]


def test_variations_join_the_product_that_they_name_wherever_it_stands(read: Read) -> None:
    url = {
        "url": 'https://shop.example.com/?p={{ cell("ID") }}',
        "offer": "{{ cells('Regular price') | join(' to ') }}",
    }
    mug, hat, cup = read("ads/google-search", WOOCOMMERCE, "woocommerce", literals=url)
    assert (mug.id, mug.source) == ("17", "rows.csv:3")
    assert mug.values["benefits"] == ["Holds 350 ml.", "Dishwasher safe.", "Weighs 120 g.", "Color: Blue, Red"]
    assert (mug.values["category"], mug.values["offer"]) == ("Mugs", "19.90 to 22.90")
    assert hat.values["product"] == "Wool Hat"
    assert isinstance(cup, Artifact) and cup.status == "failed"
    assert cup.reason == "rows.csv:6: is part of 'CUP', which is not in the file"


def test_a_merchant_feed_as_tsv(read: Read) -> None:
    mug, hat = read("ads/google-search", MERCHANT, "merchant-center", "feed.tsv")
    assert (mug.id, mug.values["url"], mug.values["price"]) == ("MUG-B", "https://shop.example.com/mug", "19.90 EUR")
    assert (mug.values["benefits"], mug.values["category"]) == (["Holds 350 ml.", "Dishwasher safe."], "Mugs")
    assert (hat.values["price"], hat.values["category"]) == ("18.00 EUR", None)


VARIANTS = """\
id\ttitle\tdescription\tlink\tprice\titem_group_id\tcolor\tsize
MUG-B\tEnamel Mug - Blue\tHolds 350 ml.\thttps://shop.example.com/mug?v=1\t19.90 EUR\tMUG\tBlue\t
HAT\tWool Hat\tKnitted from merino wool.\thttps://shop.example.com/hat\t24.00 EUR\t\tGrey\tM
MUG-R\tEnamel Mug - Red\tHolds 350 ml.\thttps://shop.example.com/mug?v=2\t21.90 EUR\tMUG\tRed\t
CUP-S\tSmall Cup\tHolds 90 ml.\thttps://shop.example.com/cup?v=1\t9.90 EUR\tCUP\t\tS
CUP-L\tLarge Cup\tHolds 180 ml.\thttps://shop.example.com/cup?v=2\t9.90 EUR\tCUP\t\tL
CAP\tCap\tKnitted.\thttps://shop.example.com/cap\t14.00 EUR\t\t\t
"""


def test_items_of_a_group_are_one_product(read: Read) -> None:
    mug, hat, cup, cap = read("ads/google-search", VARIANTS, "merchant-center", "feed.tsv")
    assert (mug.id, mug.values["product"], mug.values["price"]) == ("MUG-B", "Enamel Mug", None)
    assert mug.values["benefits"] == ["Holds 350 ml.", "Colour: Blue, Red"]
    assert mug.values["url"] == "https://shop.example.com/mug?v=1"
    assert (hat.id, hat.values["benefits"], hat.values["price"]) == ("HAT", ["Knitted from merino wool."], "24.00 EUR")
    assert (cup.values["product"], cup.values["price"]) == ("Cup", "9.90 EUR")
    assert cup.values["benefits"] == ["Holds 90 ml.", "Size: S, L"]
    assert cap.id == "CAP", "what is in no group stands alone"
    assert read("seo/meta", VARIANTS, "merchant-center", "feed.tsv")[0].values["topic"] == "Enamel Mug"


def test_items_of_a_group_in_xml_are_one_product(read: Read) -> None:
    def item(name: str, color: str) -> str:
        told = {"id": name, "title": f"Mug {color}", "link": "https://shop.example.com/mug", "description": "Steel."}
        told |= {"item_group_id": "MUG", "color": color}
        return f"<item>{''.join(f'<g:{key}>{text}</g:{key}>' for key, text in told.items())}</item>"

    opened, closed = FEED.partition("<item>")[0].strip(), "</channel></rss>"
    (mug,) = read("seo/meta", f"{opened}{item('A', 'Blue')}{item('B', 'Red')}{closed}", "merchant-center", "feed.xml")
    assert (mug.id, mug.values["topic"]) == ("A", "Mug")


@pytest.mark.parametrize(
    ("titles", "wanted"),
    [
        (["Enamel Mug - Blue", "enamel mug - Red"], "Enamel Mug"),
        (["Mug (Blue)", "Mug (Red)"], "Mug"),
        (["Red Mug", "Blue Mug"], "Mug"),
        (["Mug S with a lid", "Mug L with a lid"], "Mug"),
        (["Mug", "Cup"], "Mug"),
        (["Mug"], "Mug"),
        ([], None),
    ],
)
def test_titles_shared(titles: list[str], wanted: str | None) -> None:
    assert title_shared(titles) == wanted


def test_columns_that_are_written_otherwise_are_used_and_their_cleaning_is_told(
    read: Read, project: Project, tmp_path: Path
) -> None:
    feed = "ID,Title,Description,Link,Price\nA1,Mug,<p>Holds 350 ml.</p>,https://shop.example.com/mug,#N/A\n"
    (mug,) = read("ads/google-search", feed, "merchant-center")
    assert (mug.values["product"], mug.values["benefits"], mug.values["price"]) == ("Mug", ["Holds 350 ml."], None)
    assert dict(mug.cleaned) == {"benefits": ("tags",), "price": ("unknown #N/A",)}
    plan = Plan(type="ads/google-search", briefs=str(tmp_path / "rows.csv"), origin="merchant-center")
    assert plan.columns_not_used(project, project.content_type("ads/google-search")) == {}


def test_a_merchant_feed_as_xml(read: Read) -> None:
    mug, hat = read("ads/google-search", FEED, "merchant-center", "feed.xml")
    assert (mug.id, mug.source, mug.values["product"]) == ("MUG-B", "feed.xml:5", "Enamel Camping Mug")
    assert mug.values["url"] == "https://shop.example.com/mug?a=1&b=2"
    assert mug.values["brand"].split() == ["North", "fold"], "an entity of HTML does not end the file"
    assert mug.values["benefits"] == ["Clips to any bag", "Weighs 120 g", "Holds 350 ml.", "Dishwasher safe."]
    assert (hat.id, hat.values["benefits"]) == ("HAT", ["Knitted from merino wool."])
    turned = FEED.replace("<title>A mug</title><g:title>Enamel", "<g:title>Mug</g:title><title>Enamel")
    turned = turned.replace("Camping Mug</g:title>", "Camping Mug</title>")
    assert read("ads/google-search", turned, "merchant-center", "feed.xml")[0].values["product"] == "Mug"
    (atom,) = read("ads/google-search", ATOM, "merchant-center", "feed.atom")
    assert atom.values["url"] == "https://shop.example.com/hat"


def test_a_sale_that_may_be_over_is_no_price(read: Read) -> None:
    dated = MERCHANT.replace("product type\n", "product type\tsale price effective date\n")
    dated = dated.replace("Mugs\n", "Mugs\t\n").replace("Northfold\t\t\n", "Northfold\t\t\t2026-01-01/2026-02-01\n")
    mug, hat = read("ads/google-search", dated, "merchant-center", "feed.tsv")
    assert (mug.values["price"], hat.values["price"]) == ("19.90 EUR", None)


def test_xml_that_is_broken_or_declares_entities_is_refused_by_line(registry: Registry, tmp_path: Path) -> None:
    def rows(text: str) -> list[Any]:
        (tmp_path / "a.xml").write_text(text)
        return list(open_rows(tmp_path / "a.xml", registry))

    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a><item><t>&c;</t></item></a>'
    with pytest.raises(BriefError, match=r"a\.xml:1: declares the entity 'b', which is not read here"):
        rows(bomb)
    outside = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{tmp_path}/aigc.yaml">]><a><item><t>&b;</t></item></a>'
    with pytest.raises(BriefError, match="declares the entity"):
        rows(outside)
    with pytest.raises(BriefError, match=r"a\.xml:3: is not XML: mismatched tag"):
        rows("<a>\n<item><t>x</t></item>\n<item><t>y</item></a>")
    with pytest.raises(
        BriefError, match=r"no element is called one of 'item'.*--input record=NAME; there are: a, thing"
    ):
        rows("<a><thing><t>x</t></thing></a>")


def test_a_record_of_any_name_with_its_attributes(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<a>\n<thing id="7"><t>x</t><t>y</t><u><v>z</v></u></thing></a>')
    (row,) = open_rows(tmp_path / "a.xml", registry, {"record": "thing"})
    assert (row.values, row.where) == ({"id": "7", "t": ["x", "y"], "u v": "z"}, "a.xml:2")


CLUSTERS = SEMRUSH.replace("Keyword,", "Database,Keyword,", 1).replace("\ncold", "\nus,cold")
API = "database;Keyword;Search Volume;Keyword Difficulty Index;Intent\nus;cold brew;8100;68;1,0\n"
QUERIES = "Top queries,Clicks,Impressions,CTR,Position\ncold brew,9,300,3%,6.1\n"
GERMAN = "Häufigste Suchanfragen,Klicks,Impressionen,CTR,Position\nkalter Kaffee,9,300,3%,6\n"
PAGES = "Top pages,Clicks,Impressions,CTR,Position\nhttps://example.com/a/cold-brew/,9,1,3%,6\n"


@pytest.mark.parametrize(
    ("text", "origin", "first"),
    [
        (SEMRUSH, "semrush", "cold brew at home"),
        (CLUSTERS, "semrush", "cold brew at home"),
        (API, "semrush", "cold brew"),
        (AHREFS.encode("utf-16"), "ahrefs", "cold brew at home"),
        (QUERIES, "search-console", "cold brew"),
        (GERMAN, "search-console", "kalter Kaffee"),
        (PAGES, "search-console", "cold brew"),
    ],
    ids=["semrush", "clusters", "api", "ahrefs", "queries", "german", "pages"],
)
def test_keyword_tools_give_a_topic_and_a_keyword(read: Read, text: str | bytes, origin: str, first: str) -> None:
    name = "rows.csv"
    assert read("seo/keywords", text, origin, name)[0].values["topic"] == first
    page = read("seo/meta", text, origin, name)[0].values
    assert (page["topic"], page["keyword"]) == (first, first)


def test_a_keyword_stands_once_however_many_pages_rank(read: Read) -> None:
    (one,) = read("ads/google-search", POSITIONS, "semrush", literals={"product": "Coffee", "benefits": "Cold"})
    assert (one.values["keyword"], one.values["url"]) == ("cold brew", "https://example.com/cold-brew")


def test_keyword_planner_has_its_header_in_the_third_line(read: Read, registry: Registry, tmp_path: Path) -> None:
    below = PLANNER.partition('2026"\n')[2]
    assert read("seo/keywords", below.encode("utf-16"), "keyword-planner")[0].values["topic"] == "cold brew at home"
    declared = {option.name for option in registry.get("importer", "csv").options}
    if "header" in declared:
        for text in (PLANNER, "\n".join(PLANNER.splitlines()[1:])):
            (one,) = read("seo/keywords", text.encode("utf-16"), "keyword-planner")
            assert one.values["topic"] == "cold brew at home"
        found = likely_origin(tmp_path / "rows.csv", registry, {}, thorough=True)
        assert found is not None and found.name == "keyword-planner"


def test_pages_of_a_crawl(read: Read) -> None:
    mugs, hats = read("seo/meta", FROG, "screaming-frog")
    assert (mugs.values["topic"], mugs.values["keyword"]) == ("Camping mugs", "Camping mugs")
    assert mugs.values["facts"] == ["Enamel mugs that weigh 120 g.", "Made in Kiel.", "How to care for enamel"]
    assert hats.values["topic"] == "Hats for winter", "its title, where it has no heading"


def test_what_somebody_says_goes_before(read: Read) -> None:
    url = {"url": "https://example.com", "category": "cups"}
    (mug, _) = read("ads/google-search", SHOPIFY, "shopify", literals=url, columns={"brand": "Status"})
    assert (mug.values["category"], mug.values["brand"]) == ("cups", "active")
    (mug, _) = read("ads/google-search", SHOPIFY, "shopify", literals=url, columns={"brand": "Variant SKU"})
    assert isinstance(mug, Artifact) and "brand" in mug.reason, "variants that differ are no one value"
    crossed = {"category": [("a", ""), ("b", "")]}
    many = read("ads/google-search", SHOPIFY, "shopify", literals={"url": "https://example.com"}, matrix=crossed)
    assert [one.values["category"] for one in many] == ["a", "b", "a", "b"]


def test_all_examples_are_known_by_their_headers(registry: Registry, tmp_path: Path) -> None:
    examples = {
        "shopify": SHOPIFY,
        "matrixify": MATRIXIFY,
        "woocommerce": WOOCOMMERCE,
        "semrush": POSITIONS,
        "ahrefs": AHREFS,
        "screaming-frog": FROG,
        "merchant-center": MERCHANT,
    }
    for name, text in examples.items():
        (tmp_path / "rows.csv").write_text(text)
        found = likely_origin(tmp_path / "rows.csv", registry, {})
        assert found is not None and found.name == name
    (tmp_path / "rows.csv").write_text("product,benefits,url\nMug,holds 350 ml,https://example.com\n")
    assert likely_origin(tmp_path / "rows.csv", registry, {}, thorough=True) is None


def test_an_export_is_recognised_where_columns_are_missing(read: Read) -> None:
    offer = r"no column for .*'product'.*; looks like a Shopify export: --from shopify --set 'url=https://.*'; or"
    with pytest.raises(BriefError, match=offer):
        read("ads/google-search", SHOPIFY, "")
    with pytest.raises(
        BriefError, match=r"needed input 'url'; Shopify exports do not have it; add --set 'url=https://"
    ):
        read("ads/google-search", SHOPIFY, "shopify")
    with pytest.raises(BriefError, match=r"is no WooCommerce export; looks like a Shopify export: --from shopify"):
        read("seo/meta", SHOPIFY, "woocommerce")
    with pytest.raises(BriefError, match=r"is no Ahrefs export; one has the columns Keyword, .*; this file a, b"):
        read("seo/meta", "a,b\n1,2\n", "ahrefs")
    with pytest.raises(NotFound, match=r"--from: no tool named 'shopfy'; did you mean 'shopify'\?"):
        read("seo/meta", SHOPIFY, "shopfy")


def test_a_job_file_says_whose_export_it_is(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(SHOPIFY)
    (tmp_path / "job.yaml").write_text("type: seo/meta\nbriefs: rows.csv\nfrom: shopify\nset: {language: en}\n")
    plan = read_plan(tmp_path / "job.yaml")
    page = project.content_type("seo/meta")
    assert [brief.id for brief in plan.rows(project, page)] == ["camping-mug", "wool-hat"]
    (tmp_path / "out").mkdir()
    again = read_plan(write_plan(plan, project, tmp_path / "out"))
    assert (again.origin, again.columns, again.literals) == ("shopify", {}, {"language": "en"})
    assert plan.over(Plan(type="", briefs="", origin="matrixify")).origin == "matrixify"
    unused = plan.columns_not_used(project, page)
    assert "Tags" in unused and not {"Status", "Handle", "Title", "Body (HTML)", "Variant Price"} & unused.keys()


def test_an_origin_of_ones_own_is_one_file(read: Read, tmp_path: Path) -> None:
    own = tmp_path / "lager.yaml"
    own.write_text(
        "aigc: 1\ntitle: Lager\nknown_by: [[Artikel, Nr]]\nid: Nr\nfeeds: {topic: Artikel, keyword: [Wort, Artikel]}\n"
    )
    (one,) = read("seo/meta", "Nr,Artikel\n7,Becher\n", str(own))
    assert (one.id, one.values["topic"], one.values["keyword"]) == ("7", "Becher", "Becher")
    own.write_text("aigc: 1\ntitle: Lager\nknown_by: [[Artikel]]\nfeed: {topic: Artikel}\n")
    with pytest.raises(ContentTypeError, match=r"lager\.yaml:4: unknown key 'feed'; did you mean 'feeds'\?"):
        read_origin(own)


def test_the_page_in_the_guide_is_true(read: Read, registry: Registry, tmp_path: Path) -> None:
    page = (Path(aigc.__file__).parent / "guide" / "exports.md").read_text(encoding="utf-8")
    told = {name for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`([\w-]+)`", row)}
    assert told == {one.name for one in origins(registry)}
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "till.yaml").write_text(block, encoding="utf-8")
    rows = "Article,Article no.,Supplier,Text,Size\nMug,7,Northfold,Holds 350 ml.,S\nMug,7,,,L\n"
    url = {"url": '{{ "https://example.com/" ~ cell("Article no.") }}'}
    (mug,) = read("ads/google-search", rows, str(tmp_path / "till.yaml"), literals=url)
    assert (mug.id, mug.values["url"], mug.values["brand"]) == ("7", "https://example.com/7", "Northfold")
    assert mug.values["benefits"] == ["Holds 350 ml.", "Size: S, L"]
    price = re.search(r"'price=(.*?)'\n", page)[1]  # type: ignore[index]
    given = {"url": "https://example.com", "price": price}
    assert [one.values["price"] for one in read("ads/google-search", SHOPIFY, "shopify", literals=given)] == [
        None,
        "24.00 €",
    ]


def test_a_plugin_declares_an_origin_and_a_broken_one_is_put_aside(registry: Registry, tmp_path: Path) -> None:
    for name in ("lager", "shopify"):
        (tmp_path / f"{name}.yaml").write_text("aigc: 1\ntitle: Lager\nknown_by: [[Artikel]]\n")

    def plugin(name: str) -> SimpleNamespace:
        return SimpleNamespace(aigc_origins=hookimpl(lambda: [tmp_path / f"{name}.yaml"]))

    registry.add(plugin("lager"), "house")
    assert registry.plugins[-1].declares == ["origin lager"]
    registry.add(plugin("shopify"), "second")
    assert registry.plugins[-1].error == "plugins 'origins' and 'second' both declare the origin 'shopify'"
    (tmp_path / "lager.yaml").write_text("aigc: 1\ntitle: Lager\n")
    assert "lager" not in [one.name for one in origins(registry)]
    assert "'known_by' is missing" in next(one.error for one in registry.plugins if one.name == "house")
    assert "lager" not in registry.origin_files()


def test_every_bundled_origin_uses_names_that_there_are(project: Project) -> None:
    found = list(origins(project.registry))
    assert len(found) == 11
    types: list[ContentType] = [one for one in project.content_types().values() if not isinstance(one, AigcError)]
    for origin in found:
        assert {*origin.types} <= {one.name for one in types}
        assert {*origin.hints, *origin.feeds} <= {name for one in types for name in one.brief}
        for kind in types:
            for source in origin.sources(kind).values():
                assert columns_in(source)
                if isinstance(source, str):
                    assert not unknown_names(project.environment, source, ["cell", "cells", "row"], origin.name)


def test_the_command_line_offers_and_shows(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Registry, "discover", lambda **_: project.registry)
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(SHOPIFY)
    assert main(["batch", "seo/meta", "shop.csv", "--dry-run", "--map", "topic=Title", "--map", "keyword=Handle"]) == 1
    told = capsys.readouterr()
    assert "shop.csv: looks like a Shopify export: --from shopify\n" in told.err
    assert "4 rows: 2 valid, 2 not" in told.out
    assert main(["batch", "seo/meta", "shop.csv", "--dry-run", "--from", "shopify"]) == 0
    told = capsys.readouterr()
    assert "looks like" not in told.err and "2 rows: 2 valid, 0 not" in told.out
    (tmp_path / "people.csv").write_text("Name,Town\nAnna,Kiel\n")
    assert main(["batch", "seo/meta", "people.csv", "--dry-run", "--from", "woocommerce"]) == 0
    told = "people.csv: does not look like a WooCommerce export, which has the columns ID, Type, SKU, Name\n"
    assert told in capsys.readouterr().err
    assert main(["show", "shopify"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"seo/meta +topic +Title", shown) and "--set 'url=https://YOUR-SHOP/" in shown
    assert main(["plugins"]) == 0
    assert "exports of Shopify: --from shopify" in capsys.readouterr().out
    assert main(["show", "shopfy"]) == 2
    assert "nothing here is named 'shopfy'; did you mean 'shopify'?" in capsys.readouterr().err


def test_what_cells_hold() -> None:
    assert short_facts("<style>p {a: b}</style><p>Made in Kiel, Germany. It weighs approx. 5 kg.</p>") == [
        "Made in Kiel, Germany.",
        "It weighs approx. 5 kg.",
    ]
    told = "Made by St. John's in the U.S. Dr. J. R. Smith drew it. Z. B. Tee, e.g. Assam. Holds 2 l. Ok!"
    assert short_facts(told) == [
        "Made by St. John's in the U.S. Dr. J. R. Smith drew it.",
        "Z. B. Tee, e.g. Assam.",
        "Holds 2 l.",
        "Ok!",
    ]
    assert short_facts("Fits all. It is 5 cm. Warm") == ["Fits all.", "It is 5 cm.", "Warm"]
    assert short_facts("・".join("ab") + "。容量200升。") == ["a・b。", "容量200升。"]
    assert short_facts("x" * 121 + "\n- 5 < 6 and 7 > 3\n1. one\n✓ two", chars=120, most=2) == [
        "5 < 6 and 7 > 3",
        "one",
    ]
    assert short_facts(None) == short_facts("") == []
    assert option_fact("Size", ["S", "M", "S"]) == "Size: S, M"
    assert option_fact("Title", ["Default Title"]) is option_fact(None, []) is option_fact("Size", ["x" * 200]) is None
    assert (last_part("A > B"), last_part("2169"), last_part(None), last_part("x" * 41)) == ("B", None, None, None)
    assert (cut("Enamel Camping Mug", 14), cut(None, 9)) == ("Enamel Camping", None)
    assert url_words("https://example.com/blog/cold_brew-at%20home.html?x=1") == "cold brew at home"
    assert url_words("https://example.com/") is url_words("https://example.com/123/") is None


def test_the_file_for_a_sheet_of_one_fact_to_a_row_is_true(read: Read, tmp_path: Path) -> None:
    page = (Path(aigc.__file__).parent / "guide" / "classroom.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "unit.yaml").write_text(block, encoding="utf-8")
    rows = "Unit,Fact\nPets,dog = Hund\nPets,cat = Katze\nIce,Ice is *frozen* water.\n"
    pets, ice = read("lessons/flashcards", rows, str(tmp_path / "unit.yaml"))
    assert (pets.values["topic"], pets.values["facts"]) == ("Pets", ["dog = Hund", "cat = Katze"])
    assert ice.values["facts"] == ["Ice is *frozen* water."]
