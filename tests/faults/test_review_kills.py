"""kill -9 while people decide: what was acknowledged stands, nothing else does, and the files catch up."""

from __future__ import annotations

import csv
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigc.jobs import at_desk, read_artifacts
from aigc.project import Project
from aigc.types import standpoint
from tests.jobs.conftest import ITEM, TASK, Shop

pytestmark = [pytest.mark.faults, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
KILLS = int(os.environ.get("AIGC_KILLS", "20"))
PIECES = 60


@pytest.fixture
def shop(make_project: Callable[..., Project], tmp_path: Path) -> Shop:
    made = Shop(make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK}), tmp_path / "out")
    made.run([f"m{at}" for at in range(PIECES)], exports=["csv"])
    return made


def decisions(round_: int) -> Iterator[tuple[str, str, str]]:
    """This is what a person decides, one after the other: of which piece, what, and the text."""
    draw = random.Random(round_)
    for number in range(10_000):
        yield (
            f"{draw.randrange(PIECES):02}",
            draw.choice(("approve", "edit", "reject", "reopen")),
            f"r{round_} {number}",
        )


def decide(shop: Shop, round_: int, acknowledged: int) -> None:
    with at_desk(shop.project, shop.folder) as desk:
        for name, deed, text in decisions(round_):
            try:
                if deed == "edit":
                    desk.write(name, "text", text)
                elif deed == "reopen":
                    desk.reopen(name)
                elif deed == "approve":
                    desk.approve(name)
                else:
                    desk.reject(name, note=text)
            except Exception:
                continue
            piece = desk.piece(name)
            os.write(acknowledged, f"{name}\t{standpoint(piece)}\t{piece.fields['text']}\n".encode())


def test_what_was_acknowledged_stands_after_a_kill(shop: Shop) -> None:
    held: dict[str, tuple[str, str]] = {
        one.id: ("open", str(one.fields["text"])) for one in read_artifacts(shop.folder)
    }
    for round_ in range(KILLS):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.close(reading)
                decide(shop, round_, writing)
            finally:
                os._exit(sys.exc_info()[0] is not None)
        os.close(writing)
        time.sleep(random.Random(round_).uniform(0.05, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as told:
            heard = told.read()
        lines = heard[: heard.rfind("\n") + 1].splitlines()
        for name, stands, text in (line.split("\t") for line in lines):
            held[name] = (stands, text)
        with at_desk(shop.project, shop.folder) as desk:
            now = {name: (standpoint(piece), str(piece.fields["text"])) for name in held if (piece := desk.piece(name))}
        differing = [name for name in held if now[name] != held[name]]
        assert len(differing) <= 1, "the one that was killed before it was acknowledged"
        held = now
        with (shop.folder / "content.csv").open(encoding="utf-8-sig", newline="") as file:
            shown = {row["id"]: row["text"] for row in csv.DictReader(file)}
        for name, (stands, text) in held.items():
            assert shown.get(name) == (None if stands == "rejected" else text), "the files show it"
    before = dict(held)
    shop.run([f"m{at}" for at in range(PIECES)])
    after = {one.id: (standpoint(one), str(one.fields["text"])) for one in read_artifacts(shop.folder)}
    kept = {name for name, (stands, _) in before.items() if stands in ("approved", "edited", "stale")}
    assert kept and {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert not any(stands == "rejected" for stands, _ in after.values()), "what was sent back is written again"
