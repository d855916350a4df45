"""The open SQLite file under a ledger: its transactions, what is written later, and SQLite's errors in our words.

The journal is a write-ahead log, synced at checkpoints: a killed process loses nothing, a power cut at most the last
moments, and never the file. `ledger.sql` is this version's format, `format2.sql` and so on are what is done to a file
of a format before. Knows: SQLite. Does not know: what stands in the tables.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from aigc.errors import JobError
from aigc.ledger.assets import Assets
from aigc.ledger.store import attach
from aigc.types import Json

FORMAT = 4
PATIENCE = 10  # seconds to wait for another process that writes


class Database:
    """This is one open file. Every sqlite3.Error that is not a mistake of ours becomes a JobError.

    A file of an earlier format is brought up to this one, unless it is only to be looked at: `format` is its own then.
    """

    def __init__(self, path: Path, *, looking: bool = False) -> None:
        self.path = path
        self.assets = Assets(path.parent)
        self._db, self.format = _open(path, looking=looking)
        self._db.create_function("has_assets", 1, self.assets.has_all, deterministic=False)
        self._later: deque[Callable[[sqlite3.Connection], object]] = deque()

    def close(self) -> None:
        """Commit what is to be written and fold the write-ahead log into the file."""
        try:
            self.commit()
            with translated(self.path):
                self._db.execute("pragma wal_checkpoint(truncate)")
        finally:
            self._db.close()

    def ask(self, question: str, values: Sequence[Json] = ()) -> list[tuple[Json, ...]]:
        """Return the rows of a question in SQL, after writing what `later` was told to write."""
        with translated(self.path):
            self._write()
            return self._db.execute(question, values).fetchall()

    def rows(self, question: str, values: Sequence[Json] = ()) -> Iterator[tuple[Json, ...]]:
        """Yield the rows of a question as they are read, so that there may be any number of them."""
        self.commit()
        with translated(self.path):
            yield from self._db.execute(question, values)

    def execute(self, statement: str, values: Sequence[Json] = ()) -> None:
        """Execute one statement in a transaction of its own, which locks no file but the one it writes."""
        self.commit()
        with translated(self.path):
            self._db.execute(statement, values)

    def later(self, write: Callable[[sqlite3.Connection], object]) -> None:
        """Write with the next commit, or when something is asked, in one transaction with all that waits."""
        self._later.append(write)

    def commit(self) -> None:
        """Write what waits and commit it."""
        with translated(self.path):
            self._write()
            if self._db.in_transaction:
                self._db.execute("commit")

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction: all of it is kept, or on an error nothing."""
        self.commit()
        with translated(self.path):
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    @contextmanager
    def attached(self, store: Path) -> Iterator[None]:
        """Keep the project's store at hand, as `store`."""
        self.commit()
        with translated(store):
            attach(self._db, store)
            try:
                yield
            finally:
                self._db.execute("detach store")

    def _write(self) -> None:
        if not self._later:
            return
        try:
            if not self._db.in_transaction:
                self._db.execute("begin immediate")
            while self._later:
                self._later[0](self._db)
                self._later.popleft()
        except sqlite3.Error:  # a full disk: what was finished waits again, with the answers recorded before
            self._later.clear()
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise


def _open(path: Path, *, looking: bool) -> tuple[sqlite3.Connection, int]:
    """Open a file, bring it up to our format in one transaction unless it is only looked at, and return its format."""
    with translated(path):
        db = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
        try:
            (held,) = db.execute("pragma user_version").fetchone()
            if not 0 <= held <= FORMAT:
                raise JobError(f"{path}: was written by a later version", hint="pip install -U aigc")
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = normal")
            if not held or (held < FORMAT and not looking):
                steps = [f"format{later}.sql" for later in range(held + 1, FORMAT + 1)] if held else []
                schema = "".join(map(_read, [*steps, "ledger.sql"]))
                try:
                    db.executescript(f"begin immediate; {schema}; pragma user_version = {FORMAT}; commit;")
                except sqlite3.OperationalError:  # another process may have done it since we asked
                    if db.in_transaction:
                        db.execute("rollback")
                    if db.execute("pragma user_version").fetchone() != (FORMAT,):
                        raise
                held = FORMAT
        except BaseException:
            db.close()
            raise
    return db, held


def _read(name: str) -> str:
    return files("aigc.ledger").joinpath(name).read_text(encoding="utf-8")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Put what SQLite says of a file into our words. A broken constraint is our own mistake and stays one."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        broken = not isinstance(error, sqlite3.OperationalError)  # malformed, or no database at all
        aside = f"move {path} away and run it again: what {path.parent / 'artifacts.jsonl'} holds is taken over"
        raise JobError(
            f"{path}: {error}", hint=aside if broken else "what was finished is kept, run it again"
        ) from error


def among(ids: Collection[str]) -> str:
    """Return the condition that narrows a question to some ids, whose values follow; nothing without ids."""
    return f"and id in ({','.join('?' * len(ids))})" if ids else ""
