"""What a card says of its sources: the digest of what was read, and never where that lies on this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aigc.errors import UsageError
from aigc.project import Project
from aigc.training.result import source_of

TYPE = """aigc: 1
name: shop/line
version: 1
summary: A line.
brief:
  word: {type: string}
prompt: line.j2
output: {type: string, limit: {chars: 20}}
"""
TASK = "{% extends 'base.j2' %}{% block task %}Say {{ word }}{% endblock %}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "templates" / "shop"
    (home / "training").mkdir(parents=True)
    (tmp_path / "aigc.yaml").write_text("model: none\n", encoding="utf-8")
    (home / "line.yaml").write_text(TYPE, encoding="utf-8")
    (home / "line.j2").write_text(TASK, encoding="utf-8")
    (home / "training" / "line.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "texts" / "more").mkdir(parents=True)
    (tmp_path / "texts" / "more" / "a.txt").write_bytes(b"abc")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digest(shop: Path, name: str) -> str:
    return source_of(Project.open(shop), name).sha256


def test_a_file_has_the_digest_of_its_bytes(shop: Path) -> None:
    assert digest(shop, "texts/more/a.txt") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("part", ["line.yaml", "line.j2", "training/line.jsonl"])
def test_a_content_type_is_its_file_its_templates_and_its_lines(shop: Path, part: str) -> None:
    before = digest(shop, "shop/line")
    assert digest(shop, "templates/shop/line.yaml") == before != hashlib.sha256().hexdigest()
    file = shop / "templates" / "shop" / part
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digest(shop, "shop/line") != before


def test_of_a_folder_only_texts_count_and_their_names_do(shop: Path) -> None:
    before = digest(shop, "texts")
    (shop / "texts" / "notes.bin").write_bytes(b"x")
    assert digest(shop, "texts") == before
    (shop / "texts" / "more" / "a.txt").rename(shop / "texts" / "a.txt")
    assert digest(shop, "texts") != before


def test_what_is_gone_is_told(shop: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.txt: cannot be read any more"):
        source_of(Project.open(shop), "gone.txt")


def test_a_source_is_named_as_it_was_and_not_by_this_machine(
    shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = Project.open(shop)
    assert source_of(project, "texts").where == "texts"
    assert source_of(project, "./texts").where == "./texts"
    assert source_of(project, str(shop / "texts")).where == "texts"
    other = tmp_path_factory.mktemp("other") / "b.txt"
    other.write_text("b", encoding="utf-8")
    assert source_of(project, str(other)).where == str(other)
