"""Lines bent by hand: who does what, when, for whom and which part of a thing is not what the fact says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
BANK = ROOT / "templates/ads/bank"
CHECKS = ("same_conditions", "same_doers")
MOST = 0.005  # of good lines that may be refused

BENT = [
    ("Oven cleaning", "we clean your oven", "Clean your oven with us"),
    ("Oven cleaning", "we clean your oven", "You clean, we watch your oven"),
    ("Bike shop", "open on weekdays", "Open on weekends"),
    ("Bakery", "open on Sundays", "Open on Saturdays"),
    ("Gym", "for members only", "For members and guests"),
    ("Gym", "women only on Mondays", "Women on Mondays"),
    ("Wool jumper", "hand wash only", "Hand wash"),
    ("Mattress", "cover washes at 60 degrees", "Mattress washes at 60 degrees"),
    ("Physiotherapy", "first visit free", "Free visits"),
    ("Travel mug", "lid is dishwasher safe", "Mug is dishwasher safe"),
    ("Desk", "frame made of steel", "Steel desk"),
    ("Desk", "frame made of steel", "Desk made of steel"),
    ("Office chair", "seat made of leather", "Leather chair"),
    ("Baby monitor", "beeps when the battery is low", "Beeps on the battery"),
    ("Online shop", "free returns if unopened", "Free returns"),
    ("Online shop", "free delivery when you spend 40 euros", "Free delivery: 40 euros"),
    ("Courier", "delivers in the morning", "Delivered every evening"),
    ("Courier", "delivers in the evening", "Delivered in the morning"),
    ("Course", "classes in the afternoon", "Morning classes"),
    ("Ski rental", "open in winter", "Open all summer"),
    ("Wash bag", "outdoor use only", "Indoor use only"),
    ("Newsletter", "sent weekly", "Sent daily"),
    ("Car hire", "we collect the car", "Collect the car yourself"),
    ("Photo course", "free after the first lesson", "Free lesson"),
    ("Laptop", "left-hand keyboard", "Right-hand keyboard"),
    ("Jacket", "removable hood", "Removable jacket"),
    ("Jacket", "hood folds away", "Jacket folds away"),
    ("铸铁锅", "仅锅身可用洗碗机清洗", "锅可用洗碗机清洗"),
    ("铸铁锅", "仅锅身可用洗碗机清洗", "锅身可用洗碗机清洗"),
    ("床垫", "床罩可机洗", "床垫可机洗"),
    ("健身房", "仅限会员", "会员和朋友都能来"),
    ("洗车店", "工作日营业", "周末营业"),
    ("瑜伽馆", "首次体验免费", "体验免费"),
    ("托管班", "早上送到校", "晚上送到校"),
    ("网店", "未拆封可退货", "可退货"),
    ("雨伞", "只限晴天使用", "晴天使用"),
    ("随行杯", "杯盖可用洗碗机", "随行杯可用洗碗机"),
]
RIGHT = [
    ("Wool jumper", "hand wash only", "Just wash it by hand"),
    ("Recruitment agency", "pay only when you hire", "No hire, no fee"),
    ("Physiotherapy", "first visit free", "New here? The visit is free"),
    ("Bakery", "open on Sundays", "Sunday morning, fresh rolls"),
    ("Baby monitor", "beeps when the battery is low", "Battery low? It beeps"),
    ("Mattress", "cover washes at 60 degrees", "Wash the cover at 60 degrees"),
    ("Nursing pillow", "cover washes at 60 degrees", "Milk spilt? Washes at 60 degrees"),
    ("Tent", "only 2 kg", "Carry 2 kg up the hill"),
    ("Photo course", "12 months after opening", "Open and enjoy for 12 months"),
    ("铸铁锅", "仅锅身可用洗碗机清洗", "只有锅身可用洗碗机清洗"),
    ("驾校周末班", "只在周六周日练车", "平时上班，周六周日练车"),
    ("雨伞", "仅重300克", "包里多300克，不怕雨"),
]


@pytest.mark.parametrize(("product", "fact", "line"), BENT)
def test_a_bent_line_is_refused(found: Callable[..., str], product: str, fact: str, line: str) -> None:
    assert any(found(one, line, fact, product=product) for one in CHECKS)


@pytest.mark.parametrize(("product", "fact", "line"), RIGHT)
def test_a_line_that_keeps_its_condition_passes(found: Callable[..., str], product: str, fact: str, line: str) -> None:
    assert [text for one in CHECKS for text in [found(one, line, fact, product=product)] if text] == []


@pytest.mark.parametrize(("product", "fact", "line"), BENT)
def test_the_plain_fact_passes(found: Callable[..., str], product: str, fact: str, line: str) -> None:
    assert [text for one in CHECKS for text in [found(one, fact, fact, product=product)] if text] == []


@pytest.mark.parametrize("checks", [CHECKS, ("no_stump",)])
def test_good_lines_are_hardly_ever_refused(found: Callable[..., str], checks: tuple[str, ...]) -> None:
    refused: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for where, product, facts, line in good_lines():
        asked[where] += 1
        refused[where] += any(found(one, line, facts, product=product) for one in checks)
    assert asked["labels"] > 1_700 and asked["bank"] > 4_000
    assert all(refused[where] <= MOST * asked[where] for where in asked), refused


def good_lines() -> Iterator[tuple[str, str, Any, str]]:
    """Yield the bank's lines and those that readers found no fault in."""
    for path in sorted((ROOT / "tests/bench/panels/labels").glob("*.jsonl")):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            if row["label"]:
                yield "labels", row["product"], row["item"], row["text"]
    for name, key in (("headlines", "fact"), ("descriptions", "facts")):
        for row in map(json.loads, (BANK / f"{name}.jsonl").read_text("utf-8").splitlines()):
            yield "bank", row["product"], row[key], row["line"]
