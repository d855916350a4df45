"""A folder that vanishes under a run is said at once, and one that nobody can write is read all the same."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.errors import JobError, UsageError
from aigc.jobs import read_artifacts
from aigc.ledger import Ledger, opened_ledger, standing
from aigc.types import Artifact

from .conftest import Shop

PRODUCTS = [f"mug {at}" for at in range(20)]


def once(deed: Callable[[], object]) -> Callable[[Artifact], None]:
    """This does something when the first piece is finished."""
    waiting = [deed]

    def heard(artifact: Artifact) -> None:
        while waiting:
            waiting.pop()()

    return heard


def test_a_folder_deleted_under_a_run_is_said_at_once(shop: Shop) -> None:
    with pytest.raises(JobError, match=r"out: is gone: it was deleted or moved meanwhile") as caught:
        shop.run(PRODUCTS, heard=once(lambda: shutil.rmtree(shop.folder)))
    assert "kept" not in str(caught.value) and shop.asked < len(PRODUCTS), "nothing more is asked for it"
    assert not shop.folder.exists()


def test_one_that_was_moved_goes_on_where_it_is(shop: Shop) -> None:
    other = shop.folder.with_name("other")
    with pytest.raises(JobError, match="if it was moved, the same command with --out there goes on"):
        shop.run(PRODUCTS, heard=once(lambda: shop.folder.rename(other)))
    asked, shop.folder = shop.asked, other
    assert 0 < asked < len(PRODUCTS)
    report = shop.run(PRODUCTS)
    assert report.counts["accepted"] == len(PRODUCTS)
    assert shop.asked <= len(PRODUCTS) + shop.generator.capacity, "only what was in hand is asked again"


@pytest.mark.parametrize("put_back", [False, True])
def test_a_ledger_that_is_not_the_same_any_more_is_said_too(shop: Shop, put_back: bool) -> None:
    def away() -> None:
        (shop.folder / "job.sqlite").rename(shop.folder / "away.sqlite")
        if put_back:
            shutil.copy(shop.folder / "away.sqlite", shop.folder / "job.sqlite")

    with pytest.raises(JobError, match=r"job\.sqlite: is gone: it was deleted, moved or replaced meanwhile"):
        shop.run(PRODUCTS, heard=once(away))


def test_a_folder_deleted_after_the_last_piece_keeps_nothing(shop: Shop) -> None:
    def late() -> bool:
        if shop.asked == 3 and shop.folder.exists():
            shutil.rmtree(shop.folder)
        return False

    with pytest.raises(JobError, match="is gone") as caught:
        shop.run(["a", "b", "c"], stopping=late)
    assert "kept" not in str(caught.value)


@pytest.fixture
def unwritable(shop: Shop) -> Shop:
    """This is a finished job on a disk where SQLite can put nothing beside it."""
    shop.run(PRODUCTS)
    (shop.folder / "job.sqlite-shm").mkdir()
    return shop


def test_a_finished_job_on_a_read_only_disk_is_read(unwritable: Shop) -> None:
    with opened_ledger(unwritable.folder) as ledger:
        assert standing(ledger).counts == {"accepted": len(PRODUCTS)}
    assert len(read_artifacts(unwritable.folder)) == len(PRODUCTS)
    with pytest.raises(JobError, match=r"job\.sqlite: "):
        unwritable.run(PRODUCTS)


def test_what_a_killed_run_left_in_its_log_is_read_there_too(shop: Shop) -> None:
    shop.run(PRODUCTS)
    ledger = Ledger(shop.folder / "job.sqlite")
    ledger.note(mark="in the log")
    killed = shop.folder.with_name("killed")
    shutil.copytree(shop.folder, killed)
    ledger.close()
    assert (killed / "job.sqlite-wal").stat().st_size
    (killed / "job.sqlite-shm").unlink()
    (killed / "job.sqlite-shm").mkdir()
    before = {path.name: path.stat().st_size for path in killed.iterdir() if path.is_file()}
    with opened_ledger(killed) as looked:
        assert looked.facts()["mark"] == "in the log"
    assert {path.name: path.stat().st_size for path in killed.iterdir() if path.is_file()} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_of_another_user_is_read(shop: Shop) -> None:
    shop.run(PRODUCTS)
    shop.folder.chmod(0o500)
    try:
        with opened_ledger(shop.folder) as ledger:
            assert standing(ledger).briefs == len(PRODUCTS)
    finally:
        shop.folder.chmod(0o700)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_database_of_something_else_is_left_alone(shop: Shop, version: int) -> None:
    shop.folder.mkdir()
    path = Path(shop.folder, "job.sqlite")
    mine = sqlite3.connect(path)
    mine.execute("create table customers (name text)")
    mine.execute(f"pragma user_version = {version}")
    mine.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"job\.sqlite: is a database of something else; choose another --out"):
        shop.run(["a"])
    assert path.read_bytes() == before
