"""Make a GGUF of any size with random weights: what opens and writes like a model that is too large to ship.

    python tests/bench/random_gguf.py 7b.gguf --tokenizer file.gguf                      # Qwen2 7B's shape, Q4_K_M
    python tests/bench/random_gguf.py small.gguf --tokenizer file.gguf --formats Q4_0,Q6_K,F16 \\
        --size '{"hidden": 256, "layers": 2, "heads": 4, "kv_heads": 2, "wide": 512, "vocab": 152064}'

The tokenizer and the chat template are those of another GGUF; where the model has more tokens than it, they are called
[PAD…]. `--formats` is Q4_K_M, which is a mixture by llama.cpp's rule, or formats that matrices take in turn. Blocks are
random bytes behind scales that make the numbers as large as a trained model's and zero in the middle, so that a forward
neither overflows nor dies away. Little is in memory at a time, however large the file.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES

Formats = Callable[[str, int, int], str]  # of a matrix: its kind, its layer, its number

SPREAD = 0.02  # standard deviation of a weight
PIECE = 1 << 16  # blocks that are made at a time
NAMED = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)  # by IQ4_NL's numbers


@dataclass(frozen=True, kw_only=True)
class GgufShape:
    """This is a Qwen2's size; as it stands, Qwen2 7B's."""

    hidden: int = 3584
    layers: int = 28
    heads: int = 28
    kv_heads: int = 4
    wide: int = 18_944
    vocab: int = 152_064
    tied: bool = False


@dataclass(frozen=True)
class Scales:
    """This is where a format keeps its float16s and how large its numbers are without them.

    `middle` is the number that should come out as zero, where a minimum says so.
    """

    at: int
    deviation: float
    minimum_at: int | None = None
    middle: float = 0.0


def deviation_of(numbers: Sequence[float]) -> float:
    return math.sqrt(sum(number**2 for number in numbers) / len(numbers))


def levels(bits: int) -> list[float]:
    """This is all numbers of so many bits, about their middle."""
    return [number - (2**bits - 1) / 2 for number in range(2**bits)]


CODES = deviation_of(range(64))  # of 6 bits, without a sign
SCALES = {
    "Q4_0": Scales(0, deviation_of(levels(4))),
    "Q4_1": Scales(0, deviation_of(levels(4)), 2, -7.5),  # its minimum is added
    "Q5_0": Scales(0, deviation_of(levels(5))),
    "Q5_1": Scales(0, deviation_of(levels(5)), 2, -15.5),
    "Q8_0": Scales(0, deviation_of(levels(8))),
    "IQ4_NL": Scales(0, deviation_of(NAMED)),
    "Q2_K": Scales(80, deviation_of(levels(2)) * deviation_of(range(16)), 82, 1.5),
    "Q3_K": Scales(108, deviation_of(levels(3)) * deviation_of(levels(6))),
    "Q4_K": Scales(0, deviation_of(levels(4)) * CODES, 2, 7.5),
    "Q5_K": Scales(0, deviation_of(levels(5)) * CODES, 2, 15.5),
    "Q6_K": Scales(208, deviation_of(levels(6)) * deviation_of(levels(8))),
}
FLOATS = ("F32", "F16", "BF16")


def random_blocks(draw: numpy.random.Generator, kind: str, count: int) -> numpy.ndarray[Any, Any]:
    """This is so many blocks of a format, (count, bytes)."""
    block, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    if kind in FLOATS:
        numbers = draw.normal(0.0, SPREAD, size=(count, block)).astype(numpy.float32)
        if kind == "BF16":
            return (numbers.view(numpy.uint32) >> 16).astype(numpy.uint16).view(numpy.uint8)
        return numbers.astype(numpy.float16 if kind == "F16" else numpy.float32).view(numpy.uint8)
    scales = SCALES[kind]
    blocks = draw.integers(0, 256, size=(count, size), dtype=numpy.uint8)
    if kind in ("Q4_K", "Q5_K"):  # a group's minimum has the code of its scale: so a random number's middle is zero
        blocks[:, 8:12] = blocks[:, 4:8]
        low = blocks[:, 12:16] & 15
        blocks[:, 12:16] = low | low << 4
    if kind == "Q2_K":
        low = blocks[:, :16] & 15
        blocks[:, :16] = low | low << 4
    scale = draw.uniform(0.5, 1.5, size=(count, 1)) * SPREAD / scales.deviation
    blocks[:, scales.at : scales.at + 2] = scale.astype(numpy.float16).view(numpy.uint8)
    if scales.minimum_at is not None:
        minimum = (scale * scales.middle).astype(numpy.float16)
        blocks[:, scales.minimum_at : scales.minimum_at + 2] = minimum.view(numpy.uint8)
    return blocks


class RandomMatrix:
    """This is what the writer takes for an array: it makes its bytes when it is written."""

    def __init__(self, draw: numpy.random.Generator, kind: str, columns: int, depth: int) -> None:
        block, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
        assert depth % block == 0, f"{kind} has blocks of {block}, and {depth} inputs do not fill them"
        self.draw, self.kind, self.count = draw, kind, columns * depth // block
        self.nbytes = self.count * size

    def tofile(self, file: IO[bytes]) -> None:
        for begin in range(0, self.count, PIECE):
            file.write(random_blocks(self.draw, self.kind, min(PIECE, self.count - begin)).tobytes())


def q4_k_m(kind: str, layer: int, number: int, layers: int) -> str:
    """This is llama.cpp's mixture: more bits for the output and, in half of the layers, for `attn_v` and `ffn_down`."""
    first = layers // 8
    more = layer < first or layer >= 7 * layers // 8 or (layer - first) % 3 == 2
    return "Q6_K" if kind == "output" or (kind in ("attn_v", "ffn_down") and more) else "Q4_K"


def formats_of(words: str, layers: int) -> Formats:
    """This reads `--formats`."""
    if words == "Q4_K_M":
        return lambda kind, layer, number: q4_k_m(kind, layer, number, layers)
    kinds = words.split(",")
    unknown = [kind for kind in kinds if kind not in SCALES and kind not in FLOATS]
    assert not unknown, f"no format is named {unknown[0]}"
    return lambda kind, layer, number: kinds[number % len(kinds)]


def tensors_of(shape: GgufShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """This is the names of a Qwen2's tensors, (columns, depth) or (numbers,), in a file's order."""
    dim = shape.hidden // shape.heads
    keys = shape.kv_heads * dim
    if not shape.tied:
        yield "output.weight", (shape.vocab, shape.hidden)
    yield "token_embd.weight", (shape.vocab, shape.hidden)
    for layer in range(shape.layers):
        for name, size in (
            ("attn_norm.weight", (shape.hidden,)),
            ("ffn_down.weight", (shape.hidden, shape.wide)),
            ("ffn_gate.weight", (shape.wide, shape.hidden)),
            ("ffn_up.weight", (shape.wide, shape.hidden)),
            ("ffn_norm.weight", (shape.hidden,)),
            ("attn_k.bias", (keys,)),
            ("attn_k.weight", (keys, shape.hidden)),
            ("attn_output.weight", (shape.hidden, shape.hidden)),
            ("attn_q.bias", (shape.hidden,)),
            ("attn_q.weight", (shape.hidden, shape.hidden)),
            ("attn_v.bias", (keys,)),
            ("attn_v.weight", (keys, shape.hidden)),
        ):
            yield f"blk.{layer}.{name}", size
    yield "output_norm.weight", (shape.hidden,)


def write_metadata(writer: GGUFWriter, shape: GgufShape, tokenizer: Path) -> None:
    writer.add_name("random")
    writer.add_block_count(shape.layers)
    writer.add_context_length(32_768)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.wide)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    for name, field in GGUFReader(tokenizer).fields.items():
        if not name.startswith("tokenizer."):
            continue
        value = field.contents()
        if name == "tokenizer.ggml.tokens":
            value = [*value, *(f"[PAD{number}]" for number in range(len(value), shape.vocab))][: shape.vocab]
        elif name in ("tokenizer.ggml.token_type", "tokenizer.ggml.scores"):
            value = [*value, *[5 if name.endswith("type") else 0.0] * (shape.vocab - len(value))][: shape.vocab]
        within = field.types[1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(name, value, field.types[0], within)


def write_random_gguf(path: Path, tokenizer: Path, shape: GgufShape, formats: Formats, seed: int = 0) -> None:
    draw = numpy.random.default_rng(seed)
    writer = GGUFWriter(path, "qwen2")
    write_metadata(writer, shape, tokenizer)
    waiting: list[Any] = []
    matrices = 0
    for name, size in tensors_of(shape):
        kind = "F32"
        if len(size) == 1:
            middle = 0.0 if name.endswith("bias") else 1.0
            waiting.append(draw.normal(middle, 0.05, size=size).astype(numpy.float32))
        else:
            parts = name.split(".")
            kind = formats(parts[-2], int(parts[1]) if parts[0] == "blk" else 0, matrices)
            matrices += 1
            waiting.append(RandomMatrix(draw, kind, *size))
        type_ = GGMLQuantizationType[kind]
        writer.add_tensor_info(name, size, numpy.dtype(numpy.float32), waiting[-1].nbytes, raw_dtype=type_)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for one in waiting:
        writer.write_tensor_data(one)
    writer.close()


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True, help="a GGUF that has one")
    parser.add_argument("--size", type=json.loads, default={}, help="what to change of the shape, as JSON")
    parser.add_argument("--formats", default="Q4_K_M")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    shape = GgufShape(**given.size)
    write_random_gguf(given.path, given.tokenizer, shape, formats_of(given.formats, shape.layers), given.seed)


if __name__ == "__main__":
    main()
