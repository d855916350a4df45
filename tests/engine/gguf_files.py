"""Tiny GGUF files of every family, with random weights in whichever formats a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy

from aigc.engine.cpu.formats import FORMATS, Format

from .panels import SCALES

Array: TypeAlias = numpy.ndarray[Any, Any]

FAMILIES = ("llama", "qwen2", "qwen3", "gemma3")
VOCAB, HIDDEN, WIDE, HEADS, KV_HEADS = 272, 256, 512, 4, 2  # K formats have blocks of 256
DIMS = {"qwen3": 128, "gemma3": 256}  # of a head, where transformers knows no other
DIM = 64
LARGEST = {2: 3, 3: 4, 4: 15, 5: 31, 6: 32, 8: 127}  # numbers by their bits, about
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
KINDS = ("Q4_K", "Q6_K", "Q4_0", "Q8_0", "Q5_K", "BF16", "Q4_1", "Q2_K", "Q5_0", "F16", "Q3_K", "Q5_1", "IQ4_NL", "F32")


def write_gguf(
    path: Path,
    family: str,
    kinds: Callable[[int, str], str] = lambda number, name: KINDS[number % len(KINDS)],
    *,
    layers: int = 2,
    tied: bool = True,
    metadata: Mapping[str, Any] | None = None,
    without: str = "",
    more: Mapping[str, Array] | None = None,
) -> Path:
    """Write a model; `kinds` names the format of the matrix of that number and name, `without` leaves a tensor out."""
    from gguf import GGMLQuantizationType, GGUFWriter

    draw = numpy.random.default_rng(len(family))
    writer = GGUFWriter(path, family)
    _write_metadata(writer, family, layers, dict(metadata or {}))
    number = 0
    for name, shape in _tensors(family, layers, tied):
        if len(shape) == 1:
            middle = 0.0 if name.endswith("bias") else 1.0
            numbers = draw.normal(middle, 0.1, size=shape).astype(numpy.float32)
            if name != without:
                writer.add_tensor(name, numbers)
            continue
        kind = kinds(number, name)
        rows, number = rows_of(draw, kind, *shape), number + 1
        if name != without:
            writer.add_tensor(name, rows, raw_dtype=GGMLQuantizationType[kind])
    for name, numbers in (more or {}).items():
        writer.add_tensor(name, numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def rows_of(draw: numpy.random.Generator, kind: str, columns: int, depth: int) -> Array:
    """Rows as a file has them, (columns, bytes), of numbers about as large as a model's."""
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    if kind in ("F32", "F16", "BF16"):
        numbers = (draw.normal(size=(columns, depth)) / 16).astype(numpy.float32)
        if kind == "BF16":
            return (numbers.view(numpy.uint32) >> 16).astype(numpy.uint16).view(numpy.uint8)
        return numbers.astype(numpy.float16 if kind == "F16" else numpy.float32)
    block, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    rows: Array = draw.integers(256, size=(columns, depth // block, size), dtype=numpy.uint8)
    format = FORMATS.get(kind)
    for place in SCALES.get(kind, (0,)):
        most = LARGEST[format.bits] * (63 if format.codes else 1) if isinstance(format, Format) else 64
        scales = draw.uniform(0.05, 0.15, size=(columns, depth // block)) / most
        rows[..., place : place + 2] = scales.astype(numpy.float16)[..., None].view(numpy.uint8)
    return rows.reshape(columns, -1)


def _write_metadata(writer: Any, family: str, layers: int, more: dict[str, Any]) -> None:
    from aigc.testing.tiny import _byte_alphabet

    writer.add_name("Tiny")
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    dim = DIMS.get(family, DIM)
    writer.add_key_length(dim)
    writer.add_value_length(dim)
    writer.add_rope_dimension_count(dim)
    writer.add_rope_freq_base(5000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    if family == "gemma3":
        writer.add_sliding_window(16)
    tokens = [*_byte_alphabet(), *SPECIAL, "ab"]
    tokens += [f"[PAD{number}]" for number in range(VOCAB - len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(258)
    writer.add_eot_token_id(256)
    writer.add_pad_token_id(256)
    for key, value in more.items():
        if isinstance(value, str):
            writer.add_string(f"{family}.{key}", value)
        elif isinstance(value, float):
            writer.add_float32(f"{family}.{key}", value)
        else:
            writer.add_uint32(f"{family}.{key}", value)


def _tensors(family: str, layers: int, tied: bool) -> list[tuple[str, tuple[int, ...]]]:
    """Names as llama.cpp writes them, in an order of its own."""
    dim = DIMS.get(family, DIM)
    found: list[tuple[str, tuple[int, ...]]] = [] if tied else [("output.weight", (VOCAB, HIDDEN))]
    found += [("token_embd.weight", (VOCAB, HIDDEN))]
    for number in range(layers):
        block: dict[str, tuple[int, ...]] = {
            "attn_norm.weight": (HIDDEN,),
            "ffn_down.weight": (HIDDEN, WIDE),
            "ffn_gate.weight": (WIDE, HIDDEN),
            "ffn_up.weight": (WIDE, HIDDEN),
            "ffn_norm.weight": (HIDDEN,),
            "attn_k.weight": (KV_HEADS * dim, HIDDEN),
            "attn_output.weight": (HIDDEN, HEADS * dim),
            "attn_q.weight": (HEADS * dim, HIDDEN),
            "attn_v.weight": (KV_HEADS * dim, HIDDEN),
        }
        if family == "qwen2":
            block |= {f"attn_{letter}.bias": (block[f"attn_{letter}.weight"][0],) for letter in "qkv"}
        if family in ("qwen3", "gemma3"):
            block |= {"attn_q_norm.weight": (dim,), "attn_k_norm.weight": (dim,)}
        if family == "gemma3":
            block |= {"post_attention_norm.weight": (HIDDEN,), "post_ffw_norm.weight": (HIDDEN,)}
        found += [(f"blk.{number}.{name}", shape) for name, shape in block.items()]
    return [*found, ("output_norm.weight", (HIDDEN,))]
