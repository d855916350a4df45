"""Perplexity is what transformers makes of the same windows, and a text of our own is the likeliest at every place."""

from __future__ import annotations

import argparse
import importlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def perplexity(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("perplexity")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from aigc.testing.tiny import tiny_gpt

    return tiny_gpt("qwen2", tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def engine(folder: Path) -> Iterator[Any]:
    from aigc.engine import EngineOptions, open_engine

    opened = open_engine(folder, EngineOptions(device="cpu", dtype="float32", threads=1))
    yield opened
    opened.close()


def test_every_token_of_the_second_half_is_foretold_from_all_before_it(
    perplexity: Any, engine: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    monkeypatch.setattr(perplexity, "WINDOW", 50)
    windows = perplexity.windows_of(engine, perplexity.read_text("english"), 3)
    assert [(len(window.ids), window.begin) for window in windows] == [(50, 25)] * 3
    found = perplexity.joined(perplexity.score(engine.network, windows))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    expected, likeliest = [], []
    with torch.inference_mode():
        for window in windows:
            logits = model(torch.tensor([window.ids])).logits[0].double().log_softmax(1)
            expected += [float(logits[at - 1, window.ids[at]]) for at in range(25, 50)]
            likeliest += logits[24:49].argmax(1).tolist()
    assert found.logprobs == pytest.approx(expected, abs=1e-4)
    assert perplexity.share(found.likeliest, likeliest) > 0.97  # where two tie, either
    assert perplexity.perplexity(found) == pytest.approx(math.exp(-sum(expected) / 75), rel=1e-4)


def test_what_a_network_wrote_it_finds_likeliest(perplexity: Any, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perplexity, "LENGTH", 20)
    windows = perplexity.windows_of(engine, perplexity.read_text("chinese"), 2)
    own = perplexity.write_on(engine.network, windows, 100)
    assert len(own) == 5 and {len(one.ids) for one in own} == {84}
    assert own[0].ids[:64] == windows[0].ids[:64] and own[2].ids[:64] == windows[0].ids[128:192]
    written = [token for one in own for token in one.ids[one.begin :]]
    assert perplexity.share(written, perplexity.joined(perplexity.score(engine.network, own)).likeliest) == 1.0


def test_dtypes_are_held_against_the_first(perplexity: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_llama(python: str, weights: Path, windows: Any) -> Any:
        assert (python, weights.name) == ("python", "source.gguf")
        return perplexity.Score(logprobs=(-1.0,) * 256, likeliest=(0,) * 256)

    monkeypatch.setattr(perplexity, "by_llama", by_llama)
    monkeypatch.setattr(perplexity, "LENGTH", 10)
    asked = argparse.Namespace(dtypes="float32,float32", texts="english", windows=1, agree=30, llama="python")
    first, second, agree, theirs = perplexity.measure(folder, Path("source.gguf"), asked)
    assert first == second and first["of_first"] == first["alike"] == 1.0
    assert first["of_llama"] == pytest.approx(first["perplexity"] / math.e, abs=1e-4)
    assert agree == {"engine": "aigc float32", "tokens": 30, "agree": 1.0}
    assert theirs["perplexity"] == round(math.e, 4) and theirs["alike"] < 1


def test_texts_say_what_they_are_and_are_long_enough(perplexity: Any) -> None:
    for name, characters in (("english", 15_000), ("chinese", 3_000)):
        first = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("# ")
        text = perplexity.read_text(name)
        assert len(text) > characters and not text.startswith("#")
