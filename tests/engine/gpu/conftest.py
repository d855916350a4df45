"""The kernels on any machine: Triton's interpreter runs a launch's programs one after the other, in numpy.

So they stay for the whole process, from before Triton is imported: `-m triton` and `-m gpu` are two runs.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _where_it_can_run(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("triton"):
        pytest.importorskip("triton")
        assert os.environ.get("TRITON_INTERPRET") == "1", "run these with `-m triton`"
    elif request.node.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")
        assert "TRITON_INTERPRET" not in os.environ


def read(folder: Path, device: str = "cpu", dtype: str = "float32") -> Any:
    """A folder's network, without its trial."""
    import torch

    from aigc.engine.checkpoint import read_checkpoint
    from aigc.engine.gpu.decoder import GpuDecoder

    with ExitStack() as stack:
        found = read_checkpoint(folder, stack)
        assert found is not None
        return GpuDecoder(found, 0, torch.device(device), getattr(torch, dtype))


@pytest.fixture
def open_on(tiny_folder: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    """Engines whose network is ours, whatever the device."""
    from aigc.engine import EngineOptions
    from aigc.engine.engine import Engine
    from aigc.engine.front import load_front

    engines = []

    def opened(kind: str, variant: str = "", device: str = "cpu", **options: Any) -> Any:
        folder = tiny_folder(kind, True, variant)
        engine: Any = Engine(read(folder, device), load_front(folder), EngineOptions(device=device, **options))
        engine.folder = folder
        engines.append(engine)
        return engine

    yield opened
    for engine in engines:
        engine.close()


class Rows:
    """Five texts that are fed to a network in random pieces, and what the network must say of them.

    Two read a prefix, one all and one half of it; one has a prefix to itself; two have none. Slots are of two banks,
    one of which moves whenever `move` says so. A share of the tokens, `late`, lies on the device, in any order.
    """

    def __init__(self, network: Any, draw: random.Random, length: int = 36, late: float = 0.0) -> None:
        import torch

        from aigc.engine.cache import Bank, Prefix
        from aigc.engine.gpu.trial import plain_logits
        from aigc.engine.network import Span

        self.network, self.draw, self.late = network, draw, late
        for layer in network.layers:  # a tiny model's are all ones
            for weight in (layer.input_norm, layer.mlp_norm, *(layer.qk_norms or ())):
                weight.copy_(torch.tensor([draw.uniform(0.5, 1.5) for _ in weight]))
        self.texts = [[draw.randrange(250) for _ in range(length)] for _ in range(5)]
        self.texts[1][:20] = self.texts[0][:20]
        shared, lone = Prefix(network.shape, self.texts[0][:20]), Prefix(network.shape, self.texts[2][:29])
        self.prefixes = [(shared, 20), (shared, 11), (lone, 29), (None, 0), (None, 0)]
        self.banks = [Bank(network.shape, 2, 64), Bank(network.shape, 8, 48)]
        self.slots = [(bank, bank.take()) for bank in (self.banks[row == 4] for row in range(5))]
        self.lengths = [0] * 5
        for prefix in (shared, lone):
            assert network.forward([Span(prefix.bank, 0, 0, prefix.ids)], []).shape == (0, network.vocab)
        with torch.inference_mode():
            self.expected = [plain_logits(network, text) for text in self.texts]

    def left(self, row: int) -> int:
        return len(self.texts[row]) - self.prefixes[row][1] - self.lengths[row]

    def step(self, pieces: dict[int, int]) -> float:
        """This feeds some rows so many tokens; it gives how far the logits are from the expected ones."""
        import torch

        from aigc.engine.network import Span

        spans, keep, expected, begin = [], [], [], 0
        for row in sorted(pieces):
            (prefix, base), (bank, lane), start = self.prefixes[row], self.slots[row], self.lengths[row]
            ids = self.texts[row][base + start :][: pieces[row]]
            spans.append(Span(bank, lane, start, ids, prefix, base))
            wanted = sorted({*self.draw.sample(range(len(ids)), len(ids) // 3), len(ids) - 1})
            if self.draw.random() < 0.8:
                keep += [begin + place for place in wanted]
                expected += [self.expected[row][base + start + place] for place in wanted]
            begin += len(ids)
            self.lengths[row] += len(ids)
        found = self._forward(spans, keep)
        assert found.shape == (len(keep), self.network.vocab) and found.dtype == torch.float32
        if not keep:
            return 0.0
        want = torch.stack(expected)
        return float(((found - want).norm(dim=1) / want.norm(dim=1)).max())

    def _forward(self, spans: Any, keep: Any) -> Any:
        import torch

        places = [(row, at) for row, one in enumerate(spans) for at in range(len(one.ids))]
        late = self.draw.sample(places, round(self.late * len(places)))
        if not late:
            return self.network.forward(spans, keep)
        chosen = torch.tensor([spans[row].ids[at] for row, at in late], device=self.network.device)
        for place, (row, at) in enumerate(late):
            spans[row].ids[at] = -1 - place
        return self.network.forward(spans, keep, chosen)

    def move(self) -> None:
        """The bank of most rows doubles, so that it lies elsewhere."""
        bank = self.banks[0]
        before = bank.keys.data_ptr()
        while bank.keys.data_ptr() == before:
            bank.take()

    def play(self, longest: int = 9) -> float:
        """This feeds everything; it gives the largest difference of all steps."""
        off, steps = 0.0, 0
        while any(self.left(row) for row in range(5)):
            some = [row for row in range(5) if self.left(row) and self.draw.random() < 0.8]
            sizes = {row: min(self.left(row), self.draw.choice([1, 1, 2, longest])) for row in some}
            if sizes:
                off, steps = max(off, self.step(sizes)), steps + 1
            if steps == 3:
                self.move()
        return off
