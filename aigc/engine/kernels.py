"""This is the CPU's inner loops in C (`step.c`), where they were built and the CPU has AVX2; else torch does it all.

`kernels()` gives them, or None. Tensors are float32, contiguous, on the CPU, shapes as the methods say. The library
shares torch's threads, so torch must be imported before it is loaded, as it is here.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

from aigc.engine import KERNELS

if TYPE_CHECKING:
    from aigc.engine.program import Program, Step

OFF = "AIGC_KERNELS"  # set to 0, this environment variable has torch do everything
PANEL = 16  # columns


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
        """This is some of the columns, sharing memory. `begin` is a multiple of 16."""
        assert begin % PANEL == 0
        return Panels(self.numbers[begin // PANEL : -(-end // PANEL)], end - begin, self.depth, self.bits)


class Kernels:
    """This calls the library; a call returns when all threads are done."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        number, real, pointer = ctypes.c_int64, ctypes.c_float, ctypes.c_void_p
        kinds = {"n": number, "r": real, "p": pointer}
        for name, signature in SIGNATURES.items():
            call = getattr(library, name)
            call.argtypes, call.restype = [kinds[letter] for letter in signature], None

    def pack(self, weight: torch.Tensor) -> Panels:
        """`weight` is (columns, depth), as a linear layer keeps it."""
        columns, depth = weight.shape
        weight = weight.detach().contiguous()
        numbers = torch.empty(-(-columns // PANEL), depth, PANEL)
        self._library.aigc_pack(weight.data_ptr(), columns, depth, numbers.data_ptr())
        return Panels(numbers, columns, depth)

    def widen(self, panels: Panels) -> Panels:
        """This is the same weight in 32-bit floats."""
        if panels.bits == 32:
            return panels
        numbers = torch.empty(len(panels.numbers), panels.depth, PANEL)
        self._library.aigc_widen(
            panels.numbers.data_ptr(), panels.bits, panels.columns, panels.depth, numbers.data_ptr()
        )
        return Panels(numbers, panels.columns, panels.depth)

    def multiply(
        self, x: torch.Tensor, panels: Panels, bias: torch.Tensor | None, out: torch.Tensor | None = None
    ) -> torch.Tensor:
        """This is x (rows, depth) · weightᵀ + bias, (rows, columns), added to `out` where that is given."""
        rows, add = x.shape[0], out is not None
        if out is None:
            out = torch.empty(rows, panels.columns)
        self._library.aigc_multiply(
            x.data_ptr(), rows, panels.depth, panels.numbers.data_ptr(), panels.bits, panels.columns,
            None if bias is None else bias.data_ptr(), out.data_ptr(), add,
        )  # fmt: skip
        return out

    def gather(self, panels: Panels, ids: torch.Tensor) -> torch.Tensor:
        """This is the columns named by `ids`, (ids, depth)."""
        out = torch.empty(ids.numel(), panels.depth)
        self._library.aigc_gather(
            panels.numbers.data_ptr(), panels.depth, panels.bits, ids.data_ptr(), ids.numel(), out.data_ptr()
        )
        return out

    def survey(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """This is the largest of each 64 numbers in a row of x, (rows, blocks), and each row's logsumexp, (rows,).

        The rows of x, (rows, numbers), may lie further apart than they are long.
        """
        rows, width = x.shape
        peaks, total = torch.empty(rows, -(-width // 64)), torch.empty(rows)
        self._library.aigc_survey(x.data_ptr(), rows, width, x.stride(0), peaks.data_ptr(), total.data_ptr())
        return peaks, total

    def run(self, program: Program, step: Step, rows: int, begin: int = 0, end: int | None = None) -> None:
        """This runs some of a program's operations on as many rows, and after KEEP on those that are kept."""
        first = ctypes.addressof(program.array) + begin * ctypes.sizeof(program.array._type_)
        self._library.aigc_run(first, (len(program) if end is None else end) - begin, ctypes.byref(step), rows)


SIGNATURES = {  # p: pointer, n: whole number, r: float
    "aigc_pack": "pnnp",
    "aigc_widen": "pnnnp",
    "aigc_multiply": "pnnpnnppn",
    "aigc_gather": "pnnpnp",
    "aigc_survey": "pnnnpp",
    "aigc_run": "pnpn",
}


@cache
def kernels() -> Kernels | None:
    """This is the library, where there is one for this machine."""
    spec = find_spec(KERNELS)
    if spec is None or spec.origin is None or os.environ.get(OFF) == "0":
        return None
    try:
        library = ctypes.CDLL(spec.origin)
        return Kernels(library) if library.aigc_supported() else None
    except (OSError, AttributeError):  # built elsewhere, or for an older version of ours
        return None
