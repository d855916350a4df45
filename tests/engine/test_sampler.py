from __future__ import annotations

from typing import Any

import pytest

from aigc.types import SamplingParams

VOCAB = 300


def draws_of(rows: int, **params: Any) -> list[Any]:
    from aigc.engine.sampler import Draw, stream_key

    return [Draw(SamplingParams(**params), stream_key(5, row), row % 7, [1, 2], [3]) for row in range(rows)]


def logits_of(rows: int, seed: int = 0, spread: float = 3.0) -> Any:
    import torch

    return torch.randn(rows, VOCAB, generator=torch.Generator().manual_seed(seed)) * spread


@pytest.mark.parametrize("spread", [0.1, 3.0, 12.0])
@pytest.mark.parametrize(
    "params", [{}, {"top_p": 0.9}, {"top_k": 5}, {"top_k": 150, "top_p": 0.99}, {"min_p": 0.05}, {"top_p": 1e-6}]
)
def test_shortcuts_change_nothing(params: dict[str, Any], spread: float) -> None:
    """The choice is what noise on every token, and filters on the whole sorted vocabulary, would choose."""
    import torch

    from aigc.engine.sampler import _GOLDEN, _MASK64, _mix, _noise, _signed, sample

    temperature = 0.8
    draws, logits = draws_of(200, temperature=temperature, **params), logits_of(200, spread=spread)
    picks = sample(logits, draws, None, VOCAB)
    given = SamplingParams(**params)
    for row, draw in enumerate(draws):
        scores = logits[row].double() / temperature
        order = scores.argsort(descending=True)
        kept = order[: given.top_k or VOCAB]
        chance = torch.softmax(scores[kept], 0)
        kept = kept[(chance.cumsum(0) - chance < given.top_p) & (chance >= given.min_p * chance[0])]
        key = torch.tensor(_signed(_mix(draw.stream + draw.position * _GOLDEN & _MASK64)))
        assert picks.tokens[row] == int(kept[(scores[kept] + _noise(key, kept)).argmax()])


def test_frequencies_follow_the_softmax() -> None:
    import torch

    from aigc.engine.sampler import sample

    rows = 20_000
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, -30.0]).repeat(rows, 1)
    tokens = torch.tensor(sample(logits, draws_of(rows, temperature=2.0), None, 5).tokens)
    found = torch.bincount(tokens, minlength=5) / rows
    assert torch.allclose(found, torch.softmax(logits[0] / 2, 0), atol=0.012)


def test_bans_penalties_and_padding() -> None:
    import torch

    from aigc.engine.sampler import Bans, sample

    logits = torch.tensor([[5.0, 4.0, 3.0, 2.5, 9.0]] * 3)
    bias = torch.tensor([[-torch.inf, 0.0, 0.0, 0.0]])
    assert sample(logits, draws_of(3, temperature=0.0), Bans([1], bias), 4).tokens == [0, 1, 0]
    doubled = draws_of(3, temperature=0.0, repetition_penalty=2.0)  # the prompt is 1 2, the text 3
    assert sample(logits + torch.tensor([-2.0, 0, 0, 0, 0]), doubled, None, 4).tokens == [0, 0, 0]
    present = draws_of(3, temperature=0.0, presence_penalty=3.0)
    assert sample(logits + torch.tensor([0, 0, 0, 4.0, 0]), present, None, 4).tokens == [0, 0, 0]


def test_logprobs_know_nothing_of_temperature_and_bans() -> None:
    import torch

    from aigc.engine.sampler import Bans, sample

    logits = logits_of(1)
    bias = torch.full((1, VOCAB), -torch.inf)
    bias[0, 17] = 0
    picks = sample(logits, draws_of(1, temperature=0.3, logprobs=2), Bans([0], bias), VOCAB)
    true = torch.log_softmax(logits[0], 0)
    assert picks.tokens == [17] and picks.logprobs[0] == pytest.approx(float(true[17]), abs=1e-5)
    assert picks.top[0][0] == (int(true.argmax()), pytest.approx(float(true.max()), abs=1e-5))


def test_logprobs_know_nothing_of_penalties() -> None:
    import torch

    from aigc.engine.sampler import sample

    logits = torch.tensor([[8.0, 4.0, 3.0, 2.5]])
    seen = draws_of(1, temperature=0.0, repetition_penalty=1.2, presence_penalty=1.0, logprobs=1)
    seen[0].written = [0]  # and chosen again in spite of its penalties
    picks = sample(logits, seen, None, 4)
    true = torch.log_softmax(logits[0], 0)
    assert picks.tokens == [0] and picks.logprobs[0] == pytest.approx(float(true[0]), abs=1e-5)
    assert picks.top[0] == ((0, pytest.approx(float(true[0]), abs=1e-5)),)
