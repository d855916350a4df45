"""A plain reader of panels, and random weights in every format: what the kernels' layout is held against."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy

from aigc.engine.cpu.formats import PANEL, Format

Array: TypeAlias = numpy.ndarray[Any, Any]

ZEROS = {"Q4_0": 8, "Q5_0": 16, "Q8_0": 128, "Q3_K": 4, "Q6_K": 32}  # the number that stands for 0
SIGNED = ("Q3_K", "Q6_K")  # codes
NAMED = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)  # by IQ4_NL's numbers
SCALES = {  # where a block has its float16s
    **dict.fromkeys(("Q4_0", "Q5_0", "Q8_0", "IQ4_NL"), (0,)),
    **dict.fromkeys(("Q4_1", "Q5_1", "Q4_K", "Q5_K"), (0, 2)),
    "Q2_K": (80, 82),
    "Q3_K": (108,),
    "Q6_K": (208,),
}


def random_rows(draw: numpy.random.Generator, format: Format, columns: int, depth: int) -> Array:
    """Rows as a GGUF has them, (columns, bytes): any bytes, but finite numbers, of every size."""
    blocks: Array = draw.integers(256, size=(columns, depth // format.block, format.file_bytes), dtype=numpy.uint8)
    if not format.whole:
        kind = {"F32": numpy.uint32, "F16": numpy.uint16, "BF16": numpy.uint16}[format.name]
        numbers, infinite = blocks.view(kind), {"F32": 0x7F80_0000, "F16": 0x7C00, "BF16": 0x7F80}[format.name]
        numbers[(numbers & infinite) == infinite] = 0
        return blocks.reshape(columns, -1)
    for place in SCALES[format.name]:
        scales = draw.normal(size=blocks.shape[:2]) * 10.0 ** draw.integers(-8, 4, size=blocks.shape[:2])
        blocks[..., place : place + 2] = scales.astype(numpy.float16)[..., None].view(numpy.uint8)
    return blocks.reshape(columns, -1)


def dequantised(format: Format, rows: Array) -> Array:
    """The numbers that rows of a GGUF stand for, (columns, depth)."""
    from gguf import GGMLQuantizationType, quants

    return quants.dequantize(rows, GGMLQuantizationType[format.name])


def read_panels(format: Format, panels: Array, depth: int) -> Array:
    """The numbers that panels (panels, bytes) stand for, (16 * panels, depth), float32."""
    if not format.whole:
        words = panels.reshape(len(panels), -1, PANEL, 4)
        if format.name == "F32":
            wide = words.copy().view(numpy.float32)
        elif format.name == "F16":
            wide = words.copy().view(numpy.float16).astype(numpy.float32)
        else:
            wide = (words.copy().view(numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)
        return wide.swapaxes(1, 2).reshape(len(panels) * PANEL, depth)
    blocks = panels.reshape(len(panels), depth // format.block, format.block_bytes)
    return numpy.concatenate([_block(format, blocks[:, b]) for b in range(blocks.shape[1])], axis=2).reshape(-1, depth)


def _block(format: Format, blocks: Array) -> Array:
    """One block of every panel, (panels, 16, inputs)."""
    count, groups = len(blocks), format.block // format.group
    floats = blocks[:, : 2 * PANEL * (1 + format.minimums)].copy().view(numpy.float16).astype(numpy.float32)
    at, scale = 2 * PANEL * (1 + format.minimums), floats[:, None, :PANEL]
    if format.codes:
        size = groups * format.codes * PANEL
        codes = blocks[:, at : at + size].reshape(count, -1, PANEL)
        at += size
        of_scales, of_minimums = codes[:, :: format.codes], codes[:, 1::2]
        if format.name == "Q2_K":
            of_scales, of_minimums = codes & 15, codes >> 4
        scale = scale * (of_scales.view(numpy.int8) if format.name in SIGNED else of_scales).astype(numpy.float32)
    if format.minimums:
        offset = floats[:, None, PANEL:]
        if format.codes:
            offset = -offset * of_minimums.astype(numpy.float32)
    else:
        offset = scale * numpy.float32(-ZEROS.get(format.name, 0))
    numbers = _numbers(format.bits, blocks[:, at:], format.block).astype(numpy.float32)
    if format.name == "IQ4_NL":
        numbers = numpy.array(NAMED, dtype=numpy.float32)[numbers.astype(int)]
    each = [numpy.repeat(part.swapaxes(1, 2), format.group, axis=2) for part in (scale, offset)]
    return each[0] * numbers + each[1]


def _numbers(bits: int, planes: Array, block: int) -> Array:
    """Whole numbers of a block, (panels, 16, inputs), put together of their planes."""
    found = numpy.zeros((len(planes), PANEL, block), dtype=numpy.uint8)
    at = 0
    for octet in range(0, block, 32):
        done = 0
        for wide in (8, 4, 2, 1):
            if not bits & wide:
                continue
            size = 32 * PANEL * wide // 8
            lines = planes[:, at : at + size].reshape(len(planes), -1, 64)
            for quad in range(8):
                line, place = divmod(quad, 8 // wide)
                part = lines[:, line] >> place * wide & (1 << wide) - 1
                first = octet + 4 * quad
                found[:, :, first : first + 4] |= (part << done).reshape(len(planes), PANEL, 4)
            at, done = at + size, done + wide
    return found
