"""Jobs of each shape run to their end, and are timed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("jobs")


@pytest.mark.parametrize(
    ("name", "voice"),
    [("shop/item", ""), ("shop/ad", ""), ("ads/google-search", "joined"), ("ads/google-search", "facts")],
)
def test_a_job_of_each_shape_is_timed(jobs: Any, name: str, voice: str) -> None:
    told = jobs.measure(5, name=name, voice=voice)
    assert (told["type"], told["voice"], told["pieces"]) == (name, voice, 5)
    assert told["pieces_per_s"] > 0 and told["ledger_bytes_per_piece"] > 0
