"""The engine writes what `model.generate` and the slow reference write, whatever shares the batch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Grammar

STYLE = "You write short lines for shops. Plain words, no numbers that are not given, one line each. "
FACTS = [
    "a mug",
    "a mug with a lid",
    "28 mg caffeine per cup",
    "kids' rain boots, natural rubber",
    "折叠电动自行车",
    "x",
]
KINDS = ("gpt2", "llama", "qwen3", "gemma3")
SCHEMA = (
    '{"type":"object","properties":{"headline":{"type":"string","maxLength":12},"cta":{"enum":["Buy now","More"]}},'
    '"required":["headline","cta"],"additionalProperties":false}'
)


def generated(engine: Any, prompt: Any, tokens: int) -> tuple[int, ...]:
    """What model.generate writes, greedily, without the end token."""
    import torch

    from aigc.engine.reference import Reference

    ids = torch.tensor([engine.front.encode(prompt)])
    padding = list(range(engine.vocab, engine.network.vocab))
    model = Reference(engine, engine.folder).model
    out = model.generate(ids, max_new_tokens=tokens, do_sample=False, suppress_tokens=padding or None)
    written = out[0, ids.shape[1] :].tolist()
    return tuple(written[:-1] if written[-1] in engine.ends else written)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix_cache", [True, False])
@pytest.mark.parametrize("rows", [1, 3, 64])
def test_greedy_equals_generate(
    kind: str, prefix_cache: bool, rows: int, open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    engine = open_tiny(kind, prefix_cache=prefix_cache, rows=rows)
    requests = [asking(str(i), fact, system=STYLE) for i, fact in enumerate(FACTS)]
    done = running(engine, requests)
    for request in requests:
        assert done[request.id, 0].token_ids == generated(engine, request.prompt, 24)
    shared = sum(completion.usage.cached for completion in done.values())
    assert (shared > len(STYLE)) == prefix_cache
    again = running(engine, requests)  # now with warm prefixes
    assert {key: c.token_ids for key, c in again.items()} == {key: c.token_ids for key, c in done.items()}


def mixed_requests(asking: Any) -> list[Any]:
    schema, line = Grammar(kind="json", source=SCHEMA), Grammar(kind="regex", source="[A-Z][a-z ]{5,20}")
    requests = []
    for number, fact in enumerate(FACTS):
        requests += [
            asking(f"free{number}", fact, system=STYLE, temperature=0.9, seed=number, n=2, max_tokens=3 + 3 * number),
            asking(f"json{number}", fact, system=STYLE, grammar=schema, temperature=0.7, top_p=0.9, seed=number),
            asking(
                f"line{number}", fact, grammar=line, temperature=1.2, top_k=40, repetition_penalty=1.2, max_tokens=12
            ),
            asking(
                f"stop{number}",
                fact + STYLE,
                temperature=1.5,
                min_p=0.02,
                presence_penalty=0.5,
                stop=("a", "é"),
                max_tokens=12,
            ),
        ]
    return requests


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix_cache", [True, False])
def test_a_mixed_batch_equals_the_reference(
    kind: str, prefix_cache: bool, open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    from aigc.engine.reference import Reference

    engine = open_tiny(kind, prefix_cache=prefix_cache, rows=10)
    requests = mixed_requests(asking)
    done = running(engine, requests)
    reference = Reference(engine, engine.folder)
    for request in requests:
        for expected in reference.write(request):
            found = done[request.id, expected.index]
            assert (found.text, found.token_ids) == (expected.text, expected.token_ids)
            assert (found.finish_reason, found.usage.forced) == (expected.finish_reason, expected.usage.forced)
            assert found.mean_logprob == pytest.approx(expected.mean_logprob, abs=1e-4)


def test_a_seed_gives_the_same_text_in_any_company(open_tiny: Callable[..., Any], asking: Any, running: Any) -> None:
    requests = mixed_requests(asking)
    alone: dict[Any, str] = {}
    for request in requests:
        alone |= {key: c.text for key, c in running(open_tiny(rows=4), [request]).items()}
    for seed in range(3):
        random.Random(seed).shuffle(requests)
        done = running(open_tiny(rows=5 + 9 * seed), requests)
        assert {key: completion.text for key, completion in done.items()} == alone


def test_seeds_and_candidates_differ(open_tiny: Callable[..., Any], asking: Any, running: Any) -> None:
    requests = [asking(str(seed), "a mug", temperature=1.0, seed=seed, n=3) for seed in range(4)]
    texts = [completion.text for completion in running(open_tiny(), requests).values()]
    assert len(texts) == 12 and len(set(texts)) == 12


def test_requests_may_come_while_others_run(open_tiny: Callable[..., Any], asking: Any, running: Any) -> None:
    requests = [asking(str(n), FACTS[n % 6] + STYLE, temperature=0.8, seed=n, max_tokens=3 + n) for n in range(14)]
    expected = {key: c.text for key, c in running(open_tiny(), requests).items()}
    engine = open_tiny(rows=4)
    done = {}
    for request in requests:
        engine.submit(request)
        for _ in range(2):
            done |= {(c.request_id, c.index): c.text for c in engine.step()}
            engine.check_integrity()
    done |= {key: c.text for key, c in running(engine).items()}
    assert done == expected


def test_a_long_prompt_is_fed_in_parts(
    open_tiny: Callable[..., Any], asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [asking(str(number), fact + STYLE * 2) for number, fact in enumerate(FACTS)]
    whole = {key: c.token_ids for key, c in running(open_tiny(prefix_cache=False), requests).items()}
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 50)
    parts = running(open_tiny(prefix_cache=False), requests)
    assert {key: c.token_ids for key, c in parts.items()} == whole


@pytest.mark.parametrize("kind", KINDS)
def test_lines_of_one_product_compute_its_name_once(
    kind: str, open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    requests = [
        asking(f"{product}{line}", f"{product} {'abcd'[line] * 5}", system=STYLE, max_tokens=6, n=1 + line % 2)
        for product in ("Cedar garden bench", "Copper kettle, 2 litres")
        for line in range(4)
    ]
    plain = running(open_tiny(kind, prefix_cache=False), requests)
    engine = open_tiny(kind, rows=20)
    done = running(engine, requests)
    assert {key: c.token_ids for key, c in done.items()} == {key: c.token_ids for key, c in plain.items()}
    own = [c.usage.prompt - c.usage.cached for c in done.values()]
    assert sum(count < 30 for count in own) >= 6  # of eight; two computed the name
    later = running(open_tiny(kind, rows=5), requests)  # most come when a line of the product is at work already
    assert {key: c.token_ids for key, c in later.items()} == {key: c.token_ids for key, c in plain.items()}


def test_a_row_whose_source_is_cancelled_reads_its_own_prompt(
    open_tiny: Callable[..., Any], asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [asking(str(line), f"Copper kettle {line}") for line in range(4)]
    expected = {key: c.token_ids for key, c in running(open_tiny(), requests).items()}
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 8)  # nobody has read a prompt after one step
    engine = open_tiny()
    for request in requests:
        engine.submit(request)
    engine.step()
    waiting = list(engine.loop.sources.values())
    assert waiting
    gone = waiting[0].request.id
    engine.cancel(gone)
    engine.check_integrity()
    done = {key: c.token_ids for key, c in running(engine).items() if c.finish_reason != "cancelled"}
    assert done == {key: ids for key, ids in expected.items() if key[0] != gone}


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_prefixes_are_shared_in_half_precision_too(
    dtype: str, open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    requests = [asking(str(number), fact, system=STYLE) for number, fact in enumerate(FACTS)]
    done = running(open_tiny("llama", dtype=dtype), requests)
    assert all(one.usage.cached and one.token_ids for one in done.values())
