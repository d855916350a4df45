"""Whatever stands where a job's folder keeps its locks and its record, that is one plain line or nobody's loss."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files as Unix has them")
Run = Callable[..., Any]
BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")
EXPORT = ("export", "made", "--to", "lines")
MINE = "mine"


def full_folder(path: Path) -> None:
    path.mkdir()
    (path / "x").write_text(MINE)


def ended_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def link_to_mine(path: Path) -> None:
    (path.parent / "other.txt").write_text(MINE)
    path.symlink_to("other.txt")


def very_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 33)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


NO_FILES: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "full folder": full_folder,
    "pipe": os.mkfifo,
    "device": device,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to a file": link_to_mine,
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "socket": ended_socket,
}
JUNK: dict[str, Callable[[Path], object]] = {
    "bytes": lambda path: path.write_bytes(bytes(range(256))),
    "deep": lambda path: path.write_text("[" * 100_000),
    "a list": lambda path: path.write_text("[1]"),
    "numbers": lambda path: path.write_text('{"format": 2, "files": {"csv": {"../../x": 3}}, "of": 7}'),
    "no name": lambda path: path.write_text('{"csv": 5}'),
    "letters": lambda path: path.write_text('{"csv": "content"}'),
    "very large": very_large,
    "nothing": lambda path: path.write_bytes(b""),
}


@pytest.fixture
def made(aigc: Run, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a finished job, in a folder whose name is short enough for a socket."""
    assert aigc(*BATCH).code == 1  # one fails
    folder: Path = shop.folder / "made"
    monkeypatch.chdir(shop.folder)
    return folder


def take_away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def held_to(ran: Any, *codes: int) -> str:
    errors = [line for line in ran.err.splitlines() if line.startswith("Error: ")]
    assert ran.code in codes and len(errors) == (ran.code > 1) and "unexpected" not in ran.err, ran.err
    return "".join(errors)


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", [".lock", ".files"])
def test_what_is_no_lock_file_is_named_and_the_job_could_not_be_done(
    name: str, kind: str, made: Path, aigc: Run
) -> None:
    take_away(made / name)
    NO_FILES[kind](made / name)
    for words in (BATCH, (*BATCH, "--fresh"), *([EXPORT] if name == ".files" else [])):
        assert held_to(aigc(*words), 3) == f"Error: made/{name}: is no file that can be locked; delete it"
    assert held_to(aigc("job", "made"), 0) == ""
    take_away(made / name)
    assert held_to(aigc(*BATCH, "--fresh"), 1) == "", "and once it is gone all is well"


@pytest.mark.parametrize("kind", [*NO_FILES, *JUNK])
@pytest.mark.parametrize("name", [".holder", ".files.holder"])
def test_a_note_of_any_kind_keeps_nobody_out(name: str, kind: str, made: Path, aigc: Run) -> None:
    take_away(made / name)
    (NO_FILES | JUNK)[kind](made / name)
    assert held_to(aigc(*EXPORT), 0) == held_to(aigc(*BATCH), 1) == held_to(aigc("job", "made"), 0) == ""


@pytest.mark.parametrize("kind", [*NO_FILES, *JUNK])
def test_a_record_of_any_kind_costs_no_job_its_folder_and_nobody_a_file(kind: str, made: Path, aigc: Run) -> None:
    record = made / ".exports.json"
    take_away(record)
    (NO_FILES | JUNK)[kind](record)
    (made / "c").write_text(MINE)  # a name that junk may have in it
    assert held_to(aigc("job", "made"), 0) == held_to(aigc(*EXPORT), 0) == held_to(aigc(*BATCH), 1) == ""
    assert record.is_file() and not record.is_symlink()
    assert held_to(aigc(*BATCH, "--fresh"), 1) == "", "its own job file is nobody else's"
    assert (made / "c").read_text() == MINE
    assert kind != "link to a file" or (made / "other.txt").read_text() == MINE


@pytest.mark.parametrize("kind", JUNK)
@pytest.mark.parametrize("name", [".lock", ".files"])
def test_what_stands_in_a_lock_file_matters_to_nobody(name: str, kind: str, made: Path, aigc: Run) -> None:
    JUNK[kind](made / name)
    assert held_to(aigc(*EXPORT), 0) == held_to(aigc(*BATCH), 1) == ""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_one_line(made: Path, aigc: Run) -> None:
    (made / ".exports.json").chmod(0)
    assert "made/.exports.json: cannot be read (Permission denied); try it again" in held_to(aigc(*EXPORT), 3)
