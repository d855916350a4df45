"""A plugin's check that ends the process, or spoils it: the next run says where, and gives up on a piece in the end."""

from __future__ import annotations

import builtins
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigc import Extension, check, exporter, hookimpl
from aigc.jobs import read_artifacts
from aigc.jobs.deaths import NOTE
from aigc.types import Artifact

from .conftest import ITEM, Shop

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
WRITES_IT = "the process that writes it dies each time, in check 'rude'"


class Rude:
    """This does what a test says when the check sees a text."""

    def __init__(self, act: Callable[[str], object]) -> None:
        self.act = act

    @hookimpl
    def aigc_checks(self) -> list[Extension]:
        @check
        def rude(text: str) -> Iterator[str]:
            """Nothing is found."""
            self.act(text)
            yield from ()

        return [rude]

    @hookimpl
    def aigc_exporters(self) -> list[Extension]:
        @exporter(name="deadly", suffixes=(".x",))
        def deadly(artifacts: object, folder: Path) -> list[Path]:
            """Write nothing any more."""
            os.kill(os.getpid(), signal.SIGKILL)
            return []

        return [deadly]


@pytest.fixture
def rude(shop: Shop) -> Rude:
    plugin = Rude(lambda text: None)
    shop.project.registry.add(plugin, "rude")
    text = ITEM.replace("[limits]", "[rude, limits]")
    (shop.folder.parent / "templates/shop/item.yaml").write_text(text, encoding="utf-8")
    return plugin


def dies_at(word: str) -> Callable[[str], object]:
    return lambda text: text.endswith(word) and os.kill(os.getpid(), signal.SIGKILL)


def killed(shop: Shop, products: list[str], **how: object) -> bool:
    """This runs the job in a process of its own; true when that was killed."""
    child = os.fork()
    if not child:
        try:
            shop.run(products, **how)  # type: ignore[arg-type]
        finally:
            os._exit(sys.exc_info()[0] is not None)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


@needs_fork
def test_a_piece_that_kills_the_process_is_named_and_given_up_in_the_end(
    shop: Shop, rude: Rude, caplog: pytest.LogCaptureFixture
) -> None:
    rude.act = dies_at("c")
    assert killed(shop, [*"abcd"]) and killed(shop, [*"abcd"])
    with caplog.at_level(logging.WARNING):
        report = shop.run([*"abcd"])
    died = "the run before ended without a word while check 'rude' of brief '02' was at work"
    assert caplog.messages == [f"{shop.folder}: {died}"]
    assert report.counts["accepted"] == 3 and report.counts["failed"] == 1
    assert [one.reason for one in read_artifacts(shop.folder) if one.status == "failed"] == [WRITES_IT]
    assert not (shop.folder / NOTE).exists()
    rude.act = lambda text: None
    report = shop.run([*"abcd"], retry=["failed"])
    assert report.counts["accepted"] == 4, "asked for again, it is tried again"


@needs_fork
def test_once_says_nothing_of_a_piece(shop: Shop, rude: Rude) -> None:
    rude.act = dies_at("c")
    assert killed(shop, [*"abcd"])
    rude.act = lambda text: None
    assert shop.run([*"abcd"]).counts["accepted"] == 4
    rude.act = dies_at("c")
    assert killed(shop, ["a", "b", "cc", "d"])  # the piece of the same id, after a run that came to its end
    rude.act = lambda text: None
    assert shop.run(["a", "b", "cc", "d"]).counts["accepted"] == 4


@needs_fork
def test_asked_for_anew_a_piece_is_tried_again(shop: Shop, rude: Rude) -> None:
    rude.act = dies_at("c")
    assert killed(shop, [*"abcd"]) and killed(shop, [*"abcd"])
    rude.act = lambda text: None
    assert shop.run([*"abcd"], retry=["failed"]).counts["accepted"] == 4


@needs_fork
def test_an_exporter_that_kills_the_process_is_named(shop: Shop, rude: Rude, caplog: pytest.LogCaptureFixture) -> None:
    assert killed(shop, [*"ab"], exports=["csv", "deadly"])
    with caplog.at_level(logging.WARNING):
        assert shop.run([*"ab"]).counts["accepted"] == 2
    assert caplog.messages == [
        f"{shop.folder}: the run before ended without a word while exporter 'deadly' was at work"
    ]


@needs_fork
def test_a_kill_where_only_our_own_code_is_at_work_blames_nobody(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    def heard(artifact: Artifact) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    assert killed(shop, [*"ab"], heard=heard)
    with caplog.at_level(logging.WARNING):
        shop.run([*"ab"])
    assert caplog.messages == []


def test_os_exit_in_a_check_costs_its_piece_alone(shop: Shop, rude: Rude) -> None:
    rude.act = lambda text: text.endswith("c") and os._exit(0)
    assert shop.run([*"abcd"]).counts["accepted"] == 3
    (failed,) = [one for one in read_artifacts(shop.folder) if one.status == "failed"]
    assert "check 'rude' broke: SystemExit: os._exit(0) (" in failed.reason


def test_a_check_that_replaces_pythons_own_functions_costs_nobody_anything(
    shop: Shop, rude: Rude, caplog: pytest.LogCaptureFixture
) -> None:
    def replace(text: str) -> None:
        json.dumps = json.loads = os.replace = os.fsync = time.monotonic = None  # type: ignore[assignment]
        builtins.open = None  # type: ignore[assignment]

    rude.act = replace
    with caplog.at_level(logging.WARNING):
        report = shop.run([*"abcd"], exports=["csv", "xlsx"])
    assert report.counts["accepted"] == 4 and not report.problems
    (told,) = caplog.messages
    assert told.startswith("check 'rude': builtins.open, os.fsync, os.replace, json.dumps, json.loads and 1 more")


def test_one_that_leaves_python_without_its_names_is_to_blame_for_its_pieces_alone(shop: Shop, rude: Rude) -> None:
    rude.act = lambda text: text.endswith("c") and vars(builtins).clear()
    assert shop.run([*"abcd"], exports=["csv"]).counts["accepted"] == 3
    (failed,) = [one for one in read_artifacts(shop.folder) if one.status == "failed"]
    assert "check 'rude' broke: " in failed.reason
