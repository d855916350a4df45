"""The open file under a ledger: all of a change or nothing, whoever asks in between."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from aigc.errors import JobError, NotFound
from aigc.ledger import Ledger, opened_ledger
from aigc.ledger.database import Database, translated
from aigc.ledger.store import refused

FACT = "insert into job values (?, ?)"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "job.sqlite")


def test_what_is_to_be_written_later_is_there_for_whoever_asks(database: Database) -> None:
    database.later(lambda db: db.execute(FACT, ("a", "1")))
    assert database.ask("select name from job") == [("a",)]
    with sqlite3.connect(database.path) as other:
        assert other.execute("select name from job").fetchall() == [], "but it is not committed yet"
        database.commit()
        assert other.execute("select name from job").fetchall() == [("a",)]


def test_what_is_written_later_is_written_whole_or_not_at_all(database: Database) -> None:
    def breaks(db: sqlite3.Connection) -> None:
        db.execute(FACT, ("a", "1"))
        db.execute("insert into nowhere values (1)")

    database.later(breaks)
    with pytest.raises(JobError, match=r"job\.sqlite: no such table: nowhere"):
        database.commit()
    assert database.ask("select name from job") == []


def test_a_change_that_breaks_changes_nothing(database: Database) -> None:
    with pytest.raises(KeyError), database.change() as db:
        db.execute(FACT, ("a", "1"))
        raise KeyError
    assert database.ask("select name from job") == []


def test_a_misspelt_folder_is_told_which_job_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "spring").mkdir()
    Ledger(tmp_path / "spring/job.sqlite").close()
    with pytest.raises(NotFound, match="no such folder") as caught, opened_ledger(tmp_path / "sprang"):
        pass
    assert "spring" in caught.value.hint


def test_what_a_disk_refuses_is_said_though_sqlite_has_rolled_back_by_itself(database: Database) -> None:
    with pytest.raises(JobError, match="disk I/O error; what was finished is kept"), database.change() as db:
        db.execute("rollback")  # as SQLite does where a disk refuses
        raise sqlite3.OperationalError("disk I/O error")


def test_a_change_that_cannot_be_committed_changes_nothing(database: Database) -> None:
    database.execute("create table t (x references job (name) deferrable initially deferred)")
    database.execute("pragma foreign_keys = on")
    with pytest.raises(sqlite3.IntegrityError), database.change() as db:
        db.execute(FACT, ("a", "1"))
        db.execute("insert into t values ('nowhere')")
    assert database.ask("select name from job") == []


@pytest.mark.parametrize("looking", [False, True])
def test_bytes_that_are_no_text_are_a_damaged_file(tmp_path: Path, looking: bool) -> None:
    path = tmp_path / "job.sqlite"
    Ledger(path).close()
    content = bytearray(path.read_bytes())
    for at in range(500, len(content), 977):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(JobError, match=r"job\.sqlite: .* move .* away and run it again"):
        Ledger(path, looking=looking)


def test_a_folder_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("file:x?mode=memory&a=")
    folder.mkdir()
    ledger = Ledger(folder / "job.sqlite")
    ledger.note(one=1)
    ledger.close()
    assert (tmp_path / folder / "job.sqlite").is_file()
    with opened_ledger(folder) as looked_at:
        assert looked_at.facts() == {"one": 1}
    assert not refused(folder / "pieces.sqlite") and (tmp_path / folder / "pieces.sqlite").is_file()


@pytest.mark.parametrize(
    ("code", "free", "told"),
    [
        (sqlite3.SQLITE_IOERR_SHMSIZE, 4096, "the disk is full; make room there and run it again"),
        (sqlite3.SQLITE_FULL, 80_000, "the disk is full; make room there and run it again"),
        (sqlite3.SQLITE_IOERR_READ, 1 << 40, "odd; what was finished is kept, run it again"),
        (sqlite3.SQLITE_BUSY, 4096, "odd; what was finished is kept, run it again"),
    ],
)
def test_a_full_disk_is_told_as_one(
    code: int, free: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    with pytest.raises(JobError) as caught, translated(tmp_path / "job.sqlite"):
        error = sqlite3.OperationalError("odd")
        error.sqlite_errorcode = code
        raise error
    assert told in str(caught.value)
