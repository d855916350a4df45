"""How many threads torch works on: a number that each thread of Python has, and that a block may change for itself.

`torch.set_num_threads` sets three numbers (measured with torch 2.13 on Linux): OpenMP's and MKL's for the thread that
calls, and, for the whole process, the one that a thread starts with when it first uses torch. The last is nobody's to
change here: a trainer's thread that starts during a step would keep our number for good. So the first two are set where
they are, in the libraries that torch has loaded; where those cannot be found, torch's own function has to do.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeAlias

import torch

Set: TypeAlias = Callable[[int], Callable[[], object]]  # sets this thread's number; what it gives sets it back


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Have torch work on `count` threads when this thread calls it, until the block ends.

    Costs about a microsecond, and nothing where that is the number already.
    """
    if torch.get_num_threads() == count:
        yield
        return
    set_back = _setter()(count)
    try:
        yield
    finally:
        set_back()


@cache
def _setter() -> Set:
    """Return what sets the calling thread's number and no other, if it is found to work."""
    name = {"linux": "libtorch_cpu.so", "darwin": "libtorch_cpu.dylib"}.get(sys.platform, "")
    try:
        library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / name))
        set_here = _set_here(library.omp_set_num_threads, getattr(library, "MKL_Set_Num_Threads_Local", None))
    except (OSError, AttributeError):  # no such library, or one without OpenMP
        return _set_everywhere
    before = torch.get_num_threads()
    set_back = set_here(before + 1)
    works = torch.get_num_threads() == before + 1
    set_back()
    return set_here if works and torch.get_num_threads() == before else _set_everywhere


def _set_here(openmp: Callable[[int], object], mkl: Callable[[int], int] | None) -> Set:
    def set_here(count: int) -> Callable[[], object]:
        before = torch.get_num_threads()
        openmp(count)
        mkl_before = mkl(count) if mkl else 0  # 0: MKL has no number of this thread's own

        def set_back() -> None:
            openmp(before)
            if mkl:
                mkl(mkl_before)

        return set_back

    return set_here


def _set_everywhere(count: int) -> Callable[[], object]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    return lambda: torch.set_num_threads(before)
