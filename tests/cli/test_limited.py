"""A smaller run on a folder that has more: the rest stays, in the ledger and in every file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "lines")


@pytest.fixture
def made(aigc: Run, shop: Any) -> None:
    """This is a finished job of three."""
    shop.write("products.csv", "product\nTin cup\nWool hat\nRain boots\n")
    assert aigc(*BATCH).code == 0


def texts(shop: Any) -> list[str]:
    lines = (shop.folder / "made/artifacts.jsonl").read_text(encoding="utf-8").splitlines()
    exported = (shop.folder / "made/lines.txt").read_text().splitlines()[1:]
    found = [str(json.loads(line)["fields"].get("text")) for line in lines]
    assert len(exported) == len([one for one in found if one != "None"])
    return found


@pytest.mark.usefixtures("made")
def test_a_smaller_limit_shrinks_nothing(aigc: Run, shop: Any) -> None:
    ran = aigc(*BATCH, "--limit", "1")
    assert ran.code == 0 and "--limit 1: the other briefs in made stay as they are" in ran.err
    assert texts(shop) == ["Made to last"] * 3 and len(shop.asked) == 3, "nothing is written again"
    assert "limit" not in (shop.folder / "made/job.yaml").read_text()
    assert "writes nothing, all is accepted" in aigc("job", "made").out


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("again", ["--fresh", "--seed=2"])
def test_only_the_first_are_written_anew(aigc: Run, shop: Any, again: str) -> None:
    shop.answer = lambda request, index: "Quite new"
    assert aigc(*BATCH, "--limit", "1", again).code == 0
    assert len(shop.asked) == 4
    exported = (shop.folder / "made/lines.txt").read_text().splitlines()[1:]
    assert len(exported) == 3, "the export of before, or with the new one"
    told = aigc("job", "made").out
    if again == "--fresh":
        assert sorted(texts(shop)) == ["Made to last", "Made to last", "Quite new"]
        assert "all is accepted" in told
    else:  # the others were made with another seed, and are written by the same command without --limit
        assert "Next: the same command writes the 2 that wait" in told and "--limit" not in told
        assert aigc(*BATCH, again).code == 0
        assert texts(shop) == ["Quite new"] * 3


def test_a_limit_grows_and_is_told_in_the_command(aigc: Run, shop: Any) -> None:
    shop.write("products.csv", "product\nTin cup\nWool hat\nRain boots\n")
    aigc(*BATCH, "--limit", "2")
    assert texts(shop) == ["Made to last"] * 2
    ran = aigc(*BATCH, "--limit", "1")
    assert texts(shop) == ["Made to last"] * 2 and "stay as they are" in ran.err
    assert "limit: 2" in (shop.folder / "made/job.yaml").read_text()
    ran = aigc(*BATCH, "--limit", "2")
    assert texts(shop) == ["Made to last"] * 2 and "stay as they are" not in ran.err
    assert aigc(*BATCH, "--limit", "3").code == 0
    assert texts(shop) == ["Made to last"] * 3


@pytest.mark.usefixtures("made")
def test_other_rows_are_another_job(aigc: Run, shop: Any) -> None:
    shop.write("others.csv", "product\nMug\nJug\n")
    ran = aigc("batch", "shop/slogan", "others.csv", "--out", "made", "--to", "lines", "--limit", "1")
    assert ran.code == 0 and "stay as they are" not in ran.err and len(texts(shop)) == 1
