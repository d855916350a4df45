"""Names with commas, "Linen tea towel, set of 3": no line goes on after one; in a feed nothing is said twice."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import ScriptedGenerator, run_cli
from aigc_plugins.ads.word_lists import TAIL

FACTS = "dries glasses without lint; 100% linen; 50 x 70 cm; washes at 60 degrees"


def written(tmp_path: Path, kind: str, product: str, facts: str, price: str = "") -> dict[str, Any]:
    row = f'product,benefits,url,brand,price\n"{product}",{facts},https://example.com/l,Norr,{price}\n'
    (tmp_path / "rows.csv").write_text(row, encoding="utf-8")
    model = ScriptedGenerator(lambda request, index: "zzz")
    ran = run_cli("batch", kind, "rows.csv", "--out", "made", cwd=tmp_path, generator=model)
    assert ran.code == 0, ran.out + ran.err
    fields: dict[str, Any] = json.loads((tmp_path / "made" / "artifacts.jsonl").read_text("utf-8"))["fields"]
    return fields


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Linen tea towel, set of 3", "Linen tea towel"),
        ("Chair, oak, black", "Chair"),
        ("Backpack, 20 l, dark blue", "Backpack"),
        ("Soft, warm blanket", "Soft, warm blanket"),
        ("Salt, pepper and garlic", "Salt, pepper and garlic"),
        ("Invoice software for cafes, bars", "Invoice software"),
        ("Bottle 0,5 l", "Bottle 0,5 l"),
    ],
)
def test_a_name_is_cut_before_what_a_comma_adds(name: str, kept: str) -> None:
    assert TAIL.sub("", name) == kept


@pytest.mark.parametrize("product", ["Linen tea towel, set of 3", "Enamel mug, 350 ml", "Mug, blue"])
def test_no_headline_goes_on_after_a_name_with_a_comma(tmp_path: Path, product: str) -> None:
    fields = written(tmp_path, "ads/google-search", product, FACTS, "24 €")
    name, added = product.lower().split(", ")
    told = [line.lower() for line in fields["headlines"]]
    whole = {product.lower(), f"{product.lower()} by norr", f"norr {product.lower()}"}
    assert whole & {*told}, "one line has the whole name"
    begun = re.compile(rf"\b{re.escape(added.split()[0])}\b")
    assert [line for line in told if line not in whole and begun.search(line)] == []
    assert sum(name.split()[-1] in line for line in told) >= 3
    assert fields["path2"].replace("-", " ").lower() == name


@pytest.mark.parametrize(
    ("facts", "price"), [(FACTS, "24 €"), ("seats 120 kg; made of oak", ""), ("stays dry; light", "9 €")]
)
def test_no_text_of_a_feed_ad_says_what_another_beside_it_does(tmp_path: Path, facts: str, price: str) -> None:
    fields = written(tmp_path, "ads/feed", "Linen tea towel, set of 3", facts, price)
    under, over = fields["description"].casefold(), fields["primary_text"].casefold()
    assert not under or under not in over
    assert bool(under) == (facts == FACTS or bool(price)) and (not price or price in under + over)
