"""This says plainly what panels stand for, in torch: for machines without the kernels, and for tests of these.

`formats.h` has the layout. Several times slower than the kernels, and to the bit the same.
"""

from __future__ import annotations

import torch

from aigc.engine.cpu.formats import PANEL, Format
from aigc.engine.cpu.kernels import Kernels, Panels

OCTET = 32  # inputs whose planes lie together
SOME = 4 << 20  # numbers widened at once
ZEROS = {"Q4_0": 8, "Q5_0": 16, "Q8_0": 128, "Q3_K": 4, "Q6_K": 32}  # the numbers that stand for 0
SIGNED = ("Q3_K", "Q6_K")  # whose codes have a sign
TABLE = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)  # what IQ4_NL's numbers name


def flat(panels: Panels, native: Kernels | None) -> torch.Tensor:
    """Return a weight as 32-bit floats, (columns, depth), by the kernels where there are any."""
    out = torch.empty(panels.columns, panels.depth)
    step = max(1, SOME // (panels.depth * PANEL)) * PANEL
    for begin in range(0, panels.columns, step):
        end = min(begin + step, panels.columns)
        part = panels.part(begin, end)
        wide = widened(part) if native is None else native.widen(part).numbers.view(torch.float32)
        out[begin:end] = wide.view(-1, panels.depth, PANEL).transpose(1, 2).reshape(-1, panels.depth)[: end - begin]
    return out


def widened(panels: Panels) -> torch.Tensor:
    """Return panels of 32-bit floats, (panels, depth, 16)."""
    format, count = panels.format, len(panels.numbers)
    if not format.whole:
        numbers = panels.numbers.view(getattr(torch, {"F32": "float32", "F16": "float16"}.get(format.name, "bfloat16")))
        lines = numbers.view(count, panels.depth // format.block, PANEL, format.block)
        return lines.transpose(2, 3).reshape(count, panels.depth, PANEL).float()
    blocks = panels.numbers.view(-1, format.block_bytes)
    scale, offset, at = _scales(format, blocks)
    wide = _numbers(format, blocks[:, at:])
    wide = wide.view(len(blocks), -1, format.group, PANEL) * scale[:, :, None] + offset[:, :, None]
    return wide.view(count, panels.depth, PANEL)


def _scales(format: Format, blocks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return scales and offsets of a block's groups, (blocks, groups, 16), and where its numbers begin."""
    at, groups = 2 * PANEL * (1 + format.minimums), format.block // format.group
    halves = blocks[:, :at].contiguous().view(torch.float16).float().view(len(blocks), -1, PANEL)
    scale, minimum = halves[:, :1], halves[:, -1:]
    if format.codes:
        codes = blocks[:, at : at + groups * format.codes * PANEL].view(len(blocks), groups, format.codes, PANEL)
        first, second = codes[:, :, 0], codes[:, :, -1]
        if format.codes == format.minimums:  # Q2_K has both in a byte
            first, second = first & 15, second >> 4
        scale = scale * (first.contiguous().view(torch.int8) if format.name in SIGNED else first)
        minimum = -minimum * second
        at += groups * format.codes * PANEL
    return scale, minimum if format.minimums else scale * -ZEROS.get(format.name, 0), at


def _numbers(format: Format, octets: torch.Tensor) -> torch.Tensor:
    """Return whole numbers, put together of their planes, as floats: (blocks, inputs, 16)."""
    octets = octets.reshape(-1, OCTET * PANEL * format.bits // 8)
    found = torch.zeros(len(octets), OCTET // 4, PANEL * 4, dtype=torch.uint8)
    at = done = 0
    for bits in (8, 4, 2, 1):
        if not format.bits & bits:
            continue
        size = OCTET * PANEL * bits // 8
        lines = octets[:, at : at + size].reshape(len(octets), -1, 1, PANEL * 4)
        by = torch.arange(0, 8, bits, dtype=torch.uint8).view(1, 1, -1, 1)
        found |= (lines >> by & (1 << bits) - 1).view(found.shape) << done
        at, done = at + size, done + bits
    if format.name == "IQ4_NL":
        found = torch.tensor(TABLE, dtype=torch.int8)[found.long()]
    return found.view(-1, OCTET // 4, PANEL, 4).transpose(2, 3).reshape(-1, format.block, PANEL).float()
