"""What one step of decoding costs, with every row writing, and what the machine could do at best.

    python tests/bench/steps.py --device cuda                                # the default model, 256 rows
    python tests/bench/steps.py --model file.gguf --rows 1,64 --dtype int8
    python tests/bench/steps.py --device cuda --model qwen3-0.6b-shaped      # random weights, made on the spot
    python tests/bench/steps.py --device cuda --sampling '{"temperature": 0.8, "top_k": 20, "top_p": 0.95}'
    python tests/bench/steps.py --model qwen3-0.6b-shaped --size '{"num_hidden_layers": 2}' --rows 4 --steps 3

`--model` is a shape, or what `aigc -m` takes: a name, a folder, a GGUF. Prompts are made-up ids: `--shared` tokens that
all begin with, and `--own` more. Rows never end. Prints a JSON line for each number of rows: seconds of a step (the
whole of it: feeding, forward, sampling, the host's part), tokens per second, and `roofline`, the share of the time that
the machine needs at best: for the arithmetic, or for reading the weights as they lie in memory, each row's own keys and
values, and those of the shared part once, at rates measured on the spot: `flops` in the arithmetic of the network's
products, `floats` in that of its attention.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.engine.ceiling import Ceiling, measure_ceiling, tokens_read
from aigc.engine.engine import Engine
from aigc.engine.network import Network
from aigc.engine.rows import EncodedRequest
from aigc.models import pull
from aigc.types import SamplingParams

SHAPES: dict[str, dict[str, Any]] = {
    "qwen3-0.6b-shaped": {
        "hidden_size": 1024,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "intermediate_size": 3072,
        "vocab_size": 151_936,
        "tie_word_embeddings": True,
        "max_position_embeddings": 40_960,
    },
}
DEFAULT = "smollm2-135m"


class Endless:
    """This is an `Ending` that never comes."""

    def push(self, token: int) -> bool:
        return False

    def begins_word(self, token: int) -> bool:
        return False

    def last_characters(self) -> None:
        return None

    def is_whole(self) -> bool:
        return True

    def last_joint(self, since: int) -> None:
        return None

    def take_back(self, count: int) -> None:
        pass


def write_shape(folder: Path, shape: dict[str, Any]) -> Path:
    """This writes a Qwen3 of that shape with random weights in bfloat16; its tokenizer is a tiny model's."""
    import torch
    from transformers import AutoModelForCausalLM, Qwen3Config

    from aigc.testing.tiny import tiny_gpt

    tiny_gpt("qwen3", folder)
    torch.manual_seed(0)
    network = AutoModelForCausalLM.from_config(Qwen3Config(**shape, eos_token_id=0), dtype=torch.bfloat16)
    network.save_pretrained(folder)
    return folder


def dtype_of(network: Network) -> str:
    """This is what activations are rounded to, or else the floats that they are."""
    rounded = network.arithmetic
    return rounded.name.lower() if rounded else str(network.shape.dtype).removeprefix("torch.")


def folder_of(model: str) -> Path:
    """This is a model's folder, fetched or converted first where it is not there."""
    folder = pull(model, convert=convert_gguf).folder
    assert folder is not None
    return folder


def fill(engine: Engine, rows: int, shared: int, own: int, limit: int, sampling: dict[str, Any]) -> None:
    """This has every row write: prompts are in, and a few tokens written."""
    loop, draw = engine.loop, random.Random(1)
    assert loop is not None
    loop.vocab = engine.network.vocab  # a tokenizer that knows fewer is of no account
    start = [draw.randrange(loop.vocab) for _ in range(shared)]
    for row in range(rows):
        ids = [*start, *(draw.randrange(loop.vocab) for _ in range(own))]
        params = SamplingParams(**{"temperature": 0.0, "seed": row, "max_tokens": limit, **sampling})
        loop.submit(
            EncodedRequest(
                id=str(row), ids=ids, params=params, limit=limit, ends=frozenset(), constraint=None,
                ending=lambda index: Endless(), left=[0],
            )
        )  # fmt: skip
    while len(loop.rows) < rows or any(len(row.written) < 4 for row in loop.rows):
        assert not loop.step(), "a row ended"


def empty(engine: Engine, rows: int) -> None:
    """This drops what `fill` began."""
    assert engine.loop is not None
    for row in range(rows):
        engine.loop.cancel(str(row))


def measure(engine: Engine, ceiling: Ceiling, steps: int) -> dict[str, Any]:
    """This times so many steps; the median counts."""
    loop, taken, shares = engine.loop, [], []
    assert loop is not None
    for _ in range(steps):
        read, seen = tokens_read(loop.rows), sum(row.base + row.length + 1 for row in loop.rows)
        rows = len(loop.rows)
        began = time.perf_counter()
        assert not loop.step(), "a row ended"
        taken.append(time.perf_counter() - began)
        least = ceiling.seconds(tokens=rows, heads=rows, seen=seen, steps=1, read=read)
        shares.append(least / taken[-1])
    middle = statistics.median(taken)
    return {
        "rows": rows,
        "steps": steps,
        "seconds": round(middle, 6),
        "spread": round((max(taken) - min(taken)) / middle, 3),
        "tokens_per_second": round(rows / middle, 1),
        "roofline": round(statistics.median(shares), 3),
        "weight_bytes": ceiling.weight_bytes,
        "read_bytes": ceiling.token_bytes * read,
        "bandwidth": round(ceiling.bandwidth),
        "flops": round(ceiling.flops),
        "floats": round(ceiling.floats),
        "peak_device_bytes": ceiling.device_peak(),
    }


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT, help=f"a name, a folder, a GGUF, or {', '.join(SHAPES)}")
    parser.add_argument("--size", type=json.loads, default={}, help="what to change of a shape, as JSON")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--rows", default="256", help="how many write at once; several numbers with commas")
    parser.add_argument("--shared", type=int, default=255)
    parser.add_argument("--own", type=int, default=48)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--sampling", type=json.loads, default={}, help="SamplingParams as JSON; greedy without")
    given = parser.parse_args(words)
    counts = [int(count) for count in given.rows.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        shape = SHAPES.get(given.model)
        folder = write_shape(Path(scratch), shape | given.size) if shape else folder_of(given.model)
        engine = open_engine(folder, EngineOptions(device=given.device, dtype=given.dtype, rows=max(counts)))
        try:
            ceiling = measure_ceiling(engine.network)
            about = {
                "model": given.model,
                **given.size,
                "device": str(engine.network.device),
                "dtype": dtype_of(engine.network),
                "network": type(engine.network).__name__,
                "shared": given.shared,
                "own": given.own,
            }
            for rows in counts:
                fill(engine, rows, given.shared, given.own, given.steps + 64, given.sampling)
                found = measure(engine, ceiling, given.steps)
                print(json.dumps({**about, **found, "sampling": given.sampling}), flush=True)
                empty(engine, rows)
        finally:
            engine.close()


if __name__ == "__main__":
    main()
