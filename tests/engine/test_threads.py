"""Threads belong to an engine: each works on its own number, and torch is left as it was for everyone else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

OpenTiny = Callable[..., Any]


@pytest.fixture(autouse=True)
def three() -> Iterator[None]:
    """A number that no engine here would choose."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def number_elsewhere() -> int:
    """How many threads torch has in a thread that uses it for the first time."""
    import torch

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


def watch(engine: Any, seen: list[tuple[int, int]]) -> None:
    """Notes, at every forward, on how many threads torch works, and our kernels."""
    import torch

    forward = engine.loop.runner.forward

    def watched(spans: Any, keep: Any, *chosen: Any) -> Any:
        native = engine.network.native
        seen.append((torch.get_num_threads(), native.threads if native else 0))
        return forward(spans, keep, *chosen)

    engine.loop.runner.forward = watched


def test_a_block_has_a_number_of_its_own() -> None:
    import torch

    from aigc.engine.threads import torch_threads

    before = torch.get_num_threads()
    with torch_threads(before + 2):
        assert torch.get_num_threads() == before + 2
        with torch_threads(before + 1):
            assert torch.get_num_threads() == before + 1
        assert torch.get_num_threads() == before + 2
        with pytest.raises(ZeroDivisionError), torch_threads(before + 3):
            _ = 1 / 0
        assert torch.get_num_threads() == before + 2
    assert torch.get_num_threads() == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch's own function may have to do")
def test_a_thread_that_starts_meanwhile_has_its_own_number() -> None:
    from aigc.engine.threads import torch_threads

    before = number_elsewhere()
    with torch_threads(before + 2):
        assert number_elsewhere() == before


@pytest.mark.parametrize("options", [{}, {"deterministic": True}], ids=["plain", "deterministic"])
@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_torch_is_left_as_it_was(
    kind: str, options: dict[str, Any], open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    import torch

    before = torch.get_num_threads(), number_elsewhere()
    engine = open_tiny(kind, threads=before[0] + 3, **options)
    assert (torch.get_num_threads(), number_elsewhere()) == before
    engine.submit(asking("0", "a mug", max_tokens=5))
    while engine.busy:
        engine.step()
        assert (torch.get_num_threads(), number_elsewhere()) == before
    engine.close()
    assert (torch.get_num_threads(), number_elsewhere()) == before


def test_a_step_that_fails_leaves_torch_as_it_was(
    open_tiny: OpenTiny, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from aigc.errors import EngineError

    def fail(*_: Any) -> Any:
        raise RuntimeError("the device is on fire")

    before = torch.get_num_threads()
    engine = open_tiny("gpt2", threads=before + 1)
    monkeypatch.setattr(engine.loop.runner, "forward", fail)
    engine.submit(asking("0", "a mug"))
    with pytest.raises(EngineError, match="on fire"):
        engine.step()
    assert torch.get_num_threads() == before


def test_engines_in_one_process_keep_their_own_number(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    requests = [asking(str(n), f"a mug {n}", temperature=0.9, seed=n, max_tokens=12) for n in range(4)]
    expected = {kind: running(open_tiny(kind), requests) for kind in ("llama", "gpt2")}
    engines = [open_tiny(kind, threads=threads) for kind, threads in (("llama", 2), ("gpt2", 5), ("llama", 4))]
    kinds = ["llama", "gpt2", "llama"]
    seen: list[list[tuple[int, int]]] = [[], [], []]
    for engine, numbers in zip(engines, seen, strict=True):
        watch(engine, numbers)
        for request in requests:
            engine.submit(request)
    done: list[dict[Any, Any]] = [{}, {}, {}]
    while any(engine.busy for engine in engines):
        for engine, completions in zip(engines, done, strict=True):
            completions |= {(one.request_id, one.index): one for one in engine.step()}
    assert [{*numbers} for numbers in seen] == [{(1, 2)}, {(5, 5)}, {(1, 4)}]
    for kind, completions in zip(kinds, done, strict=True):
        assert {key: one.token_ids for key, one in completions.items()} == {
            key: one.token_ids for key, one in expected[kind].items()
        }


def test_the_kernels_run_on_an_engines_own_number(
    open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine.cpu.kernels import Kernels

    engines = {threads: open_tiny("llama", threads=threads) for threads in (2, 3)}
    if engines[2].network.native is None:
        pytest.skip("no kernels were built for this machine")
    asked: list[int] = []
    for name in ("run", "survey", "draw"):
        call = getattr(Kernels, name)
        monkeypatch.setattr(
            Kernels, name, lambda self, *given, call=call: (asked.append(self.threads), call(self, *given))[1]
        )
    for threads in (2, 3, 2):
        running(engines[threads], [asking("0", "a mug", temperature=0.9, max_tokens=3)])
        assert len(asked) > 3 and {*asked} == {threads}
        asked.clear()
