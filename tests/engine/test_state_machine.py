"""Submits, cancels, steps and shortages of memory in any order: nobody is lost, nobody comes twice, no text changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from aigc.errors import EngineError
from aigc.types import Completion, Delta, Grammar, Request, TokenLogprob

from .conftest import ask

ROWS = 5
SYSTEM = "You write short lines for shops. "
NO_ROOM = "the text does not fit into memory"
TEXTS = ["", "x", "a mug", "a mug with a lid", "a mug with a lid, blue", "折叠", "boots " * 30, "x" * 600]
GRAMMARS = [
    *[None] * 5,
    Grammar(kind="regex", source="[A-Z][a-z é]{3,9}"),
    Grammar(kind="regex", source="Only this\\."),
    Grammar(kind="json", source='{"type":"array","items":{"enum":["mug","mugs","lid"]},"maxItems":3}'),
    Grammar(kind="lark", source='start: "Buy: " /[0-9折叠]{2,4}/'),
    Grammar(kind="regex", source="((("),
]


def random_requests(count: int) -> list[Request]:
    """A pool, so that each has to be written alone only once; every text and grammar is in it several times."""
    draw = random.Random(1)
    return [
        ask(
            "",
            TEXTS[number % len(TEXTS)],
            system=draw.choice(["", SYSTEM, SYSTEM * 2]),
            grammar=draw.choice(GRAMMARS),
            stream=draw.random() < 0.5,
            temperature=draw.choice([0.0, 1.0, 1.6]),
            max_tokens=draw.choice([1, 2, 5, 9, 24]),
            n=draw.choice([1, 1, 1, 2, 3, 7]),
            stop=draw.choice([(), (), ("a", "é"), ("th", " ", "\n"), ("aaaa",)]),
            seed=number,
            logprobs=draw.choice([0, 0, 2]),
            frequency_penalty=draw.choice([0.0, 0.0, 0.7]),
            logit_bias=draw.choice([(), (), ((97, 3.0), (98, -4.0))]),
            urgent=draw.random() < 0.3,
        )
        for number in range(count)
    ]


ASKED = random_requests(64)
NUMBERS = st.integers(0, len(ASKED) - 1)


class Desk(RuleBasedStateMachine):
    """One engine, and what is expected of it. The engines are new for every example, the network is not."""

    new_engine: Callable[..., Any]
    alone: dict[Request, dict[int, Completion]]
    seen: set[str]
    ahead: bool
    interactive: bool

    def __init__(self) -> None:
        super().__init__()
        self.engine = type(self).new_engine(rows=ROWS, interactive=self.interactive)
        self.engine.network.asynchronous = self.ahead
        self.asked: dict[str, Request] = {}
        self.open: dict[str, set[int]] = {}  # candidates that have not come back
        self.cancelled: set[str] = set()
        self.starved: set[str] = set()  # in hand when memory was short
        self.shown: dict[tuple[str, int], str] = {}
        self.told: dict[tuple[str, int], tuple[TokenLogprob, ...]] = {}

    def expected(self, request: Request) -> dict[int, Completion]:
        """What comes of a request that is alone in an engine that keeps nothing."""
        if request not in self.alone:
            engine = type(self).new_engine(rows=1, prefix_cache=False)
            engine.network.asynchronous = False
            engine.submit(request)
            done: list[Any] = []
            while engine.busy:
                done += engine.step()
            engine.close()
            self.engine.network.asynchronous = self.ahead
            self.alone[request] = {result.index: result for result in done if isinstance(result, Completion)}
        return self.alone[request]

    @rule(number=NUMBERS)
    def submit(self, number: int) -> None:
        name, request = f"r{len(self.asked)}", ASKED[number]
        self.asked[name], self.open[name] = request, set(range(request.sampling.n))
        self.engine.submit(replace(request, id=name))

    @rule(numbers=st.lists(NUMBERS, min_size=3, max_size=6))
    def submit_many(self, numbers: list[int]) -> None:
        for number in numbers:
            self.submit(number)

    @rule(steps=st.integers(1, 9))
    def step(self, steps: int) -> None:
        for _ in range(steps):
            for result in self.engine.step():
                self.hear(result)
            self.engine.check_integrity()

    def in_hand(self) -> list[str]:
        """Requests that can still be cancelled: one that cannot be served is over at once."""
        open_names = sorted(set(self.open) - self.cancelled)
        return [name for name in open_names if self.expected(self.asked[name])[0].finish_reason != "error"]

    @precondition(lambda self: self.in_hand())
    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        names = self.in_hand()
        name = names[which % len(names)]
        with pytest.raises(EngineError, match="is in hand already"):
            self.engine.submit(replace(self.asked[name], id=name))
        self.engine.cancel(name)
        self.engine.cancel(name)  # a second time it is nobody's
        self.cancelled.add(name)

    @rule(calls=st.integers(0, 2))
    def run_out_of_memory(self, calls: int) -> None:
        """The second forward fails, say, be it a prefix's or a step's."""
        network, left = self.engine.network, calls
        forward = network.forward

        def fail(*arguments: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise MemoryError
            return forward(*arguments)

        self.starved |= set(self.open)
        network.forward = fail
        try:
            self.step(2)
        finally:
            del network.forward
        self.engine.loop.most = ROWS  # or one row would soon be all there is

    def hear(self, result: Completion | Delta) -> None:
        name, index = result.request_id, result.index
        assert index in self.open[name], f"{name} came twice"
        if isinstance(result, Delta):
            assert self.asked[name].stream and name not in self.cancelled and (result.text or result.logprobs)
            self.told[name, index] = self.told.get((name, index), ()) + result.logprobs
            self.shown[name, index] = self.shown.get((name, index), "") + result.text
            return
        expected = self.expected(self.asked[name])[index]
        shown = self.shown.get((name, index), "")
        self.seen.add(result.finish_reason)
        if name in self.cancelled:
            del self.open[name]  # one stands for all its candidates
            assert result.finish_reason == "cancelled"
            assert result.token_ids == expected.token_ids[: len(result.token_ids)]
            assert result.text.startswith(shown)
            return
        self.open[name].remove(index)
        if not self.open[name]:
            del self.open[name]
        if result.error == NO_ROOM:
            assert name in self.starved
            return
        assert (result.text, result.token_ids) == (expected.text, expected.token_ids), name
        assert (result.finish_reason, result.error) == (expected.finish_reason, expected.error), name
        assert result.usage.forced == expected.usage.forced
        assert shown == (result.text if self.asked[name].stream else "")
        assert self.told.get((name, index), ()) == (result.logprobs if self.asked[name].stream else ())

    @invariant()
    def holds_together(self) -> None:
        self.engine.check_integrity()

    def teardown(self) -> None:
        for _ in range(500):
            if not self.engine.busy:
                break
            self.step(1)
        assert not self.open, "somebody never came back"
        assert list(self.engine.step()) == []
        loop = self.engine.loop
        assert not (loop.rows or loop.admission.everyone or loop.resting or loop.sources or loop.flight)
        assert not loop.slots.banks, "a slot was not given back"
        assert not any(prefix.users for prefix in loop.prefixes.kept)
        self.engine.close()


@pytest.mark.parametrize(("kind", "step_tokens"), [("llama", 1024), ("gemma3", 40)])
@pytest.mark.parametrize("ahead", [False, True])
def test_in_any_order(
    kind: str, step_tokens: int, ahead: bool, tiny_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps of urgent texts alone come in between at random."""
    from aigc.engine import EngineOptions, engine, front
    from aigc.engine.hf import model

    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", step_tokens)  # few: prompts take several steps
    monkeypatch.setattr("aigc.engine.engine.PREFIX_TOKENS", 150)  # few: prefixes are dropped
    network = model.load_network(tiny_folder(kind), EngineOptions(device="cpu"))
    reader = front.load_front(tiny_folder(kind))

    def new_engine(**options: Any) -> Any:
        return engine.Engine(network, reader, EngineOptions(device="cpu", **options))

    seen: set[str] = set()
    draw = random.Random(kind)
    monkeypatch.setattr("aigc.engine.batch_share.BatchShare.urgent_next", property(lambda _: draw.random() < 0.5))
    new = {"new_engine": staticmethod(new_engine), "alone": {}, "seen": seen, "ahead": ahead, "interactive": not ahead}
    machine = type("Machine", (Desk,), new)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=16, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert seen == {"stop", "length", "cancelled", "error"}, "some ways to end were never taken"
