"""Opening a folder takes hardly more memory than it keeps, whatever its weights are written in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

OPEN = """
import sys
from contextlib import ExitStack
from pathlib import Path

import torch

from aigc.engine.checkpoint import Tensors
from aigc.engine.cpu.kernels import kernels


def resident(which):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(which))


native = kernels(1)
assert native is not None
native.pack(torch.zeros(16, 2))
before = resident("VmRSS")
with ExitStack() as stack:
    read = Tensors(Path(sys.argv[1]), stack)
    kept = [read.panels(native, name) for name in read]
assert {one.format.name for one in kept} == {sys.argv[2]}, "in their own numbers"
size = sum(one.numbers.nbytes for one in kept)
print(size, resident("VmHWM") - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells no peak of memory")
@pytest.mark.parametrize(("name", "dtype"), [("BF16", "bfloat16"), ("F16", "float16"), ("F32", "float32")])
def test_opening_peaks_at_what_it_keeps(name: str, dtype: str, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")
    weights = {"embedding": torch.ones(40_000, 512), **{str(number): torch.ones(2048, 2048) for number in range(12)}}
    save_file({key: one.to(getattr(torch, dtype)) for key, one in weights.items()}, tmp_path / "model.safetensors")
    done = subprocess.run([sys.executable, "-c", OPEN, str(tmp_path), name], check=True, capture_output=True, text=True)
    kept, peak = map(int, done.stdout.split())
    assert peak < 1.1 * kept, f"{peak / kept:.2f}"
