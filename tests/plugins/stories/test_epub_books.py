"""A book of stories is an EPUB 3 that keeps the rules of container and package, and has every story whole."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.stories.epub_books import epub_books, what_epub_refuses

OCF = "{urn:oasis:names:tc:opendocument:xmlns:container}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
TYPE = "{http://www.idpf.org/2007/ops}type"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
Story = Callable[..., Artifact]


class EpubReader:
    """This reads a book as a reading system does, and refuses what OCF 3.3 and EPUB 3.3 forbid."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            first = archive.infolist()[0]
            assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED and not first.extra
            names = archive.namelist()
            assert len(names) == len(set(map(str.casefold, names)))
            self.files = {name: archive.read(name) for name in names}
        assert path.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
        assert self.files["mimetype"] == b"application/epub+zip"
        (root,) = ET.fromstring(self.files["META-INF/container.xml"]).iter(f"{OCF}rootfile")
        assert root.get("media-type") == "application/oebps-package+xml"
        self.where = root.attrib["full-path"]
        self.package = ET.fromstring(self.files[self.where])
        assert self.package.get("version") == "3.0"
        self._metadata()
        self._manifest()

    def _metadata(self) -> None:
        (metadata,) = self.package.iter(f"{OPF}metadata")
        (identifier,) = metadata.iter(f"{DC}identifier")
        assert identifier.get("id") == self.package.get("unique-identifier") and (identifier.text or "").strip()
        self.identifier = identifier.text
        self.told = {one.tag.removeprefix(DC): one.text for one in metadata if one.tag.startswith(DC)}
        assert self.told["title"] and self.told["language"]
        self.metas = {one.get("property"): one.text for one in metadata.iter(f"{OPF}meta")}
        assert self.metas["dcterms:modified"] and len(self.metas["dcterms:modified"]) == len("2026-11-30T00:00:00Z")

    def _manifest(self) -> None:
        base = posixpath.dirname(self.where)
        items = list(self.package.iter(f"{OPF}item"))
        places = {one.attrib["id"]: posixpath.join(base, unquote(one.attrib["href"])) for one in items}
        assert len(places) == len(items) and len(set(places.values())) == len(items)
        assert {*places.values()} == {*self.files} - {"mimetype", "META-INF/container.xml", self.where}
        (contents,) = [one for one in items if one.get("properties") == "nav"]
        order = [one.attrib["idref"] for one in self.package.iter(f"{OPF}itemref") if one.get("linear") != "no"]
        self.pages = {place: ET.fromstring(self.files[place]) for place in map(places.__getitem__, order)}
        nav = ET.fromstring(self.files[places[contents.attrib["id"]]])
        (toc,) = [one for one in nav.iter(f"{XHTML}nav") if one.get(TYPE) == "toc"]
        links = [(posixpath.join(base, one.attrib["href"]), "".join(one.itertext())) for one in toc.iter(f"{XHTML}a")]
        assert [place for place, _ in links] == list(self.pages)
        self.contents = [title for _, title in links]

    def texts(self, tag: str) -> list[list[str]]:
        """Return of each chapter the texts of its elements with a tag."""
        return [["".join(one.itertext()) for one in page.iter(f"{XHTML}{tag}")] for page in self.pages.values()]


@pytest.fixture
def two(story: Story) -> list[Artifact]:
    return [
        story("1", "Mila & the <Sea>", ["Mila woke.", "“Fish & chips,” said Otto.\n\nThey ate."], author="A. Writer"),
        story("2", "Tap, Tap, Tap", ["Bolt lay awake.", "Bolt slept."]),
    ]


def book(tmp_path: Path, pieces: list[Artifact], **options: Any) -> EpubReader:
    (path,) = epub_books.function(pieces, tmp_path, **options)
    return EpubReader(path)


def test_a_book_has_every_story_whole_and_in_order(tmp_path: Path, two: list[Artifact]) -> None:
    read = book(tmp_path, two)
    assert read.contents == ["Mila & the <Sea>", "Tap, Tap, Tap"]
    assert read.texts("h1") == [["Mila & the <Sea>"], ["Tap, Tap, Tap"]]
    assert read.texts("p") == [
        ["Mila woke.", "“Fish & chips,” said Otto.", "They ate."],
        ["Bolt lay awake.", "Bolt slept."],
    ]
    assert read.told["title"] == "Stories" and read.told["creator"] == "A. Writer" and read.told["language"] == "en"


def test_the_same_stories_make_the_same_bytes(tmp_path: Path, two: list[Artifact]) -> None:
    (first,), (second,) = (epub_books.function(two, tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert EpubReader(first).metas["dcterms:modified"] == "1980-01-01T00:00:00Z"
    assert book(tmp_path, two[:1]).identifier != EpubReader(first).identifier


def test_the_options_name_the_book(tmp_path: Path, two: list[Artifact]) -> None:
    read = book(tmp_path, two, title="Two Nights", author="Someone", date="2026-12-01")
    assert (read.told["title"], read.told["creator"], read.told["date"]) == ("Two Nights", "Someone", "2026-12-01")
    assert read.metas["dcterms:modified"] == "2026-12-01T00:00:00Z"
    with pytest.raises(JobError, match="epub: 1: has the date 'soon'"):
        list(epub_books.function(two, tmp_path, date="soon"))


def test_one_story_names_its_book(tmp_path: Path, two: list[Artifact]) -> None:
    read = book(tmp_path, two[1:])
    assert read.told["title"] == "Tap, Tap, Tap" and read.told["description"] == "What it is about."


def test_each_language_has_a_book(tmp_path: Path, two: list[Artifact], story: Story) -> None:
    chinese = story("3", "米拉和石头桥", ["米拉醒了。"], language="zh")
    english, other = map(EpubReader, epub_books.function([*two, chinese], tmp_path))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["book-en.epub", "book-zh.epub"]
    assert other.told["title"] == "米拉和石头桥" and other.contents == ["米拉和石头桥"] and len(english.contents) == 2
    (page,) = other.pages.values()
    assert page.get("lang") == page.get(LANGUAGE) == "zh"


def test_a_book_says_that_a_model_wrote_it_and_what_is_flagged(tmp_path: Path, story: Story) -> None:
    flagged = story("1", "Mila", ["Mila woke."], reason="a smaller model")
    read = book(tmp_path, [flagged], ai_label="visible", producer="House")
    assert '"ContentProducer": "House"' in (read.metas["aigc:label"] or "")
    assert read.texts("p")[0][0] == "a smaller model" and len(read.texts("p")[0]) == 3
    assert "aigc:label" not in book(tmp_path, [flagged], ai_label="off").metas


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path, story: Story) -> None:
    read = book(tmp_path, [story("1", "A\x00 Title\x0b", ["One\x08 line \ud800and ￾more."])])
    assert read.contents[0].startswith("A") and "One" in read.texts("p")[0][0]


def test_what_is_no_chapter_is_refused(story: Story) -> None:
    assert list(what_epub_refuses(story("1", "", ["Mila woke."]))) == ["has no title"]
    assert any("no text" in one for one in what_epub_refuses(story("1", "Mila", [])))
