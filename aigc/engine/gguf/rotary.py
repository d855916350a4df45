"""This says how a GGUF's positions are turned, in the words of transformers' config.

Llama 3 stretches slow turns only. A GGUF has the factor of every turn in a tensor, transformers' config the few numbers
that these come from. They are found again: a turn that neither stays nor is stretched in full gives, by its factor, how
far it lies between the two, which is a straight line over how often it turns in the context of the training.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from aigc.engine.checkpoint import Rotary
from aigc.engine.gguf.gguf_file import GgufFile
from aigc.engine.tensor_files import read_bytes
from aigc.errors import ModelError

STRETCHED = "rope_freqs.weight"  # the tensor of these factors
THETA = 10_000.0  # where the metadata does not say; of Gemma 3's sliding layers too
PRECISION = 1e-4  # of a factor
USUAL = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}  # Llama 3.1's


def rope_parameters(file: GgufFile, dim: int) -> dict[str, Any]:
    """Return transformers' `rope_parameters`. Raises ModelError where the file says it in a way not known here."""
    theta = file.number("rope.freq_base", 1_000_000.0 if file.architecture == "gemma3" else THETA, above=1)
    scaling = file.text("rope.scaling.type", "linear" if file.get("rope.scale_linear") else "none")
    rope: dict[str, Any] = {"rope_theta": theta, "rope_type": "default"}
    if STRETCHED in file.tensors:
        rope |= _llama3(file, theta, dim)
    elif scaling != "none":
        factor = file.number("rope.scaling.factor", file.get("rope.scale_linear", 1)) or 1.0  # 0 is none
        rope |= {"rope_type": scaling, "factor": factor}
        if original := file.integer("rope.scaling.original_context_length", 0, least=0):
            rope["original_max_position_embeddings"] = original
    if file.architecture == "gemma3":
        local = file.number("rope.freq_base_swa", THETA, above=1)
        return {"full_attention": rope, "sliding_attention": {"rope_theta": local, "rope_type": "default"}}
    return rope


def _llama3(file: GgufFile, theta: float, dim: int) -> dict[str, Any]:
    tensor = file.tensors[STRETCHED]
    if tensor.format != "F32" or tensor.shape != (dim // 2,):
        written = f"{tensor.format} {tensor.shape}"
        raise ModelError(f"{file.path}: {STRETCHED}: it is {written}, and should be F32 {(dim // 2,)}")
    with file.path.open("rb") as opened:
        factors = read_bytes(opened, tensor.begin, tensor.nbytes).view(torch.float32)
    plain = 1.0 / (theta ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
    if factors.isfinite().all() and factors.min() > 0:
        for guess in (USUAL, _line(factors, plain)):
            found = {"rope_type": "llama3", "factor": float(factors.max()), **guess}
            turned = Rotary.model_validate({"rope_theta": theta, **found}).frequencies(dim)
            if torch.allclose(plain / turned, factors, rtol=PRECISION):
                return found
    raise ModelError(f"{file.path}: {STRETCHED}: positions are stretched in a way that is not known here")


def _line(factors: torch.Tensor, plain: torch.Tensor) -> dict[str, Any]:
    """Return what Llama 3's rule must have been; its numbers are known but for one that they all share."""
    least = 1 / float(factors.max())
    between = [
        (float(turn) / (2 * math.pi), (1 / float(factor) - least) / (1 - least))
        for turn, factor in zip(plain, factors, strict=True)
        if 1.001 < factor < factors.max() * 0.999
    ]
    if len(between) < 2:
        return USUAL
    (x, y), (u, v) = between[0], between[-1]
    if x == u:
        return USUAL
    slope = (y - v) / (x - u)
    start = y - slope * x
    if start >= 0 or slope <= 0:
        return USUAL
    high = 1 - 1 / start  # by low = 1
    original = round(slope * (high - 1))
    return {"low_freq_factor": 1.0, "high_freq_factor": high, "original_max_position_embeddings": max(1, original)}
