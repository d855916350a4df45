"""A request and its seed give one text: alone, in any batch, in any order, set back, with and without prefix cache.

In the deterministic mode the very logits are equal, bit by bit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Grammar, Request

from .test_adapters import TARGETS, open_model, paths_of, write_adapter

OpenTiny = Callable[..., Any]
Key = tuple[str, int]
STYLE = "You write short lines for shops. Plain words, one line each. "
FACTS = ("a mug", "a mug with a lid", "28 mg caffeine per cup", "折叠电动自行车", "x", "boots " * 25)
GRAMMARS = (
    None,
    Grammar(kind="regex", source="[A-Z][a-z ]{5,20}"),
    Grammar(kind="json", source='{"type":"array","items":{"type":"string","maxLength":9},"minItems":2,"maxItems":3}'),
)


def requests_of(asking: Any) -> list[Request]:
    """Every way of sampling, with prompts that share much, little and nothing."""
    ways: list[dict[str, Any]] = [
        {"temperature": 1.0},
        {"temperature": 1.4, "top_p": 0.9, "n": 3},
        {"temperature": 0.8, "top_k": 20, "logprobs": 3},
        {"temperature": 1.8, "min_p": 0.05, "repetition_penalty": 1.3},
        {"temperature": 1.2, "presence_penalty": 0.7, "stop": ("th", "é", "\n")},
        {"temperature": 0.0},
    ]
    return [
        asking(
            f"{number}",
            FACTS[number % len(FACTS)],
            system=STYLE if number % 4 else "",
            grammar=GRAMMARS[number % 3],
            seed=number // 2,
            max_tokens=8 + 3 * (number % 6),
            **ways[(number * 5 + number // 6) % len(ways)],
        )
        for number in range(18)
    ]


def texts_of(done: Any) -> dict[Key, tuple[Any, ...]]:
    return {key: (c.text, c.token_ids, c.finish_reason, c.usage.forced) for key, c in done.items()}


@contextmanager
def short_of_memory(engine: Any, every: int) -> Iterator[None]:
    """Every so often a forward fails: all rows are set back, half of them rest."""
    runner, calls = engine.loop.runner, 0
    forward = runner.forward

    def fail(spans: Any, keep: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls % every == 0 and len(engine.loop.rows) > 1:
            raise MemoryError
        return forward(spans, keep)

    runner.forward = fail
    try:
        yield
    finally:
        del runner.forward


@pytest.fixture(params=["llama", "gpt2", "gemma3"])
def alone(request: Any, open_tiny: OpenTiny, asking: Any, running: Any) -> tuple[str, dict[Key, tuple[Any, ...]]]:
    """What each request gets in an engine of its own, without prefixes."""
    found: dict[Key, tuple[Any, ...]] = {}
    engine = open_tiny(request.param, rows=4, prefix_cache=False)
    for one in requests_of(asking):
        found |= texts_of(running(engine, [one]))
    return request.param, found


@pytest.mark.parametrize("prefix_cache", [True, False])
def test_a_text_is_its_own_in_any_batch_and_order(
    prefix_cache: bool, alone: Any, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    kind, expected = alone
    requests = requests_of(asking)
    for seed, rows in enumerate((3, 8, 64)):
        random.Random(seed).shuffle(requests)
        engine = open_tiny(kind, rows=rows, prefix_cache=prefix_cache)
        assert texts_of(running(engine, requests)) == expected
        assert texts_of(running(engine, requests[::-1])) == expected  # now with what the first time left behind


def test_a_text_set_back_goes_on_as_if_nothing_had_been(
    alone: Any, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    kind, expected = alone
    engine = open_tiny(kind, rows=16)
    with short_of_memory(engine, every=7):
        assert texts_of(running(engine, requests_of(asking))) == expected


def test_what_is_asked_later_changes_nothing(alone: Any, open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    kind, expected = alone
    engine, done = open_tiny(kind, rows=5), {}
    for request in requests_of(asking):
        engine.submit(request)
        done |= {(c.request_id, c.index): c for c in engine.step()}
        engine.check_integrity()
    assert texts_of(done | running(engine)) == expected


def test_another_seed_and_another_candidate_give_another_text(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    requests = [asking(str(seed), "a mug", temperature=1.0, seed=seed, n=3) for seed in range(4)]
    texts = [completion.text for completion in running(open_tiny(), requests).values()]
    assert len(texts) == 12 and len(set(texts)) == 12


def test_candidates_share_their_prompt(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    engine = open_tiny(prefix_cache=False)
    fed: list[int] = []
    forward = engine.network.forward
    engine.network.forward = lambda spans, keep: (fed.append(sum(len(s.ids) for s in spans)), forward(spans, keep))[1]
    running(engine, [asking("0", "a mug " * 20, n=8, temperature=1.0, max_tokens=1)])
    assert fed == [engine.count_tokens(asking("0", "a mug " * 20).prompt)]


# The deterministic mode


@contextmanager
def logits_kept(engine: Any) -> Iterator[dict[tuple[str, int, int], Any]]:
    """Collects the logits that each token was chosen from."""
    kept: dict[tuple[str, int, int], Any] = {}
    choose = engine.loop._sample

    def keep(rows: Sequence[Any], logits: Any, bias: Any) -> Any:
        for row, mine in zip(rows, logits, strict=True):
            key = (row.request.id, row.index, len(row.written))
            kept.setdefault(key, []).append(mine.clone())
        return choose(rows, logits, bias)

    engine.loop._sample = keep
    yield kept


def same_bits(found: Any, expected: Any) -> None:
    import torch

    assert found.keys() == expected.keys()
    for key, mine in expected.items():
        assert len(found[key]) == len(mine)
        assert all(torch.equal(a, b) for a, b in zip(found[key], mine, strict=True)), key


@pytest.mark.parametrize("kind", ["llama", "gpt2", "mistral"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_deterministic_mode_gives_the_same_bits_in_any_company(
    kind: str, dtype: str, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    options = {"dtype": dtype, "deterministic": True}
    requests, expected, alone = requests_of(asking), {}, {}
    engine = open_tiny(kind, rows=4, prefix_cache=False, **options)
    for request in requests:
        with logits_kept(engine) as kept:
            alone |= running(engine, [request])
        expected |= kept
        del engine.loop._sample
    for seed, rows, prefix_cache in ((1, 64, True), (2, 5, True), (3, 9, False)):
        random.Random(seed).shuffle(requests)
        engine = open_tiny(kind, rows=rows, prefix_cache=prefix_cache, **options)
        with logits_kept(engine) as kept:
            done = running(engine, requests)
        same_bits(kept, expected)
        for key, completion in done.items():  # its log-probabilities too
            assert completion.logprobs == alone[key].logprobs and completion.mean_logprob == alone[key].mean_logprob
        shared = sum(completion.usage.cached for completion in done.values())
        assert (shared > 5 * len(STYLE)) == prefix_cache  # what is shared is still computed once


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_deterministic_mode_keeps_its_bits_when_set_back(
    dtype: str, open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = requests_of(asking)
    engine = open_tiny(rows=32, dtype=dtype, deterministic=True)
    with logits_kept(engine) as expected:
        running(engine, requests)
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 50)  # prompts in parts, too
    engine = open_tiny(rows=32, dtype=dtype, deterministic=True)
    with short_of_memory(engine, every=9), logits_kept(engine) as kept:
        running(engine, requests)
    same_bits(kept, expected)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "qwen3", "mistral"])
def test_the_deterministic_mode_writes_what_the_reference_writes(
    kind: str, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    from aigc.engine.reference import Reference

    engine = open_tiny(kind, deterministic=True)
    requests = requests_of(asking)
    done = running(engine, requests)
    reference = Reference(engine, engine.folder)
    for request in requests:
        for expected in reference.write(request):
            assert done[request.id, expected.index].token_ids == expected.token_ids


def test_a_machine_that_cannot_is_refused(open_tiny: OpenTiny, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine.cpu.linear import PackedLinear
    from aigc.errors import ModelError

    forward = PackedLinear.forward

    def uneven(self: Any, x: torch.Tensor) -> torch.Tensor:
        out = forward(self, x)
        out.view(-1, out.shape[-1])[17:18] *= 1 + 1e-6  # the opening's probe has a single row
        return out

    monkeypatch.setattr(PackedLinear, "forward", uneven)
    with pytest.raises(
        ModelError, match=r"engine\.deterministic: on this cpu, in torch.float32, a row's numbers depend"
    ):
        open_tiny("gpt2", deterministic=True)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_deterministic_mode_keeps_its_bits_beside_other_adapters(
    dtype: str, tiny_folder: Any, open_tiny: OpenTiny, asking: Any, running: Any, tmp_path: Path
) -> None:
    base = open_model(tiny_folder("llama"))
    for number, name in enumerate(("ads", "lessons")):
        write_adapter(tmp_path / name, base, paths_of(base, TARGETS["llama"]), seed=number)

    def opened(**options: Any) -> Any:
        engine = open_tiny(dtype=dtype, deterministic=True, **options)
        for name in ("ads", "lessons"):
            engine.load_adapter(name, tmp_path / name)
        return engine

    requests = [
        replace(request, adapter=(None, "ads", "lessons")[int(request.id) * 7 // 5 % 3])
        for request in requests_of(asking)
    ]
    expected: dict[Any, Any] = {}
    engine = opened(rows=4, prefix_cache=False)
    for request in requests:
        with logits_kept(engine) as kept:
            running(engine, [request])
        expected |= kept
        del engine.loop._sample
    engine = opened(rows=32)
    with logits_kept(engine) as kept:
        running(engine, requests)
    same_bits(kept, expected)


MOVING = re.compile(  # what these do to a number does not depend on how many there are
    "as_strided|cat|clone|copy_|detach_?|empty|expand|gather|index|index_put_|index_select|lift_fresh|new_zeros|permute|"
    "select|slice|split|stack|t|transpose|unbind|unsqueeze|view|zeros|_to_copy|_unsafe_view|_local_scalar_dense"
)


@contextmanager
def shapes_seen() -> Iterator[set[tuple[Any, ...]]]:
    """Collects every arithmetic operation with the shapes it was given."""
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: set[tuple[Any, ...]] = set()

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = func.overloadpacket.__name__
            if not MOVING.fullmatch(name):
                seen.add((name, *(tuple(one.shape) for one in args if hasattr(one, "shape"))))
            return func(*args, **(kwargs or {}))

    with Watch():
        yield seen


@pytest.mark.parametrize("kind", ["gpt2", "mistral"])  # what runs on our kernels does not need that
def test_no_operation_of_the_deterministic_mode_has_another_shape_in_company(
    kind: str, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    """Equal bits on this machine may be luck; equal shapes are why they are equal on any."""
    requests = requests_of(asking)
    engine = open_tiny(kind, rows=4, prefix_cache=False, deterministic=True)
    with shapes_seen() as alone:
        for request in requests:
            running(engine, [request])
    engine = open_tiny(kind, rows=64, deterministic=True)
    with shapes_seen() as together:
        running(engine, requests)
    assert len(alone) > 100 and together <= alone, sorted(together - alone, key=str)[:9]
