"""Adapters beside weights in a file's own formats: added rank by rank, exactly, and to their own rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, convert_gguf, open_engine

from .gguf_files import FAMILIES, write_gguf
from .test_adapters import merge, paths_of, write_adapter
from .test_gguf import _native, as_transformers_reads, logits_of

__all__ = ["_native"]  # a fixture

IDS = [(37 * place + 5) % 256 for place in range(40)]  # longer than Gemma's window
LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
TEXTS = ("a mug", "a mug with a lid", "boots", "x")


class Base:
    """A family's model, converted, and as transformers reads it."""

    def __init__(self, family: str, folder: Path, *, halves: bool) -> None:
        from aigc.engine.cpu.library import multiplies_bfloat16

        all_alike = {"kinds": lambda number, name: "BF16"} if halves else {}
        gguf = write_gguf(folder / "tiny.gguf", family, **all_alike)  # else of weights in all formats
        convert_gguf(gguf, folder / "made")
        self.gguf, self.folder, self.engines = gguf, folder / "made", []
        self.plain = as_transformers_reads(gguf)
        self.paths = paths_of(self.plain, LAYERS)
        self.dtypes = ["float32", *["int8"] * (not halves), *["bfloat16"] * (halves and multiplies_bfloat16())]

    def open(self, dtype: str, **options: Any) -> Any:
        from aigc.engine.cpu.decoder import Decoder

        engine = open_engine(self.folder, EngineOptions(device="cpu", dtype=dtype, **options))
        assert isinstance(engine.network, Decoder)
        self.engines.append(engine)
        return engine


@pytest.fixture(scope="module", params=[*FAMILIES, "llama of bfloat16"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    family, *more = request.param.split()
    made = Base(family, tmp_path_factory.mktemp(family), halves=bool(more))
    yield made
    for engine in made.engines:
        engine.close()


def far(found: Any, expected: Any) -> float:
    return float((found - expected).norm() / expected.norm())


def adapted(engine: Any, name: str) -> Any:
    """The logits of a text under an adapter."""
    from aigc.engine.cache import Bank
    from aigc.engine.network import Span

    span = Span(Bank(engine.network.shape, 1, 64), 0, 0, IDS, adapter=name)
    return engine.network.forward([span], list(range(len(IDS))))


@pytest.mark.filterwarnings("default")
def test_logits_are_those_of_weights_with_the_adapter_added(base: Base, tmp_path: Path) -> None:
    import torch

    pairs = write_adapter(tmp_path / "ads", base.plain, base.paths, seed=1)
    with torch.inference_mode():
        expected = merge(as_transformers_reads(base.gguf), pairs, 2)(torch.tensor([IDS])).logits[0]
    for dtype in base.dtypes:
        engine = base.open(dtype)
        plain = logits_of(engine, IDS)
        engine.load_adapter("ads", tmp_path / "ads")
        if dtype == "float32":
            assert torch.allclose(adapted(engine, "ads"), expected, rtol=1e-3, atol=1e-3)
        assert far(adapted(engine, "ads"), expected) < 0.05 < 5 * far(plain, expected)
        assert torch.equal(logits_of(engine, IDS), plain), "beside an adapter the base is what it was"


def test_an_adapter_of_nothing_changes_no_bit(base: Base, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    write_adapter(tmp_path / "none", base.plain, base.paths, seed=1)
    file = tmp_path / "none" / "adapter_model.safetensors"
    save_file({name: one * ("lora_A" in name) for name, one in load_file(file).items()}, file)
    for dtype in base.dtypes:
        engine = base.open(dtype)
        plain = logits_of(engine, IDS)
        engine.load_adapter("none", tmp_path / "none")
        assert torch.equal(adapted(engine, "none"), plain)


def test_texts_have_the_same_numbers_in_any_company(base: Base, asking: Any, running: Any, tmp_path: Path) -> None:
    for seed, name in enumerate(("ads", "lessons")):
        write_adapter(tmp_path / name, base.plain, base.paths, seed=seed)
    requests = [
        replace(asking(f"{name} {text}", text, logprobs=1, max_tokens=8), adapter=name)
        for text in TEXTS
        for name in ("ads", None, "lessons")
    ]
    for dtype in base.dtypes:

        def numbers(some: Sequence[Any], dtype: str = dtype, **options: Any) -> dict[Any, Any]:
            engine = base.open(dtype, **options)
            for name in ("ads", "lessons"):
                engine.load_adapter(name, tmp_path / name)
            done = running(engine, some)
            return {key: (one.token_ids, [p.logprob for p in one.logprobs]) for key, one in done.items()}

        alone: dict[Any, Any] = {}
        for request in requests[:6]:
            alone |= numbers([request], prefix_cache=False)
        together = numbers(requests, rows=7)
        assert {key: together[key] for key in alone} == alone
        assert len({tuple(ids) for ids, _ in together.values()}) > len(TEXTS), "the adapters change nothing"
