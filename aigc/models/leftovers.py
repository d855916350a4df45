"""What conversions left in the cache that nobody reads any more, and how it goes.

    CACHE/models/NAME        made by an earlier version in another format, or with a file missing or cut
    CACHE/models/local-…     the copy of a person's own GGUF file that is no longer where it was; only if asked for,
                             since the file may have moved, and is known by its digest wherever it is
    CACHE/tmp/pull-…         of a pull that was killed, once nothing in it has been written for an hour

Pulls and other prunes may go on meanwhile: what vanishes under our hands is as good as removed by us. Only what has our
stamp, or lies in our `tmp`, is ever touched. The GGUF of a wheel stays: the next pull makes a folder of it without the
network.
"""

from __future__ import annotations

import math
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc.models.catalogue import Catalogue, WheelSource
from aigc.models.files import file_digest
from aigc.models.user_cache import FORMAT, STAMP, cache_folder, finished, folders_in, read_stamp
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
        with suppress(FileNotFoundError):
            for path in sorted(self.folder.iterdir(), key=lambda path: path.name == STAMP):
                if path.name != self.keeping:
                    _remove(path)
            if not self.keeping:
                self.folder.rmdir()


def find_leftovers(*, moved: bool = False, catalogue: Catalogue | None = None) -> Iterator[Leftover]:
    """Yield what can go, with `moved` also the copies of GGUF files that are not where they were."""
    wheels = {one.name for one in catalogue or Catalogue.load() if isinstance(one.source, WheelSource)}
    for folder in folders_in(cache_folder() / "models"):
        stamp = read_stamp(folder)
        why = _trouble(folder, stamp) if stamp else ""
        if stamp and not why and moved:
            why = _moved(folder, stamp)
        if why:
            keeping = KEPT_GGUF if folder.name in wheels and (folder / KEPT_GGUF).is_file() else ""
            yield Leftover(folder=folder, nbytes=_size(folder, keeping), why=why, keeping=keeping)
    for folder in folders_in(cache_folder() / "tmp"):
        if folder.name.startswith("pull-") and _last_written(folder) < time.time() - QUIET:
            yield Leftover(folder=folder, nbytes=_size(folder), why="left by a pull that was killed")


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


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all in it, whoever else does so at the same time. Raises OSError."""
    with suppress(FileNotFoundError):
        if path.is_symlink() or not path.is_dir():
            path.unlink()
            return
        for inside in path.iterdir():
            _remove(inside)
        path.rmdir()


def _statuses(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield what a folder holds, itself first, but for what vanishes meanwhile."""
    inside = (Path(place, name) for place, *names in os.walk(folder) for some in names for name in some)
    for path in (folder, *inside):
        with suppress(FileNotFoundError):
            yield path, path.lstat()


def _size(folder: Path, keeping: str = "") -> int:
    kept = folder / keeping
    return sum(one.st_size for path, one in _statuses(folder) if path != kept and not stat.S_ISDIR(one.st_mode))


def _last_written(folder: Path) -> float:
    """Return when something in a folder was written last; of one that is gone, that is yet to come."""
    return max((one.st_mtime for _, one in _statuses(folder)), default=math.inf)
