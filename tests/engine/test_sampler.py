from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.types import SamplingParams

VOCAB = 300
PENALISED = st.builds(
    SamplingParams,
    repetition_penalty=st.sampled_from([1.0, 0.7, 1.1, 1.7]),
    presence_penalty=st.sampled_from([0.0, -0.6, 0.3, 1.9]),
    frequency_penalty=st.sampled_from([0.0, 0.0, -0.5, 0.25, 1.5]),
    logit_bias=st.dictionaries(st.integers(0, 19), st.sampled_from([-100.0, 0.5, 3.25]), max_size=3).map(
        lambda bias: tuple(bias.items())
    ),
)
SEEN = st.lists(st.integers(0, 19), max_size=9)


@pytest.fixture(params=["torch", "kernels"])
def native(request: pytest.FixtureRequest) -> Any:
    """What chooses on a CPU: torch alone, or our kernels beside it."""
    from aigc.engine.cpu.kernels import kernels

    return kernels() if request.param == "kernels" else None


def draws_of(rows: int, **params: Any) -> list[Any]:
    from aigc.engine.noise import stream_key
    from aigc.engine.sampler import Draw

    return [Draw(SamplingParams(**params), stream_key(5, row), row % 7, [1, 2], [3]) for row in range(rows)]


def logits_of(rows: int, seed: int = 0, spread: float = 3.0) -> Any:
    import torch

    return torch.randn(rows, VOCAB, generator=torch.Generator().manual_seed(seed)) * spread


@pytest.mark.parametrize("spread", [0.1, 3.0, 12.0])
@pytest.mark.parametrize(
    "params", [{}, {"top_p": 0.9}, {"top_k": 5}, {"top_k": 150, "top_p": 0.99}, {"min_p": 0.05}, {"top_p": 1e-6}]
)
def test_shortcuts_change_nothing(params: dict[str, Any], spread: float, native: Any) -> None:
    """The choice is what noise on every token, and filters on the whole sorted vocabulary, would choose."""
    import torch

    from aigc.engine.noise import noise, noise_key
    from aigc.engine.sampler import sample

    temperature = 0.8
    draws, logits = draws_of(200, temperature=temperature, **params), logits_of(200, spread=spread)
    picks = sample(logits, draws, None, VOCAB, native)
    given = SamplingParams(**params)
    for row, draw in enumerate(draws):
        scores = logits[row].double() / temperature
        order = scores.argsort(descending=True)
        kept = order[: given.top_k or VOCAB]
        chance = torch.softmax(scores[kept], 0)
        kept = kept[(chance.cumsum(0) - chance < given.top_p) & (chance >= given.min_p * chance[0])]
        key = torch.tensor(noise_key(draw.stream, draw.position))
        assert picks.tokens[row] == int(kept[(scores[kept] + noise(key, kept)).argmax()])


def test_frequencies_follow_the_softmax(native: Any) -> None:
    import torch

    from aigc.engine.sampler import sample

    rows = 20_000
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, -30.0]).repeat(rows, 1)
    tokens = torch.tensor(sample(logits, draws_of(rows, temperature=2.0), None, 5, native).tokens)
    found = torch.bincount(tokens, minlength=5) / rows
    assert torch.allclose(found, torch.softmax(logits[0] / 2, 0), atol=0.012)


def test_bans_penalties_and_padding(native: Any) -> None:
    import torch

    from aigc.engine.sampler import Bans, sample

    logits = torch.tensor([[5.0, 4.0, 3.0, 2.5, 9.0]] * 3)
    bias = torch.tensor([[-torch.inf, 0.0, 0.0, 0.0]])
    assert sample(logits, draws_of(3, temperature=0.0), Bans([1], bias), 4, native).tokens == [0, 1, 0]
    doubled = draws_of(3, temperature=0.0, repetition_penalty=2.0)  # the prompt is 1 2, the text 3
    assert sample(logits + torch.tensor([-2.0, 0, 0, 0, 0]), doubled, None, 4, native).tokens == [0, 0, 0]
    present = draws_of(3, temperature=0.0, presence_penalty=3.0)
    assert sample(logits + torch.tensor([0, 0, 0, 4.0, 0]), present, None, 4, native).tokens == [0, 0, 0]


def test_logprobs_know_nothing_of_temperature_and_bans(native: Any) -> None:
    import torch

    from aigc.engine.sampler import Bans, sample

    logits = logits_of(1)
    bias = torch.full((1, VOCAB), -torch.inf)
    bias[0, 17] = 0
    picks = sample(logits, draws_of(1, temperature=0.3, logprobs=2), Bans([0], bias), VOCAB, native)
    true = torch.log_softmax(logits[0], 0)
    assert picks.tokens == [17] and picks.logprobs[0] == pytest.approx(float(true[17]), abs=1e-5)
    assert picks.top[0][0] == (int(true.argmax()), pytest.approx(float(true.max()), abs=1e-5))


def test_logprobs_know_nothing_of_penalties(native: Any) -> None:
    import torch

    from aigc.engine.sampler import sample

    logits = torch.tensor([[8.0, 4.0, 3.0, 2.5]])
    seen = draws_of(1, temperature=0.0, repetition_penalty=1.2, presence_penalty=1.0, logprobs=1)
    seen[0].written = [0]  # and chosen again in spite of its penalties
    picks = sample(logits, seen, None, 4, native)
    true = torch.log_softmax(logits[0], 0)
    assert picks.tokens == [0] and picks.logprobs[0] == pytest.approx(float(true[0]), abs=1e-5)
    assert picks.top[0] == ((0, pytest.approx(float(true[0]), abs=1e-5)),)


@settings(deadline=None)
@given(st.lists(st.tuples(PENALISED, SEEN, SEEN), min_size=1, max_size=8), st.integers(0, 99))
def test_penalties_are_those_of_each_row_alone(
    rows: list[tuple[SamplingParams, list[int], list[int]]], seed: int
) -> None:
    import torch

    from aigc.engine.sampler import Draw, _penalise

    raw = torch.randn(len(rows), 24, generator=torch.Generator().manual_seed(seed))[:, :20]
    given = raw.clone()
    found = _penalise(raw, [Draw(params, 0, 0, prompt, written) for params, prompt, written in rows])
    for row, (params, prompt, written) in enumerate(rows):
        expected = given[row].clone()
        for token in {*prompt, *written}:
            up = expected[token] > 0
            expected[token] *= 1 / params.repetition_penalty if up else params.repetition_penalty
            if up:  # the same but for its last bit
                expected[token] = given[row, token] / params.repetition_penalty
        for token in set(written):
            lowered = params.presence_penalty + params.frequency_penalty * written.count(token)
            expected[token] -= torch.tensor(lowered, dtype=torch.float64).float()
        for token, amount in params.logit_bias:
            expected[token] += amount
        assert torch.equal(found[row], expected)
    assert torch.equal(raw, given)


def test_likeliest_tokens_go_to_the_rows_that_ask(native: Any) -> None:
    import torch

    from aigc.engine.sampler import sample

    logits, asked = logits_of(6), [2, 0, 5, 2, 1000, 5]
    draws = [draws_of(1, temperature=0.7, logprobs=count)[0] for count in asked]
    picks = sample(logits, draws, None, 290, native)
    for row, count in enumerate(asked):
        true = torch.log_softmax(logits[row, :290], 0).sort(descending=True)
        assert [token for token, _ in picks.top[row]] == true.indices[:count].tolist()
        assert [one for _, one in picks.top[row]] == pytest.approx(true.values[:count].tolist(), abs=1e-5)


def filtered_slowly(logits: Any, params: SamplingParams) -> list[int]:
    """The whole vocabulary sorted."""
    import torch

    scores = logits.double() / params.temperature
    order = scores.argsort(descending=True, stable=True)[: params.top_k or len(scores)]
    chance = torch.softmax(scores[order], 0)
    kept = (chance.cumsum(0) - chance < params.top_p) & (chance >= params.min_p * chance[0])
    return sorted(order[kept].tolist())


@pytest.mark.parametrize("top_k", [0, 30, 1000, 40_000])
def test_top_p_is_a_share_of_all_that_top_k_keeps(top_k: int) -> None:
    """Though most of that is too unlikely to be drawn beside what top-p keeps."""
    import torch

    from aigc.engine.filters import Blocks, FilterParams, filtered

    vocab, shares = 1 << 16, [0.4 + row / 40 for row in range(20)]
    logits = (-8.1 - torch.arange(vocab) % 97 / 1e3).repeat(len(shares), 1)
    logits[:, 100:110] = torch.arange(10) / 1e3
    logits[::3, 300:] = -torch.inf
    given = [SamplingParams(temperature=1.0, top_k=top_k, top_p=share) for share in shares]
    asked = FilterParams(given, vocab, torch.device("cpu"))
    rows, tokens, _ = filtered(Blocks(logits), asked, torch.full((len(given),), 17.0))
    for row, params in enumerate(given):
        assert sorted(tokens[rows == row].tolist()) == filtered_slowly(logits[row], params)


@pytest.mark.parametrize("most", [1, 3, 8])
@pytest.mark.parametrize(
    "params",
    [{}, {"top_p": 0.9}, {"temperature": 0.0}, {"presence_penalty": 1.3, "logprobs": 4, "logit_bias": ((5, 9.0),)}],
)
def test_some_rows_after_the_others_choose_what_all_of_them_do(
    params: dict[str, Any], most: int, native: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from aigc.engine import sampler

    draws, logits = draws_of(11, **params), logits_of(11)
    rows = [1, 2, 4, 9]
    bias = torch.zeros(len(rows), VOCAB).masked_fill_(torch.rand(len(rows), VOCAB) < 0.5, -torch.inf)
    whole = sampler.sample(logits, draws, sampler.Bans(rows, bias), VOCAB, native)
    looked = []
    choose = sampler._choose
    monkeypatch.setattr(sampler, "_choose", lambda part, *rest: looked.append(len(part)) or choose(part, *rest))
    monkeypatch.setattr(sampler, "LOOKED_AT", 4 * VOCAB * most)
    assert sampler.sample(logits, draws, sampler.Bans(rows, bias), VOCAB, native) == whole
    assert len(looked) == -(-11 // most) and max(looked) == most
