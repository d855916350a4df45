from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def random_gguf(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("random_gguf")


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """This is a GGUF of a tokenizer of 96 tokens and nothing else."""
    from gguf import GGUFWriter

    writer = GGUFWriter(tmp_path / "tokenizer.gguf", "qwen2")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*(chr(code) for code in range(33, 127)), "ab", "<|end|>"])
    writer.add_token_types([*[1] * 95, 3])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(95)
    writer.add_chat_template("{{ messages }}")
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()
    return tmp_path / "tokenizer.gguf"
