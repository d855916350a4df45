"""This replays what has been run before: a CUDA graph per step of a size, recorded when such a step is first run.

A graph holds launches with all their arguments. So what it runs must take nothing from a step but what stands in
memory that is always the same, and must ask for no memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

import torch

from aigc.errors import first_line

LOG = logging.getLogger(__name__)
SIZES = (1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256)  # tokens

Key: TypeAlias = tuple[str, int]


def size_for(tokens: int) -> int | None:
    """Return the size of step that so many tokens are run as; None for more than any graph is for."""
    return next((size for size in SIZES if tokens <= size), None)


class Graphs:
    """This keeps the graphs of one model, all in one pool of memory. On a CPU everything is simply run."""

    def __init__(self, device: torch.device) -> None:
        self._on = device.type == "cuda"
        self._graphs: dict[Key, torch.cuda.CUDAGraph | None] = {}  # None: it could not be recorded
        self._stream = torch.cuda.Stream(device) if self._on else None  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle() if self._on else None

    def run(self, key: Key, launch: Callable[[], None]) -> None:
        """Run `launch`, which does the same to the same memory whenever it is called with this key."""
        if not self._on:
            launch()
        elif key not in self._graphs:
            self._graphs[key] = self._record(launch)
        elif (graph := self._graphs[key]) is not None:
            graph.replay()
        else:
            launch()

    def _record(self, launch: Callable[[], None]) -> torch.cuda.CUDAGraph | None:
        """Run `launch` once and record it; kernels are compiled and libraries get their memory in the run."""
        assert self._stream is not None
        current = torch.cuda.current_stream()
        self._stream.wait_stream(current)
        try:
            with torch.cuda.stream(self._stream):
                launch()
        finally:
            current.wait_stream(self._stream)
        graph = torch.cuda.CUDAGraph()
        try:
            # Other threads of this process may go on using the device meanwhile.
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
                launch()
        except RuntimeError as error:  # no memory, mostly
            LOG.info("no CUDA graph for steps of this size, which run without one: %s", first_line(error))
            return None
        return graph
