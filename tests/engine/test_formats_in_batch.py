"""A text is the same, to the bit of every score, alone and in any batch: weights of every format, every dtype."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import KERNELS, EngineOptions, convert_gguf, open_engine
from aigc.engine.cpu.formats import FORMATS
from aigc.engine.cpu.library import load_library, multiplies_bfloat16, open_library

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


WRITE = """
import sys
from aigc.engine import EngineOptions, open_engine
from aigc.types import Message, Prompt, Request, SamplingParams
engine = open_engine(sys.argv[1], EngineOptions(device="cpu", dtype=sys.argv[2]))
sampling = SamplingParams(temperature=1, max_tokens=20, seed=7, n=3)
for lines in (1, 2, 3, 6, 7, 8):
    prompt = Prompt(messages=(Message(role="user", content="A kettle of steel. " * lines),))
    engine.submit(Request(id=str(lines), prompt=prompt, sampling=sampling))
while engine.busy:
    for one in engine.step():
        assert not one.error, one.error
        print(one.request_id, one.index, one.token_ids, one.mean_logprob)
"""


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("family", FAMILIES)
def test_other_instructions_change_nothing(family: str, dtype: str, tmp_path: Path) -> None:
    """Whole texts, by each library that this machine can run."""
    names = [name for name in KERNELS if open_library(name) is not None]
    if len(names) < 2:
        pytest.skip("no two libraries run on this machine")
    convert_gguf(write_gguf(tmp_path / "tiny.gguf", family), tmp_path / "made")
    command = [sys.executable, "-c", WRITE, str(tmp_path / "made"), dtype]
    written = {}
    for name in names:
        environment = {**os.environ, "AIGC_KERNELS": name.rpartition("_")[2]}
        written[name] = sorted(subprocess.check_output(command, text=True, env=environment).splitlines())
    assert len(set(written[names[0]])) == 18
    assert all(lines == written[names[0]] for lines in written.values()), written
