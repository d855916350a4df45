"""This opens what runs on a GPU, where there is one, and sees that it comes out right. Only then is Triton imported."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.engine.checkpoint import Config, read_checkpoint
from aigc.engine.device import free_memory, pick_device, pick_dtype
from aigc.engine.options import EngineOptions
from aigc.errors import ModelError, first_line

if TYPE_CHECKING:
    import torch

    from aigc.engine.gpu.decoder import GpuDecoder

LOG = logging.getLogger(__name__)
LONGEST_HEAD = 256  # numbers


def open_gpu(folder: Path, options: EngineOptions) -> GpuDecoder | None:
    """Read a folder; None where there is no GPU, no Triton, or a model that only transformers can run on it."""
    device = pick_device(options.device)
    if device.type != "cuda" or options.deterministic:
        return None
    if find_spec("triton") is None:
        LOG.warning("the package triton is not installed: transformers runs the model, more slowly")
        return None
    try:
        return read_decoder(folder, options.context, device, pick_dtype(options.dtype, device))
    except ModelError:  # the folder is damaged
        raise
    except Exception as error:  # whatever a driver, a compiler or a library does not like
        reason = first_line(error)
    try:
        free_memory(device)
    except RuntimeError as error:  # what went wrong has left the device of no use to this process
        raise ModelError(f"{device} failed: {reason}", hint="try again with engine.device=cpu") from error
    LOG.warning("the kernels for GPUs do not run here (%s): transformers runs the model, more slowly", reason)
    return None


def read_decoder(folder: Path, context: int, device: torch.device, dtype: torch.dtype) -> GpuDecoder | None:
    """Read a model and try it out. Raises whatever goes wrong, ArithmeticError for wrong numbers, ModelError for files
    that do not agree.
    """
    from aigc.engine.gpu.decoder import GpuDecoder
    from aigc.engine.gpu.trial import TOLERANCE, try_out

    with ExitStack() as stack:
        read = read_checkpoint(folder, stack)
        if read is None or not _fits(read.config):
            return None
        read.check_shapes()
        try:
            network = GpuDecoder(read, context, device, dtype)
        except KeyError:  # a weight is missing: transformers says which
            return None
    off = try_out(network)
    if not off < TOLERANCE[dtype]:
        raise ArithmeticError(f"logits come out {off:.0%} wrong")
    return network


def _fits(config: Config) -> bool:
    """Say whether heads are whole vectors, not too long, and evenly shared, and gates what the kernels know."""
    even = config.num_attention_heads % config.num_key_value_heads == 0
    known = not config.is_gemma and config.hidden_act in ("silu", "swish")
    return known and even and config.dim % 16 == 0 and config.dim <= LONGEST_HEAD
