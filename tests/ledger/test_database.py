"""The open file under a ledger: all of a change or nothing, whoever asks in between."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from aigc.errors import JobError, NotFound
from aigc.ledger import Ledger, opened_ledger
from aigc.ledger.database import Database

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
