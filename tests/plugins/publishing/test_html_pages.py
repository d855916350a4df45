from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc.types import Asset
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.html_pages import html_pages

from .conftest import joined, piece, texts

VOID = {"meta", "link", "img", "br"}
ARTICLE = {
    "title": "How to Care for Enamel Mugs",
    "description": "What keeps enamel whole.",
    "intro": "Enamel is glass.\nOn steel.\n\nIt can chip.",
    "sections": [
        {"heading": "Washing", "text": "- by hand\n- with soap"},
        {"heading": "Drying", "text": "In air."},
    ],
    "tags": ["enamel", "mugs"],
}
SOURCE = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"


class Reader(HTMLParser):
    """This reads a page strictly: every element that opens is closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, str]] = []  # element → its text
        self.metas: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag == "meta" and (name := dict(attrs).get("name")):
            self.metas[name] = dict(attrs)["content"]
        self.attributes.setdefault(tag, dict(attrs))
        if tag == "br":
            self.texts[-1] += "\n"
        if tag not in VOID:
            self.open.append(tag)
            self.texts.append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        text = self.texts.pop()
        self.seen.append((tag, text))
        if self.texts and tag == "strong":
            self.texts[-1] += text

    def handle_data(self, data):
        if self.open:
            self.texts[-1] += data

    def all(self, *tags: str) -> list[str]:
        return [text for tag, text in self.seen if tag in tags]


def read(path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text("utf-8"))
    reader.close()
    assert reader.open == []
    return reader


def page(tmp_path, made, **options) -> Reader:
    path, *_ = html_pages([made], tmp_path, **options)
    return read(path)


def data(reader) -> list[dict]:
    return [json.loads(text) for text in reader.all("script")]


def test_an_article_is_read_back(tmp_path):
    made = piece("mug", {"language": "en", "author": "Ada"}, **ARTICLE)
    (path,) = html_pages([made], tmp_path, date="2026-12-01", url="https://example.com/{slug}")
    assert path.relative_to(tmp_path).as_posix() == "html/how-to-care-for-enamel-mugs.html"
    reader = read(path)
    assert reader.attributes["html"] == {"lang": "en"}
    assert reader.all("title") == reader.all("h1") == [ARTICLE["title"]]
    assert reader.all("h2") == ["Washing", "Drying"]
    assert reader.all("p") == ["Enamel is glass.\nOn steel.", "It can chip.", "In air."]
    assert reader.all("li") == ["by hand", "with soap"]
    assert len(reader.all("section")) == 2
    assert reader.metas["description"] == ARTICLE["description"] and reader.metas["author"] == "Ada"
    address = "https://example.com/how-to-care-for-enamel-mugs"
    assert reader.attributes["link"] == {"rel": "canonical", "href": address}
    assert data(reader) == [
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": ARTICLE["title"],
            "description": ARTICLE["description"],
            "datePublished": "2026-12-01",
            "keywords": "enamel, mugs",
            "author": {"@type": "Person", "name": "Ada"},
            "inLanguage": "en",
            "url": address,
            "digitalSourceType": SOURCE,
        }
    ]


def test_a_product_needs_a_price_and_questions_their_answers(tmp_path):
    listing = {"title": "Enamel Mug", "bullets": ["350 ml", "Steel"], "description": "For camping."}
    values = {"product": "Mug", "price": "24.90 EUR", "brand": "Emaille Co", "url": "https://example.com/mug"}
    (product,) = data(page(tmp_path / "1", piece(values=values, **listing)))
    assert (product["@type"], product["name"], product["brand"]["name"]) == ("Product", "Mug", "Emaille Co")
    offer = {"@type": "Offer", "price": "24.90", "priceCurrency": "EUR", "url": "https://example.com/mug"}
    assert product["offers"] == offer
    for number, price in enumerate(("24.90", "from 24 EUR", "")):
        made = piece(values={**values, "price": price}, **listing)
        assert data(page(tmp_path / f"no{number}", made)) == [], "no price with its currency"
    faq = [{"question": "Is it safe?", "answer": "Yes."}, {"question": "Why?", "answer": "It is glass."}]
    reader = page(tmp_path / "2", piece(title="Mugs", faq=faq))
    (asked,) = data(reader)
    assert asked["@type"] == "FAQPage" and asked["digitalSourceType"] == SOURCE
    told = [{"question": one["name"], "answer": one["acceptedAnswer"]["text"]} for one in asked["mainEntity"]]
    assert told == faq
    assert reader.all("h2") == ["Is it safe?", "Why?"] and reader.all("p") == ["Yes.", "It is glass."]


def test_parts_keep_their_labels(tmp_path):
    phases = [{"name": "Engage", "minutes": 5, "teacher": "Asks."}, {"name": "Explore", "minutes": 15, "teacher": ""}]
    items = [{"stem": "Which?", "options": ["A", "B"], "answer": "B"}]
    words = [{"term": "leaf", "meaning": "part of a plant"}]
    clusters = [{"primary": "mug", "secondary": ["cup"], "intent": "buy"}]
    fields = {"objectives": ["Name it."], "phases": phases, "quiz": items, "words": words, "clusters": clusters}
    reader = page(tmp_path, piece(title="Plan", price="5 EUR", alt_text="A leaf", **fields))
    assert reader.all("h2") == ["Objectives", "Engage", "Explore", "Which?", "Words", "Clusters"]
    assert reader.all("h3") == ["1"]
    told = ["Minutes: 5", "Teacher: Asks.", "Minutes: 15", "Options:", "Answer: B"]
    assert reader.all("p") == [*told, "Primary: mug", "Secondary:", "Intent: buy"]
    assert reader.all("li") == ["Name it.", "A", "B", "leaf: part of a plant", "cup"]


def test_languages(tmp_path):
    for language, expected in (
        ("zh-CN", {"lang": "zh-CN"}),
        ("ar", {"lang": "ar", "dir": "rtl"}),
        (None, {"lang": "en"}),
        ('en"><script>', {}),
    ):
        reader = page(tmp_path / str(expected), piece(values={"language": language}, title="T", text="x"))
        assert reader.attributes["html"] == expected


def test_labels(tmp_path):
    made = piece(values={"language": "de"}, title="T", text="x")
    reader = page(tmp_path / "on", made, producer="Mug Ltd")
    assert (
        json.loads(reader.metas["AIGC"])["AIGC"] | {"ContentProducer": "Mug Ltd", "ProduceID": "mug"}
        == (json.loads(reader.metas["AIGC"])["AIGC"])
    )
    assert reader.all("footer") == []
    reader = page(tmp_path / "off", made, ai_label="off")
    assert "AIGC" not in reader.metas and "digitalSourceType" not in data(reader)[0]
    reader = page(tmp_path / "seen", made, ai_label="visible")
    assert reader.all("p")[-1] == "Dieser Text wurde mit KI erstellt."


def test_a_flagged_page_is_kept_out_of_search(tmp_path):
    made = replace(piece(title="T", text="x"), status="flagged", reason="too long")
    assert {"robots": "noindex", "status": "flagged: too long"}.items() <= page(tmp_path, made).metas.items()


def test_pictures_are_shown(tmp_path):
    made = replace(piece(title="T", text="x"), assets=(Asset.of('co"ver.png', "image/png", b"png"),))
    path, picture = html_pages([made], tmp_path)
    reader = read(path)
    assert (path.parent / reader.attributes["img"]["src"]).resolve() == picture.resolve()
    assert reader.attributes["img"]["alt"] == 'co"ver.png'


@pytest.mark.parametrize(
    ("values", "fields", "message"),
    [
        ({}, {"text": "x"}, "bad: has no title"),
        ({}, {"title": "T", "description": "x"}, "bad: has no text beside its title and description"),
        ({"url": "example.com"}, {"title": "T", "text": "x"}, "bad: has the link 'example.com', which is none"),
        ({"date": "soon"}, {"title": "T", "text": "x"}, "bad: has the date 'soon', which is none"),
        ({}, {"headlines": ["A", "B"], "descriptions": ["C"]}, "bad: has no title"),
    ],
)
def test_what_is_no_page_is_refused_before_anything_is_written(tmp_path, values, fields, message):
    bad = piece("bad", values, **fields)
    with pytest.raises(JobError) as caught:
        list(html_pages([piece(title="T", text="x"), bad], tmp_path))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert message.removeprefix("bad: ") in "; ".join(html_pages.refuses(bad))
    assert list(html_pages.refuses(piece(title=None, text=None))) == [], "a row has no fields yet"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (["title", "description"], ["has no text beside its title and description"]),
        (["headlines"], ["has no title"]),
        (["title", "date", "link", "text"], []),
    ],
)
def test_a_row_is_refused_by_what_its_type_does_not_write(fields, told):
    assert list(html_pages.refuses(piece(**dict.fromkeys(fields)))) == told


@given(title=texts(), text=texts(), heading=texts(), line=texts(), question=texts(), answer=texts())
def test_any_text_comes_back(tmp_path_factory, title, text, heading, line, question, answer):
    made = piece(
        title=title,
        text=text,
        sections=[{"heading": heading, "text": line}],
        bullets=[line],
        faq=[{"question": question, "answer": answer}],
        description=text,
    )
    reader = page(tmp_path_factory.mktemp("html"), made)
    assert reader.all("h1") == [sound_line(title)] and reader.metas["description"] == sound_line(text)
    assert reader.all("h2") == [sound_line(heading), sound_line(question)]
    shown = joined("".join(reader.all("p", "li")))
    for one in (text, line, answer):
        assert joined(sound(one)).replace("-", "").replace("*", "") in shown.replace("-", "").replace("*", "")
    article, asked = data(reader)
    assert article["description"] == sound_line(text)
    assert asked["mainEntity"][0]["name"] == sound(question)
