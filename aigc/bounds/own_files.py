"""Files that a command has open: others' code does not close them.

A number that is closed goes to the next file that is opened, and what is written by it goes there: a ledger's pages
into a text. So `os.close`, `os.closerange` and `os.dup2` spare these numbers. What closes them otherwise (a library in
C, a file object made of the number) cannot be kept from it: it is seen when the turn ends, and then the process ends
before anything is written by that number. What was committed is kept, as after a kill.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from os import close, closerange, dup2, fstat, getpid
from pathlib import Path

from aigc.bounds.hard_exit import END_AT_ONCE

REMEDY = "what was finished is kept; mend or leave out that plugin, and the same command goes on"
STUCK = 3  # exit code: it could not be done
NUMBERS = Path("/dev/fd")  # where the system lists what is open; not on Windows, where nothing is looked for


class OwnFiles:
    """This knows the numbers of what is open. There is one, as there is one process."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._files: list[tuple[int, int, int]] = []  # number, disk and place of those that we cannot do without
        self._ours = getpid()
        self._guarded = False
        self._looks: list[Callable[[str], None]] = []

    def take(self, number: int, name: str) -> None:
        """Spare a number, without which the process ends."""
        self._names[number] = name
        what = fstat(number)
        self._files.append((number, what.st_dev, what.st_ino))

    def let_go(self, number: int) -> None:
        """Spare a number no longer: it is about to be closed by whoever opened it."""
        self._names.pop(number, None)
        self._files = [one for one in self._files if one[0] != number]

    def when_turns_end(self, look: Callable[[str], None]) -> None:
        """Have a function look, whenever others' code had its turn, whether ours can be used; it is told whose."""
        self._looks.append(look)

    def look_no_more(self, look: Callable[[str], None]) -> None:
        """Have a function look no more."""
        self._looks.remove(look)

    def name_of(self, path: str) -> str:
        """Return the name of a file that is open here; nothing for another one."""
        with suppress(OSError):
            what = os.stat(path)  # noqa: PTH116 - a Path takes its time
            for number, disk, place in self._files:
                if (what.st_dev, what.st_ino) == (disk, place):
                    return self._names[number]
        return ""

    @contextmanager
    def open_at(self, paths: Iterable[Path], before: Collection[int]) -> Iterator[None]:
        """Spare what is open of the files at some paths, but for numbers that were so `before`, while the block runs:
        SQLite closes what an earlier connection had when it likes."""
        found = [(number, path.name) for path in paths for number in _numbers_of(path) if number not in before]
        for number, name in found:
            self.take(number, name)
        try:
            yield
        finally:
            for number, _ in found:
                self.let_go(number)

    def guard(self) -> None:
        """Have the numbers spared from now on."""
        if not self._guarded:
            self._guarded = True
            for name, function in (("close", self._close), ("closerange", self._closerange), ("dup2", self._dup2)):
                for module in (os, sys.modules.get("posix")):  # which has them too
                    if module is not None:
                        setattr(module, name, function)

    def check(self, who: str) -> None:
        """End the process where something that we cannot do without is not open any more, and name who was at work."""
        for number, disk, place in self._files:
            with suppress(OSError):
                what = fstat(number)
                if what.st_ino == place and what.st_dev == disk:
                    continue
            told = f"{who or 'a plugin'} closed {self._names[number]}, which is in use"
            with suppress(OSError, ValueError):  # where that is what is closed, the exit code is all that can be said
                print(f"Error: {told}; {REMEDY}", file=sys.__stderr__)
            END_AT_ONCE(STUCK)
        for look in self._looks:
            look(who)

    def _free(self, number: int) -> int:
        """Return the number where it is none of ours, else refuse it with an OSError."""
        if number in self._names and getpid() == self._ours and self._is_still(number):
            raise OSError(errno.EBUSY, f"aigc has {self._names[number]} open there")
        return number

    def _is_still(self, number: int) -> bool:
        """Say whether a number is what it was taken for: who has a file may have closed it otherwise."""
        taken = [one[1:] for one in self._files if one[0] == number]
        with suppress(OSError):
            what = fstat(number)
            return not taken or taken[0] == (what.st_dev, what.st_ino)
        return False

    def _close(self, fd: int) -> None:
        close(self._free(fd))

    def _closerange(self, first: int, end: int) -> None:
        """Close all of a range but what is ours."""
        if getpid() == self._ours:
            for number in sorted(one for one in self._names if first <= one < end):
                closerange(first, number)
                first = number + 1
        closerange(first, end)

    def _dup2(self, fd: int, fd2: int, inheritable: bool = True) -> int:
        return dup2(fd, self._free(fd2), inheritable)


OWN_FILES = OwnFiles()


def open_numbers() -> list[int]:
    """Return the numbers of all that is open; none where the system does not list them."""
    listed: list[str] = []
    with suppress(OSError):
        listed = os.listdir(NUMBERS)  # noqa: PTH208 - a Path takes its time
    found = []
    for number in map(int, listed):
        with suppress(OSError):  # it was open to list them
            fstat(number)
            found.append(number)
    return found


def _numbers_of(path: Path) -> list[int]:
    """Return the numbers by which a file is open."""
    found = []
    with suppress(OSError):
        wanted = path.stat()
        for one in open_numbers():
            with suppress(OSError):
                if os.path.samestat(fstat(one), wanted):
                    found.append(one)
    return found
