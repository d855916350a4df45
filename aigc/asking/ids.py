"""Which ids are taken, for files of any length in constant memory.

A file without an id column needs nothing: its rows are counted. As soon as one row names its brief, ids go into a
private SQLite file of the system's temporary folder, gone with the process.
"""

from __future__ import annotations

import sqlite3
from types import TracebackType

CACHE = -8192  # KiB kept in memory


class Ids:
    """This gives every row an id of its own."""

    def __init__(self) -> None:
        self._db: sqlite3.Connection | None = None
        self._counted = 0  # rows before the first with an id: 0001 to this one

    def __enter__(self) -> Ids:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._db is not None:
            self._db.close()

    def take(self, asked: str, number: int, where: str) -> tuple[str, str]:
        """This is (the id of the row of that number, where its `asked` id was used before).

        A row that asks for no id gets its number; one that is taken is told from the first by its line.
        """
        if not asked and self._db is None:
            self._counted = number
            return f"{number:04d}", ""
        first = ""
        if asked:
            first = self._before(asked)
            if not first and self._put(asked, where):
                return asked, ""
            first = first or self._place(asked)
        line = where.rpartition(":")[2]
        name = f"{asked}@{line if line.isdecimal() else number}" if asked else f"{number:04d}"
        while self._before(name) or not self._put(name, where):
            name += "'"
        return name, first

    def _before(self, name: str) -> str:
        """This says which row was counted under this name before any had an id."""
        if name.isdecimal() and name.isascii() and len(name) <= 18:
            number = int(name)
            if 0 < number <= self._counted and name == f"{number:04d}":
                return f"row {number}, which has no id and is counted"
        return ""

    def _put(self, name: str, where: str) -> bool:
        """This says whether the name was free, and takes it."""
        return self._opened().execute("insert or ignore into ids values (?, ?)", (name, where)).rowcount > 0

    def _place(self, name: str) -> str:
        ((place,),) = self._opened().execute("select place from ids where id = ?", (name,)).fetchall()
        return str(place)

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._db.execute(f"pragma cache_size = {CACHE}")
            self._db.execute("pragma journal_mode = off")
            self._db.execute("pragma synchronous = off")
            self._db.execute("create table ids (id text primary key, place text not null) without rowid")
            self._db.execute("begin")
        return self._db
