"""This finds the libraries in C that were built where aigc was installed, one for each kind of processor, and says how
what they are called with lies in memory, as in `step.h`. Imports no torch.
"""

from __future__ import annotations

import ctypes
import os
from enum import IntEnum
from functools import cache
from importlib.util import find_spec
from typing import Any

from aigc.engine.cpu import KERNELS
from aigc.engine.cpu.formats import BF16, Format
from aigc.errors import UsageError, did_you_mean

OFF = "AIGC_KERNELS"  # an environment variable: 0 has torch do everything, avx2, avx512 or vnni take that library
KEY_BLOCK = 16  # tokens whose keys lie together, number by number: (tokens / 16, dim, 16)
SPAN = 12  # numbers that say what a row brings to a step


class Narrow(IntEnum):
    """This is what activations are rounded to before a product: nothing, whole numbers of 8 bits, or bfloat16."""

    WIDE = 0
    INT8 = 1
    BFLOAT16 = 2

    def of(self, format: Format) -> Narrow:
        """Return what they are rounded to for weights of that format: only its own kind of numbers."""
        fits = format.whole if self is Narrow.INT8 else format == BF16
        return self if fits else Narrow.WIDE


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


def load_library() -> ctypes.CDLL | None:
    """Load the library built for the most that this processor has; `AIGC_KERNELS` may name one of them."""
    return _chosen()[1]


def library_name() -> str:
    """Name the kind of processor that the library in use was built for: avx2, avx512 or vnni; nothing without one."""
    return _chosen()[0].rpartition("_")[2]


@cache
def _chosen() -> tuple[str, ctypes.CDLL | None]:
    wanted = os.environ.get(OFF, "")
    known = ["0", *(name.rpartition("_")[2] for name in KERNELS)]
    if wanted and wanted not in known:
        raise UsageError(f"{OFF}: {wanted!r} is none of {', '.join(known)}", hint=did_you_mean(wanted.lower(), known))
    names = [name for name in KERNELS if not wanted or name.endswith(f"_{wanted}")]
    found = ((name, open_library(name)) for name in names)
    return next(((name, one) for name, one in found if one is not None), ("", None))


def multiplies_bfloat16() -> bool:
    """Say whether there are products of bfloat16 numbers here."""
    library = load_library()
    return library is not None and bool(library.aigc_bfloat16())


def open_library(name: str) -> ctypes.CDLL | None:
    """Load one of `KERNELS`; None where it was not built, or for another processor."""
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
        library.aigc_bfloat16.restype = ctypes.c_int
    except (OSError, AttributeError):  # built elsewhere, or for an older version of ours
        return None
    for function in (library.aigc_do, library.aigc_repack, library.aigc_survey, library.aigc_draw):
        function.restype = None
    return library
