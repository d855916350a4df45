"""Texts by name, for any number of them in constant memory: a private SQLite file, gone with whoever made it.

SQLite keeps it in memory while it is small and in the system's temporary folder once it is large.
"""

from __future__ import annotations

import sqlite3
from types import TracebackType

CACHE = -8192  # KiB kept in memory


class Scratch:
    """This is a mapping of texts. It is opened when it is first used; `close` throws it away."""

    def __init__(self) -> None:
        self._db: sqlite3.Connection | None = None

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Throw it away."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def add(self, name: str, text: str) -> bool:
        """Keep a text unless one of that name is there; say whether it was kept."""
        return self._opened().execute("insert or ignore into texts values (?, ?)", (name, text)).rowcount > 0

    def put(self, name: str, text: str) -> None:
        """Keep a text, instead of another one of that name."""
        self._opened().execute("insert or replace into texts values (?, ?)", (name, text))

    def get(self, name: str) -> str:
        """Return the text of that name, nothing where there is none."""
        if self._db is None:
            return ""
        row = self._db.execute("select text from texts where name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._db.execute(f"pragma cache_size = {CACHE}")
            self._db.execute("pragma journal_mode = off")
            self._db.execute("pragma synchronous = off")
            self._db.execute("create table texts (name text primary key, text text not null) without rowid")
            self._db.execute("begin")
        return self._db
