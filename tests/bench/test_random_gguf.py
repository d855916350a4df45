"""A made-up GGUF has the shape, the formats and the tokenizer it was asked to have, and numbers like a model's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

SIZE = {"hidden": 256, "layers": 9, "heads": 4, "kv_heads": 2, "wide": 512, "vocab": 300}


def made(random_gguf: Any, tokenizer: Path, *words: str) -> Any:
    from gguf import GGUFReader

    path = tokenizer.parent / "made.gguf"
    random_gguf.main([str(path), "--tokenizer", str(tokenizer), "--size", json.dumps(SIZE), *words])
    return GGUFReader(path)


def test_numbers_are_as_large_as_a_models_in_every_format(random_gguf: Any) -> None:
    from gguf import GGMLQuantizationType, quants

    from aigc.engine.cpu.formats import FORMATS

    assert {*random_gguf.SCALES, *random_gguf.FLOATS} == set(FORMATS)
    for kind in FORMATS:
        blocks = random_gguf.random_blocks(numpy.random.default_rng(1), kind, 4000)
        numbers = quants.dequantize(blocks.reshape(1, -1), GGMLQuantizationType[kind])
        assert numbers.std() == pytest.approx(0.02, rel=0.1), kind
        assert abs(numbers.mean()) < 0.003, kind
        assert not numpy.array_equal(blocks[0], blocks[1])


def test_a_q4_k_m_has_more_bits_where_llama_cpp_gives_them(random_gguf: Any, tokenizer: Path) -> None:
    kinds = {tensor.name: tensor.tensor_type.name for tensor in made(random_gguf, tokenizer).tensors}
    assert (kinds["output.weight"], kinds["token_embd.weight"], kinds["output_norm.weight"]) == ("Q6_K", "Q4_K", "F32")
    more = [layer for layer in range(9) if kinds[f"blk.{layer}.ffn_down.weight"] == "Q6_K"]
    assert more == [layer for layer in range(9) if kinds[f"blk.{layer}.attn_v.weight"] == "Q6_K"] == [0, 3, 6, 7, 8]
    assert {kinds[f"blk.{layer}.ffn_up.weight"] for layer in range(9)} == {"Q4_K"}


def test_formats_are_taken_in_turn_and_pieces_join(
    random_gguf: Any, tokenizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random_gguf, "PIECE", 100)  # blocks: several pieces for each matrix, the last one short
    read = made(random_gguf, tokenizer, "--formats", "Q5_0,Q3_K,BF16")
    matrices = [tensor for tensor in read.tensors if len(tensor.shape) == 2]
    assert [tensor.tensor_type.name for tensor in matrices][:6] == ["Q5_0", "Q3_K", "BF16"] * 2
    for tensor in matrices:
        assert tensor.data.any(axis=1).all()  # no row was left out
    with pytest.raises(AssertionError, match="no format is named Q5_9"):
        made(random_gguf, tokenizer, "--formats", "Q5_9")


def test_the_tokenizer_is_the_other_files_with_names_for_what_it_lacks(random_gguf: Any, tokenizer: Path) -> None:
    fields = made(random_gguf, tokenizer).fields
    tokens, types = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type"))
    assert (len(tokens), len(types)) == (300, 300)
    assert tokens[94:97] == ["ab", "<|end|>", "[PAD96]"] and types[94:97] == [1, 3, 5]
    assert fields["tokenizer.chat_template"].contents() == "{{ messages }}"
    assert fields["tokenizer.ggml.eos_token_id"].contents() == 95
    assert fields["qwen2.embedding_length"].contents() == 256
