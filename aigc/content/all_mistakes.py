"""Mistakes of a file, gathered: reading goes on after each with something in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aigc.errors import UsageError, all_of

T = TypeVar("T")
Other = TypeVar("Other")


class Mistakes:
    """This is a reading of a file. Unless it is to gather `all_` mistakes, the first one is raised."""

    def __init__(self, *, all_: bool) -> None:
        self.found: list[UsageError] = []
        self._all = all_

    def read(self, read: Callable[[], T], otherwise: Other) -> T | Other:
        """Return what `read` does, or `otherwise` where it fails and others are to be looked for."""
        if not self._all:
            return read()
        try:
            return read()
        except UsageError as error:
            self.found.append(error)
            return otherwise

    def refuse(self, error: UsageError) -> None:
        """Raise a mistake, or keep it where others are to be looked for."""
        if not self._all:
            raise error
        self.found.append(error)

    def end(self) -> None:
        """Raise all that was found as one, if anything was."""
        if self.found:
            raise all_of(list(dict.fromkeys(self.found)))

    def soundly(self, read: Callable[[], T], otherwise: Other) -> T | Other:
        """Return what `read` does, or `otherwise` where it fails, or goes on after a mistake of its own."""
        before = len(self.found)
        done = self.read(read, otherwise)
        return done if len(self.found) == before else otherwise


FIRST = Mistakes(all_=False)
