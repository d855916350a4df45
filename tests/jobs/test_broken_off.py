"""Broken off at a bad moment: by a cut of the power, by Ctrl-C, or by a row that cannot be read any more."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from aigc import Extension, exporter, hookimpl
from aigc.errors import JobError
from aigc.jobs.folder_record import RECORD
from aigc.ledger import opened_ledger, pieces
from aigc.types import Artifact, Provenance

from .conftest import Shop, briefs

MINE = "id,product\n1,mine\n"


@exporter(name="two", suffixes=(".txt",))
def two(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Write two files, without a thought for the disk."""
    for name in ("one.txt", "two.txt"):
        (folder / name).write_text(f"{len(artifacts)} pieces")
        yield folder / name


class TwoFiles:
    @hookimpl
    def aigc_exporters(self) -> list[Extension]:
        return [two]


class PowerCut(BaseException):
    """This ends everything."""


def test_until_a_named_file_takes_its_place_what_is_there_is_told_by_what_is_in_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(file: Path, target: Path) -> None:
        raise PowerCut

    shop.run(["a"], exports=["csv"])
    ours = shop.folder / "content.csv"
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr("aigc.jobs.staging._move", cut)
        shop.run(["a", "b"], exports=["csv"])
    named = json.loads((shop.folder / RECORD).read_text())["files"]
    assert len(named[""]["artifacts.jsonl"].split()) == 2, "what is there and what was to come"
    (shop.folder / "artifacts.jsonl").write_text(MINE)
    ours.write_text(MINE)
    shop.run(["a", "b"], exports=["csv"])
    for name in ("content (yours).csv", "artifacts (yours).jsonl"):
        assert (shop.folder / name).read_text() == MINE
    assert "Buy a" in ours.read_text() and "Buy b" in ours.read_text()
    assert all(
        len(sha) in (0, 64)
        for files in json.loads((shop.folder / RECORD).read_text())["files"].values()
        for sha in files.values()
    )


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells by /proc which file is synced")
def test_the_disk_has_a_file_before_its_name_and_its_name_before_the_record_forgets_the_one_before(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no power cut leaves half a file, nor one that the record does not know."""
    done: list[tuple[str, str]] = []
    replace, fsync = os.replace, os.fsync

    def place(source: Path, target: Path) -> None:
        replace(source, target)
        done.append(("placed", Path(target).name))

    def synced(number: int) -> None:
        fsync(number)
        done.append(("synced", Path(f"/proc/self/fd/{number}").readlink().name))

    shop.project.registry.add(TwoFiles(), "two")
    monkeypatch.setattr(os, "replace", place)
    monkeypatch.setattr(os, "fsync", synced)
    shop.run(["a"], exports=["two"])
    at = done.index(("placed", "one.txt"))
    before, after = done[:at], done[at + 1 :]
    assert {("synced", "two.txt"), ("synced", "one.txt")} <= set(before)
    recorded = len(before) - 1 - before[::-1].index(("placed", RECORD))
    assert before[recorded - 1] == ("synced", f".{RECORD}.part") and before[recorded + 1] == ("synced", "out")
    assert after.index(("synced", "out")) < after.index(("placed", RECORD))


def test_a_row_that_cannot_be_read_any_more_counts_nothing_of_the_piece_it_had(shop: Shop) -> None:
    shop.run(["a", "b"])
    good, other = briefs(["a", "b"])
    made = Provenance(content_type="shop/item", version=1)
    bad = Artifact(id=good.id, status="failed", fields={}, brief=good, provenance=made, reason="unreadable")
    report = shop.run(iter([bad, other]))
    assert (report.counts["failed"], report.lines) == (1, 1)
    with opened_ledger(shop.folder) as ledger:
        assert ledger.totals.work().requests == 1


@pytest.mark.parametrize("at", range(1, 9))
def test_ctrl_c_at_any_statement_that_writes_a_piece_down_leaves_it_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The piece is written down again from the beginning when the ledger is closed."""
    put, left = pieces._put, [at]

    class Interrupted:
        def __init__(self, db: sqlite3.Connection) -> None:
            self._db = db

        def __getattr__(self, name: str) -> Callable[..., object]:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            return getattr(self._db, name)  # type: ignore[no-any-return]

    monkeypatch.setattr(pieces, "_put", lambda db, **given: put(Interrupted(db), **given))
    with suppress(KeyboardInterrupt):
        shop.run(["a", "b"])
    monkeypatch.setattr(pieces, "_put", put)
    assert shop.run(["a", "b"]).counts["accepted"] == 2 and shop.asked == 2


def unreadable(patch: pytest.MonkeyPatch, path: Path) -> None:
    """This has a disk say nothing of a path."""

    def refusing(real: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def look(at: Path, **more: object) -> os.stat_result:
            if at == path:
                raise OSError(errno.EIO, "Input/output error", str(at))
            return real(at, **more)

        return look

    for call in ("stat", "lstat"):
        patch.setattr(os, call, refusing(getattr(os, call)))


@pytest.mark.parametrize("name", ["assets", "job.sqlite"])
def test_what_a_disk_does_not_let_read_is_one_line(shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shop.run(["a"])
    with monkeypatch.context() as patch, pytest.raises(JobError, match=rf"/{name}: .*\(Input/output error\)$"):
        unreadable(patch, shop.folder / name)
        shop.run(["a", "b"])


def test_a_file_that_a_disk_says_nothing_of_is_not_replaced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run(["a"])
    mine = shop.folder / "content.csv"
    mine.write_text(MINE)
    with monkeypatch.context() as patch:
        patch.setattr("aigc.jobs.run.prepare_folder", lambda *given: None)  # which looks too
        unreadable(patch, mine)
        assert "content.csv: cannot be" in shop.run(["a", "b"], exports=["csv"]).problems[0]
    assert mine.read_text() == MINE


def test_what_is_said_of_a_disk_is_said_of_a_job_s_folder_alone(shop: Shop) -> None:
    """A pipe that somebody closed ends the program as it does elsewhere."""

    def closed(artifact: Artifact) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        shop.run(["a"], heard=closed)
