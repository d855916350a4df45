"""Whatever shares the batch, each text is the one `model.generate` writes alone: random batches for every family."""

from __future__ import annotations

import random
from typing import Any

import pytest

from .test_same_tokens import generated

FAMILIES = ("gpt2", "llama", "qwen2", "qwen3", "gemma3")
WORDS = ["mug", "lid", "boots", "kids", "折叠", "電", "caffeine", "28", "per", "cup", "soft", "warm", "line"]


def words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(count))


def random_batch(draw: random.Random, asking: Any) -> list[Any]:
    """A few groups, each with a shared start, some of them with a second shared part below it."""
    requests = []
    for group in range(draw.randint(1, 3)):
        system = words(draw, draw.choice([0, 3, 12]))
        products = [words(draw, draw.choice([1, 6])) for _ in range(draw.randint(1, 2))]
        for number in range(draw.randint(1, 5)):
            text = draw.choice(products) + " " + words(draw, draw.randint(0, 5))
            requests.append(asking(f"{group}-{number}", text, system=system, max_tokens=draw.randint(1, 14)))
    draw.shuffle(requests)
    return requests


def run_in_lumps(engine: Any, requests: list[Any], draw: random.Random) -> dict[str, Any]:
    """Some requests come while others are being written."""
    left, done = list(requests), {}
    while left or engine.busy:
        for _ in range(min(len(left), draw.randint(0 if engine.busy else 1, 4))):
            engine.submit(left.pop())
        for _ in range(draw.randint(1, 3)):
            done |= {completion.request_id: completion for completion in engine.step()}
            engine.check_integrity()
    return done


@pytest.mark.parametrize("prefix_cache", [True, False])
@pytest.mark.parametrize("kind", FAMILIES)
def test_random_batches_equal_generate(kind: str, prefix_cache: bool, open_tiny: Any, asking: Any) -> None:
    engine = open_tiny(kind, prefix_cache=prefix_cache, rows=6)
    draw = random.Random(f"{kind} {prefix_cache}")
    for _ in range(3):
        requests = random_batch(draw, asking)
        done = run_in_lumps(engine, requests, draw)
        for request in requests:
            expected = generated(engine, request.prompt, request.sampling.max_tokens)
            assert done[request.id].token_ids == expected, request


@pytest.mark.parametrize("kind", FAMILIES)
def test_tied_heads(kind: str, open_tiny: Any, asking: Any, running: Any, tiny_folder: Any) -> None:
    import json

    from safetensors.torch import load_file, save_file

    folder = tiny_folder(kind)
    tied = folder.parent / f"{kind}-tied"
    if not tied.exists():
        tied.mkdir()
        for file in folder.iterdir():
            (tied / file.name).write_bytes(file.read_bytes())
        weights = load_file(tied / "model.safetensors")
        assert weights.pop("lm_head.weight") is not None
        save_file(weights, tied / "model.safetensors", metadata={"format": "pt"})
        config = json.loads((tied / "config.json").read_text())
        (tied / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": True}))
    from aigc.engine import EngineOptions, open_engine

    engine = open_engine(tied, EngineOptions(device="cpu"))
    assert engine.network.head > 0
    requests = [
        asking(str(n), text, system="A line. ") for n, text in enumerate(("a mug", "boots", "a mug with a lid"))
    ]
    done = running(engine, requests)
    untied = running(open_tiny(kind), requests)
    for request in requests:
        assert done[request.id, 0].token_ids == generated(engine, request.prompt, 24)
    assert any(done[key].token_ids != untied[key].token_ids for key in done)
    engine.close()
