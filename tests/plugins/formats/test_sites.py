from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aigc.errors import JobError
from aigc.types import Artifact, Brief, Provenance
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from aigc_plugins.formats.sites import site_named

SITES = ("hugo", "jekyll", "astro")
TAGS = ["camping", "enamel, blue"]
ARTICLE = {
    "title": "How to Care for Enamel Mugs",
    "description": "What keeps enamel whole.",
    "intro": "Enamel is glass.",
    "sections": [{"heading": "Washing", "text": "Wash it by hand."}],
    "tags": TAGS,
}


def piece(values=None, **fields) -> Artifact:
    return Artifact(
        id="mug",
        status="accepted",
        fields=fields,
        brief=Brief(id="mug", values=values or {}),
        provenance=Provenance(content_type="articles/blog", version=1),
    )


def parted(path) -> tuple[dict, str]:
    opening, front, body = re.split(r"^---\n", path.read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
    assert opening == ""
    return yaml.safe_load(front), body


@pytest.mark.parametrize("site", SITES)
def test_front_matter_is_what_the_generator_reads(tmp_path, site):
    (path,) = markdown_pieces([piece({"date": "2026-12-01", "language": "en"}, **ARTICLE)], tmp_path, site=site)
    front, body = parted(path)
    assert front["title"] == ARTICLE["title"] and front["description"] == ARTICLE["description"]
    assert front["pubDate" if site == "astro" else "date"] == datetime.date(2026, 12, 1)
    assert front["draft"] is True and front["tags"] == TAGS
    assert front["piece"] == {"id": "mug", "type": "articles/blog", "status": "accepted"}
    assert "type" not in front, "a word of the generators' own"
    assert body == "\nEnamel is glass.\n\n## Washing\n\nWash it by hand.\n"
    name = "how-to-care-for-enamel-mugs.md"
    assert path.name == (f"2026-12-01-{name}" if site == "jekyll" else name)
    assert (front.get("layout"), front.get("published")) == (("post", False) if site == "jekyll" else (None, None))


def test_a_draft_is_one_until_it_is_told(tmp_path):
    accepted = piece({"date": "2026-12-01"}, **ARTICLE)
    flagged = replace(accepted, status="flagged", reason="too long")
    fronts = [parted(path)[0] for path in markdown_pieces([accepted, flagged], tmp_path, site="jekyll", draft=False)]
    assert [front.get("published", True) for front in fronts] == [True, False]
    assert [front.get("draft", False) for front in fronts] == [False, True]


def test_the_option_date_stands_in(tmp_path):
    pieces = [piece({"date": "2026-12-01 09:30"}, title="Own", text="x"), piece(title="Other", text="x")]
    paths = list(markdown_pieces(pieces, tmp_path, site="jekyll", date="2026-12-24"))
    assert [path.name for path in paths] == ["2026-12-01-own.md", "2026-12-24-other.md"]
    assert parted(paths[0])[0]["date"] == datetime.datetime(2026, 12, 1, 9, 30)


@pytest.mark.parametrize(
    ("site", "values", "fields", "message"),
    [
        ("jekyll", {}, {"title": "T", "text": "x"}, "mug: has no date"),
        ("astro", {}, {"title": "T", "text": "x"}, "mug: has no date"),
        ("jekyll", {"date": "3 Dec"}, {"title": "T", "text": "x"}, "mug: has the date '3 Dec', which is none"),
        ("jekyll", {"date": "2026-02-30"}, {"title": "T", "text": "x"}, "'2026-02-30', which is none"),
        ("hugo", {}, {"text": "x"}, "mug: has no title, which hugo shows"),
    ],
)
def test_what_a_site_cannot_have_is_refused_before_anything_is_written(tmp_path, site, values, fields, message):
    bad = piece(values, **fields)
    with pytest.raises(JobError) as caught:
        list(markdown_pieces([piece({"date": "2026-12-01"}, title="T", text="x"), bad], tmp_path, site=site))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []
    assert list(markdown_pieces.refuses(bad, site=site)) == [str(caught.value).partition("mug: ")[2]]
    assert list(markdown_pieces.refuses(bad)) == [], "a file for people needs nothing"


def test_a_row_is_refused_by_what_it_will_lack():
    row = piece({"date": "tomorrow"}, title=None, text=None)
    assert "'tomorrow', which is none" in next(iter(markdown_pieces.refuses(row, site="jekyll")))
    assert "has no date" in next(iter(markdown_pieces.refuses(piece({}, title=None, text=None), site="jekyll")))
    assert list(markdown_pieces.refuses(piece({}, title=None, date=None), site="jekyll")) == [], "it may yet get one"
    assert list(markdown_pieces.refuses(piece({}, headlines=None), site="hugo")) == ["has no title, which hugo shows"]
    assert list(markdown_pieces.refuses(piece({}, title=None, text=None))) == []


def test_nothing_in_a_text_is_run_by_the_generator(tmp_path):
    text = "Ask {{< figure >}} and {{% note %}}, {{ site.title }} and {% include x %}."
    shown = {}
    for site in SITES:
        (path,) = markdown_pieces([piece(title="T", text=text)], tmp_path / site, site=site, date="2026-12-01")
        shown[site] = parted(path)[1]
    assert "{{<" not in shown["hugo"] and "{{%" not in shown["hugo"]
    assert "{{" not in shown["jekyll"] and "{%" not in shown["jekyll"]
    for body in shown.values():
        assert body.replace("&lt;", "<").replace("&#37;", "%").replace("&#123;", "{").strip() == text


@given(title=st.text(min_size=1).filter(lambda text: bool(text.split())), tag=st.text(), author=st.text())
def test_any_text_comes_back_out_of_the_front_matter(tmp_path_factory, title, tag, author):
    folder = tmp_path_factory.mktemp("site")
    made = piece({"date": "2026-12-01"}, title=title, text="x", tags=[tag], author=author)
    if any(markdown_pieces.refuses(made, site="hugo")):
        return
    (path,) = markdown_pieces([made], folder, site="hugo")
    front, _ = parted(path)
    from aigc_plugins.formats.sound_text import sound_line

    assert front.get("title", "") == sound_line(title)
    assert front.get("author", "") == sound_line(author)
    assert front.get("tags", []) == [one for one in [sound_line(tag)] if one]


@pytest.mark.parametrize("text", ["1e3", "0o17", "yes", "null", "2026-12-01", "- a", "a: b", "#", "'", "折叠"])
def test_readers_of_yaml_1_2_read_a_text_as_one_too(tmp_path, text):
    (path,) = markdown_pieces([piece(title=text, text="x")], tmp_path, site="hugo")
    (line,) = re.findall(r"^title: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert line[0] == line[-1] == '"'


def test_the_label_is_off_until_it_is_asked_for(tmp_path):
    made = piece({"language": "zh"}, title="T", text="x")
    for site in ("", "hugo"):
        (path,) = markdown_pieces([made], tmp_path / f"{site}off", site=site)
        assert "AIGC" not in parted(path)[0]
        (path,) = markdown_pieces([made], tmp_path / f"{site}on", site=site, ai_label="visible", producer="Mug Ltd")
        front, body = parted(path)
        assert list(front["AIGC"]) == [
            *("Label", "ContentProducer", "ProduceID", "ReservedCode1"),
            *("ContentPropagator", "PropagateID", "ReservedCode2"),
        ]
        assert (front["AIGC"]["Label"], front["AIGC"]["ContentProducer"]) == ("1", "Mug Ltd")
        assert front["AIGC"]["ProduceID"] == "mug"
        assert body.rstrip().endswith("*本文由AI生成。*")


@pytest.mark.parametrize("site", SITES)
def test_a_site_says_where_its_rules_are_from(site):
    assert site_named(site).source and site_named(site).checked_on
