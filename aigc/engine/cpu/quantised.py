"""This keeps a GGUF's whole numbers beside the floats that they stand for: `blocks.aigc` in a model's folder.

GGUF (ggml-org/ggml, docs/gguf.md) writes a weight as blocks of 32 inputs: whole numbers of 4 or 8 bits, a scale and
maybe an offset. The kernels multiply by them as they are (multiply.c says how they lie), which gives the same products,
to the bit, from a seventh or a quarter of the memory. Kept is only what equals the floats in every single number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy
import torch
from safetensors.torch import save_file

from aigc.engine.cpu.kernels import PANEL

Array: TypeAlias = numpy.ndarray[Any, Any]

BLOCKS = "blocks.aigc"  # tensors too, but by a name that no other reader of the folder takes for weights
BLOCK = 32  # inputs
SCALES = 4 * PANEL  # bytes: a scale and an offset, float16, for every column
BITS = {"Q4_0": 4, "Q4_1": 4, "Q8_0": 8}  # by the GGUF's name of a type
LAYER = {  # a GGUF's names and transformers', of Llama, Qwen2 and Qwen3
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def bits_of(numbers: torch.Tensor, depth: int) -> int:
    """Return how many bits a whole number has, from a weight's (panels, bytes)."""
    return (numbers.shape[1] * BLOCK // depth - SCALES) * 8 // (BLOCK * PANEL)


def write_blocks(gguf: Path, folder: Path, weights: Mapping[str, torch.Tensor], heads: tuple[int, int]) -> None:
    """Write what can be kept of `gguf`. `weights` are the floats by transformers' names, all in memory; `heads`
    counts heads of queries, and of keys."""
    from gguf import GGUFReader

    kept = {}
    for tensor in GGUFReader(gguf).tensors:
        name, bits = _name(tensor.name), BITS.get(tensor.tensor_type.name)
        if not bits or name not in weights or weights[name].shape[0] % PANEL or weights[name].shape[1] % BLOCK:
            continue
        blocks = numpy.asarray(tensor.data).reshape(weights[name].shape[0], weights[name].shape[1] // BLOCK, -1)
        read = _read(blocks, tensor.tensor_type.name)
        expected = weights[name].detach().float().numpy()
        for order in _orders(name, len(blocks), heads):
            scale, offset, numbers = (part[order] for part in read)
            widened = scale[..., None].astype(numpy.float32) * numbers + offset[..., None].astype(numpy.float32)
            if numpy.array_equal(widened.reshape(expected.shape), expected):
                kept[name] = torch.from_numpy(_panels(scale, offset, numbers, bits))
                break
    if kept:
        save_file(kept, folder / BLOCKS, metadata={"format": "pt"})


def _name(name: str) -> str:
    match name.split("."):
        case ["token_embd", "weight"]:
            return "model.embed_tokens.weight"
        case ["output", "weight"]:
            return "lm_head.weight"
        case ["blk", number, kind, "weight"] if kind in LAYER:
            return f"model.layers.{number}.{LAYER[kind]}.weight"
    return ""


def _orders(name: str, columns: int, heads: tuple[int, int]) -> Iterator[Array]:
    """Yield the ways in which a GGUF may order the outputs: as transformers, or, where they are rotated, with the two
    halves of a head interleaved."""
    plain = numpy.arange(columns)
    yield plain
    for kind, count in zip(("q_proj", "k_proj"), heads, strict=True):
        if kind in name:
            yield plain.reshape(count, -1, 2).swapaxes(1, 2).reshape(-1)


def _read(blocks: Array, kind: str) -> tuple[Array, Array, Array]:
    """Read scales and offsets, (columns, blocks), and numbers, (columns, blocks, 32), from a GGUF's bytes."""
    scale: Array = blocks[..., :2].copy().view(numpy.float16)[..., 0]
    if kind == "Q8_0":
        return scale, numpy.zeros_like(scale), blocks[..., 2:].view(numpy.int8)
    at = 4 if kind == "Q4_1" else 2
    offset: Array = blocks[..., 2:4].copy().view(numpy.float16)[..., 0] if kind == "Q4_1" else numpy.float16(-8) * scale
    return scale, offset, numpy.concatenate([blocks[..., at:] & 15, blocks[..., at:] >> 4], axis=-1)


def _panels(scale: Array, offset: Array, numbers: Array, bits: int) -> Array:
    """Lay out a weight as multiply.c reads it, (panels, bytes)."""
    columns, count = scale.shape
    panels = columns // PANEL
    scales = [part.reshape(panels, PANEL, count).swapaxes(1, 2) for part in (scale, offset)]
    each: Array = numbers.reshape(panels, PANEL, count, BLOCK).transpose(
        0, 2, 3, 1
    )  # (panels, blocks, inputs, columns)
    if bits == 4:
        each = each[..., : PANEL // 2] | each[..., PANEL // 2 :] << 4
    parts = [numpy.ascontiguousarray(part).view(numpy.uint8).reshape(panels, count, -1) for part in (*scales, each)]
    return numpy.concatenate(parts, axis=-1).reshape(panels, -1)
