"""What of the cache nobody reads any more, and that nothing else is ever touched."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.models import find_leftovers, pull, resolve
from aigc.models.user_cache import FORMAT, STAMP

Files = Callable[[], list[str]]


def restamp(folder: Path, **changes: Any) -> None:
    stamp = json.loads((folder / STAMP).read_text())
    (folder / STAMP).write_text(json.dumps({**stamp, **changes}))


def prune(index: Any, **asked: Any) -> list[str]:
    gone = list(find_leftovers(catalogue=index.catalogue, **asked))
    for one in gone:
        one.remove()
    return [f"{one.folder.name}: {one.why}" for one in gone]


@pytest.fixture
def pulled(index: Any, convert: Any) -> Path:
    folder = pull("tiny", convert=convert, catalogue=index.catalogue).folder
    assert folder is not None
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    gguf = tmp_path / "mine.gguf"
    gguf.write_bytes(b"GGUF of mine")
    return gguf


def test_what_can_be_used_stays(
    index: Any, pulled: Path, mine: Path, convert: Any, cache: Path, leftovers: Files
) -> None:
    copy = pull(str(mine), convert=convert, catalogue=index.catalogue).folder
    (cache / "models" / "put here by somebody").mkdir()
    (cache / "models" / "put here by somebody" / STAMP).write_text('{"name": "no stamp of ours"}')
    (cache / "rates.json").write_text("{}")
    before = leftovers()
    assert prune(index) == prune(index, moved=True) == []
    assert leftovers() == before and copy is not None and copy.is_dir()


def test_an_earlier_format_goes_but_for_the_file_it_was_made_from(
    index: Any, pulled: Path, convert: Any, as_python: Callable[[str], None]
) -> None:
    restamp(pulled, format=FORMAT - 1)
    (pulled / "more").mkdir()
    (pulled / "more" / "file").write_text("of then")
    (found,) = find_leftovers(catalogue=index.catalogue)
    size = sum(path.stat().st_size for path in pulled.rglob("*") if path.is_file() and path.name != "source.gguf")
    assert found.nbytes == size and "earlier version" in found.why
    found.remove()
    assert [path.name for path in pulled.iterdir()] == ["source.gguf"]
    assert prune(index) == []
    as_python("exit 1")  # no network any more
    assert pull("tiny", convert=convert, catalogue=index.catalogue).installed


def test_a_copy_of_an_earlier_format_goes_whole(index: Any, mine: Path, convert: Any) -> None:
    folder = pull(str(mine), convert=convert, catalogue=index.catalogue).folder
    assert folder is not None
    restamp(folder, format=FORMAT - 1)
    assert len(prune(index)) == 1
    assert not folder.exists() and mine.is_file()


def test_what_a_later_version_made_stays(index: Any, pulled: Path) -> None:
    restamp(pulled, format=FORMAT + 1)
    assert prune(index, moved=True) == []


def test_a_damaged_folder_goes(index: Any, pulled: Path) -> None:
    (pulled / "model.safetensors").write_bytes(b"cut")
    assert prune(index) == ["tiny: a file of it is missing or cut"]


def test_a_copy_whose_file_is_gone_goes_only_if_asked_for(index: Any, mine: Path, convert: Any, tmp_path: Path) -> None:
    folder = pull(str(mine), convert=convert, catalogue=index.catalogue).folder
    assert folder is not None
    moved = mine.rename(tmp_path / "moved.gguf")
    assert prune(index) == []
    assert prune(index, moved=True) == [f"{folder.name}: {mine} is not there any more"]
    assert moved.is_file() and not resolve(str(moved), catalogue=index.catalogue).installed


def test_a_copy_whose_file_is_another_now_goes_if_asked_for(index: Any, mine: Path, convert: Any) -> None:
    folder = pull(str(mine), convert=convert, catalogue=index.catalogue).folder
    mine.write_bytes(b"GGUF of another")
    assert folder is not None and prune(index) == []
    assert prune(index, moved=True) == [f"{folder.name}: {mine} is another file now"]


def test_the_work_of_a_pull_that_was_killed_goes_once_it_is_quiet(index: Any, cache: Path) -> None:
    for name in ("pull-dead", "pull-alive", "other"):
        (cache / "tmp" / name / "model").mkdir(parents=True)
        (cache / "tmp" / name / "model" / "panels.aigc").write_bytes(b"half")
    for path in (cache / "tmp" / "pull-dead", *(cache / "tmp" / "pull-dead").rglob("*")):
        os.utime(path, times=(time.time() - 2 * 3600,) * 2)
    os.utime(cache / "tmp" / "pull-alive", times=(time.time() - 2 * 3600,) * 2)
    assert prune(index) == ["pull-dead: left by a pull that was killed"]
    assert sorted(path.name for path in (cache / "tmp").iterdir()) == ["other", "pull-alive"]


def test_the_stamp_goes_last_so_that_half_of_it_is_known_as_ours(
    index: Any, mine: Path, convert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pull(str(mine), convert=convert, catalogue=index.catalogue).folder
    assert folder is not None
    restamp(folder, format=FORMAT - 1)
    unlink, order = Path.unlink, []
    monkeypatch.setattr(Path, "unlink", lambda path: (order.append(path.name), unlink(path)))
    assert len(prune(index)) == 1
    assert order[-1] == STAMP and len(order) > 2


def test_links_are_not_followed(index: Any, pulled: Path, tmp_path: Path, cache: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    pulled.rename(elsewhere)
    restamp(elsewhere, format=FORMAT - 1)
    pulled.symlink_to(elsewhere, target_is_directory=True)
    assert prune(index, moved=True) == []


def test_a_wheel_that_is_no_longer_in_the_catalogue_leaves_nothing(index: Any, pulled: Path) -> None:
    restamp(pulled, format=FORMAT - 1)
    other = replace(index.catalogue.get("tiny"), name="other")
    catalogue = replace(index.catalogue, default="other", models=(other,))
    for one in find_leftovers(catalogue=catalogue):
        one.remove()
    assert not pulled.exists()


def test_a_pull_that_ends_meanwhile_is_no_trouble(index: Any, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lstat, old = Path.lstat, time.time() - 2 * 3600
    for name in ("pull-ending", "pull-gone", "pull-swept"):
        (cache / "tmp" / name / "model").mkdir(parents=True)
        (cache / "tmp" / name / "model" / "panels.aigc").write_bytes(b"half")
        for path in (cache / "tmp" / name, *(cache / "tmp" / name).rglob("*")):
            os.utime(path, times=(old, old))

    def ending(path: Path) -> os.stat_result:
        if path.name == "panels.aigc" and path.parts[-3] == "pull-ending":
            path.unlink(missing_ok=True)  # a moment before it is looked at
        if path.name == "pull-gone":
            shutil.rmtree(path, ignore_errors=True)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", ending)
    found = list(find_leftovers(catalogue=index.catalogue))
    assert [(one.folder.name, one.nbytes) for one in found] == [("pull-ending", 0), ("pull-swept", 4)]
    shutil.rmtree(cache / "tmp" / "pull-swept")  # by another prune
    for one in found:
        one.remove()
    assert list((cache / "tmp").iterdir()) == []


def test_what_another_prune_removes_at_the_same_time_is_removed(
    index: Any, pulled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restamp(pulled, format=FORMAT - 1)
    (pulled / "source.gguf").unlink()
    (pulled / "more").mkdir()
    (pulled / "more" / "file").write_text("of then")
    unlink = Path.unlink

    def twice(path: Path) -> None:
        unlink(path)
        unlink(path)

    monkeypatch.setattr(Path, "unlink", twice)
    assert len(prune(index)) == 1
    assert not pulled.exists()
