from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings

from aigc.errors import JobError
from aigc.types import Asset
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.word_document import word_documents

from .conftest import joined, piece, texts

docx = pytest.importorskip("docx")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e366"
    "0000000049454e44ae426082"
)


def written(folder, made, **options):
    path, *_ = word_documents([made], folder, **options)
    return docx.Document(str(path))


def outline(document) -> list[tuple[str, str]]:
    return [(one.style.name, one.text) for one in document.paragraphs]


def custom(folder, name) -> dict[str, str]:
    with zipfile.ZipFile(folder / "docx" / name) as archive:
        root = ET.fromstring(archive.read("docProps/custom.xml"))
    return {one.attrib["name"]: one[0].text or "" for one in root}


def test_a_document_is_read_back(tmp_path):
    made = piece(
        values={"language": "en", "author": "Ada"},
        title="How to Care for Enamel Mugs",
        description="What keeps enamel whole.",
        intro="Enamel is glass.\nOn steel.",
        sections=[{"heading": "Washing", "text": "- by hand\n- with soap"}],
        phases=[{"name": "Engage", "minutes": 5}],
        tags=["enamel", "mugs"],
    )
    document = written(tmp_path, made)
    assert outline(document) == [
        ("Title", "How to Care for Enamel Mugs"),
        ("Normal", "Enamel is glass.\nOn steel."),
        ("Heading 1", "Washing"),
        ("List Bullet", "by hand"),
        ("List Bullet", "with soap"),
        ("Heading 1", "Engage"),
        ("Normal", "Minutes: 5"),
    ]
    told = document.core_properties
    assert (told.title, told.subject) == (made.fields["title"], made.fields["description"])
    assert (told.author, told.keywords, told.language) == ("Ada", "enamel, mugs", "en")
    assert (told.content_status, told.comments) == ("Draft", "")
    label = json.loads(custom(tmp_path, "how-to-care-for-enamel-mugs.docx")["AIGC"])["AIGC"]
    assert (label["Label"], label["ProduceID"]) == ("1", "mug")


def test_word_checks_the_language_of_the_piece(tmp_path):
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    document = written(tmp_path, piece(values={"language": "zh-CN"}, title="杯子", text="好"))
    (element, *_) = document.styles.element.iter(f"{w}lang")
    assert element.get(f"{w}eastAsia") == "zh-CN"
    assert not list(document.element.iter(f"{w}bidi"))
    document = written(tmp_path, piece(values={"language": "he"}, title="ספל", text="טוב"))
    assert len(list(document.element.iter(f"{w}bidi"))) == 2


def test_the_label_is_seen_or_off(tmp_path):
    made = piece(values={"language": "zh"}, title="T", text="x")
    assert outline(written(tmp_path / "seen", made, ai_label="visible"))[-1] == ("Normal", "本文由AI生成。")
    written(tmp_path / "off", made, ai_label="off")
    with zipfile.ZipFile(tmp_path / "off" / "docx" / "t.docx") as archive:
        assert "docProps/custom.xml" not in archive.namelist()


def test_pictures_are_shown_and_what_is_none_is_named(tmp_path):
    assets = (
        Asset.of("a.png", "image/png", PNG),
        Asset.of("b.png", "image/png", b"no"),
        Asset.of("c.mp3", "audio", b""),
    )
    document = written(tmp_path, replace(piece(title="T", text="x"), assets=assets))
    assert len(document.inline_shapes) == 1
    assert [text for _, text in outline(document)][-2:] == ["b.png", "c.mp3"]


def test_a_flagged_piece_says_so(tmp_path):
    made = replace(piece(title="T", text="x"), status="flagged", reason="too\nlong")
    assert written(tmp_path, made).core_properties.content_status == "flagged: too long"


def test_the_same_piece_makes_the_same_file(tmp_path):
    for name in ("1", "2"):
        written(tmp_path / name, piece(title="T", text="x"))
    assert (tmp_path / "1/docx/t.docx").read_bytes() == (tmp_path / "2/docx/t.docx").read_bytes()


def test_without_the_library_it_is_told_before_a_piece_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    row = piece(title=None, text=None)
    with pytest.raises(JobError, match="python-docx is not installed") as caught:
        list(word_documents.refuses(row))
    assert caught.value.hint == "pip install 'aigc[docx]'"


def test_what_is_no_document_is_refused_before_anything_is_written(tmp_path):
    bad = piece("bad", headlines=["A"])
    with pytest.raises(JobError, match="docx: bad: has no title"):
        list(word_documents([piece(title="T", text="x"), bad], tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert list(word_documents.refuses(bad)) == ["has no title"]


@settings(max_examples=40, deadline=None)
@given(title=texts(), text=texts(), heading=texts(), line=texts(), answer=texts())
def test_any_text_comes_back(tmp_path_factory, title, text, heading, line, answer):
    made = piece(title=title, text=text, parts=[{"heading": heading, "text": line, "answer": answer}], bullets=[line])
    document = written(tmp_path_factory.mktemp("docx"), made)
    told = outline(document)
    assert told[0] == ("Title", sound_line(title))
    assert [shown for style, shown in told if style == "Heading 1"] == [sound_line(heading)]
    everything = joined("".join(shown for _, shown in told))
    for one in (text, line, answer):
        assert joined(sound(one)).replace("-", "").replace("*", "") in everything.replace("-", "").replace("*", "")
    assert document.core_properties.title == sound_line(title)[:255]
