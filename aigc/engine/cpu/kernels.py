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

OFF = "AIGC_KERNELS"  # set to 0, this environment variable has torch do everything
PANEL = 16  # columns
KEY_BLOCK = 16  # tokens whose keys lie together, number by number: (tokens / 16, dim, 16)
SPAN = 12  # numbers that say what a row brings to a step


@dataclass(frozen=True, slots=True)
class Panels:
    """This is a weight (columns, depth) in panels of 16 columns, as multiply.c lays them out.

    `numbers` (panels, ...) are floats, or the bytes of blocks with whole numbers of 4 or 8 `bits`.
    """

    numbers: torch.Tensor
    columns: int
    depth: int
    bits: int = 32

    def part(self, begin: int, end: int) -> Panels:
        """Return some of the columns, sharing memory. `begin` is a multiple of 16."""
        assert begin % PANEL == 0
        return Panels(self.numbers[begin // PANEL : -(-end // PANEL)], end - begin, self.depth, self.bits)


OpKind = IntEnum("OpKind", "GATHER NORM MULTIPLY ROTATE ATTEND SWISH KEEP PACK WIDEN", start=0)


class Op(ctypes.Structure):
    """This is an operation, laid out as in `step.h`."""

    _fields_ = (
        ("kind", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("source", "out", "weight", "more")),
        *((name, ctypes.c_int64) for name in ("bits", "columns", "depth", "add", "layer", "window")),
    )


class Step(ctypes.Structure):
    """This is what the operations of one step are about; `alive` holds the memory that it points to."""

    _fields_ = (
        *(("ids", ctypes.c_void_p), ("spans", ctypes.c_void_p), ("count", ctypes.c_int64)),
        *(("keep", ctypes.c_void_p), ("kept", ctypes.c_int64)),
        *((name, ctypes.c_void_p) for name in ("cosine", "sine", "scratch")),
        *((name, ctypes.c_int64) for name in ("room", "together", "heads", "kv_heads", "dim")),
        *(("scale", ctypes.c_float), ("eps", ctypes.c_float)),
    )
    alive: tuple[Any, ...]


def op(kind: OpKind, *, panels: Panels | None = None, weight: torch.Tensor | None = None, **given: Any) -> Op:
    """Make an operation; what it says of tensors is their addresses, so somebody has to keep them."""
    if panels is not None:
        weight = None if kind is OpKind.PACK else panels.numbers
        given = {"bits": panels.bits, "columns": panels.columns, "depth": panels.depth, **given}
    places = {name: one.data_ptr() if isinstance(one, torch.Tensor) else one for name, one in given.items()}
    return Op(kind=kind, weight=None if weight is None else weight.data_ptr(), **places)


@dataclass(frozen=True, slots=True)
class Kernels:
    """These are the library's functions, run on `threads` threads; a call returns when all is done.

    The threads are one pool for the whole process (`team.c`): a call says how many of them it wants, and calls from
    several threads of Python take turns.
    """

    library: ctypes.CDLL
    threads: int

    def pack(self, weight: torch.Tensor) -> Panels:
        """Lay a weight out in panels. `weight` is (columns, depth), as a linear layer keeps it."""
        columns, depth = weight.shape
        weight = weight.detach().contiguous()
        numbers = torch.empty(-(-columns // PANEL), depth, PANEL)
        panels = Panels(numbers, columns, depth)
        self._do(op(OpKind.PACK, source=weight, out=numbers, panels=panels))
        return panels

    def widen(self, panels: Panels) -> Panels:
        """Return the same weight in 32-bit floats."""
        if panels.bits == 32:
            return panels
        numbers = torch.empty(len(panels.numbers), panels.depth, PANEL)
        self._do(op(OpKind.WIDEN, out=numbers, panels=panels))
        return Panels(numbers, panels.columns, panels.depth)

    def multiply(
        self, x: torch.Tensor, panels: Panels, bias: torch.Tensor | None, out: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return x (rows, depth) · weightᵀ + bias, (rows, columns), added to `out` where that is given."""
        rows, add = x.shape[0], out is not None
        if out is None:
            out = torch.empty(rows, panels.columns)
        self._do(op(OpKind.MULTIPLY, source=x, out=out, panels=panels, more=bias, add=add), rows)
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
    spec = find_spec(KERNELS)
    if spec is None or spec.origin is None or os.environ.get(OFF) == "0":
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
        library.aigc_draw.argtypes = [pointer, number, number, number, *[pointer] * 4, number]
    except (OSError, AttributeError):  # built elsewhere, or for an older version of ours
        return None
    for function in (library.aigc_do, library.aigc_survey, library.aigc_draw):
        function.restype = None
    return library
