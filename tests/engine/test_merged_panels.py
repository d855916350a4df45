"""A base in panels, merged with an adapter, is floats: told first, and never whole numbers again."""

from __future__ import annotations

from pathlib import Path

import pytest

from .gguf_files import write_gguf
from .test_adapters import paths_of, write_adapter
from .test_gguf import as_transformers_reads


@pytest.mark.filterwarnings("default")
def test_whole_numbers_become_floats_of_16_bits_and_that_is_told_first(tmp_path: Path) -> None:
    from aigc.engine import convert_gguf
    from aigc.engine.cpu.kernels import kernels
    from aigc.learner.merging import merge_adapter as merge

    if kernels() is None:
        pytest.skip("no kernels were built here")
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama")
    convert_gguf(gguf, tmp_path / "base")
    plain = as_transformers_reads(gguf)
    write_adapter(tmp_path / "adapter", plain, paths_of(plain, ("q_proj", "down_proj")), seed=1)
    told: list[str] = []

    def tell(sentence: str) -> None:
        assert not (tmp_path / "merged").exists() and not list(tmp_path.glob(".merged*"))
        told.append(sentence)

    merged = merge(tmp_path / "base", tmp_path / "adapter", tmp_path / "merged", tell=tell)
    assert merged.dtype in ("float16", "bfloat16") and merged.far < min(merged.bound, merged.changed / 3)
    (sentence,) = told
    assert "base has whole numbers (" in sentence and "they become floats of 16 bits, " in sentence
    assert not list((tmp_path / "merged").glob("*.aigc"))
    told.clear()
    whole = merge(tmp_path / "base", tmp_path / "adapter", tmp_path / "wide", dtype="float32", tell=told.append)
    assert whole.far < 1e-4 and "floats of 32 bits" in told[0]
