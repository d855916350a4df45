"""What was at work is known of a process that died, and of no other."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from aigc.bounds.last_words import LAST_WORDS, SIZE, Died, died_at
from aigc.bounds.undisturbed import undisturbed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def died(path: Path, *, function: str = "check 'rude'", after: bool = False) -> Died | None:
    """This runs a process that dies at work, or right after."""
    child = os.fork()
    if not child:
        try:
            with LAST_WORDS.kept(path):
                with undisturbed("brief 'mug'"):
                    LAST_WORDS.at(function)
                    if not after:
                        os.kill(os.getpid(), signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    return died_at(path)


def test_of_one_that_died_it_is_told(tmp_path: Path) -> None:
    assert died(tmp_path / "note") == ("brief 'mug'", "check 'rude'")
    assert died(tmp_path / "note", function="é" * 1000) == ("brief 'mug'", "é" * 200)
    assert died(tmp_path / "note", function="") == ("brief 'mug'", "")
    assert died(tmp_path / "note", after=True) is None, "only our own code was at work"


def test_of_one_that_ended_nothing_is_left(tmp_path: Path) -> None:
    with LAST_WORDS.kept(tmp_path / "note"), undisturbed("brief 'mug'"):
        assert died_at(tmp_path / "note") == ("brief 'mug'", "")
    assert list(tmp_path.iterdir()) == []


def test_work_within_work_is_told_until_it_ends(tmp_path: Path) -> None:
    with LAST_WORDS.kept(tmp_path / "note"), undisturbed("brief 'mug'"):
        with undisturbed("plugin 'rude' in aigc_artifact"):
            assert died_at(tmp_path / "note") == ("plugin 'rude' in aigc_artifact", "")
        assert died_at(tmp_path / "note") == ("brief 'mug'", "")


def test_junk_and_a_folder_that_takes_no_file_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(b"\xff\0\xfe".ljust(SIZE, b"\0"))
    assert died_at(tmp_path / "note") is not None
    (tmp_path / "note").write_bytes(b"\xff\xfe" * 4000)
    assert died_at(tmp_path / "note") is None, "no process writes so much"
    with LAST_WORDS.kept(tmp_path / "no" / "note"), undisturbed("brief 'mug'"):
        LAST_WORDS.at("check 'rude'")
    assert died_at(tmp_path) is None


@pytest.mark.parametrize("kind", ["plain", "hard link", "hard link of ours", "link", "folder"])
def test_a_file_of_somebody_elses_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    own, note = tmp_path / "own", tmp_path / "note"
    text = b"mug\0check".ljust(SIZE, b"\0") if kind == "hard link of ours" else b"what I have to do"
    own.write_bytes(text)
    if kind == "plain":
        note.write_bytes(text)
    elif kind == "folder":
        note.mkdir()
    elif kind == "link":
        note.symlink_to(own)
    else:
        note.hardlink_to(own)
    assert died_at(note) is None
    with LAST_WORDS.kept(note), undisturbed("brief 'mug'"):
        LAST_WORDS.at("check 'rude'")
    assert own.read_bytes() == text and (note.is_dir() or note.read_bytes() == text)
    assert died_at(note) is None


def test_what_a_process_left_that_died_makes_way(tmp_path: Path) -> None:
    note = tmp_path / "note"
    assert died(note)
    with LAST_WORDS.kept(note), undisturbed("brief 'jug'"):
        assert died_at(note) == ("brief 'jug'", "")
    assert not note.exists()
