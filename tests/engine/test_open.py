from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.errors import ModelError, UsageError


def test_importing_the_room_imports_no_torch() -> None:
    code = "import sys, aigc.engine; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("collects", [True, False])
def test_no_garbage_is_looked_for_while_a_model_opens(
    collects: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr("aigc.engine.engine.open_model_folder", lambda *given: seen.append(gc.isenabled()))
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        open_engine(tmp_path / "nowhere")
        assert (seen, gc.isenabled()) == ([False], collects)
    finally:
        (gc.enable if before else gc.disable)()


def test_opening_prints_nothing(tiny_folder: Callable[..., Path], capfd: pytest.CaptureFixture[str]) -> None:
    open_engine(tiny_folder("llama"), EngineOptions(device="cpu")).close()
    assert capfd.readouterr() == ("", "")


def edited(source: Path, target: Path, **changes: object) -> Path:
    shutil.copytree(source, target)
    config = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, **changes}))
    return target


@pytest.mark.parametrize(
    "changes",
    [
        {"num_hidden_layers": "x"},
        {"hidden_size": None},
        {"architectures": 3},
        {"rope_parameters": [1]},
        {"num_hidden_layers": 0},
    ],
)
def test_a_config_that_transformers_refuses_is_named(
    changes: dict[str, Any], tiny_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = edited(tiny_folder("mistral"), tmp_path / "odd", **changes)
    with pytest.raises(ModelError) as caught:
        open_engine(folder, EngineOptions(device="cpu"))
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"num_hidden_layers": 3}, "its files have no model.layers.2.input_layernorm.weight and 8 more, which"),
        ({"intermediate_size": 8}, "its files have model.layers.0.mlp.down_proj.weight as (32, 64), config.json asks"),
    ],
)
def test_weights_that_the_config_asks_for_are_not_made_up(
    changes: dict[str, Any], told: str, tiny_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = edited(tiny_folder("llama"), tmp_path / "odd", **changes)
    with pytest.raises(ModelError) as caught:
        open_engine(folder, EngineOptions(device="cpu"))
    assert told in str(caught.value)


def test_folders_that_cannot_write(tiny_folder: Callable[..., Path], tmp_path: Path) -> None:
    tiny = tiny_folder("llama")
    bert = edited(tiny, tmp_path / "bert", model_type="bert", architectures=["BertForMaskedLM"])
    bloom = edited(tiny, tmp_path / "odd", model_type="oddity", architectures=["OddForCausalLM"])
    bare = edited(tiny, tmp_path / "bare")
    (bare / "model.safetensors").unlink()
    mute = edited(tiny, tmp_path / "mute")
    (mute / "tokenizer.json").write_text("{")
    torn = edited(tiny, tmp_path / "torn")
    (torn / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes()[:5000])
    (tmp_path / "empty").mkdir()
    for folder, message in [
        (tmp_path / "empty", "no model here"),
        (bert, "BertForMaskedLM is not a causal language model"),
        (bloom, "no causal language model of type 'oddity'"),
        (bare, "no weights here"),
        (mute, "no usable tokenizer"),
        (torn, "the model cannot be loaded"),
    ]:
        with pytest.raises(ModelError) as caught:
            open_engine(folder, EngineOptions(device="cpu"))
        assert message in str(caught.value) and "\n" not in str(caught.value)


def test_families_without_the_interface_are_refused() -> None:
    import torch
    from transformers import BloomConfig, BloomForCausalLM, Lfm2Config, Lfm2ForCausalLM

    from aigc.engine.hf.model import network_of

    bloom = BloomForCausalLM(BloomConfig(vocab_size=64, hidden_size=16, n_layer=1, n_head=2))
    with pytest.raises(ModelError, match="'bloom' have no attention interface"):
        network_of(bloom)
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 1}
    config = Lfm2Config(vocab_size=64, num_hidden_layers=2, layer_types=["conv", "full_attention"], **shape)
    with torch.device("cpu"), pytest.raises(ModelError, match="layers of kind 'conv'"):
        network_of(Lfm2ForCausalLM(config))


def test_an_unknown_family_must_prove_itself(tiny_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine.hf import attention

    monkeypatch.setattr("aigc.engine.hf.model.PROVEN", frozenset())
    open_engine(tiny_folder("gpt2"), EngineOptions(device="cpu")).close()
    true = attention._attend_shared

    def wrong(*given: Any) -> tuple[torch.Tensor, torch.Tensor]:
        out, lse = true(*given)
        return out, lse + 5

    monkeypatch.setattr(attention, "_attend_shared", wrong)
    with pytest.raises(ModelError, match="'gpt2' come out wrong"):
        open_engine(tiny_folder("gpt2"), EngineOptions(device="cpu"))


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "cuda:x"])
def test_devices_that_are_not_there(device: str, tiny_folder: Callable[..., Path]) -> None:
    with pytest.raises((ModelError, UsageError), match=f"engine.device: '{device}'"):
        open_engine(tiny_folder("llama"), EngineOptions(device=device))


def test_files_that_are_no_gguf(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    (tmp_path / "torn.gguf").write_bytes(b"GGUF\x03\x00\x00\x00" + bytes(40))
    for name, message in [
        ("none.gguf", "no such file"),
        ("text.gguf", "not a GGUF file"),
        ("torn.gguf", "cannot read"),
    ]:
        with pytest.raises(ModelError, match=message):
            convert_gguf(tmp_path / name, tmp_path / "out")
