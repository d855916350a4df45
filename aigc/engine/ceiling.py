"""This is what the machine could do at best: rates measured on the spot, and the time a job needs at those rates.

The formulas count multiply-adds of the weights for every token, of the head for every sampled one, and of attention;
and the bytes of the weights, as they lie in memory, once per step, and of the keys and values it reads. The larger of
the two times is the roofline. Products have the rate of the arithmetic that the network does them in: whole numbers or
bfloat16 where it rounds what it multiplies weights by. Attention has that of the numbers keys and values are kept in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from aigc.engine.cache import Prefix
from aigc.engine.cpu.formats import FORMATS
from aigc.engine.cpu.kernels import Kernels
from aigc.engine.cpu.library import Narrow
from aigc.engine.cpu.linear import packed
from aigc.engine.device import device_memory, free_memory
from aigc.engine.network import Network
from aigc.engine.rows import BatchRow
from aigc.engine.threads import torch_threads

TRY = 0.4  # seconds a rate is measured for; the best moment counts
SIZE = 1024  # inputs and outputs of the product that is measured, 4096 on a GPU
ROWS = (64, 256, SIZE)  # of it, on a CPU: the best counts, however much of the rest a cache holds
SMALL = FORMATS["Q4_0"]  # whole numbers that cost least to unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """This is a machine's rates and a model's size."""

    flops: float  # per second, of a large matrix product in the network's arithmetic
    floats: float  # the same in the floats that it keeps keys and values in
    bandwidth: float  # bytes per second read
    body: int  # weights multiplied for every token
    head: int  # weights multiplied for every sampled token
    attention: int  # multiply-adds per token and token seen
    weight_bytes: int
    token_bytes: int  # of one token's keys and values
    device: torch.device

    def seconds(self, *, tokens: int, heads: int, seen: float, steps: int, read: int) -> float:
        """Return the least time for `tokens` computed, `heads` of them sampled from, having seen `seen` tokens.

        `read` counts tokens whose keys and values come from memory, as `tokens_read` does.
        """
        products, scores = 2 * (self.body * tokens + self.head * heads), 2 * self.attention * seen
        moved = self.weight_bytes * steps + self.token_bytes * read
        return max(products / self.flops + scores / self.floats, moved / self.bandwidth)

    def device_peak(self) -> int:
        """Return the most CUDA memory held since the rates were measured, in bytes; 0 on a CPU."""
        return int(torch.cuda.max_memory_allocated(self.device)) if self.device.type == "cuda" else 0


def tokens_read(rows: Iterable[BatchRow]) -> int:
    """Count the tokens whose keys and values a step of `rows` reads: their own, and once those of a prefix.

    In layers that look back a few tokens only it is too many.
    """
    own, shared = 0, dict[Prefix, int]()
    for row in rows:
        own += row.length
        if row.prefix is not None:
            shared[row.prefix] = max(row.base, shared.get(row.prefix, 0))
    return own + sum(shared.values())


def measure_ceiling(network: Network) -> Ceiling:
    """Measure the machine's rates, in about a second. Memory held before, while opening, say, is no peak any more."""
    native = network.native
    floats, bandwidth = _rates(network)
    free_memory(network.device)
    if network.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(network.device)
    return Ceiling(
        flops=_narrow_rate(native, network.arithmetic) if native and network.arithmetic else floats,
        floats=floats,
        bandwidth=bandwidth,
        body=network.body,
        head=network.head,
        attention=2 * network.shape.layers * network.heads * network.shape.head_dim,
        weight_bytes=network.weight_bytes,
        token_bytes=network.shape.token_bytes,
        device=network.device,
    )


def _rates(network: Network) -> tuple[float, float]:
    """Measure how many operations in floats and bytes per second there are at best."""
    device, dtype, native = network.device, network.shape.dtype, network.native
    threads = max(torch.get_num_threads(), native.threads if native else network.torch_threads)
    size, counts = (4 * SIZE, (4 * SIZE,)) if device.type == "cuda" else (SIZE, ROWS)
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    multiply = packed(right, None, native) if device.type == "cpu" and dtype == torch.float32 else _times(right)
    most = min(1 << 31, device_memory(device) // 4) if device.type == "cuda" else 1 << 28  # bytes, far beyond any cache
    large = torch.empty(most // dtype.itemsize, dtype=dtype, device=device)
    large.zero_()
    with torch.inference_mode(), torch_threads(threads):
        flops = _product_rate(multiply, left, counts)
        bandwidth = large.numel() * dtype.itemsize / _best(lambda: large.sum(), device, TRY)
    return flops, bandwidth


def _narrow_rate(native: Kernels, narrow: Narrow) -> float:
    """Measure how many operations per second there are at best where activations are rounded."""
    if narrow is Narrow.INT8:
        row = torch.arange(SIZE // SMALL.block * SMALL.file_bytes, dtype=torch.uint8) % 32  # small, finite scales
        panels = native.repack(SMALL, row.expand(SIZE, -1).contiguous())
    else:
        panels = native.pack(torch.randn(SIZE, SIZE).bfloat16())
    return _product_rate(lambda x: native.multiply(x, panels, None, narrow=narrow), torch.randn(SIZE, SIZE), ROWS)


def _product_rate(multiply: Callable[[torch.Tensor], object], left: torch.Tensor, counts: Sequence[int]) -> float:
    """Return the most operations per second of a product of so many rows of `left` and a matrix of its shape."""
    each = TRY / len(counts)
    return max(
        2 * rows * left.shape[1] ** 2 / _best(partial(multiply, left[:rows]), left.device, each) for rows in counts
    )


def _times(right: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda left: left @ right


def _best(call: Callable[[], object], device: torch.device, seconds: float) -> float:
    best, until = float("inf"), time.perf_counter() + seconds
    call()
    while time.perf_counter() < until:
        began = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - began)
    return best
