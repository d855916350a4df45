"""A disk that loses, when the power is cut, what nobody had synced: the ends of files, and their latest names.

It is told of every rename and every sync. A file that was written and not synced may come back shorter; a rename in a
folder that was not synced since may not have happened, and then none of those after it. Of SQLite's write-ahead log the
end may be lost: that is what `synchronous = normal` promises.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHARED, LOG, DATABASE = "-shm", "-wal", (".sqlite", "-wal", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """This is a rename that no sync has made sure of, with what lay at its target before."""

    source: Path
    target: Path
    before: bytes | None


class Disk:
    """This is what lies below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.image = root.with_name(root.name + " at the cut")
        self._prefix = str(root) + os.sep
        self._moves: list[Move] = []
        self._safe: dict[tuple[int, int], tuple[int, int]] = {}  # file → its size and time as they were synced

    def holds(self, path: object) -> bool:
        """Say whether a path lies here."""
        return os.fspath(path).startswith(self._prefix)  # type: ignore[call-overload, no-any-return]

    def settle(self) -> None:
        """Take all that is there for written: time has passed."""
        self._moves.clear()
        self._safe = {_who(one.stat()): _as(one.stat()) for one in self.files(self.root)}

    def sync(self, status: os.stat_result) -> None:
        """Take a file, or what the files in a folder are called, for written."""
        self._safe[_who(status)] = _as(status)
        self._moves = [one for one in self._moves if not _is(one.target.parent, status)]

    @contextmanager
    def moving(self, source: Path, target: Path) -> Iterator[None]:
        """Remember a rename that goes well."""
        before = target.read_bytes() if target.is_file() else None
        yield
        self._moves.append(Move(source=source, target=target, before=before))

    def cut(self, draw: int) -> None:
        """Make the copy that is left."""
        unsafe = {one for one in self.files(self.root) if self._safe.get(_who(one.stat())) != _as(one.stat())}
        shutil.copytree(self.root, self.image, symlinks=True, ignore=lambda _, names: _shared(names))
        for path in sorted(unsafe):
            copy = self.image / path.relative_to(self.root)
            if path.name.endswith(LOG) or (copy.is_file() and not path.name.endswith(DATABASE)):
                text, choose = copy.read_bytes(), random.Random(f"{draw} {path.name}")
                copy.write_bytes(text[: choose.choice([0, len(text) // 2, len(text) // 2, len(text)])])
        lost = random.Random(draw).randint(0, len(self._moves))
        for one in reversed(self._moves[len(self._moves) - lost :]):
            self._undo(one)

    def come_back(self) -> None:
        """Put the copy in the place of what there is."""
        shutil.rmtree(self.root)
        self.image.rename(self.root)

    def files(self, folder: Path) -> list[Path]:
        """Return all files below a folder."""
        return [Path(at, name) for at, _, names in os.walk(folder) for name in names]

    def _undo(self, move: Move) -> None:
        source, target = (self.image / one.relative_to(self.root) for one in (move.source, move.target))
        if not target.is_file():
            return
        if source.parent.is_dir():
            target.rename(source)
        if move.before is not None:
            target.write_bytes(move.before)


def _is(folder: Path, status: os.stat_result) -> bool:
    return folder.is_dir() and _who(folder.stat()) == _who(status)


def _shared(names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(SHARED)]


def _who(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _as(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
