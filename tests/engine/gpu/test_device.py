"""The same on a real device: compiled kernels, recorded graphs, half precision."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from aigc.engine import EngineOptions, open_engine
from aigc.types import Grammar

from ..test_families import Alone, alone, compare, random_batch, write
from ..test_out_of_memory import texts_of
from ..test_same_tokens import mixed_requests
from .conftest import Rows, read
from .test_cuts import some_draws

__all__ = ["alone"]  # a fixture

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_rows_in_any_pieces(kind: str, dtype: str, tiny_folder: Any) -> None:
    from aigc.engine.gpu.trial import TOLERANCE

    network = read(tiny_folder(kind), "cuda", dtype)
    for seed in range(6):
        assert Rows(network, random.Random(seed), length=60).play(longest=20) < TOLERANCE[network.shape.dtype]
    recorded = network._graphs._graphs
    assert len(recorded) > 6 and all(graph is not None for graph in recorded.values())


def test_a_prompt_too_large_for_a_graph(tiny_folder: Any) -> None:
    network = read(tiny_folder("qwen3"), "cuda")
    assert Rows(network, random.Random(1), length=480).play(longest=400) < 1e-3


@pytest.mark.parametrize("dtype", ["auto", "float16", "float32"])
def test_it_is_opened_for_a_gpu(dtype: str, tiny_folder: Any, caplog: pytest.LogCaptureFixture) -> None:
    from aigc.engine.gpu.decoder import GpuDecoder

    engine = open_engine(tiny_folder("qwen3"), EngineOptions(device="cuda", dtype=dtype))
    assert isinstance(engine.network, GpuDecoder)
    assert not caplog.messages
    engine.close()


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
@pytest.mark.parametrize("prefix_cache", [True, False])
def test_random_batches_equal_generate(
    kind: str, prefix_cache: bool, tiny_folder: Any, asking: Any, alone: Alone
) -> None:
    draw = random.Random(f"device {kind}")
    options = EngineOptions(device="cuda", dtype="float32", prefix_cache=prefix_cache)
    for rows in (1, 5, 40):
        engine = open_engine(tiny_folder(kind), replace(options, rows=rows))
        for _ in range(3):
            requests = random_batch(draw, asking)
            compare(kind, "", requests, write(engine, requests, draw), alone)
        engine.close()


class NoWaiting:
    """Raises where the host would wait for the device, but for the tokens of a step, whose copy has an event."""

    def __enter__(self) -> None:
        import torch

        torch.cuda.set_sync_debug_mode("error")

    def __exit__(self, *_: object) -> None:
        import torch

        torch.cuda.set_sync_debug_mode("default")


def steps_without_waiting(engine: Any, requests: list[Any]) -> None:
    for request in requests:
        engine.submit(request)
    for _ in range(8):  # prompts are in, graphs recorded, kernels compiled
        engine.step()
    for _ in range(4):
        assert engine.loop.flight is not None
        with NoWaiting():
            engine.step()
        engine.check_integrity()
    engine.close()


@pytest.mark.parametrize("kind", ["llama", "gpt2"])  # by our kernels, and by transformers
@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_the_host_waits_for_nothing_but_tokens(kind: str, temperature: float, tiny_folder: Any, asking: Any) -> None:
    engine = open_engine(tiny_folder(kind), EngineOptions(device="cuda", dtype="bfloat16"))
    engine.endless = frozenset(str(number) for number in range(8))
    steps_without_waiting(
        engine,
        [
            asking(str(n), f"a mug {n}", temperature=temperature, seed=n, max_tokens=200, logprobs=n % 3)
            for n in range(8)
        ],
    )


def test_nor_for_masks(tiny_folder: Any, asking: Any) -> None:
    engine = open_engine(tiny_folder("llama"), EngineOptions(device="cuda", dtype="bfloat16"))
    line = Grammar(kind="regex", source="[a-z ]{150}")
    steps_without_waiting(
        engine, [asking(str(n), f"a mug {n}", grammar=line, temperature=0.9, seed=n, max_tokens=200) for n in range(8)]
    )


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_looking_ahead_changes_no_text(kind: str, tiny_folder: Any, asking: Any, running: Any) -> None:
    found = []
    for ahead in (False, True):
        engine = open_engine(tiny_folder(kind), EngineOptions(device="cuda", dtype="float32", rows=10))
        assert engine.network.asynchronous
        engine.network.asynchronous = ahead
        found.append(texts_of(running(engine, mixed_requests(asking))))
        engine.close()
    same = sum(found[1][key] == one for key, one in found[0].items())
    assert same >= len(found[0]) - 1  # two tokens may tie


def test_the_drawing_kernel_is_used(tiny_folder: Any, caplog: pytest.LogCaptureFixture) -> None:
    import torch

    from aigc.engine.gpu.choosing import drawing

    assert drawing(torch.device("cuda")) is not None
    assert not caplog.messages


def test_nothing_of_a_draw_makes_the_host_wait(caplog: pytest.LogCaptureFixture) -> None:
    """Not filters, penalties, bans and rows at temperature 0."""
    import torch

    from aigc.engine import sampler

    device = torch.device("cuda")
    draws = some_draws(cold=True)
    logits = torch.randn(40, 4500, device=device) * 4
    bans = sampler.Bans([4, 9], torch.where(torch.arange(4400, device=device) % 3 == 0, 0.0, -torch.inf).expand(2, -1))
    expected = sampler.sample(logits.cpu(), draws, sampler.Bans([4, 9], bans.bias.cpu()), 4400)
    assert sampler.sample(logits, draws, bans, 4400).tokens == expected.tokens  # kernels compiled and tried
    assert not caplog.messages
    with NoWaiting():
        assert sampler.choose(logits, draws, bans, 4400).read().tokens == expected.tokens


def test_it_goes_on_when_memory_runs_out(tiny_folder: Any, asking: Any, running: Any) -> None:
    import torch

    requests = [asking(str(n), "a mug " * (1 + n % 9), temperature=0.8, seed=n, max_tokens=40) for n in range(60)]
    options = EngineOptions(device="cuda", dtype="float32", rows=60)
    engine = open_engine(tiny_folder("llama"), options)
    expected = texts_of(running(engine, requests))
    engine.close()
    engine = open_engine(tiny_folder("llama"), options)
    torch.cuda.empty_cache()
    whole = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + (8 << 20)) / whole)
    try:
        found = texts_of(running(engine, requests))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert engine.loop.most < 60, "memory never ran out"
    assert sum(found[key] == expected[key] for key in expected) >= 58  # two tokens may tie
    engine.close()
