"""Workloads have the lengths they promise, and what is measured is what was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from aigc.bench import WORKLOADS, build, median_run, run_workload, write_jsonl
from aigc.bench.workloads import AD, is_valid
from aigc.errors import NotFound
from aigc.types import Prompt


def words(prompt: Prompt) -> int:
    """A tokenizer of our own: ten tokens of template, and one a word."""
    return 10 + len(prompt.messages[0].content.split())


def shared(first: str, second: str) -> int:
    pairs = zip(first.split(), second.split(), strict=False)
    return 10 + next((at for at, (a, b) in enumerate(pairs) if a != b), 0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Any]:
    from aigc.engine import EngineOptions, open_engine
    from aigc.testing.tiny import tiny_gpt

    opened = open_engine(tiny_gpt("llama", tmp_path / "tiny"), EngineOptions(device="cpu", threads=1))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("name", "prompt", "common"),
    [
        *(("raw", 303, 255), ("lines", 279, 255), ("lines-64", 279, 255), ("lines-64-apart", 279, 255)),
        *(("one", 303, None), ("prompt", 300, None), ("first", 55, None)),
    ],
)
def test_prompts_have_the_promised_lengths(name: str, prompt: int, common: int | None) -> None:
    texts = [request.prompt for request in build(name, words, limit=40).requests]
    assert {words(one) for one in texts} == {prompt}
    if common:
        near = [shared(a.messages[0].content, b.messages[0].content) for a, b in pairwise(texts)]
        assert common <= min(near) <= max(near) <= common + 8


def test_a_prompt_nobody_has_seen_begins_anew() -> None:
    first, second = (build("prompt", words, seed=seed).requests[0].prompt.messages[0].content for seed in (0, 1))
    assert shared(first, second) < 14


def test_four_nested_lines_share_a_product() -> None:
    texts = [request.prompt.messages[0].content for request in build("lines-nested", words, limit=12).requests]
    near = [shared(a, b) for a, b in pairwise(texts)]
    assert [length >= 255 + 24 for length in near] == [True, True, True, False] * 2 + [True] * 3


def test_a_seed_varies_own_parts_and_another_the_shared_one() -> None:
    plain = build("raw", words, limit=3)
    assert plain == build("raw", words, limit=3)
    first, again, new = (
        build("raw", words, limit=1, **seeds).requests[0].prompt.messages[0].content
        for seeds in ({}, {"seed": 1}, {"shared": 1})
    )
    assert 255 <= shared(first, again) < 270
    assert shared(first, new) < 30


def test_every_workload_can_be_built_and_unknown_ones_are_named() -> None:
    for name in WORKLOADS:
        work = build(name, words, limit=9)
        assert 1 <= len(work.requests) <= 9
        assert len({request.id for request in work.requests}) == len(work.requests)
    assert len(build("mixed", words).requests) == 248
    with pytest.raises(NotFound, match="no workload named 'line'") as caught:
        build("line", words)
    assert "lines" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('{"headline":"A mug","description":"It holds.","cta":"Buy now"}', True),
        ('{"headline":"A mug","description":"It holds.","cta":"Buy"}', False),
        ('{"headline":"' + "A" * 31 + '","description":"It holds.","cta":"Buy now"}', False),
        ('{"headline":"A mug","cta":"Buy now"}', False),
        ('{"headline":" ","description":"It holds.","cta":"Buy now"}', False),
        ('{"headline":"A mug","descr', False),
        ("[]", False),
    ],
)
def test_an_ad_counts_only_where_it_is_what_was_asked_for(text: str, valid: bool) -> None:
    assert is_valid(text, AD) is valid


def test_a_run_counts_what_was_written(engine: Any) -> None:
    from aigc.engine.ceiling import measure_ceiling

    ceiling = measure_ceiling(engine.network)
    raw = run_workload(engine, build("raw", engine.count_tokens, limit=3), ceiling)
    assert (raw.requests, raw.sampled + raw.forced) == (3, 3 * 64)  # no end token ended them
    assert raw.prompt_tokens > raw.cached_tokens > 0
    assert 0 < raw.roofline < 1 and 0 < raw.first_item_seconds <= raw.seconds
    ads = run_workload(engine, build("ads", engine.count_tokens, limit=3), ceiling)
    assert ads.forced > 0 and ads.valid <= ads.requests
    assert ads.record()["items_per_second"] == pytest.approx(3 / ads.seconds, rel=0.01)
    assert engine.endless == frozenset()
    assert median_run([raw, ads, ads]) is ads if ads.seconds > raw.seconds else raw


def test_requests_that_are_apart_wait_for_each_other(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.engine.ceiling import measure_ceiling

    ceiling, held = measure_ceiling(engine.network), []
    step = engine.step
    monkeypatch.setattr(engine, "step", lambda: (held.append(len(engine._in_hand)), step())[1])
    together = run_workload(engine, build("lines-64", engine.count_tokens, limit=3), ceiling)
    assert max(held) == 3
    held.clear()
    apart = run_workload(engine, build("lines-64-apart", engine.count_tokens, limit=3), ceiling)
    assert max(held) == 1 and apart.steps > 2 * together.steps
    assert (apart.requests, apart.sampled) == (together.requests, together.sampled) == (3, 3 * 12)


def test_other_engines_get_the_same_tokens(engine: Any, tmp_path: Path) -> None:
    work = build("ads", engine.count_tokens, limit=2)
    write_jsonl(work, engine.front, tmp_path / "ads.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "ads.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["ids"] for line in lines] == [engine.front.encode(request.prompt) for request in work.requests]
    assert lines[0]["schema"] == AD and lines[0]["ignore_end"] is False and lines[0]["max_tokens"] == 96
    assert lines[0]["apart"] is False and build("lines-64-apart", engine.count_tokens, limit=2).apart
