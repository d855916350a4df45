"""This is the CPU's inner loops in C (`step.c`), where they were built and the CPU has AVX2; else torch does it all.

`kernels()` gives them, or None. Tensors are float32, contiguous, on the CPU, shapes as the methods say. `library` finds
them and says how what they are called with lies in memory.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import torch

from aigc.engine.cpu.formats import BF16, F16, F32, PANEL, Format
from aigc.engine.cpu.library import Narrow, Op, OpKind, Step, load_library

FLOATS = {torch.float32: F32, torch.float16: F16, torch.bfloat16: BF16}
UNIT = 32  # inputs of a quantised row that share a scale


@dataclass(frozen=True, slots=True)
class Panels:
    """This is a weight (columns, depth) in panels of 16 columns, as formats.h lays them out.

    `numbers` are bytes, (panels, bytes).
    """

    numbers: torch.Tensor
    columns: int
    depth: int
    format: Format = F32

    def part(self, begin: int, end: int) -> Panels:
        """Return some of the columns, sharing memory. `begin` is a multiple of 16."""
        assert begin % PANEL == 0
        return Panels(self.numbers[begin // PANEL : -(-end // PANEL)], end - begin, self.depth, self.format)


def op(kind: OpKind, *, panels: Panels | None = None, weight: torch.Tensor | None = None, **given: Any) -> Op:
    """Make an operation; what it says of tensors is their addresses, so somebody has to keep them."""
    if panels is not None:
        weight = panels.numbers
        shape = {"columns": panels.columns, "depth": panels.depth, "pitch": panels.columns}
        given = {"format": panels.format.code, **shape, **given}
    places = {name: one.data_ptr() if isinstance(one, torch.Tensor) else one for name, one in given.items()}
    return Op(kind=kind, weight=None if weight is None else weight.data_ptr(), **places)


def row_bytes(depth: int, narrow: Narrow) -> int:
    """Count the bytes of a quantised row of so many inputs: numbers, and what whole.c keeps of each 32 of them."""
    return 2 * depth if narrow is Narrow.BFLOAT16 else -(-(depth + depth // UNIT * 20) // 64) * 64


@dataclass(frozen=True, slots=True)
class Kernels:
    """These are the library's functions, run on `threads` threads; a call returns when all is done.

    The threads are one pool for the whole process (`team.c`): a call says how many of them it wants, and calls from
    several threads of Python take turns.
    """

    library: ctypes.CDLL
    threads: int

    def pack(self, weight: torch.Tensor) -> Panels:
        """Lay a weight out in panels, in its own numbers. `weight` is (columns, depth), as a linear layer keeps it."""
        format = FLOATS.get(weight.dtype, F32)
        if weight.shape[1] % format.block or format == F32:
            weight, format = weight.float(), F32
        return self.repack(format, weight.detach().contiguous().view(torch.uint8))

    def repack(self, format: Format, rows: torch.Tensor, out: torch.Tensor | None = None) -> Panels:
        """Lay a weight out whose rows, (columns, bytes), are as a file has them; `out` is (panels, bytes)."""
        columns, depth = len(rows), rows.shape[1] // format.file_bytes * format.block
        if out is None:
            out = torch.empty(-(-columns // PANEL), format.panel_bytes(depth), dtype=torch.uint8)
        self.library.aigc_repack(format.code, rows.data_ptr(), columns, depth, out.data_ptr(), self.threads)
        return Panels(out, columns, depth, format)

    def widen(self, panels: Panels) -> Panels:
        """Return the same weight in 32-bit floats."""
        if panels.format == F32:
            return panels
        numbers = torch.empty(len(panels.numbers), F32.panel_bytes(panels.depth), dtype=torch.uint8)
        self._do(op(OpKind.WIDEN, out=numbers, panels=panels))
        return Panels(numbers, panels.columns, panels.depth)

    def multiply(
        self,
        x: torch.Tensor,
        panels: Panels,
        bias: torch.Tensor | None,
        out: torch.Tensor | None = None,
        *,
        narrow: Narrow = Narrow.WIDE,
    ) -> torch.Tensor:
        """Return x (rows, depth) · weightᵀ + bias, (rows, columns), added to `out` where that is given.

        `narrow` says what x is rounded to first, where there are such products with weights of that format.
        """
        rows, add = x.shape[0], out is not None
        if out is None:
            out = torch.empty(rows, panels.columns)
        narrow = narrow.of(panels.format)
        if narrow:
            x = self.quantise(x, narrow)
        self._do(op(OpKind.MULTIPLY, source=x, out=out, panels=panels, more=bias, add=add, narrow=narrow), rows)
        return out

    def quantise(self, x: torch.Tensor, narrow: Narrow = Narrow.INT8) -> torch.Tensor:
        """Round x (rows, depth) to rows as whole.c or bfloat16.c reads them; depth is a multiple of 32, or even."""
        rows, depth = x.shape
        out = torch.empty(rows, row_bytes(depth, narrow), dtype=torch.uint8)
        self._do(op(OpKind.QUANTISE, source=x, out=out, depth=depth, narrow=narrow), rows)
        return out

    def gather(self, panels: Panels, ids: torch.Tensor) -> torch.Tensor:
        """Return the columns named by `ids`, (ids, depth)."""
        out = torch.empty(ids.numel(), panels.depth)
        self._do(op(OpKind.GATHER, out=out, panels=panels), ids.numel(), Step(ids=ids.data_ptr()))
        return out

    def survey(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the largest of each 64 numbers in a row of x, (rows, blocks), and each row's logsumexp, (rows,).

        The rows of x, (rows, numbers), may lie further apart than they are long.
        """
        rows, width = x.shape
        peaks, total = torch.empty(rows, -(-width // 64)), torch.empty(rows)
        self.library.aigc_survey(
            x.data_ptr(), rows, width, x.stride(0), peaks.data_ptr(), total.data_ptr(), self.threads
        )
        return peaks, total

    def draw(self, x: torch.Tensor, keys: torch.Tensor, heat: torch.Tensor, floor: torch.Tensor) -> torch.Tensor:
        """Choose, in each row of x, (rows, tokens), the largest of x / heat + Gumbel noise not below its floor.

        Keys are int64, the rest float32, all (rows,), as is what is chosen.
        """
        chosen = torch.empty(len(x), dtype=torch.int64)
        given = [one.contiguous() for one in (keys, heat, floor)]
        places = [one.data_ptr() for one in (*given, chosen)]
        self.library.aigc_draw(x.data_ptr(), *x.shape, x.stride(0), *places, self.threads)
        return chosen

    def run(self, ops: ctypes.Array[Op], step: Step, rows: int, begin: int = 0, end: int | None = None) -> None:
        """Run some of the operations on as many rows, and after KEEP on those that are kept."""
        first, count = ctypes.addressof(ops) + begin * ctypes.sizeof(Op), (len(ops) if end is None else end) - begin
        self.library.aigc_do(first, count, ctypes.byref(step), rows, self.threads)

    def _do(self, op: Op, rows: int = 0, step: Step | None = None) -> None:
        self.run((Op * 1)(op), step or Step(), rows)


def kernels(threads: int = 0) -> Kernels | None:
    """Return the library, where there is one for this machine; 0 threads are as many as torch works on here."""
    library = load_library()
    return None if library is None else Kernels(library, threads or torch.get_num_threads())
