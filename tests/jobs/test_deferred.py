"""A job whose answers come in another run: it waits, loses nothing, and asks only for what is not answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.jobs import read_artifacts
from aigc.ledger import opened_ledger, standing
from aigc.ledger.recorder import Recorder
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Completion, Request

from .conftest import Shop
from .conftest import answer as says

SENTENCE = "send batch-1"


def later(*slow: str) -> ScriptedGenerator:
    """This puts off what is asked of some products."""

    def answer(request: Request, index: int) -> str | Completion:
        if request.prompt.messages[-1].content not in slow:
            return says(request, index)
        return Completion(request_id=request.id, index=index, text="", finish_reason="deferred", error=SENTENCE)

    return ScriptedGenerator(answer, capacity=4, lump=3)


def test_the_run_ends_waiting_and_another_finishes_it(shop: Shop) -> None:
    report = shop.run([*"abcd"], generator=later("b", "d"), exports=["jsonl"])
    assert (report.counts["accepted"], report.waiting, report.interrupted) == (2, 2, False)
    assert report.awaited == (SENTENCE,)
    assert [one.id for one in read_artifacts(shop.folder)] == ["00", "02"]
    with opened_ledger(shop.folder) as ledger:
        assert standing(ledger).awaited == (SENTENCE,)
    report = shop.run([*"abcd"])
    assert (report.counts["accepted"], report.waiting, report.awaited, shop.asked) == (4, 0, (), 2)
    with opened_ledger(shop.folder) as ledger:
        assert standing(ledger).awaited == ()


def test_the_folder_is_as_if_it_had_never_waited(shop: Shop, tmp_path: Path) -> None:
    shop.run([*"abcd"], generator=later("a"))
    shop.run([*"abcd"], generator=later("c"))
    shop.run([*"abcd"])
    straight = Shop(shop.project, tmp_path / "straight", shop.name)
    straight.run([*"abcd"], reuse=False)
    written = (shop.folder / "artifacts.jsonl").read_bytes()
    assert written == (straight.folder / "artifacts.jsonl").read_bytes()


def test_twins_are_judged_when_all_is_written(shop: Shop) -> None:
    shop.project.settings = replace(shop.project.settings, unique={"attempts": 0})
    same = [Brief(id=name, values={"product": "a"}) for name in ("1", "2")]
    other = Brief(id="3", values={"product": "b"})
    report = shop.run(iter([*same, other]), generator=later("b"))
    assert (report.awaited, report.counts["flagged"]) == ((SENTENCE,), 0)
    assert shop.run(iter([*same, other])).counts["flagged"] == 1


def test_a_piece_put_off_leaves_nothing_behind(shop: Shop) -> None:
    made: list[Recorder] = []
    before = Recorder.__init__

    def keep(self: Recorder, *given: object) -> None:
        before(self, *given)  # type: ignore[arg-type]
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recorder, "__init__", keep)
        shop.run([*"abcdefgh"], generator=later(*"abcdefgh"))
    assert _held(made) == [0]


def _held(recorders: Sequence[Recorder]) -> list[int]:
    return [len(one._stopwatches) + len(one._in_hand) for one in recorders]
