"""Whole texts by the engine on these kernels: what transformers and the slow reference write, in any company."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from aigc.types import Grammar

from ..test_adapters import TARGETS, merge, open_model, paths_of, write_adapter
from ..test_adapters_in_batch import written_alone
from ..test_families import Alone, alone, compare, random_batch, write
from ..test_out_of_memory import Scarce, texts_of
from ..test_same_tokens import SCHEMA

__all__ = ["alone"]  # a fixture

pytestmark = pytest.mark.triton
STYLE = "You write short lines. "


@pytest.mark.parametrize(("kind", "prefix_cache"), [("llama", True), ("qwen2", False), ("qwen3", True)])
def test_random_batches_equal_generate(
    kind: str, prefix_cache: bool, open_on: Any, asking: Any, alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(f"gpu {kind}")
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 40)
    engine = open_on(kind, rows=6, prefix_cache=prefix_cache)
    requests = random_batch(draw, asking)[: 5 if prefix_cache else 3]
    requests = [
        replace(one, sampling=replace(one.sampling, max_tokens=min(4, one.sampling.max_tokens))) for one in requests
    ]
    done = write(engine, requests, draw)
    compare(kind, "", requests, done, alone)
    assert any(one.usage.cached for one in done.values()) == prefix_cache


def test_forced_runs_and_candidates_equal_the_reference(open_on: Any, asking: Any, running: Any) -> None:
    from aigc.engine.reference import Reference

    engine = open_on("llama", variant="tied", rows=8)
    schema = Grammar(kind="json", source=SCHEMA)
    requests = [
        asking("json", "a mug", system=STYLE, grammar=schema, temperature=0.7, seed=1, max_tokens=30),
        asking("more", "a mug with a lid", system=STYLE, temperature=0.9, seed=2, n=3, max_tokens=4),
        asking("free", "x", system=STYLE, temperature=1.1, top_k=20, seed=3, max_tokens=5),
    ]
    done = running(engine, requests)
    reference = Reference(engine, engine.folder)
    for request in requests:
        for expected in reference.write(request):
            found = done[request.id, expected.index]
            assert (found.text, found.token_ids) == (expected.text, expected.token_ids)
            assert found.usage.forced == expected.usage.forced
            assert found.mean_logprob == pytest.approx(expected.mean_logprob, abs=1e-4)
    assert done["json", 0].usage.forced > 10


def test_looking_ahead_changes_no_text(
    open_on: Any, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = Grammar(kind="json", source=SCHEMA)
    requests = [
        asking("json", "a mug", system=STYLE, grammar=schema, temperature=0.7, seed=1, max_tokens=30),
        asking("more", "a mug with a lid", system=STYLE, temperature=0.9, seed=2, n=2, max_tokens=4),
        asking("late", "x", system=STYLE, temperature=1.1, seed=3, max_tokens=3),
    ]
    expected = texts_of(running(open_on("llama", rows=3), requests))
    engine = open_on("llama", rows=3)
    assert not engine.network.asynchronous, "what runs in an interpreter does not run on its own"
    engine.network.asynchronous = True
    forward, ahead = engine.network.forward, []

    def fed(spans: Any, keep: Any, *chosen: Any) -> Any:
        ahead.extend(chosen)
        return forward(spans, keep, *chosen)

    monkeypatch.setattr(engine.network, "forward", fed)
    assert texts_of(running(engine, requests)) == expected
    assert len(ahead) > 8


def test_adapters_in_one_batch(open_on: Any, asking: Any, running: Any, tiny_folder: Any, tmp_path: Any) -> None:
    folder = tiny_folder("qwen3")
    models = {None: open_model(folder), "ads": open_model(folder)}
    merge(
        models["ads"],
        write_adapter(tmp_path / "ads", models["ads"], paths_of(models[None], TARGETS["llama"]), seed=1),
        2,
    )
    engine = open_on("qwen3", rows=4)
    engine.load_adapter("ads", tmp_path / "ads")
    requests = [
        replace(asking(f"{name} {fact}", fact, system=STYLE, max_tokens=4), adapter=name)
        for fact in ("a mug", "a mug with a lid")
        for name in models
    ]
    done = running(engine, requests)
    expected = {one.id: written_alone(engine, models[one.adapter], one.prompt, 4) for one in requests}
    assert {id: completion.token_ids for (id, _), completion in done.items()} == expected
    assert expected["ads a mug"] != expected["None a mug"]
    engine.unload_adapter("ads")
    plain = running(engine, [replace(one, adapter=None) for one in requests[:1]])
    assert plain["None a mug", 0].token_ids == expected["None a mug"]


def test_it_goes_on_when_memory_runs_out(open_on: Any, asking: Any, running: Any) -> None:
    requests = [asking(str(number), "mug" * (1 + number), system=STYLE, max_tokens=3) for number in range(4)]
    expected = texts_of(running(open_on("llama"), requests))
    engine = open_on("llama")
    scarce = Scarce(engine, at=(2, 4), words="CUDA out of memory. Tried to allocate 2.00 GiB")
    assert texts_of(running(engine, requests)) == expected
    assert scarce.failures == 2
