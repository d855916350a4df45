"""This is the memory of a step, and the kernels started on it: grids, tiles and blocks are chosen here.

Nothing chosen depends on anything but the step's size, so a launch that a graph has recorded serves any step of it.
Figures that a GPU should be asked about stand at the top; none is measured yet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import triton

from aigc.engine.gpu import kernels
from aigc.engine.gpu.layout import lay_out
from aigc.engine.network import Span, with_chosen

FEW = 256  # tokens; steps up to here are cut into more and smaller programs, to fill the device
QUERIES = 64  # of a tile that sees a prefix, and of any in steps with more tokens
FEW_QUERIES = 16  # of a tile that sees a slot; the least that a tensor core takes
SPLITS = 4  # shares of a prefix, each read by programs of its own
SPARE_TILES = 8  # programs beside those that one prefix for all needs; with still more tiles, they take turns
BLOCK_BYTES = 16_384  # of keys read at once, and as much of values
GATES = 1024  # multiplied by one program


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """This is how many numbers a token has: between layers, between a layer's products, at the end, in its heads."""

    hidden: int
    gates: int
    vocab: int
    heads: int
    kv_heads: int
    dim: int
    scale: float
    eps: float


class Stream:
    """This is the memory of `tokens` tokens that go through products: x is float32, the rest has the model's dtype."""

    def __init__(self, shape: ModelShape, tokens: int, dtype: torch.dtype, device: torch.device) -> None:
        self.x = torch.zeros(tokens, shape.hidden, device=device)
        self.more = torch.zeros(tokens, shape.hidden, dtype=dtype, device=device)
        self.normed = torch.zeros_like(self.more)
        self.attended = torch.zeros(tokens, shape.heads * shape.dim, dtype=dtype, device=device)
        self.gated = torch.zeros(tokens, 2 * shape.gates, dtype=dtype, device=device)
        self.swished = torch.zeros(tokens, shape.gates, dtype=dtype, device=device)
        self._eps = shape.eps

    def norm(self, weight: torch.Tensor, size: int, *, first: bool = False) -> torch.Tensor:
        """Add `more` to x, or start x with it, and return x normed, (size, hidden)."""
        columns = self.x.shape[1]
        kernels.norm_rows[(size,)](
            self.x, self.more, weight, self.normed, self._eps, columns, triton.next_power_of_2(columns), first,
            num_warps=4 if columns <= 2048 else 8,
        )  # fmt: skip
        return self.normed[:size]

    def multiply_gates(self, size: int) -> torch.Tensor:
        """Return swish(gate) · up, (size, gates)."""
        columns = self.swished.shape[1]
        block = min(GATES, triton.next_power_of_2(columns))
        kernels.multiply_gates[(size, triton.cdiv(columns, block))](self.gated, self.swished, columns, block)
        return self.swished[:size]


class Kept(Stream):
    """This is the memory of tokens whose logits are wanted."""

    def __init__(self, shape: ModelShape, tokens: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__(shape, tokens, dtype, device)
        self.logits = torch.zeros(tokens, shape.vocab, dtype=dtype, device=device)


class Workspace(Stream):
    """This is the memory of a step with up to `tokens` tokens; a step of a smaller size uses the first part of it."""

    def __init__(self, shape: ModelShape, tokens: int, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__(shape, tokens, dtype, device)
        self.shape = shape
        self.tokens = tokens
        self.few = tokens <= FEW
        self.splits = SPLITS if self.few else 1
        self._words = torch.zeros(kernels.ROWS * tokens, dtype=torch.int64, device=device)
        self._staged = torch.zeros(kernels.ROWS * tokens, dtype=torch.int64, pin_memory=device.type == "cuda")
        self._copied = torch.cuda.Event() if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self.qkv = torch.zeros(tokens, (shape.heads + 2 * shape.kv_heads) * shape.dim, dtype=dtype, device=device)
        self._angle, self._cosine, self._sine = torch.zeros(3, tokens, shape.dim // 2, device=device)
        self._parts = torch.zeros(self.splits * tokens * shape.heads * shape.dim, device=device)
        self._sums = torch.zeros(self.splits * tokens * shape.heads, device=device)
        self._group = triton.next_power_of_2(shape.heads // shape.kv_heads)
        self._own_tile = max(1, (FEW_QUERIES if self.few else QUERIES) // self._group)
        self._shared_tile = max(1, QUERIES // self._group)
        self._wide = max(16, triton.next_power_of_2(shape.dim))
        self._block = min(64, max(16, BLOCK_BYTES // (self._wide * dtype.itemsize)))

    def upload(self, spans: Sequence[Span], keep: Sequence[int], size: int, chosen: torch.Tensor | None) -> None:
        """Tell the device what the step is about: one copy, which nobody waits for."""
        if self._copied is not None:
            self._copied.synchronize()  # the last step's words are out of the way
        staged = self._staged[: kernels.ROWS * size]
        lay_out(staged.view(kernels.ROWS, size).numpy(), spans, keep, self._own_tile, self._shared_tile)
        self._words[: len(staged)].copy_(staged, non_blocking=True)
        if self._copied is not None:
            self._copied.record()
        if chosen is not None:
            ids = self.words(kernels.ID.value, size)
            ids.copy_(with_chosen(ids, chosen))

    def words(self, row: int, size: int) -> torch.Tensor:
        """Return one of the kernels' rows of words, (size,)."""
        return self._words[row * size : (row + 1) * size]

    def turn(self, frequencies: torch.Tensor, size: int) -> None:
        """Prepare every token's rotation, from (dim / 2,) radians per position."""
        angle = torch.mul(self.words(kernels.POSITION.value, size)[:, None], frequencies, out=self._angle[:size])
        torch.cos(angle, out=self._cosine[:size])
        torch.sin(angle, out=self._sine[:size])

    def rotate_and_keep(self, layer: int, norms: tuple[torch.Tensor, torch.Tensor] | None, size: int) -> None:
        """Start `kernels.rotate_and_keep`, with the norms of queries and keys where there are any."""
        shape, (query_norm, key_norm) = self.shape, norms or (self._sums, self._sums)
        power = triton.next_power_of_2
        kernels.rotate_and_keep[(size,)](
            self.qkv, self._words, size, self._cosine, self._sine, query_norm, key_norm, layer, shape.eps,
            shape.heads, shape.kv_heads, shape.dim,
            power(shape.heads + shape.kv_heads), power(shape.kv_heads), power(shape.dim // 2), norms is not None,
        )  # fmt: skip

    def attend(self, layer: int, window: int, size: int) -> torch.Tensor:
        """Let every token attend to its prefix and slot, or the last `window` tokens; return (size, heads · dim)."""
        shape, k = self.shape, kernels
        scale = shape.scale * math.log2(math.e)
        tiles = min(size, triton.cdiv(size, self._shared_tile) + SPARE_TILES)
        for grid, row, counted, tile, last in (
            ((tiles, shape.kv_heads, self.splits), k.SHARED.value, k.SHARED_TILES.value, self._shared_tile, False),
            ((size, shape.kv_heads, 1), k.OWN.value, k.OWN_TILES.value, self._own_tile, True),
        ):
            k.attend[grid](
                self.qkv, self._words, size, self._parts, self._sums, self.attended, layer, scale,
                row, counted, window, shape.heads, shape.kv_heads, shape.dim,
                tile, self._group, self._wide, self._block, self.splits, last, num_stages=2,
            )  # fmt: skip
        return self.attended[:size]
