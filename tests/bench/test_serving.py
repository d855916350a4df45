"""What a server does under load is measured, over a tiny model."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest

from aigc.testing.tiny import tiny_gpt


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    found = importlib.import_module("serving")
    folder = str(tiny_gpt("llama", tmp_path / "tiny"))

    class Tiny(found.Server):  # type: ignore[name-defined, misc]
        def __init__(self, scratch: Path, *words: str) -> None:
            super().__init__(scratch, "-m", folder, *words)

    monkeypatch.setattr(found, "Server", Tiny)
    for name, value in {"LENGTH": 300, "COMPANY": 300, "SEA": 20}.items():
        monkeypatch.setattr(found, name, value)
    return found


def test_nothing_is_in_hand_of_who_left(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    told = asyncio.run(bench.leaving(tmp_path / "scratch", 1))
    assert set(told) == set(bench.LEAVING)
    assert all(one["left"] == 1 for one in told.values())
