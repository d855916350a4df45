"""Submits, cancels, steps and shortages of memory in any order: nobody is lost, nobody comes twice, no text changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from aigc.types import Delta, Grammar, Request

from .conftest import ask

SYSTEM = "You write short lines for shops. "
ASKED: list[Request] = [
    ask("free", "a mug", system=SYSTEM, max_tokens=9),
    ask("warm", "a mug with a lid", system=SYSTEM, temperature=0.9, seed=3, max_tokens=14),
    ask("three", "a mug with a lid", system=SYSTEM, temperature=1.0, seed=4, n=3, max_tokens=6),
    ask("line", "boots", grammar=Grammar(kind="regex", source="[A-Z][a-z ]{3,9}")),
    ask("json", "boots", system=SYSTEM, grammar=Grammar(kind="json", source='{"type":"array","maxItems":2}')),
    ask("stop", "x", temperature=1.4, seed=5, stop=("a", "e")),
    ask("stream", "x y z", system=SYSTEM, stream=True, max_tokens=7),
    ask("empty", ""),
    ask("long", "a mug " * 60, system=SYSTEM, max_tokens=3),
]


class Desk(RuleBasedStateMachine):
    """One engine, and what is expected of it."""

    engine: Any
    alone: dict[tuple[str, int], Any]

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.open: dict[str, set[int]] = {}
        self.asked: dict[str, Request] = {}
        self.streamed: dict[str, str] = {}

    @rule(request=st.sampled_from(ASKED))
    def submit(self, request: Request) -> None:
        self.count += 1
        name = f"{request.id}-{self.count}"
        self.asked[name], self.open[name] = request, set(range(request.sampling.n))
        self.engine.submit(replace(request, id=name))

    @rule(steps=st.integers(1, 4))
    def step(self, steps: int) -> None:
        for _ in range(steps):
            for result in self.engine.step():
                self.hear(result)
            self.engine.check_integrity()

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        name = sorted(self.open)[which % len(self.open)]
        self.engine.cancel(name)

    @rule()
    def run_out_of_memory(self) -> None:
        forward = self.engine.network.forward

        def fail(*arguments: Any) -> Any:
            raise MemoryError

        self.engine.network.forward = fail
        self.step(1)
        self.engine.network.forward = forward
        self.engine.loop.most = max(self.engine.loop.most, 3)  # or one row would soon be all there is

    def hear(self, result: Any) -> None:
        if isinstance(result, Delta):
            self.streamed[result.request_id] = self.streamed.get(result.request_id, "") + result.text
            return
        name, index = result.request_id, result.index
        expected = self.alone[self.asked[name].id, index]
        if result.finish_reason == "cancelled":
            self.open.pop(name)  # one stands for all its candidates
            assert expected.text.startswith(result.text) or self.asked[name].grammar
            return
        self.open[name].remove(index)  # KeyError: it came twice
        if not self.open[name]:
            del self.open[name]
        if result.error == "the text does not fit into memory":
            return
        assert (result.token_ids, result.finish_reason) == (expected.token_ids, expected.finish_reason), name
        if self.asked[name].stream:
            assert self.streamed[name] == result.text

    @invariant()
    def holds_together(self) -> None:
        self.engine.check_integrity()

    def teardown(self) -> None:
        for _ in range(500):
            if not self.engine.busy:
                break
            self.step(1)
        assert not self.open
        assert not self.engine.loop.rows and not self.engine.loop.waiting and not self.engine.loop.resting
        assert not self.engine.loop.slots.banks, "a slot was not given back"


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
def test_in_any_order(kind: str, tiny_folder: Callable[..., Path], running: Any) -> None:
    from aigc.engine import EngineOptions, open_engine

    engine = open_engine(tiny_folder(kind), EngineOptions(device="cpu", rows=5))
    alone: dict[tuple[str, int], Any] = {}
    for request in ASKED:
        alone |= running(engine, [request])
    machine = type("Machine", (Desk,), {"engine": engine, "alone": alone})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    engine.close()
