"""Sources that cost too much, or are named oddly: each is read in good time, or refused by name."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

from aigc.errors import BriefError
from aigc.knowledge import Knowledge, search, source_files
from aigc.knowledge.html_blocks import html_blocks
from aigc.knowledge.passages import LONGEST_BLOCK
from aigc.knowledge.source_files import blocks_in, one_line
from aigc.knowledge.sourced_facts import sentences_of

SOON = 5.0  # seconds of the processor, of which the slow way takes minutes
MANY = 100_000


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Tomatoes " + "1.1" * MANY + "., x", [", x"]),
        ("A. " * MANY, [("A. " * MANY).strip()]),
        ("a" + "!?" * MANY + ",", [","]),
        ("One is left out.,so. Two stays.", [",so.", "Two stays."]),
    ],
    ids=["points", "initials", "marks", "short"],
)
def test_sentences_are_found_in_one_walk(text: str, sentences: list[str]) -> None:
    began = time.process_time()
    assert [*sentences_of(text)] == sentences
    assert time.process_time() - began < SOON


@pytest.mark.parametrize("gap", ["\u3000", "\n"])
def test_a_gap_of_any_length_is_closed_in_one_walk(gap: str) -> None:
    began = time.process_time()
    assert one_line("中" + gap * MANY + "x") == "中 x"
    assert time.process_time() - began < SOON
    assert one_line("中 \n 文 字") == "中文 字"


def test_what_is_never_read_may_be_left_open_as_often_as_one_likes() -> None:
    began = time.process_time()
    blocks = html_blocks("<nav>" * MANY + "</aside>" * MANY + "no</nav>" + "</nav>" * MANY + "<p>Peppers")
    assert [block.text for block in blocks] == ["Peppers"]
    assert time.process_time() - began < SOON


def test_a_heading_as_long_as_a_page_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Peppers\n\n## " + "hot " * 200 + "\n\nPeppers are picked red.\n", encoding="utf-8"
    )
    assert {passage.headings for passage in Knowledge.of(tmp_path).passages} == {("Peppers",)}


def test_a_file_that_takes_too_long_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_files, "PATIENCE", 0.5)
    monkeypatch.setitem(source_files.KINDS, ".txt", lambda path: time.sleep(60))
    (tmp_path / "slow.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BriefError, match=r"slow\.txt: takes more than 0\.5 s to read"):
        blocks_in(tmp_path / "slow.txt")


@pytest.mark.parametrize(("part", "most"), [("word/document.xml", "32"), ("word/media/a.png", "256")])
def test_a_document_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path, part: str, most: str) -> None:
    from docx import Document

    Document().save(str(tmp_path / "a.docx"))
    archive = zipfile.ZipFile(tmp_path / "a.docx", "a", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open(f"{part}.xml" if "xml" in part else part, "w") as inside:
        for _ in range(int(most) + 1):
            inside.write(bytes(1 << 20))
    with pytest.raises(BriefError, match=rf"a\.docx: .*at most {most} MB are read"):
        blocks_in(tmp_path / "a.docx")


def test_all_the_text_of_a_folder_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_TEXT", 100)
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("x" * 40, encoding="utf-8")
    with pytest.raises(BriefError, match="has more than 100 characters of text") as caught:
        Knowledge.of(tmp_path)
    assert caught.value.hint == "name a folder in it"


def test_a_name_that_is_no_text_can_be_told(tmp_path: Path) -> None:
    body = b"# Peppers\n\nPeppers are picked when they are red.\n"
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_bytes(body)
    except OSError:
        pytest.skip("this disk has no such names")
    (fact,) = Knowledge.of(tmp_path).facts("peppers", most=9, longest=220)
    assert fact.place.encode() == b"caf\\udce9.md:3 Peppers"


@pytest.mark.parametrize(
    ("text", "end"),
    [("Oil keeps a chain quiet. " * 4000, "quiet."), ("油让链条安静。" * 9000, "。"), ("x" * 50_000, "x")],
)
def test_an_endless_paragraph_is_cut_where_a_sentence_ends(tmp_path: Path, text: str, end: str) -> None:
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    parts = [block.text for one in Knowledge.of(tmp_path).passages for block in one.blocks]
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(one) <= LONGEST_BLOCK and one.endswith(end) for one in parts)


def test_a_document_of_very_many_paragraphs_is_read_in_one_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from docx import Document

    document = Document()
    document.add_heading("Peppers", 1)
    document.save(str(tmp_path / "a.docx"))
    line = b"<w:p><w:r><w:t>Peppers are picked when they are red.</w:t></w:r></w:p>"
    with (
        zipfile.ZipFile(tmp_path / "a.docx") as given,
        zipfile.ZipFile(tmp_path / "b.docx", "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in given.namelist():
            made.writestr(part, given.read(part).replace(b"<w:sectPr", line * 20_000 + b"<w:sectPr", 1))
    began = time.process_time()
    blocks = blocks_in(tmp_path / "b.docx")
    assert time.process_time() - began < SOON
    assert [(block.line, block.level) for block in blocks[:2]] == [(1, 1), (2, 0)] and len(blocks) == 20_001
    monkeypatch.setattr(source_files, "MOST_PARAGRAPHS", 20_000)
    with pytest.raises(BriefError, match=r"b\.docx: has 20,001 paragraphs, at most 20,000 are read of a file"):
        blocks_in(tmp_path / "b.docx")


def test_a_pdf_of_too_many_pages_is_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(4):
        writer.add_blank_page(width=100, height=100)
    writer.write(tmp_path / "a.pdf")
    assert blocks_in(tmp_path / "a.pdf") == []
    monkeypatch.setattr(source_files, "MOST_PAGES", 3)
    with pytest.raises(BriefError, match=r"a\.pdf: has 4 pages, at most 3 are read of a file") as caught:
        blocks_in(tmp_path / "a.pdf")
    assert caught.value.hint == "split it, or put _ before its name to pass it over"
