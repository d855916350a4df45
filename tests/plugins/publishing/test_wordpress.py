from __future__ import annotations

import html
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.wordpress import wordpress_posts

from .conftest import joined, piece, texts

SPACES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
ARTICLE = {
    "title": "Tea & Mugs",
    "description": "What keeps enamel whole.",
    "meta_title": "Care for Enamel",
    "intro": "Enamel is glass.",
    "sections": [{"heading": "Washing", "text": "By hand."}],
    "tags": ["Enamel Mugs", "中国 茶"],
    "categories": ["Care"],
}


class Text(HTMLParser):
    """This reads the text of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.tags: set[str] = set()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.shown.append(data)


def items(path) -> list[ET.Element]:
    channel = ET.parse(path).getroot().find("channel")
    assert channel is not None and channel.findtext("wp:wxr_version", namespaces=SPACES) == "1.2"
    return channel.findall("item")


def posts(folder, *pieces, **options) -> list[ET.Element]:
    (path,) = wordpress_posts(pieces, folder, **options)
    assert path.name == "wordpress.xml"
    return items(path)


def told(item, name) -> str:
    return item.findtext(name, namespaces=SPACES) or ""


def metas(item) -> dict[str, str]:
    return {told(one, "wp:meta_key"): told(one, "wp:meta_value") for one in item.findall("wp:postmeta", SPACES)}


def test_a_post_is_read_back(tmp_path):
    (item,) = posts(tmp_path, piece(values={"author": "ada"}, **ARTICLE), date="2026-12-01 09:30")
    assert html.unescape(told(item, "title")) == "Tea & Mugs"
    assert told(item, "content:encoded") == "<p>Enamel is glass.</p>\n<h2>Washing</h2>\n<p>By hand.</p>"
    assert told(item, "excerpt:encoded") == ARTICLE["description"]
    assert (told(item, "wp:status"), told(item, "wp:post_type"), told(item, "wp:post_id")) == ("draft", "post", "1")
    assert (told(item, "wp:post_name"), told(item, "dc:creator")) == ("tea-mugs", "ada")
    assert told(item, "wp:post_date") == "2026-12-01 09:30:00"
    named = [(one.get("domain"), one.get("nicename"), one.text) for one in item.findall("category")]
    assert named == [
        ("category", "care", "Care"),
        ("post_tag", "enamel-mugs", "Enamel Mugs"),
        ("post_tag", "中国-茶", "中国 茶"),
    ]
    yoast = {"_yoast_wpseo_title": "Care for Enamel", "_yoast_wpseo_metadesc": ARTICLE["description"]}
    assert {**metas(item), **yoast} == metas(item)
    assert json.loads(metas(item)["AIGC"])["AIGC"]["ProduceID"] == "mug"


def test_a_draft_needs_no_date_and_a_flagged_piece_stays_one(tmp_path):
    flagged = replace(piece("2", title="T", text="x"), status="flagged", reason="too long")
    first, second = posts(tmp_path, piece("1", title="T", text="x"), flagged, status="publish", post_type="page")
    assert [told(one, "wp:status") for one in (first, second)] == ["publish", "draft"]
    assert [told(one, "wp:post_name") for one in (first, second)] == ["t", "t-2"]
    assert [told(one, "wp:post_id") for one in (first, second)] == ["1", "2"]
    assert told(first, "wp:post_date") == told(first, "wp:post_date_gmt") == "0000-00-00 00:00:00"
    assert told(first, "wp:post_type") == "page"


def test_a_zone_tells_the_time_at_greenwich(tmp_path):
    (item,) = posts(tmp_path, piece(title="T", text="x"), date="2026-12-01T09:30+02:00")
    assert told(item, "wp:post_date_gmt") == "2026-12-01 07:30:00"


def test_labels(tmp_path):
    (item,) = posts(tmp_path / "seen", piece(title="T", text="x"), ai_label="visible")
    assert told(item, "content:encoded").endswith("<p>This text was written with the help of AI.</p>")
    (item,) = posts(tmp_path / "off", piece(title="T", text="x"), ai_label="off")
    assert metas(item) == {}


def test_what_wordpress_would_run_is_refused_or_shown(tmp_path):
    (item,) = posts(tmp_path / "1", piece(title="T", text="[gallery ids=1] <!--more-->"))
    assert "[" not in told(item, "content:encoded") and "<!--" not in told(item, "content:encoded")
    assert "".join(Text(told(item, "content:encoded")).shown) == "[gallery ids=1] <!--more-->"
    bad = piece("bad", title="T", text="x", description='O:8:"stdClass":0:{}')
    with pytest.raises(JobError, match="wxr: bad: has a text for _yoast_wpseo_metadesc that PHP would run"):
        list(wordpress_posts([bad], tmp_path / "2"))
    assert not (tmp_path / "2").exists()


def test_what_is_no_post_is_refused_before_anything_is_written(tmp_path):
    pieces = [piece("ok", title="T", text="x"), piece("a", text="x"), piece("b", {"date": "soon"}, title="T", text="x")]
    with pytest.raises(JobError) as caught:
        list(wordpress_posts(pieces, tmp_path))
    assert "a: has no title; b: has the date 'soon', which is none" in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert list(wordpress_posts.refuses(piece("b", {"date": "soon"}, title=None, text=None)))
    assert not list(wordpress_posts.refuses(piece("a", {}, title=None, text=None)))


@given(title=texts(), text=texts(), description=texts(), tag=texts())
def test_any_text_comes_back(tmp_path_factory, title, text, description, tag):
    made = piece(values={"author": tag}, title=title, text=text, description=description, meta_title=title, tags=[tag])
    (item,) = posts(tmp_path_factory.mktemp("wxr"), made)
    assert html.unescape(told(item, "title")) == sound_line(title)
    assert html.unescape(told(item, "excerpt:encoded")) == sound_line(description)
    assert told(item, "dc:creator") == sound_line(tag)
    assert metas(item)["_yoast_wpseo_title"] == sound_line(title)
    assert metas(item)["_yoast_wpseo_metadesc"] == sound_line(description)
    assert [html.unescape(one.text or "") for one in item.findall("category")] == [sound_line(tag)]
    content = Text(told(item, "content:encoded"))
    assert content.tags <= {"p", "br", "ul", "li"}
    for mark in "-*•":
        text, content.shown = text.replace(mark, ""), [one.replace(mark, "") for one in content.shown]
    assert joined(sound(text)) == joined("".join(content.shown))
