"""A step of decoding is timed with every row in it, and what it reads is counted."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

SMALL = {
    "num_hidden_layers": 2,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "vocab_size": 700,
}


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("steps")


def test_a_step_of_a_shape_is_timed(steps: Any, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--model", "qwen3-0.6b-shaped", "--size", json.dumps(SMALL), "--device", "cpu"]
    steps.main([*asked, "--rows", "5", "--shared", "40", "--own", "6", "--steps", "3"])
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["model"], said["dtype"]) == (5, "qwen3-0.6b-shaped", "float32")
    assert 0 < said["roofline"] < 1 and said["tokens_per_second"] == pytest.approx(5 / said["seconds"], rel=0.01)
    token = 2 * 2 * 2 * 16 * 4  # bytes of keys and values: layers, heads, numbers, float32
    own = said["read_bytes"] / token - 40  # the shared tokens once
    assert own % 5 == 0 and 6 + 3 <= own / 5 <= 6 + 9


def test_a_gguf_is_timed_with_each_number_of_rows(
    steps: Any,
    random_gguf: Any,
    tokenizer: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "small.gguf"
    size = {"hidden": 256, "layers": 2, "heads": 4, "kv_heads": 2, "wide": 512, "vocab": 304}
    random_gguf.main([str(path), "--tokenizer", str(tokenizer), "--size", json.dumps(size)])
    for dtype in ("float32", "int8"):
        asked = ["--model", str(path), "--device", "cpu", "--dtype", dtype, "--rows", "1,5", "--steps", "3"]
        steps.main([*asked, "--shared", "20", "--own", "6"])
        alone, five = (json.loads(line) for line in capsys.readouterr().out.splitlines())
        assert (alone["rows"], five["rows"], alone["dtype"]) == (1, 5, dtype)
        assert 0.5 * path.stat().st_size < alone["weight_bytes"] == five["weight_bytes"] < path.stat().st_size
        assert five["read_bytes"] > alone["read_bytes"]
        assert (alone["flops"] == alone["floats"]) is (dtype == "float32")


def test_products_and_attention_have_rates_of_their_own() -> None:
    import torch

    from aigc.engine.ceiling import Ceiling

    rates = {"flops": 8e9, "floats": 2e9, "bandwidth": 1e12}
    ceiling = Ceiling(
        **rates, body=1000, head=500, attention=10, weight_bytes=1, token_bytes=1, device=torch.device("cpu")
    )
    work = 2 * (1000 * 7 + 500 * 3) / 8e9 + 2 * 10 * 40 / 2e9
    assert ceiling.seconds(tokens=7, heads=3, seen=40, steps=1, read=1) == pytest.approx(work)


def test_keys_and_values_count_in_the_roofline() -> None:
    import torch

    from aigc.engine.ceiling import Ceiling

    ceiling = Ceiling(
        flops=1e12, floats=1e12, bandwidth=1e9, body=1000, head=0, attention=1, weight_bytes=2000, token_bytes=10,
        device=torch.device("cpu"),
    )  # fmt: skip
    assert ceiling.seconds(tokens=1, heads=1, seen=7, steps=3, read=400) == pytest.approx((3 * 2000 + 400 * 10) / 1e9)


def test_rows_read_their_own_tokens_and_a_prefix_once() -> None:
    import torch

    from aigc.engine.cache import CacheShape, Prefix
    from aigc.engine.ceiling import tokens_read
    from aigc.engine.rows import BatchRow

    shape = CacheShape(layers=1, kv_heads=1, head_dim=2, dtype=torch.float32, device=torch.device("cpu"))
    one, other = Prefix(shape, range(20)), Prefix(shape, range(30))

    def row(prefix: Prefix | None, base: int, length: int) -> BatchRow:
        parts: Any = {"request": None, "ending": None, "constraint": None}
        return BatchRow(index=0, pending=[], prefix=prefix, base=base, length=length, **parts)

    assert tokens_read([row(one, 20, 3), row(one, 16, 4), row(other, 30, 5), row(None, 0, 6)]) == 18 + 20 + 30
