"""A picked piece on the command line: who picks, what stands, and what else could."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from aigc.content.mix import Mix, write_mixes
from aigc.plugs.extension import scorer
from aigc.plugs.hookspecs import hookimpl
from aigc.types import Candidate

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")


@scorer
def long(candidates: Sequence[Candidate], *, weight: float = 1.0) -> Sequence[float]:
    """Prefer long texts."""
    return [weight * len(one.text) for one in candidates]


class Longing:
    """This is a plugin of one scorer."""

    @hookimpl
    def aigc_scorers(self) -> list[object]:
        return [long]


@pytest.fixture(autouse=True)
def picking(shop: Any) -> None:
    shop.plugins["longing"] = Longing()
    text = (shop.folder / "templates/shop/slogan.yaml").read_text()
    pick = "candidates: 3\nfallback: Plain\npick: {by: [long], floor: 20, suggest: 5}\n"
    shop.write("templates/shop/slogan.yaml", text + pick)
    shop.answer = lambda request, index: ("Made to last", "Short", "\x1b[31mHard")[index]


def test_scorers_are_listed(aigc: Run) -> None:
    said = aigc("plugins").out
    assert "scorer long" in said and "Prefer long texts." in said


def test_generate_shows_what_else_could_stand(aigc: Run) -> None:
    ran = aigc("generate", "shop/slogan", "product=Cup")
    assert (ran.code, ran.out) == (0, "Plain\n")
    assert "text: could also be\n  1  Made to last  (12)\n" in ran.err and "\x1b[31m" not in ran.err
    record = aigc("generate", "shop/slogan", "product=Cup", "--json").json
    assert [one["text"] for one in record["suggestions"]][-1] == "Short"


def test_job_shows_one_piece(aigc: Run) -> None:
    aigc(*BATCH)
    ran = aigc("job", "made", "--piece", "0001")
    assert ran.out == "Plain\n" and "1  Made to last" in ran.err
    assert aigc("job", "made", "--piece", "0001", "--json").json["suggestions"][0]["score"] == 12
    ran = aigc("job", "made", "--piece", "0009")
    assert ran.code == 2 and "no finished piece '0009'" in ran.err


def test_show_says_who_picks_and_from_which_worth(aigc: Run, shop: Any) -> None:
    assert "picked by long from 20 on" in aigc("show", "shop/slogan").out
    pick = aigc("show", "shop/slogan", "--json").json["stages"][0]["pick"]
    assert pick == {"by": [{"name": "long", "options": {}, "field": None}], "mix": None, "floor": 20, "suggest": 5}
    text = (shop.folder / "templates/shop/slogan.yaml").read_text()
    shop.write("templates/shop/slogan.yaml", text.replace("floor: 20", "mix: lines"))
    numbers = {"weights": {"long": 1.0}, "means": {"long": 0.0}, "scales": {"long": 1.0}}
    write_mixes(shop.folder / "templates/shop/mixes/lines.yaml", [Mix(model="gpt2", floor=0.8, **numbers)])
    assert "no floor was fitted for scripted: fallbacks and suggestions only" in aigc("show", "shop/slogan").out
    shop.write("aigc.yaml", "model: gpt2\n")
    assert "picked by long from 0.8 on" in aigc("show", "shop/slogan").out
