"""Waits behind a job, and what a chat gets beside one, are measured."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("newcomers")


@pytest.mark.parametrize("urgent", [False, True])
def test_newcomers_begin(bench: Any, capsys: pytest.CaptureFixture[str], urgent: bool) -> None:
    asked = ["newcomers", "--rows", "8", "--steps", "500", "--count", "3"]
    bench.main([*asked, "--urgent"] if urgent else asked)
    found = json.loads(capsys.readouterr().out)
    assert (found["newcomers"], found["begun"]) == (3, 3)
    assert found["worst"] == 0 if urgent else 0 < found["rows_begun_before"] <= 9


def test_a_chat_beside_a_job(bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from types import SimpleNamespace

    from aigc.testing.tiny import tiny_gpt

    folder = tiny_gpt("llama", tmp_path / "tiny")
    monkeypatch.setattr(bench, "pull", lambda model, convert: SimpleNamespace(folder=folder))
    monkeypatch.setattr(bench, "LENGTHS", (100, 120))
    monkeypatch.setattr(bench, "CHAT", 300)
    alone, whole, sliced = bench.chats("tiny", 6, 0.2, [1.0, 0.3], 2)
    assert [one["share"] for one in (alone, whole, sliced)] == [None, 1.0, 0.3]
    assert whole["time_of_all"] == 1 and 0.2 < sliced["time_of_all"] < 0.4
    assert alone["job"] > 0 and "chat" not in alone and sliced["kept"] > 0
    assert whole["chat"] > 0 and sliced["chat"] > 0 and sliced["longest_gap_s"] > 0
