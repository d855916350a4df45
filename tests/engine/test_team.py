"""However many threads share the work, and whoever else calls, the numbers are the same, to the bit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

FORK = """
import os, torch
from aigc.engine.cpu.kernels import kernels
native, x, weight = kernels(3), torch.ones(40, 64), torch.ones(1600, 64)
panels = native.pack(weight)
native.multiply(x, panels, None)
child = os.fork()
if not child:
    os._exit(0 if float(native.multiply(x, panels, None)[-1, -1]) == 64 else 7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), float(native.multiply(x, panels, None)[-1, -1]))
"""


@pytest.fixture
def native() -> Iterator[Any]:
    import torch

    from aigc.engine.cpu.kernels import kernels

    found = kernels()
    if found is None:
        pytest.skip("no kernels were built for this machine")
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0)
        yield found


def chain(native: Any, seed: int) -> tuple[Any, Any]:
    """This is products one after the other, each of what the last gave, and where the last one writes."""
    import torch

    from aigc.engine.cpu.linear import PackedLinear
    from aigc.engine.cpu.program import Program

    program, made = Program(), torch.Generator().manual_seed(seed)
    sizes = [int(size) * 16 for size in torch.randint(1, 20, (600,), generator=made)]  # more than one run takes
    x = torch.randn(int(torch.randint(1, 70, (1,), generator=made)), sizes[0], generator=made)
    for depth, columns in pairwise(sizes):
        weight = torch.randn(columns, depth, generator=made) / depth**0.5
        out = torch.empty(len(x), columns)
        program.multiply(x, PackedLinear(native, [native.pack(weight)], None), out)
        x = out
    return program, x


@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_threads_gives_the_same(native: Any, seed: int) -> None:
    import torch

    from aigc.engine.cpu.library import Step

    program, out = chain(native, seed)
    found = []
    for threads in (1, 2, 3, 8, 2, 1, 5):
        out.zero_()
        replace(native, threads=threads).run(program.array, Step(), len(out))
        found.append(out.clone())
    assert found[0].abs().max() > 0
    assert all(torch.equal(one, found[0]) for one in found)


def test_two_callers_take_turns(native: Any) -> None:
    import torch

    from aigc.engine.cpu.library import Step

    chains = [chain(native, seed) for seed in range(4)]
    for program, out in chains:
        replace(native, threads=1).run(program.array, Step(), len(out))
    expected = [out.clone() for _, out in chains]

    def again(number: int) -> bool:
        program, out = chains[number]
        with torch.inference_mode():
            for turn in range(5):
                out.zero_()
                replace(native, threads=3 - (number + turn) % 3).run(program.array, Step(), len(out))
                if not torch.equal(out, expected[number]):
                    return False
        return True

    with ThreadPoolExecutor(len(chains)) as pool:
        assert all(pool.map(again, range(len(chains))))


def test_a_forked_process_has_threads_of_its_own(native: Any) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("forking a program with threads is only sound on Linux")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.split() == ["0", "64.0"], done.stderr
