"""What was read of a project's sources, in `.aigc/knowledge.sqlite`: the blocks of each file, by the hash of the file.

It can be thrown away at any time: what is not there is read anew, and a file that is no sound database is replaced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aigc.knowledge import FileBlock

FORMAT = 1
TABLES = """
    create table if not exists files (name text primary key, digest text not null) without rowid;
    create table if not exists blocks (name text, place integer, line integer, level integer, paged integer,
        cell integer, text text not null, primary key (name, place)) without rowid;
"""
BLOCKS = "select line, level, paged, cell, text from blocks where name = ? order by place"
WAIT = 20.0  # seconds for another process that writes


class KeptSources:
    """This is a BlockStore in a file. What cannot be kept is read again the next time, without a word."""

    def __init__(self, path: Path) -> None:
        self._db: sqlite3.Connection | None = None
        with suppress(OSError, sqlite3.Error):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._db = _opened(path)
            except sqlite3.DatabaseError:
                path.unlink()
                self._db = _opened(path)

    def blocks(self, name: str, digest: str) -> Sequence[FileBlock] | None:
        """Return what was read of a file with this digest, None where that is not known."""
        if self._db is None:
            return None
        with suppress(sqlite3.Error):
            row = self._db.execute("select digest from files where name = ?", (name,)).fetchone()
            if row and row[0] == digest:
                return [
                    FileBlock(line=line, level=level, paged=bool(paged), cell=bool(cell), text=text)
                    for line, level, paged, cell, text in self._db.execute(BLOCKS, (name,))
                ]
        return None

    def keep(self, name: str, digest: str, blocks: Sequence[FileBlock]) -> None:
        """Keep what was read of a file, instead of what it held before."""
        if self._db is None:
            return
        rows = [(name, at, one.line, one.level, one.paged, one.cell, one.text) for at, one in enumerate(blocks)]
        with suppress(sqlite3.Error), self._db as db:
            db.execute("delete from blocks where name = ?", (name,))
            db.execute("insert or replace into files values (?, ?)", (name, digest))
            db.executemany("insert into blocks values (?, ?, ?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=WAIT)
    (version,) = db.execute("pragma user_version").fetchone()
    if version not in (0, FORMAT):
        db.close()
        raise sqlite3.DatabaseError("another format")
    db.executescript(TABLES)
    db.execute(f"pragma user_version = {FORMAT}")
    return db
