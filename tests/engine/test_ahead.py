"""Looking ahead changes no text: the next forward is on its way before the host has read what it is fed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from aigc.types import Delta, Grammar

from .test_families import Alone, alone, compare, random_batch, write
from .test_landing import WORDS
from .test_out_of_memory import Scarce, texts_of
from .test_same_tokens import FACTS, STYLE, mixed_requests

__all__ = ["alone"]  # a fixture


class Device:
    """A network on the CPU, run as if it were one on a GPU; it keeps what it was fed before the host had read it."""

    asynchronous = True

    def __init__(self, runner: Any) -> None:
        self.runner, self.shape, self.in_place = runner, runner.shape, runner.in_place
        self.forwards, self.ahead = 0, []

    def forward(self, spans: Any, keep: Any, *chosen: Any) -> Any:
        self.forwards += 1
        if chosen:
            tokens = chosen[0].tolist()
            self.ahead.append([list(span.ids) for span in spans])
            spans = [replace(one, ids=[tokens[-1 - id] if id < 0 else id for id in one.ids]) for one in spans]
        return self.runner.forward(spans, keep)


@pytest.fixture
def open_ahead(open_tiny: Callable[..., Any]) -> Callable[..., Any]:
    """Engines that look ahead."""

    def opened(kind: str = "llama", **options: Any) -> Any:
        engine = open_tiny(kind, **options)
        engine.loop.runner = Device(engine.loop.runner)
        return engine

    return opened


@pytest.fixture
def open_hf_ahead(tiny_folder: Any) -> Iterator[Callable[..., Any]]:
    """Engines that look ahead, whose network is transformers' and finds out itself what has been chosen."""
    from aigc.engine import EngineOptions
    from aigc.engine.engine import Engine
    from aigc.engine.front import load_front
    from aigc.engine.hf.model import load_network

    engines = []

    def opened(kind: str, **options: Any) -> Any:
        asked = EngineOptions(device="cpu", **options)
        network = load_network(tiny_folder(kind), asked)
        network.asynchronous = True
        engines.append(Engine(network, load_front(tiny_folder(kind)), asked))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.close()


def test_a_cpu_does_not_look_ahead(open_tiny: Any, asking: Any) -> None:
    for kind, options in (("llama", {}), ("gpt2", {}), ("gpt2", {"deterministic": True})):
        engine = open_tiny(kind, **options)
        assert engine.loop.runner.asynchronous is False
        engine.submit(asking("0", "a mug"))
        for _ in range(3):
            engine.step()
            assert engine.loop.flight is None


@pytest.mark.parametrize("kind", ["gpt2", "gemma3"])
def test_transformers_is_told_what_was_chosen(kind: str, open_hf_ahead: Any, asking: Any, alone: Alone) -> None:
    draw = random.Random(f"ahead {kind}")
    for rows in (2, 40):
        engine = open_hf_ahead(kind, rows=rows)
        requests = random_batch(draw, asking)
        compare(kind, "", requests, write(engine, requests, draw), alone)


def test_random_batches_equal_generate(
    open_ahead: Any, asking: Any, alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random("ahead")
    for rows in (1, 5, 40):
        monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", draw.choice([24, 100, 1024]))
        engine = open_ahead(rows=rows)
        for _ in range(2):
            requests = random_batch(draw, asking)
            compare("llama", "", requests, write(engine, requests, draw), alone)
        assert len(engine.loop.runner.ahead) > engine.loop.runner.forwards / 3


def all_kinds(asking: Any) -> list[Any]:
    """Free text, JSON, lines, stops, candidates, penalties; some with log-probabilities."""
    requests = mixed_requests(asking)
    for place in range(0, len(requests), 3):
        requests[place] = replace(
            requests[place], sampling=replace(requests[place].sampling, logprobs=1 + place % 4, n=1 + place % 3)
        )
    words = Grammar(kind="json", source='{"type":"array","items":{"enum":["mug","mugs","lid"]},"maxItems":3}')
    return requests + [
        asking(f"words{n}", FACTS[n], grammar=words, temperature=1.0, seed=n, max_tokens=9 + n) for n in range(6)
    ]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("llama", {}), ("llama", {"prefix_cache": False}), ("gpt2", {}), ("gpt2", {"deterministic": True})],
)
def test_all_comes_out_as_without(
    kind: str, options: Any, open_tiny: Any, open_ahead: Any, asking: Any, running: Any
) -> None:
    requests = all_kinds(asking)
    expected = running(open_tiny(kind, rows=64, **options), requests)
    for rows in (3, 64):
        engine = open_ahead(kind, rows=rows, **options)
        random.Random(rows).shuffle(requests)
        done = running(engine, requests)
        assert texts_of(done) == texts_of(expected)
        assert len(engine.loop.runner.ahead) > 15 and engine.loop.flight is None
        for key, one in done.items():
            assert (one.usage.sampled, one.usage.forced) == (expected[key].usage.sampled, expected[key].usage.forced)
            assert one.mean_logprob == pytest.approx(expected[key].mean_logprob, abs=1e-4)
            assert len(one.logprobs) == len(expected[key].logprobs)
            for mine, other in zip(one.logprobs, expected[key].logprobs, strict=True):
                assert [token for token, _ in mine.top] == [token for token, _ in other.top]


def test_all_comes_out_as_the_reference_writes_it(open_ahead: Any, asking: Any, running: Any) -> None:
    from aigc.engine.reference import Reference

    engine = open_ahead(rows=8)
    requests = all_kinds(asking)[::2]
    done = running(engine, requests)
    reference = Reference(engine, engine.folder)
    for request in requests:
        for expected in reference.write(request):
            found = done[request.id, expected.index]
            assert (found.text, found.token_ids) == (expected.text, expected.token_ids)
            assert found.mean_logprob == pytest.approx(expected.mean_logprob, abs=1e-4)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_words_are_taken_back_that_are_on_their_way(
    kind: str, open_tiny: Any, open_ahead: Any, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine.rows import BatchRow

    requests = [
        asking(str(seed), "a mug", grammar=WORDS[seed % 3], temperature=1.0, seed=seed, max_tokens=70)
        for seed in range(60)
    ]
    expected = texts_of(running(open_tiny(kind), requests))
    taken: list[int] = []
    take_back = BatchRow._take_back
    monkeypatch.setattr(BatchRow, "_take_back", lambda row, count: (taken.append(count), take_back(row, count)))
    engine = open_ahead(kind, rows=16)
    assert texts_of(running(engine, requests)) == expected
    assert max(taken) > 3


def test_texts_that_are_cancelled_are_the_beginnings_of_what_they_would_have_become(
    open_tiny: Any, open_ahead: Any, asking: Any, running: Any
) -> None:
    requests = [replace(one, stream=True) for one in all_kinds(asking)]
    expected = running(open_tiny(rows=64), requests)
    for seed in range(4):
        draw, engine = random.Random(seed), open_ahead(rows=5 + 3 * seed)
        left, gone, done = draw.sample(requests, len(requests)), set(), {}
        in_hand: list[str] = []
        while left or engine.busy:
            for _ in range(min(len(left), draw.randint(0, 4))):
                in_hand.append(left[-1].id)
                engine.submit(left.pop())
            if in_hand and draw.random() < 0.4:
                name = draw.choice(in_hand)
                if not any(key[0] == name for key in done):
                    engine.cancel(name)
                    gone.add(name)
            engine.check_integrity()
            for one in engine.step():
                if not isinstance(one, Delta):
                    assert (one.request_id, one.index) not in done
                    done[one.request_id, one.index] = one
            engine.check_integrity()
        assert {name for name, _ in done} == {request.id for request in requests} and len(gone) > 3
        for key, one in done.items():
            if one.finish_reason == "cancelled":
                assert one.token_ids == expected[key].token_ids[: len(one.token_ids)]
            else:
                assert texts_of({key: one}) == texts_of({key: expected[key]})
        assert engine.loop.flight is None and not engine.loop.slots.banks


# When it looks ahead, and at what


@contextmanager
def watched(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Says in which order a step does what takes long."""
    from aigc.engine import loop

    seen: list[str] = []
    forward, choose = engine.loop.runner.forward, loop.choose

    def fed(spans: Any, keep: Any, *chosen: Any) -> Any:
        seen.append("forward")
        return forward(spans, keep, *chosen)

    def chose(*arguments: Any) -> Any:
        seen.append("choose")
        choice = choose(*arguments)

        def read() -> Any:
            seen.append("read")
            return choice.read()

        return replace(choice, read=read)

    with monkeypatch.context() as patch:
        patch.setattr(engine.loop.runner, "forward", fed)
        patch.setattr(loop, "choose", chose)
        yield seen


def test_the_next_forward_is_enqueued_before_tokens_are_read(
    open_ahead: Any, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_ahead(prefix_cache=False)
    engine.endless = frozenset("01")
    with watched(engine, monkeypatch) as seen:
        running(engine, [asking(name, "a mug", max_tokens=5) for name in "01"])
    assert seen == ["forward", *["choose", "forward", "read"] * 4, "choose", "read"]  # at their limit, none more
    assert engine.loop.runner.ahead == [[[-1], [-2]]] * 4


def test_what_a_grammar_forces_goes_with_the_others_next_tokens(open_ahead: Any, asking: Any, running: Any) -> None:
    engine = open_ahead(prefix_cache=False)
    engine.endless = frozenset(["free"])
    line = Grammar(kind="regex", source="[ab], and then [cd], as well[ef]")
    done = running(engine, [asking("line", "x", grammar=line, temperature=1.0), asking("free", "a mug", max_tokens=9)])
    assert done["line", 0].usage.forced == len(", and then ") + len(", as well")
    forced = [[ids for ids in fed if ids[0] >= 0] for fed in engine.loop.runner.ahead]
    assert [[len(ids) for ids in fed] for fed in forced if fed] == [[len(", and then ")], [len(", as well")]]
    assert all([-1] in fed or [-2] in fed for fed in engine.loop.runner.ahead)
    assert engine.loop.runner.forwards == 9  # nobody waited for the grammar


def test_new_rows_begin_beside_tokens_nobody_has_read(open_ahead: Any, asking: Any, running: Any) -> None:
    engine = open_ahead(rows=2, prefix_cache=False)
    engine.endless = frozenset("0123")
    running(engine, [asking(str(n), FACTS[n], max_tokens=3 + 2 * n) for n in range(4)])
    mixed = [fed for fed in engine.loop.runner.ahead if any(len(ids) > 1 for ids in fed)]
    assert mixed and all(any(ids[0] < 0 for ids in fed) for fed in mixed)


def test_nothing_is_kept_for_those_that_are_gone(open_ahead: Any, asking: Any) -> None:
    engine = open_ahead()
    for name in "01":
        engine.submit(asking(name, "a mug"))
    engine.step()
    assert len(engine.loop.flight.places) == 2
    engine.cancel("0")
    assert len(engine.loop.flight.places) == 1
    engine.cancel("1")
    assert engine.loop.flight is None
    engine.check_integrity()


# Out of memory


class ShortAhead(Scarce):
    """This fails at the given calls that are fed what nobody has read."""

    def __call__(self, spans: Any, keep: Any, *chosen: Any) -> Any:
        return super().__call__(spans, keep, *chosen) if chosen else self.forward(spans, keep)


@contextmanager
def places_sampled(engine: Any) -> Iterator[list[Any]]:
    """Which token of which text was chosen, each time one was."""
    seen: list[Any] = []
    sample = engine.loop._sample

    def noting(rows: Any, logits: Any, bias: Any) -> Any:
        seen.extend((row.request.id, row.index, len(row.written)) for row in rows)
        return sample(rows, logits, bias)

    engine.loop._sample = noting
    yield seen
    del engine.loop._sample


@pytest.mark.parametrize("at", [(1,), (3,), (2, 5), (4, 5, 6)])
def test_memory_runs_out_while_it_looks_ahead(
    at: tuple[int, ...], open_hf_ahead: Any, open_tiny: Any, asking: Any, running: Any
) -> None:
    requests = [
        asking(str(n), FACTS[n % 6], system=STYLE, temperature=0.9, seed=n, n=1 + n % 2, max_tokens=1 + n)
        for n in range(10)
    ]
    expected = texts_of(running(open_tiny("gpt2"), requests))
    engine = open_hf_ahead("gpt2", rows=16)
    scarce = ShortAhead(engine, at=at)
    with places_sampled(engine) as seen:
        assert texts_of(running(engine, requests)) == expected
    assert scarce.failures == len(at)
    assert len(seen) == len(set(seen)), "a token that had been chosen was lost"


def test_grammars_survive_that_memory_runs_out(open_hf_ahead: Any, open_tiny: Any, asking: Any, running: Any) -> None:
    requests = all_kinds(asking)
    expected = texts_of(running(open_tiny("gpt2"), requests))
    engine = open_hf_ahead("gpt2", rows=24)
    scarce = ShortAhead(engine, at=(2, 6, 7, 15))
    assert texts_of(running(engine, requests)) == expected
    assert scarce.failures == 4


def test_what_is_on_its_way_is_forgotten_when_all_is_set_back(
    open_ahead: Any, open_tiny: Any, asking: Any, running: Any
) -> None:
    requests = all_kinds(asking)
    expected = texts_of(running(open_tiny(rows=64), requests))
    engine, done, dropped = open_ahead(rows=40), {}, 0
    for request in requests:
        engine.submit(request)
    for step in range(200):
        done |= {(one.request_id, one.index): one for one in engine.step()}
        if step % 3 == 2 and len(engine.loop.rows) > 1:
            dropped += engine.loop.flight is not None
            assert not engine.loop.back_off()
            assert engine.loop.flight is None
            engine.loop.most = 40
        engine.check_integrity()
        if not engine.busy:
            break
    assert texts_of(done) == expected and dropped > 3


def test_a_row_alone_that_ends_as_memory_runs_out_has_ended(open_hf_ahead: Any, asking: Any, running: Any) -> None:
    whole = running(open_hf_ahead("gpt2"), [asking("0", "a mug", max_tokens=9)])["0", 0]
    stop = whole.text[2:4]
    engine = open_hf_ahead("gpt2")
    scarce = ShortAhead(engine, at=(whole.text.index(stop) + len(stop),))
    done = running(engine, [asking("0", "a mug", max_tokens=9, stop=(stop,))])["0", 0]
    assert scarce.failures == 1
    assert (done.text, done.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")


# Nobody waits for the device


READING = {"_local_scalar_dense", "is_nonzero", "item", "equal", "allclose", "nonzero", "masked_select", "_unique2"}


@contextmanager
def nothing_read() -> Iterator[None]:
    """Fails where a number is read from a tensor, or a shape depends on numbers: on a GPU the host would wait."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = func.overloadpacket.__name__
            assert name not in READING, name
            return func(*args, **(kwargs or {}))

    with Watch():
        yield


@pytest.mark.parametrize("kind", ["gpt2", "llama", "gemma3"])
def test_transformers_runs_without_the_host_reading_anything(kind: str, open_hf_ahead: Any) -> None:
    import torch

    from aigc.engine.cache import Bank, Prefix
    from aigc.engine.network import Span

    network = open_hf_ahead(kind).network
    prefix, bank = Prefix(network.shape, range(40)), Bank(network.shape, 4, 64)
    spans = [Span(bank, 0, 0, [-1], prefix, 40), Span(bank, 3, 0, [7, 8, 9]), Span(bank, 1, 0, [-2])]
    plain = [replace(span, ids=[{-1: 80, -2: 33}.get(id, id) for id in span.ids]) for span in spans]
    network.forward([Span(prefix.bank, 0, 0, prefix.ids)], [])
    expected = network.forward(plain, [0, 3, 4])
    with nothing_read():
        found = network.forward(spans, [0, 3, 4], torch.tensor([80, 33]))
    assert torch.equal(found, expected)


@pytest.mark.parametrize("tokens", [1, 2, 3, 6])
@pytest.mark.parametrize("base", [14, 15, 16, 17])
def test_a_window_that_ends_within_a_prefix_hides_what_is_behind_it(base: int, tokens: int, open_hf_ahead: Any) -> None:
    import torch

    from aigc.engine.cache import Bank, Prefix
    from aigc.engine.network import Span

    engine = open_hf_ahead("gemma3")
    network, texts = engine.network, [[(7 * place + 11 * row) % 200 for place in range(23)] for row in range(2)]
    texts[1][:base] = texts[0][:base]
    prefix, bank = Prefix(network.shape, texts[0][:base]), Bank(network.shape, 2, 16)
    network.forward([Span(prefix.bank, 0, 0, prefix.ids)], [])
    spans = [Span(bank, 0, 0, texts[0][base : base + 1], prefix, base)]
    spans.append(Span(bank, 1, 0, texts[1][base : base + tokens], prefix, base))
    found = network.forward(spans, [0, tokens])
    network.model.set_attn_implementation("eager")
    for mine, ids in zip(found, (texts[0][: base + 1], texts[1][: base + tokens]), strict=True):
        with torch.inference_mode():
            assert torch.allclose(mine, network.model(torch.tensor([ids])).logits[0, -1], atol=1e-4)
