"""Every counter against texts whose counts come from the platforms' own documents (`counted.jsonl`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.content import COUNTERS, measure
from aigc.types.foreign import read_json

TABLE = Path(__file__).with_name("counted.jsonl")
ROWS = [read_json(line) for line in TABLE.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("row", ROWS, ids=[ascii(row["text"])[:40] for row in ROWS])
def test_counts_as_the_documents_say(row: dict[str, object]) -> None:
    expected = row["counts"]
    assert isinstance(expected, dict)
    assert {name: measure(str(row["text"]), name) for name in expected} == expected


def test_the_table_has_every_counter_and_a_source_for_each_row() -> None:
    assert len({row["text"] for row in ROWS}) >= 150
    assert {name for row in ROWS for name in row["counts"]} == set(COUNTERS)
    assert all(row["source"] for row in ROWS)
