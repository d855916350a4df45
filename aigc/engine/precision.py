"""In which numbers our engine will run a model here, told before torch is imported."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

DTYPES = ("float32", "bfloat16", "float16", "int8")
DRIVER = Path("/dev/nvidiactl")  # there where a driver runs, and in a container that was given a device


def resolved_dtype(device: str, dtype: str) -> str:
    """Return the dtype that two options of our engine come to, `auto` resolved."""
    device, dtype = device.strip(), dtype.strip()
    if dtype != "auto":
        return dtype
    return "bfloat16" if on_cuda(device) else "float32"


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
