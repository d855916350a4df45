"""This is a step of a model as a list of operations, which one call to the library runs on all threads (`step.c`).

A `Program` is made once, over memory of its own for so many tokens; a `Step` says which tokens, and where their rows
keep keys and values.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy
import torch

from aigc.engine.cache import Bank
from aigc.engine.cpu.kernels import Panels, op, row_bytes
from aigc.engine.cpu.library import KEY_BLOCK, Narrow, Op, OpKind, Step
from aigc.engine.cpu.linear import PackedLinear
from aigc.engine.network import Span

MOST_TOGETHER = 16  # tokens that a thread attends for at once, as in attend.c
SCORES = 16_384  # floats of scores that a thread keeps: they should stay in its cache
SPARE = KEY_BLOCK  # floats before and behind a text's scores that may be written too


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionShape:
    """This is what all layers of a model have in common."""

    heads: int
    kv_heads: int
    dim: int
    scale: float
    eps: float
    tables: int = 1  # of cosines and sines


class Program:
    """This is operations in the order in which they were added, before the first run; tensors are (tokens, floats)."""

    def __init__(self) -> None:
        self._ops: list[Op] = []
        self._alive: list[Any] = []
        self._small: dict[int, torch.Tensor] = {}  # rounded rows, by their depth

    def __len__(self) -> int:
        return len(self._ops)

    @cached_property
    def array(self) -> ctypes.Array[Op]:
        """Return the operations as the library reads them."""
        return (Op * len(self._ops))(*self._ops)

    def gather(self, panels: Panels, out: torch.Tensor) -> None:
        """Read the tokens' rows of an embedding."""
        self._add(OpKind.GATHER, out=out, panels=panels)

    def scale(self, x: torch.Tensor, factor: float) -> None:
        """Multiply everything by a number, in place."""
        self._add(OpKind.SCALE, out=x, columns=x.shape[1], factor=factor)

    def norm(self, x: torch.Tensor, weight: torch.Tensor, out: torch.Tensor, *, add: bool = False) -> None:
        """Divide each row by its root mean square and multiply it by `weight`; write that to `out`, or add it."""
        self._add(OpKind.NORM, source=x, out=out, weight=weight, depth=x.shape[1], add=add)

    def multiply(self, x: torch.Tensor, layer: PackedLinear, out: torch.Tensor, *, add: bool = False) -> None:
        """Write a product to `out`, or add it."""
        narrow = max(layer.narrow.of(part.format) for part in layer.parts)
        small, begin = self._quantised(x, narrow) if narrow else x, 0
        for part, bias in zip(layer.parts, layer.biases(), strict=True):
            kind = layer.narrow.of(part.format)
            self._add(
                OpKind.MULTIPLY,
                source=small if kind else x,
                out=out[:, begin:],
                panels=part,
                more=bias,
                add=add,
                narrow=kind,
                pitch=out.shape[1],
            )
            begin += part.columns

    def _quantised(self, x: torch.Tensor, narrow: Narrow) -> torch.Tensor:
        """Round x, in memory that every product of that depth uses."""
        rows, depth = x.shape
        if depth not in self._small:
            self._small[depth] = torch.empty(rows, row_bytes(depth, narrow), dtype=torch.uint8)
        self._add(OpKind.QUANTISE, source=x, out=self._small[depth], depth=depth, narrow=narrow)
        return self._small[depth]

    def rotate(
        self, x: torch.Tensor, layer: int, norms: tuple[torch.Tensor, torch.Tensor] | None, table: int = 0
    ) -> None:
        """Norm and rotate queries and keys in place, and write keys and values to the slots."""
        of_queries, of_keys = norms or (None, None)
        self._add(OpKind.ROTATE, out=x, weight=of_queries, more=of_keys, layer=layer, table=table)

    def attend(self, x: torch.Tensor, layer: int, window: int, out: torch.Tensor) -> None:
        """Let the queries in x attend to what their rows have kept, or the last `window` tokens of it."""
        self._add(OpKind.ATTEND, source=x, out=out, layer=layer, window=window)

    def swish(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """Write swish(gate) · up of rows that have all gates first."""
        self._add(OpKind.SWISH, source=x, out=out, columns=out.shape[1])

    def gelu(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """Write GELU(gate) · up, in its form with a tanh, of rows that have all gates first."""
        self._add(OpKind.GELU, source=x, out=out, columns=out.shape[1])

    def keep(self, x: torch.Tensor) -> None:
        """Move the rows that are kept to the front; what follows sees no others."""
        self._add(OpKind.KEEP, out=x, columns=x.shape[1])

    def _add(self, kind: OpKind, **given: Any) -> None:
        self._alive.append(given)
        self._ops.append(op(kind, **given))


def lay_out(
    spans: Sequence[Span],
    keep: Sequence[int],
    shape: AttentionShape,
    rotary: tuple[torch.Tensor, torch.Tensor],
    threads: int,
) -> Step:
    """Make a step over the spans' tokens. `rotary` is cosines and sines, (positions, tables, dim / 2)."""
    rows: list[tuple[int, ...]] = []
    ids: list[int] = []
    for span in spans:
        keys, values, stride, layer = _place(span.bank, span.lane)
        shared = _place(span.prefix.bank, 0) if span.prefix is not None else (0, 0, 0, 0)
        rows.append((len(ids), len(span.ids), span.base, span.start, *shared, keys, values, stride, layer))
        ids += span.ids
    return laid_out(rows, ids, keep, shape, rotary, threads)


def laid_out(
    rows: Sequence[tuple[int, ...]],
    ids: Sequence[int],
    keep: Sequence[int],
    shape: AttentionShape,
    rotary: tuple[torch.Tensor, torch.Tensor],
    threads: int,
) -> Step:
    """Make a step whose spans are given as the numbers of a Span in step.h."""
    longest = max(base + start + count for _, count, base, start, *_ in rows)
    room, groups = longest + SPARE, shape.heads // shape.kv_heads
    together = max(1, min(MOST_TOGETHER, SCORES // (room * groups)))
    scratch = torch.empty(threads * (SPARE + together * groups * (room + 1)))
    arrays = [numpy.array(numbers, dtype=numpy.int64) for numbers in (ids, rows, keep)]
    step = Step(
        ids=arrays[0].ctypes.data,
        spans=arrays[1].ctypes.data,
        count=len(rows),
        keep=arrays[2].ctypes.data,
        kept=len(keep),
        cosine=rotary[0].data_ptr(),
        sine=rotary[1].data_ptr(),
        scratch=scratch.data_ptr(),
        room=room,
        together=together,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        dim=shape.dim,
        tables=shape.tables,
        scale=shape.scale,
        eps=shape.eps,
    )
    step.alive = (*arrays, scratch, *rotary)
    return step


def _place(bank: Bank, lane: int) -> tuple[int, int, int, int]:
    """Return the addresses of a lane's keys and values, and how far it is to the next head and the next layer."""
    layer, lanes, head, *_ = bank.keys.stride()
    ahead = lane * lanes * bank.keys.itemsize
    return bank.keys.data_ptr() + ahead, bank.values.data_ptr() + ahead, head, layer
