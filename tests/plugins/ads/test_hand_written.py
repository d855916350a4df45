"""The lines written by hand, which models learn copy from and are shown: enough of them, of no one make, and true."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.content import measure

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
WORD = re.compile(r"[\u3400-\u9fff]|[a-z0-9][a-z0-9.,'’-]*[a-z0-9]|[a-z0-9]")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
BARE = "a an the of in on at to for with and or is are it its your you from by as no not"


def rows(name: str, language: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (TEMPLATES / name).read_text(encoding="utf-8").splitlines()]
    return [row for row in found if language in ("", row["language"])]


def words(text: str) -> list[str]:
    return [word.rstrip("s") for word in WORD.findall(text.lower())]


def frame(row: dict[str, Any]) -> str:
    """Return a headline without the words of its fact and its product's name; nothing where no word of note is left."""
    known = set(words(f"{row['fact']} {row['product']}"))
    text = " ".join("_" if word in known else word for word in words(row["line"]))
    text = re.sub(r"(_ ?)+", "_ ", text).strip()
    return text if any(word not in BARE.split() and word != "_" for word in text.split()) else ""


def invented(text: str, given: str) -> Iterator[str]:
    numbers = NUMBER.findall(given)
    return (number for number in NUMBER.findall(text) if number not in numbers)


@pytest.mark.parametrize(("language", "headlines", "descriptions"), [("en", 2000, 600), ("zh", 1000, 300)])
def test_there_are_enough(language: str, headlines: int, descriptions: int) -> None:
    assert len(rows("ads/bank/headlines.jsonl", language)) >= headlines
    assert len(rows("ads/bank/descriptions.jsonl", language)) >= descriptions


def test_of_many_things_of_every_kind() -> None:
    kinds = Counter({row["product"]: row["kind"] for row in rows("ads/bank/headlines.jsonl")}.values())
    assert sum(kinds.values()) >= 600
    assert min(kinds[kind] for kind in ("goods", "service", "course", "event", "software")) >= 30


def test_pages_and_articles_too() -> None:
    meta = rows("seo/bank/meta.jsonl")
    articles = ("openings", "paragraphs")
    openings = [row for name in articles for row in rows(f"articles/bank/{name}.jsonl")]
    for found in (meta, openings):
        assert len(found) >= 300 and {row["language"] for row in found} == {"en", "zh"}
        assert len({row["output"] for row in found}) == len(found)
        assert not [row for row in found if any(invented(row["output"], f"{row['topic']} {row['facts']}"))]
        begun = Counter(" ".join(words(row["output"])[:4]) for row in found)
        assert begun.most_common(1)[0][1] <= len(found) / 100
    short, long = {"en": 120, "zh": 50}, {"en": 155, "zh": 75}
    assert not [row for row in meta if not short[row["language"]] <= len(row["output"]) <= long[row["language"]]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_frame_stands_in_over_a_hundredth(language: str) -> None:
    found = rows("ads/bank/headlines.jsonl", language)
    frames = Counter(frame(row) for row in found)
    del frames[""]
    assert frames.most_common(1)[0][1] <= len(found) / 100


def test_lines_fit_and_invent_no_number() -> None:
    for row in rows("ads/bank/headlines.jsonl"):
        assert measure(row["line"], "width") <= 30, row
        assert not list(invented(row["line"], f"{row['fact']} {row['product']}")), row
        assert row["line"].lower() != row["fact"].lower(), row
    for row in rows("ads/bank/descriptions.jsonl"):
        assert measure(row["line"], "width") <= 90, row
        assert not list(invented(row["line"], f"{row['facts']} {row['product']}")), row


@pytest.mark.parametrize("name", ["ads/bank/headlines.jsonl", "ads/bank/descriptions.jsonl"])
def test_no_line_stands_twice(name: str) -> None:
    twice = [line for line, count in Counter(row["line"].lower() for row in rows(name)).items() if count > 1]
    assert not twice
