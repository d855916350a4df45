"""In which numbers our engine will run a model here, told before torch is imported."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from aigc.engine.cpu.library import load_library, multiplies_bfloat16

DTYPES = ("float32", "bfloat16", "float16", "int8")
DRIVER = Path("/dev/nvidiactl")  # there where a driver runs, and in a container that was given a device


def resolved_dtype(device: str, dtype: str, *, quantised: bool) -> str:
    """Return the dtype that two options of our engine come to, `auto` resolved: what changes a text, in a word or two.

    `quantised` says whether the weights are a GGUF's, in which case activations are whole numbers on a CPU; with other
    weights there are no such products, and `int8` comes to 32-bit floats.
    """
    device, dtype = device.strip(), dtype.strip()
    cuda = on_cuda(device)
    if dtype == "auto" and cuda:
        return "bfloat16"
    if dtype in ("auto", "int8") and not cuda:
        return "int8" if quantised and load_library() is not None else "float32"
    if cuda or load_library() is None:
        return dtype
    if dtype == "bfloat16":  # by the processor's own way to round, or 32 bits: other bits than torch's
        return "bfloat16 avx512" if multiplies_bfloat16() else "bfloat16 widened"
    return "float16 widened" if dtype == "float16" and quantised else dtype


def on_cuda(device: str) -> bool:
    """Say whether the option comes to a CUDA device here."""
    return has_cuda() if device == "auto" else device.startswith("cuda")


def has_cuda() -> bool:
    """Say whether torch will find a CUDA device. No driver is asked: that would break processes forked later."""
    from importlib.metadata import PackageNotFoundError, version  # brings zip along

    try:
        built_for_cpu = "+cpu" in version("torch")
    except PackageNotFoundError:
        return False
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1")
    return not built_for_cpu and not hidden and (DRIVER.exists() or shutil.which("nvidia-smi") is not None)
