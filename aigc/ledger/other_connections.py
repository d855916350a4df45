"""Connections that others' code makes to a ledger which is open here: a transaction that one leaves open would keep us
from writing. It is rolled back when the turn ends, and who left it is named.

One that belongs to a thread of a plugin's cannot be ended from ours: then the error that nothing can be written says
where it was made. Knows: SQLite. Does not know: what stands in the tables.
"""

from __future__ import annotations

import sqlite3
import sys
from os import getpid
from pathlib import Path
from sqlite3 import connect
from typing import Any
from weakref import ref

from aigc.bounds.last_words import LAST_WORDS
from aigc.bounds.library_functions import tell_once
from aigc.bounds.own_files import OWN_FILES

BEFORE_FACTORY = 5  # arguments of `connect`


class OtherConnection(sqlite3.Connection):
    """This is one that others' code made: unlike SQLite's own it can be held without being kept."""


class OtherConnections:
    """This knows of them. There is one, as there is one process."""

    def __init__(self) -> None:
        self._made: list[tuple[ref[sqlite3.Connection], str]] = []  # each with where that was
        self._ours, self._guarded = getpid(), False

    def guard(self) -> None:
        """Hear of each that is made from now on."""
        if not self._guarded:
            self._guarded = True
            for module in (sqlite3, sqlite3.dbapi2):
                setattr(module, "connect", self._connect)  # noqa: B010 - it has several signatures
            OWN_FILES.when_turns_end(self._free)

    def made_to(self, path: Path) -> str:
        """Return where one was made to a file that is still there, as `file:line`; nothing where there is none."""
        for connection, place in self._living():
            try:
                if any(path.samefile(one) for one in _files(connection)):
                    return place
            except (sqlite3.Error, OSError):  # it is another thread's, which cannot be asked
                return place
        return ""

    def _connect(self, *given: Any, **named: Any) -> sqlite3.Connection:
        if not LAST_WORDS.at_work or getpid() != self._ours:
            plain: sqlite3.Connection = connect(*given, **named)
            return plain
        if len(given) <= BEFORE_FACTORY:
            named.setdefault("factory", OtherConnection)
        made: sqlite3.Connection = connect(*given, **named)
        caller = sys._getframe(1)
        self._made = [one for one in self._made if one[0]() is not None]
        self._made.append((ref(made), f"{caller.f_code.co_filename}:{caller.f_lineno}"))
        return made

    def _living(self) -> list[tuple[sqlite3.Connection, str]]:
        found = ((one(), place) for one, place in self._made)
        return [(one, place) for one, place in found if one is not None]

    def _free(self, who: str) -> None:
        """End what keeps us from writing."""
        for connection, place in self._living() if self._made else ():
            try:
                if names := _held_by(connection):
                    connection.rollback()
                    connection.close()
                    tell_once(f"{who or 'a plugin'} left {names} locked ({place}); what it did there is undone")
            except sqlite3.Error:  # closed, or another thread's
                continue


def _files(connection: sqlite3.Connection) -> list[str]:
    """Return the files that a connection has open."""
    return [path for _, _, path in sqlite3.Cursor(connection).execute("pragma database_list") if path]


def _held_by(connection: sqlite3.Connection) -> str:
    """Return which of our files a connection keeps us from writing."""
    (mode,) = sqlite3.Cursor(connection).execute("pragma main.locking_mode").fetchone()
    if not connection.in_transaction and mode != "exclusive":
        return ""
    return ", ".join(filter(None, map(OWN_FILES.name_of, _files(connection))))


OTHER_CONNECTIONS = OtherConnections()
