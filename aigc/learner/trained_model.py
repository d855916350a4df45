"""The model that learns: opened, its adapter laid over it, and written as others read it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from aigc.engine.cpu.library import multiplies_bfloat16
from aigc.engine.device import TORCH_DTYPES
from aigc.engine.hf.model import load_model
from aigc.engine.weight_files import dimensions, read_config
from aigc.errors import ModelError, UsageError
from aigc.learner.learner_options import LearnerOptions
from aigc.learner.tree_attention import set_tree_attention

ADAPTER = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
WEIGHTS = "model.safetensors"
BESIDE_WEIGHTS = ("*.json", "*.jinja", "*.txt", "*.model")  # the tokenizer's and the config's files
LARGE = 500_000_000  # weights, from which on half the memory and a third of the time are worth rounded products
NOT_BESIDE = ("model.json", "model.safetensors.index.json")  # where the base came from, and in what files


def model_to_train(base: Path, options: LearnerOptions, device: torch.device) -> Any:
    """Open a model folder of ours and say which of its weights learn. Raises ModelError.

    The weights that stay as they are become what `options.dtype` says (or 4 bits). What learns is in 32-bit floats.
    """
    adapts = options.method in ("lora", "4bit")
    model = load_model(base, device, _held_in(base, options, device) if adapts else torch.float32)
    set_tree_attention(model)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0 if adapts else options.dropout
    if options.method == "4bit":
        _quantise(model, device)
    return _adapted(model, base.name, options) if adapts else model


def _held_in(base: Path, options: LearnerOptions, device: torch.device) -> torch.dtype:
    """Return the dtype of weights that stay as they are."""
    if options.dtype != "auto":
        return TORCH_DTYPES[options.dtype]
    fast = device.type == "cuda" or multiplies_bfloat16()
    return torch.bfloat16 if fast and (device.type == "cuda" or _weights_in(base) >= LARGE) else torch.float32


def _weights_in(base: Path) -> int:
    """Count a model's weights by its config; 0 where that does not tell."""
    shape = dimensions(read_config(base))
    return shape.parameters if shape is not None else 0


def linear_layers(model: PreTrainedModel) -> Iterator[tuple[str, torch.nn.Module]]:
    """Yield the linear layers below the head, by path."""
    head = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    for path, module in model.named_modules():
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head:
            yield path, module


def save_learnt(model: Any, base: Path, options: LearnerOptions, folder: Path) -> None:
    """Write the adapter as PEFT does, or all weights with the files that a model folder needs beside them."""
    if options.method not in ("lora", "4bit"):
        for pattern in BESIDE_WEIGHTS:
            for file in base.glob(pattern):
                if file.name not in NOT_BESIDE:
                    shutil.copyfile(file, folder / file.name)
        model.save_pretrained(folder, max_shard_size="1TB")
        return
    from peft import get_peft_model_state_dict

    weights = get_peft_model_state_dict(model, save_embedding_layers=False)
    tensors = {name: one.detach().to("cpu").contiguous() for name, one in weights.items()}
    save_file(tensors, folder / ADAPTER, metadata={"format": "pt"})
    config = model.peft_config["default"].to_dict() | {"inference_mode": True}
    text = json.dumps(config, indent=2, sort_keys=True, default=sorted)  # PEFT keeps names of layers as a set
    (folder / ADAPTER_CONFIG).write_text(text, encoding="utf-8")


def load_learnt(model: Any, options: LearnerOptions, folder: Path) -> None:
    """Put the weights of a checkpoint into a model that `model_to_train` has opened."""
    if options.method not in ("lora", "4bit"):
        model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
        model.tie_weights()
        return
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(model, load_file(folder / ADAPTER))


def _adapted(model: PreTrainedModel, name: str, options: LearnerOptions) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise ModelError(
            "an adapter is learnt with the package 'peft', which is not installed", hint="pip install 'aigc[train]'"
        ) from None
    layers = dict(linear_layers(model))
    depth = int(model.config.get_text_config().num_hidden_layers)
    if options.layers > depth:
        raise UsageError(f"layers: {options.layers} are more than the {depth} that the model has")
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=sorted({path.rpartition(".")[2] for path in layers}),
        layers_to_transform=list(range(depth - options.layers, depth)) if options.layers else None,
        fan_in_fan_out=any(isinstance(layer, Conv1D) for layer in layers.values()),
    )
    adapted: Any = get_peft_model(model, config)
    adapted.peft_config["default"].base_model_name_or_path = name
    return adapted


def _quantise(model: PreTrainedModel, device: torch.device) -> None:
    """Hold linear layers in the 4 bits of QLoRA (Dettmers et al. 2023). Raises ModelError."""
    if device.type != "cuda":
        raise ModelError("method '4bit' needs a CUDA device", hint="use 'lora'")
    try:
        import bitsandbytes
    except ImportError:
        raise ModelError("method '4bit' needs the package 'bitsandbytes'", hint="pip install bitsandbytes") from None
    for path, layer in list(linear_layers(model)):
        if isinstance(layer, torch.nn.Linear):
            bias = layer.bias is not None
            small = bitsandbytes.nn.Linear4bit(
                layer.in_features, layer.out_features, bias=bias, compute_dtype=torch.bfloat16, quant_type="nf4"
            )
            small.weight = bitsandbytes.nn.Params4bit(
                layer.weight.detach().cpu(), requires_grad=False, quant_type="nf4"
            )
            if bias:
                small.bias = layer.bias
            model.set_submodule(path, small.to(device))
    model.is_loaded_in_4bit = True  # type: ignore[assignment]  # by which PEFT knows such layers
