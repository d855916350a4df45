"""What an adapter's files say is held against the model's config: before a model is loaded, and without torch."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from aigc.engine.adapter_files import check_adapter, read_outline
from aigc.engine.weight_files import layer_shapes, read_config
from aigc.errors import ModelError

from .conftest import FAMILIES
from .test_adapters import Q, open_model, paths_of, write_adapter

TinyFolder = Callable[..., Path]


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_layers_of_a_family_are_those_of_its_model(kind: str, tiny_folder: TinyFolder) -> None:
    import torch
    from transformers.pytorch_utils import Conv1D

    model = open_model(tiny_folder(kind))
    found = {
        path: (one.nf, one.nx) if isinstance(one, Conv1D) else (one.out_features, one.in_features)
        for path, one in model.named_modules()
        if isinstance(one, torch.nn.Linear | Conv1D) and path != "lm_head"
    }
    assert layer_shapes(read_config(tiny_folder(kind))) == found


def test_of_other_families_no_layers_are_known() -> None:
    config = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": 9}
    assert layer_shapes({**config, "model_type": "bloom"}) is None
    assert layer_shapes({"model_type": "gemma3", "text_config": {**config, "model_type": "gemma3_text"}}) is None
    assert layer_shapes({"model_type": "llama"}) is None
    assert layer_shapes({**config, "model_type": "llama"})


def test_an_adapter_is_held_against_the_models_config(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    llama, gpt2 = (open_model(tiny_folder(kind)) for kind in ("llama", "gpt2"))
    configs = {kind: read_config(tiny_folder(kind)) for kind in ("llama", "gpt2", "qwen2")}
    write_adapter(tmp_path / "a", llama, paths_of(llama, ("q_proj", "down_proj")), seed=0, base_model_name_or_path="me")
    h0 = "transformer.h.0.attn.c_attn"
    write_adapter(tmp_path / "g", gpt2, [h0], seed=0)
    check_adapter(tmp_path / "a", configs["llama"])
    check_adapter(tmp_path / "a")
    check_adapter(tmp_path / "g", configs["gpt2"])

    def refused(name: str, kind: str, model: str = "") -> str:
        with pytest.raises(ModelError) as caught:
            check_adapter(tmp_path / name, configs[kind], model)
        return str(caught.value).removeprefix(f"{tmp_path / name}: ")

    assert refused("g", "llama") == f"the model has no layer {h0!r}"
    wrong = f"{Q!r} is (64, 32) in the adapter, but (32, 32) in the model 'qwen'; it was trained on 'me'"
    assert refused("a", "qwen2", "qwen") == wrong
    short = {**configs["llama"], "num_hidden_layers": 1}
    with pytest.raises(ModelError, match=r"the model has no layer 'model.layers.1\..*; it was trained on 'me'"):
        check_adapter(tmp_path / "a", short)


def test_heads_and_embeddings_are_refused_whatever_the_model(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "head", model, ["lm_head"], seed=0)
    with pytest.raises(ModelError, match="'lm_head' is no linear layer below the head"):
        check_adapter(tmp_path / "head")


def test_damage_is_one_sentence(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", model, [Q], seed=0)
    file = tmp_path / "a" / "adapter_model.safetensors"
    whole = file.read_bytes()
    for length in (0, 7, 100, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(ModelError) as caught:
            check_adapter(tmp_path / "a")
        assert str(caught.value).startswith(f"{file}: the weights cannot be loaded: ")
        assert "\n" not in str(caught.value)
    file.write_bytes(whole)
    save_file({name: one.int() for name, one in load_file(file).items()}, file)
    with pytest.raises(ModelError, match="is of I32, and an adapter has floats"):
        check_adapter(tmp_path / "a")


def test_scales_and_ranks_are_read_without_torch(tmp_path: Path, tiny_folder: TinyFolder) -> None:
    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", model, [Q], seed=0, ranks={Q: 9}, rank_pattern={"q_proj": 9}, lora_alpha=18)
    shape = read_outline(tmp_path / "a").layers[Q]
    assert (shape.rank, shape.scale, shape.inputs, shape.outputs) == (9, 2, 32, 64)
    config = json.dumps(dict(read_config(tiny_folder("llama"))))
    code = f"""if True:
        import json, pathlib, sys
        from aigc.engine import Gpt
        Gpt().check_adapter(pathlib.Path({str(tmp_path / "a")!r}), json.loads({config!r}), "tiny")
        print("torch" in sys.modules)
    """
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_no_pattern_takes_for_ever(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    model, began = open_model(tiny_folder("llama")), time.monotonic()
    for number, pattern in enumerate(("(.*)*(.*)*(.*)*(.*)*z", "(((.+)+)+)+z", "(.|.)*(a|aa|.)*z")):
        folder = tmp_path / str(number)
        write_adapter(folder, model, [Q], seed=0, ranks={Q: 4}, rank_pattern={pattern: 5})
        with suppress(ModelError):
            check_adapter(folder, read_config(tiny_folder("llama")), "tiny")
    assert time.monotonic() - began < 20


def test_a_scale_that_is_no_number_is_refused(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    write_adapter(tmp_path / "a", open_model(tiny_folder("llama")), [Q], seed=0, ranks={Q: 4}, lora_alpha=float("nan"))
    with pytest.raises(ModelError, match="lora_alpha"):
        check_adapter(tmp_path / "a", read_config(tiny_folder("llama")), "tiny")
