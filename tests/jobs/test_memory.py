"""Memory does not grow with the number of rows: neither while they are checked, nor while they are written."""

from __future__ import annotations

import gc
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigc.asking import open_rows, read_briefs, survey_briefs
from aigc.jobs import Forecaster, open_job
from aigc.jobs.forecast import forecaster as forecast
from aigc.ledger import briefs as waiting
from aigc.types import Brief, Completion, Request

from .conftest import ITEM, Shop

FEW, MANY = 300, 1500
BYTES = 40  # less than any object that a row could leave behind


class Forgetful:
    """This answers what it has in hand and keeps nothing."""

    capacity = 16

    def __init__(self) -> None:
        self._asked: deque[Request] = deque()

    def submit(self, request: Request) -> None:
        self._asked.append(request)

    def step(self) -> list[Completion]:
        asked, self._asked = self._asked, deque()
        return [Completion(request_id=one.id, text="Buy it now") for one in asked]

    def cancel(self, request_id: str) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def small_lumps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LUMP", 50)
    monkeypatch.setattr(forecast, "LUMP", 50)
    monkeypatch.setattr(forecast, "WHOLE", 200)


def grown(run: Callable[[int], object]) -> float:
    """This is how many bytes more a further row takes, at the peak."""
    peaks = []
    run(MANY)  # what is made once is made before, and what remembers so much at most is full
    for count in (FEW, MANY):
        gc.collect()
        tracemalloc.start()
        run(count)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return (peaks[1] - peaks[0]) / (MANY - FEW)


def briefs(count: int, run: int = 0) -> Iterator[Brief]:
    """These are briefs that no other run has, so that what remembers any number of them is seen."""
    return (Brief(id=f"{at:05}", values={"product": f"mug {run} {at}"}) for at in range(count))


def test_writing_takes_no_more_for_more_briefs(shop: Shop, tmp_path: Path) -> None:
    content_type = shop.project.content_type(shop.name)
    runs = iter(range(3))

    def run(count: int) -> None:
        number = next(runs)
        with open_job(shop.project, content_type, tmp_path / f"job{number}", reuse=False) as job:
            job.register(briefs(count, number))
            job.write(Forgetful())
            assert job.ledger.totals.counts()["accepted"] == count

    assert grown(run) < BYTES


def test_a_written_piece_is_freed_at_once(shop: Shop, tmp_path: Path) -> None:
    """Garbage in cycles waits for a collector that goes over all there is."""
    steps = "postprocess: [normalise_quotes]\nchecks: [limits, facts_from_brief]"
    (shop.folder.parent / "templates/shop/item.yaml").write_text(ITEM.replace("checks: [limits]", steps))
    content_type = shop.project.content_type(shop.name)
    pipeline = shop.project.pipeline(Forgetful())
    gc.collect()
    gc.disable()
    try:
        assert sum(one.status == "accepted" for one in pipeline.write(content_type, briefs(FEW))) == FEW
        assert gc.collect() < FEW
    finally:
        gc.enable()


def test_finishing_takes_no_more_for_more_pieces(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.jobs.run.write_report", lambda folder, *given: folder)  # it has a test of its own
    content_type = shop.project.content_type(shop.name)
    for count in (FEW, MANY):
        Shop(shop.project, tmp_path / str(count)).run(briefs(count), generator=Forgetful(), reuse=False)

    def run(count: int) -> None:
        with open_job(shop.project, content_type, tmp_path / str(count)) as job:
            job.register(briefs(count))
            assert job.finish(["csv", "jsonl"]).counts["accepted"] == count

    assert grown(run) < BYTES


@pytest.mark.parametrize("head", ["product", "id,product"])
def test_checking_takes_no_more_for_more_rows(shop: Shop, tmp_path: Path, head: str) -> None:
    content_type = shop.project.content_type(shop.name)
    for count in (FEW, MANY):
        ids = (f"p{at}," if head.startswith("id") else "" for at in range(count))
        rows = "".join(f"{name}mug {at}\n" for at, name in enumerate(ids))
        (tmp_path / f"{count}.csv").write_text(f"{head}\n{rows}", encoding="utf-8")

    def run(count: int) -> None:
        rows = open_rows(tmp_path / f"{count}.csv", shop.project.registry)
        forecaster = Forecaster(shop.project, content_type)
        found = survey_briefs(read_briefs(rows, content_type, shop.project.environment), 3, forecaster=forecaster)
        assert (found.valid, forecaster.forecast().briefs) == (count, count)

    assert grown(run) < BYTES
