"""This has transformers read a GGUF and write floats of 16 bits, for what has no kernels."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from aigc.engine.gguf.gguf_file import GgufFile
from aigc.engine.hf.model import quiet
from aigc.errors import ModelError, first_line


def dense_bytes(file: GgufFile) -> int:
    """Count the bytes that the weights will take."""
    return 2 * sum(math.prod(one.shape) for one in file.tensors.values())


def write_dense(file: GgufFile, folder: Path) -> None:
    """Write config and weights: float16, or bfloat16 where the file has any. Raises ModelError."""
    brain = any(one.format == "BF16" for one in file.tensors.values())
    dtype = torch.bfloat16 if brain else torch.float16
    try:
        with quiet(), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            model: Any = AutoModelForCausalLM.from_pretrained(file.path.parent, gguf_file=file.path.name, dtype=dtype)
            # The weights are dense now; what remembers that they were quantised would refuse to save them.
            model.hf_quantizer = None
            model.is_quantized = False
            if hasattr(model.config, "quantization_config"):
                del model.config.quantization_config
            model.save_pretrained(folder)
    except OSError as error:
        raise ModelError(f"{folder}: cannot be written: {first_line(error)}") from error
    except Exception as error:  # whatever the GGUF readers raise for broken or unknown contents
        raise ModelError(f"{file.path}: transformers cannot read this GGUF file: {first_line(error)}") from error
