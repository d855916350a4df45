"""The real copy model, through the real command line, in English and in Chinese.

`AIGC_BILINGUAL_MODEL` names it: the catalogue's file of `qwen2.5-coder-1.5b`, to which mixes and floors were fitted.
"""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.content import measure

pytestmark = [pytest.mark.slow, pytest.mark.bilingual, pytest.mark.timeout(3600)]

MODEL = os.environ.get("AIGC_BILINGUAL_MODEL", "")
HAN = re.compile(r"[\u4e00-\u9fff]")
ADS = [
    {"product": "Insulated lunch box", "brand": "Oakrow", "category": "kitchen", "language": "en"},
    {"product": "Bicycle repair course", "brand": "Spokesmith", "category": "courses", "language": "en"},
    {"product": "折叠露营桌", "brand": "林径", "category": "户外", "language": "zh"},
    {"product": "上门钢琴调音", "brand": "上林", "category": "服务", "language": "zh"},
]
FACTS = [
    "keeps soup hot for 6 hours; holds 1.2 litres; two steel trays; lid doubles as a plate",
    "8 people at most; tools are provided; one evening a week for 5 weeks; bring your own bike",
    "展开只需10秒;重2.8公斤;桌面可承重30公斤;附收纳袋",
    "调音师有15年经验;每次约90分钟;附校音记录;周末也上门",
]
PAGES = [
    {"topic": "How to keep a sourdough starter alive", "keyword": "sourdough starter", "language": "en"}
    | {"facts": "Feed it once a week in the fridge.;Use equal weights of flour and water."},
    {"topic": "怎样给绿植换盆", "keyword": "绿植换盆", "language": "zh"}
    | {"facts": "春天是换盆的好时节。;新盆比旧盆大一圈。"},
]


@pytest.fixture(scope="module")
def model() -> str:
    if not MODEL:
        pytest.skip("AIGC_BILINGUAL_MODEL names no model: the GGUF of qwen2.5-coder-1.5b is wanted")
    if not Path(MODEL).is_file():
        pytest.skip(f"AIGC_BILINGUAL_MODEL: there is no {MODEL}")
    return MODEL


def written(name: str, rows: list[dict[str, str]], model: str, folder: Path) -> list[dict[str, Any]]:
    """Write a file of rows as a job, and return its pieces."""
    sheet = folder / "rows.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*rows[0]])
        table.writeheader()
        table.writerows(rows)
    assert main(["batch", name, str(sheet), "--out", str(folder / "job"), "-m", model]) == 0
    lines = (folder / "job" / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_ads_in_two_languages_are_whole_and_leave_something_to_choose(model: str, tmp_path: Path) -> None:
    rows = [row | {"benefits": facts, "url": "https://example.com/a"} for row, facts in zip(ADS, FACTS, strict=True)]
    pieces = written("ads/google-search", rows, model, tmp_path)
    assert [piece["status"] for piece in pieces] == ["accepted"] * 4, [piece["reason"] for piece in pieces]
    for piece, row in zip(pieces, rows, strict=True):
        headlines, descriptions = piece["fields"]["headlines"], piece["fields"]["descriptions"]
        least = 8 if row["category"] in ("courses", "服务") else 11  # of a service no line is "Repair: …" any more
        assert least <= len(headlines) <= 15 and len({line.casefold() for line in headlines}) == len(headlines)
        assert len(descriptions) == 4
        assert all(measure(line, "width") <= 30 for line in headlines)
        assert all(measure(line, "width") <= 90 for line in descriptions)
        places = " ".join(one["field"] for one in piece["suggestions"])
        assert "headlines[" in places and "descriptions[" in places, "nothing to choose from"
        lines = [*headlines, *descriptions, *(one["text"] for one in piece["suggestions"])]
        foreign = [line for line in lines if bool(HAN.search(line)) != (row["language"] == "zh")]
        assert not foreign, f"not {row['language']}: {foreign}"
        given = set(re.findall(r"\d+(?:\.\d+)?", row["benefits"]))
        assert set(re.findall(r"\d+(?:\.\d+)?", " ".join(lines))) <= given


def test_pages_are_described_in_the_language_of_their_row(model: str, tmp_path: Path) -> None:
    pieces = written("seo/meta", PAGES, model, tmp_path)
    assert [piece["status"] for piece in pieces] == ["accepted"] * 2, [piece["reason"] for piece in pieces]
    for piece, row in zip(pieces, PAGES, strict=True):
        fields = piece["fields"]
        assert 20 <= measure(fields["description"], "chars") <= 155 and measure(fields["title"], "pixels") <= 580
        assert bool(HAN.search(fields["description"])) == bool(HAN.search(fields["title"])) == (row["language"] == "zh")
