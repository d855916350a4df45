"""The open SQLite file under a ledger: its transactions, what is written later, and SQLite's errors in our words.

The journal is a write-ahead log, synced at checkpoints: a killed process loses nothing, a power cut at most the last
moments, and never the file. `ledger.sql` is this version's format, `format2.sql` and so on are what is done to a file
of a format before. A file that is moved or deleted under its writer would take what is written along: so each commit
looks whether it is there. One on a disk that nobody can write is looked at all the same. Knows: SQLite. Does not know:
what stands in the tables.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from sqlite3 import connect

from aigc.bounds.library_functions import watch
from aigc.bounds.own_files import OWN_FILES, open_numbers
from aigc.errors import JobError, UsageError
from aigc.ledger.assets import Assets
from aigc.ledger.other_connections import OTHER_CONNECTIONS
from aigc.ledger.store import attach
from aigc.types import Json

FORMAT = 5
PATIENCE = 10  # seconds to wait for another process that writes
KEPT = "what was finished is kept, run it again"
FULL = 1 << 20  # bytes free, below which a disk is full: some are free again when it is asked
LOG = "-wal"  # after a file's name: what is committed and not folded into it yet
_taken_by: dict[Path, str] = {}  # a file that went during others' turn → whose that was
watch(sqlite3, "connect Error DatabaseError OperationalError IntegrityError ProgrammingError")
BESIDE = ("", LOG, "-shm")  # after a file's name: what SQLite has open


class Database:
    """This is one open file. Every sqlite3.Error that is not a mistake of ours becomes a JobError.

    A file of an earlier format is brought up to this one, unless it is only to be looked at: `format` is its own then.
    """

    def __init__(self, path: Path, *, looking: bool = False) -> None:
        self.path = path
        self.assets = Assets(path.parent)
        self._looking = looking
        self._kept = ExitStack()  # what goes when it is closed
        OTHER_CONNECTIONS.guard()
        before = open_numbers()
        self._db, self.format = _open(path, self._kept, looking=looking)
        with translated(path):
            self._place = _place(path)
        self._process = os.getpid()
        self._absolute = path.absolute()
        _taken_by.pop(self._absolute, None)
        OWN_FILES.when_turns_end(self._look)
        self._kept.callback(OWN_FILES.look_no_more, self._look)
        open_files = OWN_FILES.open_at([path.with_name(path.name + end) for end in BESIDE], before)
        self._kept.callback(self._db.close)
        self._kept.enter_context(open_files)
        self._db.create_function("has_assets", 1, self.assets.has_all, deterministic=False)
        self._later: deque[Callable[[sqlite3.Connection], object]] = deque()

    def close(self) -> None:
        """Commit what is to be written and fold the write-ahead log into the file."""
        try:
            self.commit()
            with translated(self.path):
                self._db.execute("pragma wal_checkpoint(truncate)")
        except JobError:
            if not self._looking:  # else there was nothing to write, and nobody to write it
                raise
        finally:
            self._kept.close()

    def _look(self, who: str) -> None:
        """Note whose turn it was when the file went."""
        if self._absolute not in _taken_by and _place(self._absolute) != self._place:
            _taken_by[self._absolute] = who

    def check_there(self) -> None:
        """Check that the file is where it was opened. JobError where it was moved or deleted since."""
        if _place(self.path) != self._place:
            raise gone(self.path)

    def ask(self, question: str, values: Sequence[Json] = ()) -> list[tuple[Json, ...]]:
        """Return the rows of a question in SQL, after writing what `later` was told to write."""
        with translated(self.path):
            self._write()
            return self._db.execute(question, values).fetchall()

    def rows(self, question: str, values: Sequence[Json] = ()) -> Iterator[tuple[Json, ...]]:
        """Yield the rows of a question as they are read, so that there may be any number of them."""
        self.commit()
        with translated(self.path):
            for row in self._db.execute(question, values):  # noqa: UP028 - `yield from` closes what may be closed by then
                yield row

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
        self.check_there()
        with translated(self.path):
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:  # else SQLite did so itself, as where the disk is full
                    self._db.execute("rollback")
                raise

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
        if os.getpid() != self._process:
            raise JobError(f"{self.path}: is written by the process that this one was forked from")
        if not self._later:
            return
        self.check_there()
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


def _open(path: Path, kept: ExitStack, *, looking: bool) -> tuple[sqlite3.Connection, int]:
    """Open a file, bring it up to our format in one transaction unless it is only looked at, and return its format.
    UsageError where it is a database of something else."""
    with translated(path):
        db = _to_look_at(path, kept) if looking else _connected(path)
        try:
            db.execute("begin")  # else another process may make the tables between the two
            (held,) = db.execute("pragma user_version").fetchone()
            tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
            db.execute("commit")
            if "pieces" not in tables if held else tables:
                raise UsageError(f"{path}: is a database of something else", hint="choose another --out")
            if not 0 <= held <= FORMAT:
                raise JobError(f"{path}: was written by a later version", hint="pip install -U aigc")
            if looking and not held:  # a run was broken off before it had made the tables: as yet there is nothing
                db.close()
                db = connect(":memory:", isolation_level=None)
            if not looking:
                db.execute("pragma journal_mode = wal")
                db.execute("pragma synchronous = normal")
            if not held or (held < FORMAT and not looking):
                _bring_up(db, held)
                held = FORMAT
        except BaseException:
            db.close()
            raise
    return db, held


def _connected(path: Path) -> sqlite3.Connection:
    """Open a file by its whole path: one that begins with `file:` may be an address to SQLite."""
    return connect(path.absolute(), isolation_level=None, timeout=PATIENCE)


def _bring_up(db: sqlite3.Connection, held: int) -> None:
    """Bring a file of an earlier format, or an empty one, up to ours."""
    steps = [f"format{later}.sql" for later in range(held + 1, FORMAT + 1)] if held else []
    schema = "".join(map(_read, [*steps, "ledger.sql"]))
    try:
        db.executescript(f"begin immediate; {schema}; pragma user_version = {FORMAT}; commit;")
    except sqlite3.OperationalError:  # another process may have done it since we asked
        if db.in_transaction:
            db.execute("rollback")
        if db.execute("pragma user_version").fetchone() != (FORMAT,):
            raise


def _to_look_at(path: Path, kept: ExitStack) -> sqlite3.Connection:
    """Open a file to read, also on a disk that cannot be written, where SQLite has no place for what it keeps beside a
    file that is in use: as one that nobody changes, or where a run was killed there, from a copy with its last log."""
    db = _connected(path)
    try:
        db.execute("select count(*) from sqlite_master").fetchone()
        return db
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    log = path.with_name(path.name + LOG)
    if not log.is_file() or not log.stat().st_size:
        unchanging = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        return connect(unchanging, uri=True, isolation_level=None)
    try:
        copy = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="aigc-")), path.name)
        shutil.copyfile(path, copy)
        shutil.copyfile(log, copy.with_name(log.name))
    except OSError as error:
        raise JobError(f"{path}: cannot be copied to be read ({error.strerror or error})") from error
    return connect(copy, isolation_level=None)


def _place(path: Path) -> tuple[int, int]:
    """Return which file is at a path: none is (0, 0)."""
    try:
        status = path.stat()
        return status.st_dev, status.st_ino
    except OSError:
        return 0, 0


def gone(path: Path) -> JobError:
    """Return the error that says a file is gone from under its writer, or the folder that it was in, and during whose
    turn that was where it was a plugin's."""
    who = ""
    with suppress(OSError):  # we are in a folder that is gone too
        who = _taken_by.get(path.absolute(), "")
    then = f"while {who} was at work" if who else "meanwhile"
    if path.parent.is_dir():
        return JobError(f"{path}: is gone: it was deleted, moved or replaced {then}")
    moved = "if it was moved, the same command with --out there goes on"
    return JobError(f"{path.parent}: is gone: it was deleted or moved {then}", hint=moved)


def _read(name: str) -> str:
    return files("aigc.ledger").joinpath(name).read_text(encoding="utf-8")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Put what SQLite says of a file into our words. A broken constraint is our own mistake and stays one."""
    try:
        yield
    except UnicodeDecodeError as error:  # a text that SQLite gives us, or the error in which it quotes one
        raise JobError(f"{path}: holds what is no text ({error.reason})", hint=aside(path)) from error
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        if not path.parent.is_dir():
            raise gone(path) from error
        if _is_full(error, path.parent):
            raise JobError(
                f"{path}: the disk is full", hint="make room there and run it again: what was finished is kept"
            ) from error
        broken = not isinstance(error, sqlite3.OperationalError)  # malformed, or no database at all
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and (place := OTHER_CONNECTIONS.made_to(path)):
            raise JobError(f"{path}: {error}, by what a plugin opened at {place}", hint=KEPT) from error
        raise JobError(f"{path}: {error}", hint=aside(path) if broken else KEPT) from error


def _is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Say whether an error is that of a full disk: SQLite calls it that, or where its log finds no room, a broken
    one."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return False
    try:
        return shutil.disk_usage(folder).free < FULL
    except OSError:
        return False


def aside(path: Path) -> str:
    """Return what to do about a ledger that cannot be read."""
    return f"move {path} away and run it again: what {path.parent / 'artifacts.jsonl'} holds is taken over"


def among(ids: Collection[str]) -> str:
    """Return the condition that narrows a question to some ids, whose values follow; nothing without ids."""
    return f"and id in ({','.join('?' * len(ids))})" if ids else ""
