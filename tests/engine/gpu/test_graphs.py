"""What a graph does when it is replayed: the same launches on the same memory, for another step."""

from __future__ import annotations

import random
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from ..test_adapters import TARGETS, open_model, paths_of, write_adapter
from .conftest import Rows, read

pytestmark = pytest.mark.triton


class Recorder:
    """Graphs for a CPU: every torch operation and every launch is recorded with its arguments, and done again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch
        from torch.utils._python_dispatch import TorchDispatchMode

        from aigc.engine.gpu import kernels

        self.calls: list[Any] = []
        self.graphs: dict[Any, list[Any]] = {}
        self.recording = False
        outer = self

        class Operations(TorchDispatchMode):
            def __torch_dispatch__(self, call: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                if outer.recording:
                    outer.calls.append((call, args, kwargs or {}))
                return call(*args, **(kwargs or {}))

        class Launched:
            def __init__(self, kernel: Any) -> None:
                self.kernel = kernel

            def __getitem__(self, grid: Any) -> Any:
                def launch(*args: Any, **options: Any) -> None:
                    if outer.recording:
                        outer.calls.append((self.kernel[grid], args, options))
                    before, outer.recording = outer.recording, False  # what the interpreter does is its own affair
                    self.kernel[grid](*args, **options)
                    outer.recording = before

                return launch

        for name in ("norm_rows", "multiply_gates", "rotate_and_keep", "attend"):
            monkeypatch.setattr(kernels, name, Launched(getattr(kernels, name)))
        self.operations = Operations
        self.memory = torch.empty(0)

    def run(self, key: Any, launch: Any) -> None:
        if key in self.graphs:
            for call, args, kwargs in self.graphs[key]:
                call(*args, **kwargs)
            return
        self.calls, self.recording = [], True
        with self.operations():
            launch()
        self.recording = False
        self.graphs[key] = self.calls


@pytest.mark.parametrize(("kind", "late"), [("llama", 0.0), ("llama", 0.5), ("qwen3", 0.0)])
def test_one_recording_serves_every_step_of_a_size(
    kind: str, late: float, tiny_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(monkeypatch)
    network = read(tiny_folder(kind))
    network._graphs = recorder
    rows = Rows(network, random.Random(3), late=late)
    off = [rows.step({0: 1, 1: 2, 3: 5}), rows.step({2: 1, 4: 7})]  # a prefix, and another one
    rows.move()
    off += [rows.step({3: 3, 4: 4}), rows.step({0: 3, 1: 1, 2: 2, 3: 1, 4: 1})]  # none; all
    assert max(off) < 1e-5
    assert [size for half, size in recorder.graphs if half == "body"] == [32, 8], "steps of other sizes than meant"
    assert sum(len(calls) for calls in recorder.graphs.values()) > 50


def test_nothing_is_replayed_while_an_adapter_is_loaded(
    tiny_folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine.cache import Bank
    from aigc.engine.network import Span

    recorder = Recorder(monkeypatch)
    network = read(tiny_folder("llama"))
    network._graphs = recorder
    model = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "ads", model, paths_of(model, TARGETS["llama"]), seed=1)
    bank = Bank(network.shape, 1, 8)
    plain = network.forward([Span(bank, 0, 0, [5, 6])], [1])
    network.adapters.load("ads", tmp_path / "ads")
    assert not network.forward([Span(bank, 0, 0, [5, 6], adapter="ads")], [1]).allclose(plain, atol=0.1)
    network.adapters.unload("ads")
    assert network.forward([Span(bank, 0, 0, [5, 6])], [1]).equal(plain)
    assert len(recorder.graphs) == 2


class Device:
    """A CUDA device that has no memory for the second graph."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        self.replayed = self.captured = 0
        outer = self

        class Stream:
            def wait_stream(self, other: Any) -> None: ...

        class Graph:
            def replay(self) -> None:
                outer.replayed += 1

        @contextmanager
        def graph(one: Any, **options: Any) -> Any:
            yield
            outer.captured += 1
            if outer.captured == 2:
                raise torch.OutOfMemoryError("CUDA out of memory")

        for name, stub in (
            ("Stream", lambda device: Stream()),
            ("current_stream", Stream),
            ("stream", nullcontext),
            ("graph_pool_handle", lambda: 1),
            ("CUDAGraph", Graph),
            ("graph", graph),
        ):
            monkeypatch.setattr(f"torch.cuda.{name}", stub)


def test_a_size_without_memory_for_a_graph_is_simply_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine.gpu.graphs import Graphs, size_for

    device, runs = Device(monkeypatch), []
    graphs = Graphs(torch.device("cuda"))
    for number in range(4):
        graphs.run(("body", 8), lambda: runs.append("eight"))
        graphs.run(("body", 16), lambda: runs.append("sixteen"))
        assert device.replayed == number
    assert runs.count("eight") == 2, "once to warm up, once to be recorded, then only replayed"
    assert runs.count("sixteen") == 5, "once more for each step, after the recording has failed"
    assert device.captured == 2
    assert [size_for(tokens) for tokens in (1, 3, 128, 129, 256, 257)] == [1, 4, 128, 192, 256, None]


def test_what_fails_when_it_is_run_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine.gpu.graphs import Graphs

    Device(monkeypatch)
    graphs = Graphs(torch.device("cuda"))

    def fails() -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    for _ in range(2):  # and tried again
        with pytest.raises(torch.OutOfMemoryError):
            graphs.run(("body", 8), fails)
