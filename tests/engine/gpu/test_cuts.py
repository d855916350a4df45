"""The kernels that filter against the filters in plain torch: the same tokens are kept, ties and all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aigc.types import SamplingParams

pytestmark = pytest.mark.triton

VOCAB = 640  # whole blocks of the sampler's
# No share here is one of few tokens, so that the last bits of sums decide nothing.
PARAMS = st.builds(
    SamplingParams,
    temperature=st.sampled_from([0.31, 0.8, 1.7]),
    top_k=st.sampled_from([0, 0, 1, 2, 7, 50, 300, VOCAB - 1, VOCAB, 10**6]),
    top_p=st.sampled_from([1.0, 1.0, 1e-6, 0.31327, 0.77719, 0.95113, 0.99971]),
    min_p=st.sampled_from([0.0, 0.0, 0.0, 1e-5, 0.0371, 0.733, 1.0]),
)


@pytest.fixture(params=[(8192, 2048, 1024, 8), (64, 128, 64, 4)], ids=["all at once", "in pieces"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.engine.gpu import draw

    for name, size in zip(("LISTED", "BLOCK", "CUT_BLOCK", "WAYS"), request.param, strict=True):
        monkeypatch.setattr(draw, name, size)


def kept_both_ways(scores: Any, params: Sequence[SamplingParams], nats: Sequence[float]) -> tuple[Any, Any]:
    """What is kept of each row, (rows, vocab) of bool: in plain torch, and by the kernels."""
    import torch

    from aigc.engine.filters import Blocks, FilterParams, filtered
    from aigc.engine.gpu.choosing import cut
    from aigc.engine.gpu.draw import cut as kernel

    blocks = Blocks(scores)
    asked = FilterParams(params, blocks.cells[0].numel(), torch.device("cpu"))
    reach = torch.tensor(nats) * asked.heat
    expected = torch.zeros_like(blocks.cells.flatten(1), dtype=torch.bool)
    rows, tokens, _ = filtered(blocks, asked, reach)
    expected[rows, tokens] = True
    floor, (level, last) = cut(kernel, blocks, asked, reach)
    found, at = blocks.cells.flatten(1), torch.arange(expected.shape[1])
    first = (found > level[:, None]) | (found == level[:, None]) & (at <= last[:, None])
    return expected, first & (found >= floor[:, None])


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("grain", [0.0, 0.25, 2.0])
def test_the_same_tokens_are_kept(grain: float) -> None:
    import torch

    @settings(
        max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
    )  # shrinking takes long
    @given(
        st.lists(st.tuples(PARAMS, st.sampled_from([0.5, 3.0, 9.0, 17.0])), min_size=1, max_size=6),
        st.integers(0, 999),
        st.sampled_from([0.05, 3.0, 12.0]),
        st.sampled_from([0.0, 0.5, 0.99]),
    )
    def check(rows: list[tuple[SamplingParams, float]], seed: int, spread: float, banned: float) -> None:
        chance = torch.Generator().manual_seed(seed)
        scores = torch.randn(len(rows), VOCAB, generator=chance) * spread
        if grain:
            scores = (scores / grain).round() * grain  # many ties, of 0 and -0 too
        scores[torch.rand(scores.shape, generator=chance) < banned] = -torch.inf
        scores[:, seed % VOCAB] = 1.0
        expected, found = kept_both_ways(scores, [one for one, _ in rows], [nats for _, nats in rows])
        assert torch.equal(found, expected)

    check()


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({"top_k": 3}, [4, 7, 8]),  # of those that tie, the first
        ({"top_k": 4}, [4, 7, 8, 9]),
        ({"top_p": 0.01}, [4]),
        ({"top_p": 0.59}, [4, 7, 8, 9]),  # 3 + 2 · 3 of 15
        ({"top_p": 0.61}, [4, 7, 8, 9, 0]),
        ({"top_k": 4, "top_p": 0.5}, [4, 7]),  # 3 of 9 and 2 more, or 5
        ({"top_k": 4, "top_p": 0.6}, [4, 7, 8]),
        ({"min_p": 0.5}, [4, 7, 8, 9]),
        ({"min_p": 0.5, "top_k": 2}, [4, 7]),
    ],
)
def test_shares_and_ties(params: dict[str, Any], kept: list[int]) -> None:
    import torch

    scores = torch.full((2, VOCAB), -torch.inf)
    scores[:, 4] = torch.tensor(3.0).log()
    scores[:, [7, 8, 9]] = torch.tensor(2.0).log()
    scores[:, [1, 2, 3, 0, 5, 6]] = 0.0
    for one in kept_both_ways(scores, [SamplingParams(temperature=1, **params), SamplingParams()], [9.0, 0.1]):
        assert one[0].nonzero()[:, 0].tolist() == sorted(kept)
        assert one[1].nonzero()[:, 0].tolist() == [4]


@pytest.fixture
def with_kernels(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """This has the sampler use the kernels, or others; it gives the names of those called from then on."""
    from aigc.engine.gpu import choosing
    from aigc.engine.gpu.draw import cut, draw

    def use(cutting: Any = cut) -> list[str]:
        calls = []

        def spied(kernel: Any) -> Any:
            def call(*arguments: Any) -> Any:
                calls.append(kernel.__name__)
                return kernel(*arguments)

            return lambda device: call

        monkeypatch.setattr(choosing, "drawing_on", spied(draw))
        monkeypatch.setattr(choosing, "cutting_on", spied(cutting))
        for cached in (choosing.drawing, choosing.cutting):
            cached.cache_clear()
        return calls

    yield use
    for cached in (choosing.drawing, choosing.cutting):
        cached.cache_clear()


def some_draws(cold: bool) -> list[Any]:
    from aigc.engine.noise import stream_key
    from aigc.engine.sampler import Draw

    def params(row: int) -> SamplingParams:
        return SamplingParams(
            temperature=0.0 if cold and row % 7 == 0 else 0.4 + row % 5 / 4,
            top_k=(0, 1, 20, 300)[row % 4],
            top_p=(1.0, 0.81317, 0.95113)[row % 3],
            min_p=0.0131 if row % 11 == 0 else 0.0,
            repetition_penalty=1.3 if row % 5 == 0 else 1.0,
            presence_penalty=0.7 if row % 3 == 0 else 0.0,
            logprobs=row % 3,
        )

    return [Draw(params(row), stream_key(row, 0), row, [1, 2, 3, 2], [5, 2, 5]) for row in range(40)]


@pytest.mark.parametrize("cold", [False, True])
@pytest.mark.parametrize("grain", [0.0, 0.25])
def test_the_same_tokens_are_drawn(cold: bool, grain: float, with_kernels: Callable[..., list[str]]) -> None:
    import torch

    from aigc.engine import sampler

    logits = torch.randn(40, 4500, generator=torch.Generator().manual_seed(3)) * 4
    if grain:
        logits = (logits / grain).round() * grain
    bans = sampler.Bans([4, 9], torch.where(torch.arange(4400) % 3 == 0, 0.0, -torch.inf).expand(2, -1))
    expected = sampler.sample(logits, some_draws(cold), bans, 4400)
    calls = with_kernels()
    assert sampler.sample(logits, some_draws(cold), bans, 4400) == expected
    assert calls == ["draw", "cut", "cut", "draw"], "each once to see that it is right"


@pytest.mark.parametrize("wrong", ["level", "last", "broken"])
def test_a_kernel_that_cuts_otherwise_is_not_used(
    wrong: str, with_kernels: Callable[..., list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    from aigc.engine import sampler
    from aigc.engine.gpu.draw import cut

    def cutting(*given: Any) -> Any:
        if wrong == "broken":
            raise RuntimeError("no kernel image is available")
        level, last = cut(*given)
        return (level - 1e-3, last) if wrong == "level" else (level, last + 5000)

    logits = torch.randn(40, 4500, generator=torch.Generator().manual_seed(4)) * 4
    expected = sampler.sample(logits, some_draws(True), None, 4400)
    calls = with_kernels(cutting)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert sampler.sample(logits, some_draws(True), None, 4400) == expected
    assert calls == ["draw", "cutting"]
    reason = "no kernel image is available" if wrong == "broken" else "it cuts otherwise"
    assert len(caplog.messages) == 1 and reason in caplog.messages[0] and "that cuts tokens" in caplog.messages[0]
