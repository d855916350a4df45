"""What others' code is at work, in a file that outlives the process: a crash within a library, or a kill, says nothing.

    with LAST_WORDS.kept(folder / ".at-work"):
        …                                    # `begin`, `at` and `end` are said as plugins take their turns
    died_at(folder / ".at-work")             # of a process that came to no end: ("brief 'mug'", "check 'polite'")

A file of somebody else's at that place, or a link, is left as it is: then nothing is kept.
A write takes a microsecond and is not synced: what the system holds outlives the process, though no cut of the power.
The file is gone when the process comes to its end. No page that is shared with the file would do: where a disk is full
the system ends the process for that.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from aigc.bounds.own_files import OWN_FILES

LONGEST = 400  # bytes of each of the two
BETWEEN = b"\0"
WRITE = getattr(os, "pwrite", None)  # None on Windows, where nothing is kept
OPENED = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
SIZE = 2 * LONGEST + len(BETWEEN)  # bytes of the file; none before anything was at work


class Died(NamedTuple):
    """This is what was at work when a process ended: a piece or a plugin, and the function that had its turn."""

    work: str
    function: str


class LastWords:
    """This writes down what is at work, where somebody asked for it. There is one, as there is one process."""

    def __init__(self) -> None:
        self._file = -1
        self._work = b""

    @property
    def at_work(self) -> bool:
        """Whether others' code is at work."""
        return bool(self._work)

    @contextmanager
    def kept(self, path: Path) -> Iterator[None]:
        """Keep them in a file while the block runs; a disk that refuses keeps none."""
        file = -1
        if WRITE is not None:
            with suppress(OSError):
                if _words_at(path) is not None:  # of a process that died
                    path.unlink()
                file = os.open(path, OPENED, 0o666)
                OWN_FILES.take(file, path.name)
        self._file = file
        try:
            yield
        finally:
            self._file = -1
            if file >= 0:
                OWN_FILES.let_go(file)
                os.close(file)
                with suppress(OSError):
                    path.unlink()

    def begin(self, work: str) -> bytes:
        """Say which piece or plugin is at work now; return what was so far, for `end`."""
        before, self._work = self._work, work.encode("utf-8", "replace")[:LONGEST]
        self._write(b"")
        return before

    def at(self, function: str) -> None:
        """Say which function of others has its turn; nothing where none has."""
        self._write(function.encode("utf-8", "replace")[:LONGEST])

    def end(self, before: bytes) -> None:
        """Say that what was at work before is so again."""
        self._work = before
        self._write(b"")

    def _write(self, function: bytes) -> None:
        if self._file >= 0 and WRITE is not None:
            words = (self._work + BETWEEN + function).ljust(SIZE, BETWEEN)
            written = 0
            with suppress(OSError):
                written = WRITE(self._file, words, 0)
            if written < SIZE:  # a full disk: what stands there may not be so any more
                with suppress(OSError):
                    os.truncate(self._file, 0)
                self._file = -1


LAST_WORDS = LastWords()


def died_at(path: Path) -> Died | None:
    """Return what was at work when the process that kept a file died; None where it came to its end, or nothing was."""
    work, _, function = (_words_at(path) or b"").rstrip(BETWEEN).decode("utf-8", "replace").partition("\0")
    return Died(work, function.strip("\0")) if work or function else None


def _words_at(path: Path) -> bytes | None:
    """Return what stands in a file that a process kept; None for any other file, a link, or none."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size not in (0, SIZE):
            return None
        words = path.read_bytes()
    except OSError:
        return None
    return words if not words or (len(words) == SIZE and BETWEEN in words) else None
