"""A step of decoding is timed with every row in it, and what it reads is counted."""

from __future__ import annotations

import importlib.util
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


@pytest.fixture(scope="module")
def steps() -> Any:
    spec = importlib.util.spec_from_file_location("steps", Path(__file__).parent / "steps.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_step_of_a_shape_is_timed(steps: Any, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--model", "qwen3-0.6b-shaped", "--size", json.dumps(SMALL), "--device", "cpu"]
    steps.main([*asked, "--rows", "5", "--shared", "40", "--own", "6", "--steps", "3"])
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["model"], said["dtype"]) == (5, "qwen3-0.6b-shaped", "float32")
    assert 0 < said["roofline"] < 1 and said["tokens_per_second"] == pytest.approx(5 / said["seconds"], rel=0.01)
    token = 2 * 2 * 2 * 16 * 4  # bytes of keys and values: layers, heads, numbers, float32
    own = said["read_bytes"] / token - 40  # the shared tokens once
    assert own % 5 == 0 and 6 + 3 <= own / 5 <= 6 + 9


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
