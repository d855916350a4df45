"""What commas part in a fact stays apart in the lines that tell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.content import ContentType
from aigc.types import Field
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.kept_commas import keeps_commas, runs_together
from aigc_plugins.ads.shortened import parts

MUG = "keeps hot 6 hours, 350 ml, leakproof lid"
CUP = "保温6小时、350毫升、防漏"


@pytest.mark.parametrize(
    ("fact", "line", "run"),
    [
        (MUG, "Keeps hot 350 ml", ("hot", "350")),
        (MUG, "350 ml leakproof lid", ("ml", "leakproof")),
        (MUG, "6 hours the leakproof lid", ("hours", "leakproof")),
        ("warm in winter, cool in summer", "Warm in summer", ("in", "summer")),
        ("washes at 30 degrees; dries fast", "Washes fast", ("washes", "fast")),
        (CUP, "保温350毫升", ("温", "350")),
        (CUP, "保温6小时防漏", ("时", "防")),
    ],
)
def test_parts_that_run_together(fact: str, line: str, run: tuple[str, str]) -> None:
    assert run in runs_together(line, fact)


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (MUG, "Keeps hot 6 hours"),
        (MUG, "Keeps hot 6 hours, 350 ml"),
        (MUG, "350 ml & leakproof lid"),
        (MUG, "Hot for 6 hours and 350 ml"),
        (MUG, "350 ml: leakproof lid"),
        (MUG, "350 ml mug"),
        ("holds 1,299 sheets", "Holds 1,299 sheets"),
        ("holds 1,5 l, light", "Holds 1,5 l"),
        ("warm in winter, cool in summer", "Cool in summer"),
        ("keeps hot 6 hours", "Keeps 6 hours"),
        (CUP, "保温6小时，350毫升"),
        (CUP, "保温6小时 350毫升"),
        (CUP, "350毫升"),
    ],
)
def test_parts_that_stay_apart(fact: str, line: str) -> None:
    assert not runs_together(line, fact)


def test_the_check_names_the_words(field: Callable[..., Field]) -> None:
    told = ["runs 'hot' and '350' together, which its fact parts"]
    assert list(keeps_commas("Keeps hot 350 ml", field(MUG))) == told
    assert list(keeps_commas("Keeps hot 350 ml", field(["blue", MUG]))) == told
    assert not list(keeps_commas("Keeps hot 350 ml", field(MUG), of="nothing"))
    assert not list(keeps_commas("Keeps hot 350 ml", field(["350 ml", MUG]))), "another fact says so"
    assert not list(keeps_commas("Pump included", field("pump, paddle and bag included")))


def test_chinese_headlines_list_things_without_commas(field: Callable[..., Field]) -> None:
    assert not list(keeps_commas("保温6小时防漏", field(CUP)))
    assert list(keeps_commas("保温6小时防漏", field(CUP), of="words"))
    assert list(keeps_commas("保温350毫升", field(CUP)))


def test_each_part_is_a_line_by_itself() -> None:
    assert parts(MUG) == ("keeps hot 6 hours", "350 ml", "leakproof lid")
    assert parts(CUP) == ("保温6小时", "350毫升", "防漏")
    made = headline_set({"parts": 9}, [], [MUG], product="Travel mug")
    assert made == ["Keeps hot 6 hours", "350 ml", "Leakproof lid"]


def test_every_stage_that_tells_facts_is_held_to_it(search_ad: ContentType) -> None:
    held = {stage.name for stage in search_ad.stages if any(one.name == "keeps_commas" for one in stage.checks)}
    assert held == {"copy", "joint", "lines", "introductions"}
