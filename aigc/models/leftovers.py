"""What conversions left in the cache that nobody reads any more, and how it goes.

    CACHE/models/NAME        made by an earlier version in another format, or with a file missing or cut
    CACHE/models/local-…     the copy of a person's own GGUF file that is no longer where it was; only if asked for,
                             since the file may have moved, and is known by its digest wherever it is
    CACHE/tmp/pull-…         of a pull that was killed

Only what has our stamp, or lies in our `tmp`, is ever touched. The GGUF of a wheel stays: the next pull makes a folder
of it without the network.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc.models.catalogue import Catalogue, WheelSource
from aigc.models.files import file_digest
from aigc.models.user_cache import FORMAT, STAMP, cache_folder, finished
from aigc.models.weights import KEPT_GGUF, copy_folder

QUIET = 3600  # seconds in which a pull that goes on has written something


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """This is what can go of a folder, and why. `keeping` names the one file that stays, if any does."""

    folder: Path
    nbytes: int
    why: str
    keeping: str = ""

    def remove(self) -> None:
        """Remove it, the stamp last, so that what is left by a kill is still known as ours. Raises OSError."""
        inside = sorted(self.folder.iterdir(), key=lambda path: path.name == STAMP)
        for path in inside:
            if path.name == self.keeping:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        if not self.keeping:
            self.folder.rmdir()


def find_leftovers(*, moved: bool = False, catalogue: Catalogue | None = None) -> Iterator[Leftover]:
    """Yield what can go, with `moved` also the copies of GGUF files that are not where they were."""
    wheels = {one.name for one in catalogue or Catalogue.load() if isinstance(one.source, WheelSource)}
    for folder in _folders(cache_folder() / "models"):
        stamp = _stamp(folder)
        why = _trouble(folder, stamp) if stamp else ""
        if stamp and not why and moved:
            why = _moved(folder, stamp)
        if why:
            keeping = KEPT_GGUF if folder.name in wheels and (folder / KEPT_GGUF).is_file() else ""
            yield Leftover(folder=folder, nbytes=_size(folder, keeping), why=why, keeping=keeping)
    for folder in _folders(cache_folder() / "tmp"):
        if folder.name.startswith("pull-") and _last_written(folder) < time.time() - QUIET:
            yield Leftover(folder=folder, nbytes=_size(folder), why="left by a pull that was killed")


def _folders(parent: Path) -> list[Path]:
    inside = parent.iterdir() if parent.is_dir() else ()
    return sorted(path for path in inside if path.is_dir() and not path.is_symlink())


def _stamp(folder: Path) -> dict[str, Any]:
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and isinstance(stamp.get("format"), int) else {}


def _trouble(folder: Path, stamp: dict[str, Any]) -> str:
    """Say why nobody reads a folder, nothing where somebody may: a later version, say."""
    if stamp["format"] < FORMAT:
        return f"format {stamp['format']}, of an earlier version; this one reads {FORMAT}"
    if stamp["format"] == FORMAT and not finished(folder, str(stamp.get("digest"))):
        return "a file of it is missing or cut"
    return ""


def _moved(folder: Path, stamp: dict[str, Any]) -> str:
    gguf, digest = Path(str(stamp.get("source"))), str(stamp.get("digest"))
    if not folder.name.startswith("local-") or folder != copy_folder(gguf, digest):
        return ""
    if not gguf.is_file():
        return f"{gguf} is not there any more"
    return "" if file_digest(gguf) == digest else f"{gguf} is another file now"


def _size(folder: Path, keeping: str = "") -> int:
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / keeping]
    return sum(path.lstat().st_size for path in files)


def _last_written(folder: Path) -> float:
    return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
