"""A text is the same, to the bit of every score, alone and in any batch: weights of every format, every dtype."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.engine.cpu.formats import FORMATS
from aigc.engine.cpu.library import load_library, multiplies_bfloat16

from .gguf_files import write_gguf
from .test_same_tokens import mixed_requests

FAMILIES = ("llama", "qwen2", "qwen3", "gemma3")


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            place = tmp_path_factory.mktemp(name)
            family = FAMILIES[list(FORMATS).index(name) % len(FAMILIES)]
            convert_gguf(write_gguf(place / "tiny.gguf", family, lambda number, matrix: name), place / "made")
            made[name] = place / "made"
        return made[name]

    return folder


@pytest.mark.parametrize("dtype", ["float32", "int8", "bfloat16"])
@pytest.mark.parametrize("name", FORMATS)
def test_company_changes_nothing(
    name: str, dtype: str, folder_of: Callable[[str], Path], asking: Any, running: Any
) -> None:
    from aigc.engine.cpu.decoder import Decoder

    if load_library() is None:
        pytest.skip("no kernels were built for this machine")
    if (dtype == "int8" and not FORMATS[name].whole) or (
        dtype == "bfloat16" and not (name == "BF16" and multiplies_bfloat16())
    ):
        pytest.skip("no such products")
    requests, opened = mixed_requests(asking), []

    def written(*some: Any, **options: Any) -> dict[Any, Any]:
        engine = open_engine(folder_of(name), EngineOptions(device="cpu", dtype=dtype, **options))
        assert isinstance(engine.network, Decoder)
        opened.append(engine)
        found = {}
        for lot in some:
            found |= {key: (c.token_ids, c.mean_logprob) for key, c in running(engine, lot).items()}
        return found

    alone = written(*([one] for one in requests), rows=2, prefix_cache=False)
    for seed, rows in enumerate((3, 9, 64)):
        random.Random(seed).shuffle(requests)
        assert written(requests, rows=rows, threads=1 + seed % 2) == alone
    assert len({ids for ids, _ in alone.values()}) > len(alone) // 2, "a model that says one thing proves nothing"
    for engine in opened:
        engine.close()
