"""This is where a model is run and in which numbers, and what memory a GPU has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from aigc.engine.precision import DTYPES
from aigc.errors import ModelError

TORCH_DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in DTYPES}


def pick_device(name: str) -> torch.device:
    """Return the device that the option names. ModelError where it is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(number or 0) >= count:
            raise ModelError(f"engine.device: {name!r} is not there ({count} CUDA devices found)", hint="try 'cpu'")
    return torch.device(name)


def pick_dtype(name: str, device: torch.device) -> torch.dtype:
    """Return what lies between products: with `int8`, of which only products are made, 32-bit floats."""
    if name == "int8" and device.type == "cuda":
        raise ModelError("engine.dtype: 'int8' is for a CPU", hint="try 'bfloat16' on a GPU")
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return torch.float32 if name == "int8" else TORCH_DTYPES[name]


def device_memory(device: torch.device) -> int:
    """Return the memory that is free on a CUDA device, in bytes."""
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # by torch, for later
    return int(torch.cuda.mem_get_info(device)[0]) + kept


def is_out_of_memory(error: BaseException) -> bool:
    """Tell a lack of memory from other failures; on a CPU torch has no class of its own for it."""
    words = ("DefaultCPUAllocator", "not enough memory", "bad_alloc", "out of memory", "STATUS_ALLOC_FAILED")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)


def sent(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Send a CPU tensor to a device. Nobody waits for the copy: what the device does next comes after it."""
    if device.type != "cuda":
        return tensor
    return (tensor.pin_memory() if tensor.numel() else tensor).to(device, non_blocking=True)


def fetched(tensor: torch.Tensor) -> Callable[[], torch.Tensor]:
    """Start to copy a tensor to the host. What is returned waits for the copy, not for what is enqueued later."""
    if tensor.device.type != "cuda":
        return lambda: tensor
    copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    copy.copy_(tensor, non_blocking=True)
    copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
    copied.record(torch.cuda.current_stream(tensor.device))

    def wait() -> torch.Tensor:
        copied.synchronize()
        return copy

    return wait


def current(device: torch.device) -> AbstractContextManager[Any]:
    """Make a CUDA device torch's current one, which is where Triton starts kernels."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def free_memory(device: torch.device) -> None:
    """Give back the device memory that torch keeps for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
