"""These are the ways in which a weight's numbers are written, as `formats.h` lays them out. Imports no torch.

Formats are GGUF's, by its own names (ggml-org/ggml, docs/gguf.md): floats, and whole numbers of 2 to 8 bits in blocks
that share a scale. What is not here has no kernel.
"""

from __future__ import annotations

from dataclasses import dataclass

PANEL = 16  # columns that lie together


@dataclass(frozen=True, slots=True)
class Format:
    """This is one format. `block` inputs of a column lie behind one header, `group` of them share scale and offset."""

    name: str
    code: int  # in formats.h
    bits: int  # of a number
    block: int
    group: int
    minimums: bool
    codes: int  # bytes of codes for a group
    file_bytes: int  # of a block of one column in a GGUF

    @property
    def whole(self) -> bool:
        """Say whether its numbers are whole."""
        return self.bits <= 8

    @property
    def block_bytes(self) -> int:
        """Count the bytes of a block of a panel."""
        header = 2 * PANEL * (1 + self.minimums) + self.block // self.group * self.codes * PANEL if self.whole else 0
        return header + self.block * PANEL * self.bits // 8

    def panel_bytes(self, depth: int) -> int:
        """Count the bytes of a panel of `depth` inputs, whole blocks."""
        return depth // self.block * self.block_bytes


def fill_panels(*, heads: int, kv_heads: int, dim: int, hidden: int, inner: int) -> bool:
    """Say whether a model's layers fill whole vectors and panels, as the kernels take them."""
    whole = not any(size % PANEL for size in (heads * dim, kv_heads * dim, inner))
    return whole and hidden % 8 == 0 and dim % 16 == 0


F32 = Format("F32", 0, 32, 1, 1, False, 0, 4)
F16 = Format("F16", 1, 16, 2, 2, False, 0, 4)
BF16 = Format("BF16", 2, 16, 2, 2, False, 0, 4)
FORMATS = {
    one.name: one
    for one in (
        *(F32, F16, BF16),
        Format("Q4_0", 3, 4, 32, 32, False, 0, 18),
        Format("Q4_1", 4, 4, 32, 32, True, 0, 20),
        Format("Q5_0", 5, 5, 32, 32, False, 0, 22),
        Format("Q5_1", 6, 5, 32, 32, True, 0, 24),
        Format("Q8_0", 7, 8, 32, 32, False, 0, 34),
        Format("IQ4_NL", 8, 4, 32, 32, False, 0, 18),
        Format("Q2_K", 9, 2, 256, 16, True, 1, 84),
        Format("Q3_K", 10, 3, 256, 16, False, 1, 110),
        Format("Q4_K", 11, 4, 256, 32, True, 2, 144),
        Format("Q5_K", 12, 5, 256, 32, True, 2, 176),
        Format("Q6_K", 13, 6, 256, 16, False, 1, 210),
    )
}
