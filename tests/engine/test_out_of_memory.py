"""When memory runs out the engine goes on with fewer rows, and nothing that was written changes."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from aigc.errors import EngineError

from .test_same_tokens import FACTS, mixed_requests

STYLE = "You write short lines for shops. Plain words, one line each. "


class Scarce:
    """This lets `forward` fail like torch does: at the given calls, or whenever more rows than `most` are fed."""

    def __init__(self, engine: Any, *, at: tuple[int, ...] = (), most: int = 1 << 30, words: str = "") -> None:
        self.forward, self.at, self.most, self.calls, self.failures = engine.network.forward, at, most, 0, 0
        self.words = words or "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory"
        engine.network.forward = self

    def __call__(self, spans: Any, keep: Any, *chosen: Any) -> Any:
        self.calls += 1
        if self.calls in self.at or len(spans) > self.most:
            self.failures += 1
            raise RuntimeError(self.words)
        return self.forward(spans, keep, *chosen)


def texts_of(done: Any) -> dict[Any, Any]:
    return {key: (one.text, one.token_ids, one.finish_reason) for key, one in done.items()}


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
@pytest.mark.parametrize("at", [(1,), (2,), (3, 4), (2, 6, 11), (9, 10, 11)])
def test_texts_do_not_change(at: tuple[int, ...], kind: str, open_tiny: Any, asking: Any, running: Any) -> None:
    requests = mixed_requests(asking)
    expected = texts_of(running(open_tiny(kind), requests))
    engine = open_tiny(kind)
    scarce = Scarce(engine, at=at)
    assert texts_of(running(engine, requests)) == expected
    assert scarce.failures == len(at)


def test_it_settles_on_what_fits(open_tiny: Any, asking: Any, running: Any, caplog: pytest.LogCaptureFixture) -> None:
    requests = [asking(str(i), FACTS[i % 6], system=STYLE, seed=i, temperature=0.8) for i in range(20)]
    expected = texts_of(running(open_tiny("llama"), requests))
    engine = open_tiny("llama")
    scarce = Scarce(engine, most=4)
    with caplog.at_level(logging.WARNING):
        assert texts_of(running(engine, requests)) == expected
    assert engine.loop.most in (2, 3, 4)
    assert scarce.failures == len(caplog.messages) <= 4, "each time it is fewer"
    assert "going on with at most" in caplog.text


def test_masks_are_filled_before_anybody_looks_at_their_grammars(
    open_tiny: Any, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine.loop import Loop

    engine = open_tiny("llama")
    bias, back_off, open_masks = engine.loop.bias, Loop.back_off, []

    def counted(matchers: Any) -> Any:
        wait = bias(matchers)
        open_masks.append(len(matchers))

        def waited() -> Any:
            open_masks.pop()
            return wait()

        return waited

    def looked(loop: Any) -> Any:
        assert not open_masks
        return back_off(loop)

    monkeypatch.setattr(engine.loop, "bias", counted)
    monkeypatch.setattr(Loop, "back_off", looked)
    scarce = Scarce(engine, at=(2, 5))
    running(engine, mixed_requests(asking))
    assert scarce.failures == 2 and not open_masks


def test_a_text_that_never_fits_fails_alone(open_tiny: Any, asking: Any, running: Any) -> None:
    engine = open_tiny("llama")
    scarce = Scarce(engine)
    big = "a very long brief " * 20

    def forward(spans: Any, keep: Any) -> Any:
        if any(len(span.ids) > 200 for span in spans):
            raise MemoryError
        return scarce.forward(spans, keep)

    engine.network.forward = forward
    done = running(engine, [asking("big", big), asking("a", "a mug"), asking("b", "boots")])
    assert done["big", 0].finish_reason == "error"
    assert done["big", 0].error == "the text does not fit into memory"
    assert {done[name, 0].finish_reason for name in "ab"} <= {"stop", "length"}


def test_rows_at_rest_can_be_cancelled(open_tiny: Any, asking: Any, running: Any) -> None:
    engine = open_tiny("llama")
    for number in range(8):
        engine.submit(asking(str(number), FACTS[number % 6], system=STYLE, max_tokens=40))
    engine.step()
    Scarce(engine, at=(1,))
    engine.step()
    engine.check_integrity()
    resting = [row.request.id for row in engine.loop.resting]
    assert len(resting) == 4
    for name in resting[:2]:
        engine.cancel(name)
        engine.check_integrity()
    done = running(engine)
    assert sorted(name for name, _ in done) == [str(number) for number in range(8)]
    assert [done[name, 0].finish_reason for name in resting[:2]] == ["cancelled", "cancelled"]


def test_other_failures_are_not_taken_for_it(open_tiny: Any, asking: Any) -> None:
    engine = open_tiny("llama")
    Scarce(engine, at=(1,), words="mat1 and mat2 shapes cannot be multiplied")
    engine.submit(asking("a", "a mug"))
    with pytest.raises(EngineError, match="the model failed: mat1 and mat2"):
        engine.step()


def test_a_long_row_among_many_gets_no_slots_for_all_of_them() -> None:
    import torch

    from aigc.engine.cache import CacheShape, Slots

    shape = CacheShape(layers=1, kv_heads=1, head_dim=8, dtype=torch.float32, device=torch.device("cpu"), blank=False)
    slots = Slots(shape, 20_000)
    slots.rows = 128
    assert slots.take(10, 40).bank.lanes == 128
    assert slots.take(5_000, 6_000).bank.lanes == 2, "the sixteen of a fresh bank would be more than there is"
    assert slots.take(300, 400).bank.lanes == 39
