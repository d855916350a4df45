"""This is the CPU's inner loops in C (`step.c`), where they were built and the CPU has AVX2; else torch does it all.

`kernels()` gives them, or None. Tensors are float32, contiguous, on the CPU, shapes as the methods say. `Op` and `Step`
are laid out as in `step.h`.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from typing import Any

import torch

from aigc.engine.cpu import KERNELS
from aigc.engine.cpu.formats import BF16, F16, F32, PANEL, Format

OFF = "AIGC_KERNELS"  # an environment variable: 0 has torch do everything, avx2, avx512 or vnni take that library
KEY_BLOCK = 16  # tokens whose keys lie together, number by number: (tokens / 16, dim, 16)
SPAN = 12  # numbers that say what a row brings to a step
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


OpKind = IntEnum("OpKind", "GATHER NORM MULTIPLY ROTATE ATTEND SWISH KEEP WIDEN QUANTISE GELU SCALE", start=0)


class Op(ctypes.Structure):
    """This is an operation, laid out as in `step.h`."""

    _fields_ = (
        ("kind", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("source", "out", "weight", "more")),
        *(
            (name, ctypes.c_int64)
            for name in ("format", "columns", "depth", "add", "narrow", "pitch", "layer", "window", "table")
        ),
        ("factor", ctypes.c_float),
    )


class Step(ctypes.Structure):
    """This is what the operations of one step are about; `alive` holds the memory that it points to."""

    _fields_ = (
        *(("ids", ctypes.c_void_p), ("spans", ctypes.c_void_p), ("count", ctypes.c_int64)),
        *(("keep", ctypes.c_void_p), ("kept", ctypes.c_int64)),
        *((name, ctypes.c_void_p) for name in ("cosine", "sine", "scratch")),
        *((name, ctypes.c_int64) for name in ("room", "together", "heads", "kv_heads", "dim", "tables")),
        *(("scale", ctypes.c_float), ("eps", ctypes.c_float)),
    )
    alive: tuple[Any, ...]


def op(kind: OpKind, *, panels: Panels | None = None, weight: torch.Tensor | None = None, **given: Any) -> Op:
    """Make an operation; what it says of tensors is their addresses, so somebody has to keep them."""
    if panels is not None:
        weight = panels.numbers
        shape = {"columns": panels.columns, "depth": panels.depth, "pitch": panels.columns}
        given = {"format": panels.format.code, **shape, **given}
    places = {name: one.data_ptr() if isinstance(one, torch.Tensor) else one for name, one in given.items()}
    return Op(kind=kind, weight=None if weight is None else weight.data_ptr(), **places)


def row_bytes(depth: int) -> int:
    """Count the bytes of a quantised row of so many inputs: numbers, and what whole.c keeps of each 32 of them."""
    return -(-(depth + depth // UNIT * 20) // 64) * 64


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
        narrow: bool = False,
    ) -> torch.Tensor:
        """Return x (rows, depth) · weightᵀ + bias, (rows, columns), added to `out` where that is given.

        With `narrow`, and weights of whole numbers, x is rounded to 8 bits first (whole.c).
        """
        rows, add = x.shape[0], out is not None
        if out is None:
            out = torch.empty(rows, panels.columns)
        narrow = narrow and panels.format.whole
        if narrow:
            x = self.quantise(x)
        self._do(op(OpKind.MULTIPLY, source=x, out=out, panels=panels, more=bias, add=add, narrow=narrow), rows)
        return out

    def quantise(self, x: torch.Tensor) -> torch.Tensor:
        """Round x (rows, depth) to rows of whole numbers as whole.c reads them; depth is a multiple of 32."""
        rows, depth = x.shape
        out = torch.empty(rows, row_bytes(depth), dtype=torch.uint8)
        self._do(op(OpKind.QUANTISE, source=x, out=out, depth=depth), rows)
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
    library = _library()
    return None if library is None else Kernels(library, threads or torch.get_num_threads())


@cache
def _library() -> ctypes.CDLL | None:
    """Load the library built for the most that this processor has; `AIGC_KERNELS` may name one of them."""
    wanted = os.environ.get(OFF, "")
    names = [name for name in KERNELS if not wanted or name.endswith(f"_{wanted}")]
    return next((one for one in map(_loaded, names) if one is not None), None)


def _loaded(name: str) -> ctypes.CDLL | None:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    try:
        library = ctypes.CDLL(spec.origin)
        library.aigc_layout.restype = number = ctypes.c_int64
        sizes = (SPAN * ctypes.sizeof(ctypes.c_int64), ctypes.sizeof(Step), ctypes.sizeof(Op), KEY_BLOCK)
        layout = sum(size * 1000**place for place, size in enumerate(sizes))
        if not library.aigc_supported() or library.aigc_layout() != layout:
            return None
        pointer = ctypes.c_void_p
        library.aigc_do.argtypes = [pointer, number, pointer, number, number]
        library.aigc_survey.argtypes = [pointer, number, number, number, pointer, pointer, number]
        library.aigc_repack.argtypes = [number, pointer, number, number, pointer, number]
        library.aigc_draw.argtypes = [pointer, number, number, number, *[pointer] * 4, number]
    except (OSError, AttributeError):  # built elsewhere, or for an older version of ours
        return None
    for function in (library.aigc_do, library.aigc_repack, library.aigc_survey, library.aigc_draw):
        function.restype = None
    return library
