"""The benchmark of training: its rows are what it says, and our side learns from them."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("training")


def test_rows_share_what_their_case_says(training: Any) -> None:
    from aigc.learner import Target
    from aigc.learner.steps_plan import tree_tokens

    for case, (shared, rest, answer) in training.CASES.items():
        rows = training.rows_of(case, list(range(20_000)), 7)
        assert rows == training.rows_of(case, list(range(20_000)), 7)
        assert {(len(row["ids"]), row["begin"], row["ids"][-1]) for row in rows} == {
            (shared + rest + answer, shared + rest, 7)
        }
        targets = [Target(ids=tuple(row["ids"]), begin=row["begin"]) for row in rows]
        assert tree_tokens(targets) == shared + training.BATCH * (rest + answer - 1)


def test_our_side_tells_its_losses_and_times(training: Any, tmp_path: Path) -> None:
    from aigc.testing.tiny import tiny_gpt

    rows = training.rows_of("plain", [place * 7 % 250 for place in range(2000)], 258)
    work = {"model": str(tiny_gpt("llama", tmp_path)), "rows": rows, "steps": 2, "tokens": 0}
    found = training.ours(work)
    assert len(found["seconds"]) == 2
    assert found["loss"] > 0
    assert min(found["seconds"] + found["spent"]) > 0


@pytest.mark.slow
def test_both_sides_make_the_same_of_the_first_batch(training: Any, tmp_path: Path) -> None:
    from aigc.testing.tiny import tiny_gpt

    peer = os.environ.get("AIGC_TRL_PYTHON", "")
    if not peer:
        pytest.skip("AIGC_TRL_PYTHON names no environment with TRL")
    work = tmp_path / "work.json"
    model = tiny_gpt("llama", tmp_path / "model")
    rows = training.rows_of("shots", [place * 7 % 250 for place in range(2000)], 258)
    work.write_text(json.dumps({"model": str(model), "rows": rows, "steps": 1, "tokens": 300}), encoding="utf-8")
    losses = [training.run(side, python, work)["loss"] for side, python in (("ours", sys.executable), ("trl", peer))]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
