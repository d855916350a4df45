"""Briefs are cut so that a block shares what it can, and no worker waits long for the last one."""

from __future__ import annotations

from collections.abc import Sequence

from aigc.jobs.ray.blocks import block_size, blocks
from aigc.types import Brief


def briefs(count: int, **few: Sequence[str]) -> list[Brief]:
    """This is briefs that take turns at the values of `few`."""
    return [
        Brief(id=f"{at:03}", values={"product": f"p{at}", **{name: said[at % len(said)] for name, said in few.items()}})
        for at in range(count)
    ]


def test_every_brief_is_in_one_block_and_none_is_too_large() -> None:
    given = briefs(103, language=["en", "zh", "de"], tone=["warm", "dry"])
    cut = list(blocks(given, 10))
    assert sorted(brief.id for block in cut for brief in block) == [brief.id for brief in given]
    assert all(len(block) <= 10 for block in cut)


def test_a_block_holds_one_language() -> None:
    cut = list(blocks(briefs(96, language=["en", "zh", "de"]), 8))
    assert len(cut) == 12
    assert all(len({brief.values["language"] for brief in block}) == 1 for block in cut)


def test_the_input_with_the_fewest_values_comes_first() -> None:
    cut = list(blocks(briefs(120, city=[*"abcdefghij"], language=["en", "zh", "de"]), 4))
    languages = [brief.values["language"] for block in cut for brief in block]
    assert languages == sorted(languages)
    cities = [brief.values["city"] for block in cut for brief in block][:40]
    assert cities == sorted(cities)


def test_small_groups_share_a_block() -> None:
    cut = list(blocks(briefs(24, city=[*"abcdefghijkl"]), 8))
    assert [len(block) for block in cut] == [4] * 6


def test_without_anything_in_common_the_order_stays() -> None:
    given = briefs(10)
    assert [brief for block in blocks(given, 4) for brief in block] == given


def test_each_worker_has_about_four_blocks() -> None:
    assert block_size(10_000, workers=8, most=64) == 64
    assert block_size(1_000, workers=8, most=64) == 32
    assert block_size(100, workers=4, most=64) == 16
    assert block_size(6, workers=2, most=64) == 3
    assert block_size(1, workers=8, most=64) == 1
