"""This is what the engine needs of a loaded model; the rooms `cpu`, `gpu` and `hf` have the kinds there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import torch

from aigc.engine.adapters import Adapters
from aigc.engine.cache import Bank, CacheShape, Prefix
from aigc.engine.cpu.kernels import Kernels
from aigc.engine.cpu.library import Narrow
from aigc.engine.layers import Segment


@dataclass(frozen=True, slots=True)
class Span:
    """This is what one row brings to a step: `ids`, written to its slot from `start`, after `base` shared tokens.

    An id of -1 - place is one that only the device knows: the one at `place` of the tokens chosen last.
    """

    bank: Bank
    lane: int
    start: int
    ids: Sequence[int]
    prefix: Prefix | None = None
    base: int = 0
    adapter: str = ""


class ModelRunner(Protocol):
    """This is the part that the loop needs."""

    shape: CacheShape
    in_place: bool  # whether rows may read a prefix where it lies, beside other rows
    asynchronous: bool  # whether `forward` returns long before the device is done, so that looking ahead pays
    torch_threads: int  # that torch works on during a step

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """Run one step and write its keys and values; return float32 logits of the packed tokens `keep`.

        `chosen`, on the device, has the tokens that spans may name by their place; only an asynchronous network is
        ever given any.
        """


class Network(ModelRunner, Protocol):
    """This is a model that texts can be written with."""

    device: torch.device
    adapters: Adapters
    context: int  # tokens of a prompt and its text at most
    vocab: int  # columns of the logits
    heads: int  # of queries
    head: int  # weights multiplied for every sampled token
    body: int  # weights multiplied for every token
    weight_bytes: int  # of both, read once a step
    arithmetic: Narrow  # what activations are rounded to where most weights are multiplied
    steady: bool  # whether a row's numbers depend, to the bit, on nothing else in a step

    @property
    def native(self) -> Kernels | None:
        """Return our kernels on a CPU, on as many threads as this network works on."""

    @property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end a text, by the model's configs."""


def with_chosen(ids: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Return `ids` with those of `chosen` where only their place was known. The host need not wait."""
    return torch.where(ids < 0, chosen[(-1 - ids).clamp_(min=0)], ids)


def segments(spans: Sequence[Span]) -> Iterator[Segment]:
    """Yield the packed tokens of each adapter, neighbours together."""
    begin = 0
    for name, group in groupby(spans, key=lambda span: span.adapter):
        end = begin + sum(len(span.ids) for span in group)
        if name:
            yield begin, end, name
        begin = end
