"""Rows are admitted by the memory there is, and none of their texts changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.engine.memory import Budget

from .test_same_tokens import mixed_requests

STYLE = "You write short lines for shops. Plain words, one line each. " * 4


@pytest.fixture
def open_within(open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """An engine whose rows may take so much."""

    def opened(rows: int, tokens: int, prefix_tokens: int, kind: str = "llama", **options: Any) -> Any:
        given = Budget(rows=rows, tokens=tokens, prefix_tokens=prefix_tokens)
        monkeypatch.setattr("aigc.engine.engine.budget", lambda *asked, **named: given)
        return open_tiny(kind, **options)

    return opened


def written(engine: Any, requests: list[Any]) -> tuple[dict[Any, Any], list[Any]]:
    """All texts, and the rows there were after each step."""
    for request in requests:
        engine.submit(request)
    texts, seen = {}, []
    while engine.busy:
        for done in engine.step():
            texts[done.request_id, done.index] = done.token_ids
        engine.check_integrity()
        seen.append(list(engine.loop.rows))
    return texts, seen


def held(rows: list[Any]) -> int:
    """How many tokens rows may come to hold, prefixes in use included."""
    prefixes = {row.prefix for row in rows if row.prefix is not None}
    return sum(row.needed for row in rows) + sum(len(prefix.ids) for prefix in prefixes)


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
@pytest.mark.parametrize("budget", [(64, 1, 1), (64, 300, 60), (3, 2000, 100), (1, 1, 1)])
def test_little_memory_changes_no_text(
    budget: tuple[int, int, int], kind: str, open_tiny: Any, open_within: Any, asking: Any
) -> None:
    requests = [one for one in mixed_requests(asking) if not one.stream]
    expected, _ = written(open_tiny(kind), requests)
    engine = open_within(*budget, kind=kind)
    texts, seen = written(engine, requests)
    assert texts == expected
    assert engine.capacity == budget[0]
    most = max(one.sampling.n for one in requests)
    for rows in seen:
        alone = len({id(row.request) for row in rows}) == 1
        assert len(rows) <= budget[0]
        slack = max(len(row.request.ids) for row in rows) if rows else 0  # of a prefix that was made for some of them
        assert alone or held(rows) <= budget[1] + slack, "only one request is taken on whatever it needs"
    assert max(map(len, seen)) <= max(most, budget[0])


def test_what_a_prefix_has_already_is_no_row_s_need(open_within: Any, asking: Any) -> None:
    """Twelve prompts that share most of their tokens are at work at once where four whole ones would fit."""
    requests = [asking(str(number), f"a mug, no. {number}", system=STYLE, max_tokens=8) for number in range(40)]
    engine = open_within(64, 1200, 600)
    first = engine.encode(requests[0])
    assert 1200 // (len(first.ids) + first.limit) == 4
    _, seen = written(engine, requests)
    assert len(seen[0]) <= 4 and len(seen[1]) >= 12, "the second lot is read from the prefix that the first one made"
    assert all(held(rows) <= 1200 for rows in seen)


def test_without_prefixes_every_prompt_counts_whole(open_within: Any, asking: Any) -> None:
    requests = [asking(str(number), f"a mug, no. {number}", system=STYLE, max_tokens=8) for number in range(8)]
    _, seen = written(open_within(64, 1200, 600, prefix_cache=False), requests)
    assert max(map(len, seen)) == 4


def test_an_engine_asks_what_is_left_once_its_weights_are_there(
    open_tiny: Any, monkeypatch: pytest.MonkeyPatch, asking: Any, running: Any
) -> None:
    from aigc.engine.machine import MachineMemory
    from aigc.engine.memory import memory_of
    from aigc.engine.options import EngineOptions

    roomy = open_tiny("llama")
    assert roomy.loop.slots.tokens > 100_000 and roomy.capacity == 128
    memory = memory_of(roomy.folder, EngineOptions(device="cpu"))
    assert memory is not None
    free = memory.work(tokens=1024) + 1_000_000
    monkeypatch.setattr("aigc.engine.engine.machine_memory", lambda: MachineMemory(whole=1 << 30, free=free))
    engine = open_tiny("llama")
    spare = 900_000
    assert engine.loop.slots.tokens == spare * 3 // 8 // engine.network.shape.token_bytes
    assert engine.loop.prefixes.budget == spare // 8 // engine.network.shape.token_bytes
    assert engine.capacity == spare // 8 // (3 * 4 * engine.network.vocab)
    held = MachineMemory(whole=1 << 30, free=1 << 30, addresses=free)
    monkeypatch.setattr("aigc.engine.engine.machine_memory", lambda: held)
    engine = open_tiny("llama")
    assert engine.loop.slots.tokens == 1_000_000 // 6 // engine.network.shape.token_bytes
    assert running(engine, [asking("a", "a mug")])["a", 0].finish_reason in ("stop", "length")
