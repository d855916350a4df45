"""This turns one GGUF file into a folder that loads fast: dense safetensors, tokenizer.json, chat template, configs."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from aigc.engine.checkpoint import FAMILIES
from aigc.engine.cpu.quantised import write_blocks
from aigc.engine.hf.model import quiet
from aigc.errors import ModelError, first_line

MAGIC = b"GGUF"


def write_folder_from_gguf(gguf: Path, folder: Path) -> None:
    """Do as `aigc.engine.convert_gguf` says. Weights become float32: they load without further work on any device."""
    if not gguf.is_file():
        raise ModelError(f"{gguf}: no such file")
    with gguf.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ModelError(f"{gguf}: not a GGUF file")
    try:
        with quiet(), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
            model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
            # The weights are dense now; what remembers that they were quantised would refuse to save them.
            model.hf_quantizer = None
            model.is_quantized = False
            if hasattr(model.config, "quantization_config"):
                del model.config.quantization_config
            folder.mkdir(parents=True, exist_ok=True)
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            _keep_numbers(gguf, folder, model)
    except OSError as error:
        raise ModelError(f"{folder}: cannot be written: {first_line(error)}") from error
    except Exception as error:  # whatever the GGUF readers raise for broken or unknown contents
        raise ModelError(f"{gguf}: transformers cannot read this GGUF file: {first_line(error)}") from error


def _keep_numbers(gguf: Path, folder: Path, model: Any) -> None:
    """Add what our own kernels can multiply by as it stands in the file."""
    config = model.config
    if config.model_type in FAMILIES:
        write_blocks(gguf, folder, model.state_dict(), (config.num_attention_heads, config.num_key_value_heads))
