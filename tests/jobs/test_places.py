"""A folder that vanishes under a run is said at once, and one that nobody can write is read all the same."""

from __future__ import annotations

import os
import shutil
import signal
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


def test_a_folder_whose_name_nothing_can_write_down_is_refused(shop: Shop) -> None:
    shop.folder = shop.folder.with_name(os.fsdecode(b"caf\xe9"))
    with pytest.raises(UsageError, match=r"caf\\udce9: is no name in UTF-8; choose another --out"):
        shop.run(PRODUCTS)
    assert not shop.folder.exists()


# -- places that something else has taken ----------------------------------------------------------------------------


@pytest.mark.parametrize("taken", [".aigc", ".aigc/pieces.sqlite"])
@pytest.mark.parametrize("by", ["a pipe", "a file or folder"])
def test_a_job_goes_on_where_the_projects_store_cannot_be_written(
    shop: Shop, taken: str, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = shop.folder.parent / taken
    place.parent.mkdir(exist_ok=True)
    if by == "a pipe":
        os.mkfifo(place)
    else:
        place.write_text("mine") if taken == ".aigc" else place.mkdir()
    for reuse in (True, False):
        assert shop.run(PRODUCTS, exports=["csv"], reuse=reuse).counts["accepted"] == len(PRODUCTS)
    assert caplog.text.count("this job shares no pieces with others of the project") == 1


def test_a_store_that_is_full_costs_no_exports(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    store = shop.project.store()
    assert store is not None

    def fill() -> None:
        store.unlink()
        store.mkdir()

    report = shop.run(PRODUCTS, exports=["csv"], heard=once(fill))
    assert not report.problems and (shop.folder / "content.csv").is_file()
    assert "pieces.sqlite: unable to open database" in caplog.text and "other jobs do not find" in caplog.text


def test_a_ledger_without_tables_is_a_job_of_no_briefs(shop: Shop) -> None:
    shop.folder.mkdir()
    path = shop.folder / "job.sqlite"
    made = sqlite3.connect(path)
    made.execute("pragma journal_mode = wal")  # as far as a run came before the disk was full
    made.close()
    before = path.read_bytes()
    path.chmod(0o400)
    with opened_ledger(shop.folder) as ledger:
        assert standing(ledger).briefs == 0 and not list(ledger.pieces.artifacts())
    assert path.read_bytes() == before
    path.chmod(0o600)
    assert shop.run(PRODUCTS).counts["accepted"] == len(PRODUCTS)


def test_what_a_killed_run_left_while_it_wrote_files_is_swept(shop: Shop) -> None:
    shop.run(PRODUCTS)
    left, mine = shop.folder / ".exporting-abc", shop.folder / ".exporting-notes"
    (left / "out").mkdir(parents=True)
    (left / "out" / "artifacts.jsonl").write_text("half")
    mine.write_text("a file of somebody's")
    shop.run(PRODUCTS)
    assert not left.exists() and mine.read_text() == "a file of somebody's"


@pytest.mark.parametrize("name", [".exports.json", "artifacts.jsonl", ".pieces.jsonl", ".holder"])
def test_nobody_waits_for_a_named_pipe(shop: Shop, name: str) -> None:
    shop.folder.mkdir()
    os.mkfifo(shop.folder / name)

    def waits(*given: object) -> None:
        raise AssertionError(f"{name} was opened, and nobody writes there")

    signal.signal(signal.SIGALRM, waits)
    signal.alarm(20)
    try:
        if name in ("artifacts.jsonl", ".pieces.jsonl"):
            with pytest.raises(UsageError, match=name if name == "artifacts.jsonl" else "holds single pieces"):
                shop.run(PRODUCTS)
        else:
            assert shop.run(PRODUCTS, exports=["csv"]).counts["accepted"] == len(PRODUCTS)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
