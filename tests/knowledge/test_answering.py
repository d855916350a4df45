"""Passages that answer a question, whatever customers call things; what has not changed is not read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from aigc.knowledge import FileBlock, Knowledge, meant_words
from aigc.ledger.kept_sources import KeptSources

HELP = """# Help

## How do I return something?

Print the label.

Hand it in.

## How long is the warranty?

Coats have a warranty of 2 years.

## 退款多久到账？

7天内原路退款。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "help.md").write_text(HELP, encoding="utf-8")
    return tmp_path / "pages"


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Can I send the coat back?", "How do I return something?"),
        ("Is there a guarantee?", "How long is the warranty?"),
        ("钱什么时候退给我", "退款多久到账？"),
    ],
)
def test_a_question_finds_its_heading_in_other_words(folder: Path, question: str, heading: str) -> None:
    best = Knowledge.of(folder).answering(question, most=2)[0]
    assert best.passage.headings == ("Help", heading)
    assert best.headed > 0.4 and best.worth > 0.4


def test_what_no_page_tells_of_finds_nothing_that_is_worth_much(folder: Path) -> None:
    knowledge = Knowledge.of(folder)
    assert knowledge.answering("Write me a poem", most=2) == []
    assert knowledge.answering("the of and", most=2) == []
    (near,) = knowledge.answering("How much is a laptop with a coat of paint from Berlin?", most=2)
    assert near.worth < 0.4


def test_what_stands_under_one_heading_is_one(folder: Path) -> None:
    knowledge = Knowledge.of(folder)
    (found,) = knowledge.under("help.md", ("Help", "How do I return something?"))
    assert found.text == "Print the label.\nHand it in."


def test_words_that_are_called_alike_are_one() -> None:
    assert meant_words("Send the rain boots back") == meant_words("I returned rain boots")
    assert "boot" in meant_words("Can I send my boots back?"), "what stands between is not lost"
    assert meant_words("邮费") == meant_words("运费")
    assert meant_words("How do I do it, please?") == []


def test_a_file_that_has_not_changed_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    from aigc.knowledge import kept_blocks

    whole = kept_blocks.blocks_in

    def seen(path: Path) -> Sequence[FileBlock]:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(kept_blocks, "blocks_in", seen)
    (folder / "more.txt").write_text("Opening hours\n\nThe shop opens at ten.\n")
    place = folder.parent / ".aigc" / "knowledge.sqlite"
    for expected in (["help.md", "more.txt"], [], ["more.txt"]):
        store = KeptSources(place)
        passages = Knowledge.of(folder, store=store).passages
        store.close()
        assert read == expected
        assert passages == Knowledge.of(folder).passages
        read.clear()
        if not expected:
            (folder / "more.txt").write_text("Opening hours\n\nThe shop opens at nine.\n")


def test_a_store_that_is_damaged_is_made_anew(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "knowledge.sqlite"
    place.write_text("this is no database, and long enough to be seen as none" * 40)
    store = KeptSources(place)
    Knowledge.of(folder, store=store)
    store.close()
    again = KeptSources(place)
    assert place.read_bytes().startswith(b"SQLite format 3")
    again.close()


def test_what_cannot_be_kept_is_read_each_time(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = KeptSources(tmp_path / "file" / "knowledge.sqlite")
    assert len(Knowledge.of(folder, store=store).passages) == 3
    assert store.blocks("x", "y") is None
