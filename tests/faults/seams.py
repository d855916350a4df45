"""Where a job meets the world, and what may go wrong there: files, database, generator, plugins, clock.

Every meeting is counted; a `Fault` says at which one something goes wrong, and what. A cut of the power is a copy of
the disk at that moment, without what nobody had synced: what the program does after it is thrown away.
"""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from .disk import Disk

DATABASE = {
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database is locked": sqlite3.SQLITE_BUSY,
}
KINDS = {
    "file": ("full", "broken", "refused"),
    "look": ("broken", "refused"),
    "database": tuple(DATABASE),
    "generator": ("raises", "exits", "late", "lost", "twice", "strange", "error"),
    "plugin": ("raises", "exits"),
}
ANYWHERE = ("cut", "interrupt", "clock")
ERRNO = {"full": errno.ENOSPC, "broken": errno.EIO, "refused": errno.EACCES}
RAISED = {"raises": RuntimeError("this one is broken"), "exits": SystemExit(0)}
WRITING = frozenset("wxa+")
WRITES = 2  # of a file that are counted


class PowerCut(BaseException):
    """This ends everything: nobody hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """This goes wrong at the so-many-th meeting at a seam, and at all that follow where it is `lasting`; `draw` says
    what is left of what was not synced."""

    seam: str
    kind: str
    at: int
    lasting: bool = False
    draw: int = 0


class Seams:
    """This stands between a job and one world below a folder, and counts what passes."""

    def __init__(self, root: Path) -> None:
        self.disk = Disk(root)
        self.fault: Fault | None = None
        self.dead = False
        self.monotonic = self.skew = 0.0
        self._met: dict[str, int] = {}

    @contextmanager
    def armed(self, fault: Fault | None) -> Iterator[None]:
        """Let a fault happen in what follows, and begin with what the disk holds then."""
        self.disk.settle()
        self.fault, self._met = fault, {}
        try:
            yield
        finally:
            dead, self.fault, self.dead = self.dead, None, False
            if fault and fault.kind == "cut":
                if not dead:  # it was to come later: it comes right after
                    self.disk.cut(fault.draw)
                self.disk.come_back()

    def hit(self, seam: str, path: Any = None) -> str:
        """Count a meeting; raise what goes wrong there, or say how it does."""
        if self.dead:
            raise PowerCut
        fault = self.fault
        if fault is None or fault.seam != seam:
            return ""
        self._met[seam] = met = self._met.get(seam, 0) + 1
        lasts = fault.lasting and fault.kind in (*ERRNO, *DATABASE) and met > fault.at
        if met != fault.at and not lasts:
            return ""
        return self._happen(fault, path)

    def _happen(self, fault: Fault, path: Any) -> str:
        if fault.kind == "cut":
            self.fault = None
            self.disk.cut(fault.draw)
            self.dead = True
            raise PowerCut
        if fault.kind == "interrupt":
            raise KeyboardInterrupt
        if fault.kind == "clock":
            self.skew -= 3600
        elif fault.kind in ERRNO:
            raise OSError(ERRNO[fault.kind], os.strerror(ERRNO[fault.kind]), *([str(path)] if path else []))
        elif fault.kind in RAISED:
            raise RAISED[fault.kind]
        return fault.kind

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between, until the patch is undone."""
        now, mono, connect = time.time, time.monotonic, sqlite3.connect
        patch.setattr(time, "time", lambda: now() + self.skew)
        patch.setattr(
            "aigc.generating.bounded.time", SimpleNamespace(monotonic=lambda: mono() + self.monotonic), raising=True
        )
        patch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, factory=self._connection(), **more))
        patch.setattr(io, "open", self._opening(io.open))
        patch.setattr(os, "open", self._making(os.open))
        patch.setattr(os, "fsync", self._syncing(os.fsync))
        patch.setattr("aigc.plugs.synced.FEW", 1000)  # one after the other, in the same order every time
        for name in ("replace", "rename"):
            patch.setattr(os, name, self._moving(getattr(os, name)))
        for name in ("mkdir", "unlink"):
            patch.setattr(os, name, self._touching(getattr(os, name), "file"))
        for name in ("listdir", "stat", "lstat"):
            patch.setattr(os, name, self._touching(getattr(os, name), "look"))

    def _here(self, path: Any) -> bool:
        return not isinstance(path, int) and self.disk.holds(path)

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def open_(file: Any, mode: str = "r", *given: Any, **more: Any) -> Any:
            if not self._here(file) or not WRITING & set(mode):
                if self._here(file):
                    self.hit("look", file)
                return real(file, mode, *given, **more)
            self.hit("file")
            opened = real(file, mode, *given, **more)
            write, left = opened.write, [WRITES]

            def writing(text: Any) -> Any:
                left[0] -= 1
                if left[0] >= 0:
                    self.hit("file")
                return write(text)

            if isinstance(opened, io.TextIOWrapper):
                opened.write = writing  # type: ignore[method-assign]
            return opened

        return open_

    def _making(self, real: Callable[..., int]) -> Callable[..., int]:
        def open_(path: Any, flags: int, *given: Any, **more: Any) -> int:
            if self._here(path) and flags & os.O_CREAT:
                self.hit("file")
            return real(path, flags, *given, **more)

        return open_

    def _syncing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(number: int) -> None:
            self.hit("file")
            self.disk.sync(os.fstat(number))  # the real one only costs time here

        return fsync

    def _moving(self, real: Callable[..., None]) -> Callable[..., None]:
        def move(source: Any, target: Any, **more: Any) -> None:
            if not self._here(target):
                return real(source, target, **more)
            self.hit("file")
            with self.disk.moving(Path(source), Path(target)):
                return real(source, target, **more)

        return move

    def _touching(self, real: Callable[..., Any], seam: str) -> Callable[..., Any]:
        def touch(path: Any = ".", *given: Any, **more: Any) -> Any:
            if self._here(path) and "dir_fd" not in more:
                self.hit(seam, path)
            return real(path, *given, **more)

        return touch

    def _connection(self) -> type[sqlite3.Connection]:
        seams = self

        class Connection(sqlite3.Connection):
            """This is a connection whose statements may fail, as SQLite fails: a disk that refuses rolls back."""

            def _meet(self) -> None:
                kind = seams.hit("database")
                if kind in DATABASE:
                    if self.in_transaction and DATABASE[kind] != sqlite3.SQLITE_BUSY:
                        super().execute("rollback")
                    error = sqlite3.OperationalError(kind)
                    error.sqlite_errorcode = DATABASE[kind]
                    raise error

            def execute(self, *given: Any) -> sqlite3.Cursor:
                self._meet()
                return super().execute(*given)

            def executemany(self, *given: Any) -> sqlite3.Cursor:
                self._meet()
                return super().executemany(*given)

            def executescript(self, *given: Any) -> sqlite3.Cursor:
                self._meet()
                return super().executescript(*given)

        return Connection
