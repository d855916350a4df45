"""The project's store: what its jobs have made, by key, for other jobs to find.

All of it is in the jobs' own ledgers too, and every job that ends puts its pieces there again. So a store that a power
cut left broken costs no job anything: it is set aside, and a new one begun. Nor does one that cannot be written: the
job goes on without, which is told.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from aigc.ledger.assets import MARK

log = logging.getLogger(__name__)

BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
ASIDE = ".broken"  # after the name of a store that was set aside
PATIENCE = 10  # seconds to wait for another process that writes
MADE = f"select 1 from made where key = ? and not instr(artifact, '{MARK}')"  # files are in the other job's folder


def attach(db: sqlite3.Connection, store: Path) -> None:
    """Put the store at hand in `db`, as `store`. sqlite3.Error where it cannot be had."""
    try:
        _attach(db, store)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in BROKEN:
            raise
        aside = store.with_name(store.name + ASIDE)
        with suppress(OSError):  # then it says again what is wrong
            store.with_name(f"{store.name}-journal").unlink(missing_ok=True)  # or it is played back into the new one
            store.replace(aside)
            log.warning("%s: %s; it is %s now, and a new one is begun", store, error, aside.name)
        _attach(db, store)


def _attach(db: sqlite3.Connection, store: Path) -> None:
    try:
        db.execute("attach ? as store", (str(store.absolute()),))  # one that begins with `file:` may be an address
        db.executescript(files("aigc.ledger").joinpath("store.sql").read_text(encoding="utf-8"))
    except sqlite3.Error:
        with suppress(sqlite3.Error):
            db.execute("detach store")
        raise


def refused(store: Path) -> str:
    """Say why a store cannot be written, which is made where there is none; nothing where it can."""
    try:
        store.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(":memory:", isolation_level=None, timeout=PATIENCE)) as db:
            attach(db, store)
            db.execute("delete from store.made where false")  # nothing, but as one who writes
    except OSError as error:
        return error.strerror or str(error)
    except sqlite3.Error as error:
        return str(error)
    return ""


@contextmanager
def stored_keys(store: Path) -> Iterator[Callable[[str], bool]]:
    """Open the store to be read, and give a function that says whether it holds a piece of a key.

    A store that is not there, or cannot be read (the next job will say so), holds none.
    """
    if not store.is_file():
        yield lambda key: False
        return
    uri = f"{store.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as db:
        try:
            db.execute(MADE, ("",))
        except sqlite3.Error:
            yield lambda key: False
            return
        yield lambda key: db.execute(MADE, (key,)).fetchone() is not None
