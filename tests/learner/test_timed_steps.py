"""What a run will take, told before it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from training_rows import OPTIONS, rows

from aigc.errors import UsageError
from aigc.learner import memory_needed
from aigc.learner.learn import learn
from aigc.learner.timed_steps import try_steps
from aigc.learner.trained_model import model_to_train


def test_a_trial_tells_what_a_run_takes_and_leaves_nothing(
    tiny_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = torch.random.get_rng_state()
    options = replace(OPTIONS, steps=30)
    trial = try_steps(tiny_folder("llama"), rows(), options)
    assert torch.equal(before, torch.random.get_rng_state())
    assert not list(tmp_path.iterdir())
    learned = learn(tiny_folder("llama"), rows(), [], options, tmp_path / "run")
    mean = sum(one.tokens for one in learned.told) / 30
    assert trial.tokens_per_step == pytest.approx(mean)
    assert trial.steps == 30
    assert trial.tokens == 60
    assert 100 << 20 < trial.memory < 16 << 30
    assert 0 < trial.seconds == trial.seconds_per_step * 30
    assert trial.seconds < 30


def test_a_trial_refuses_what_a_run_does(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is nothing to learn"):
        try_steps(tmp_path, [], OPTIONS)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks for it by its old name
def test_what_fits_depends_on_the_memory_and_what_learns(
    tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = torch.device("cpu")
    model = model_to_train(tiny_folder("llama"), OPTIONS, device)

    def fits(free: int, processes: int = 1) -> int:
        monkeypatch.setattr(memory_needed, "machine_memory", lambda: type("Free", (), {"free": free}))
        return memory_needed.tokens_that_fit(model, device, processes)

    each = memory_needed.token_bytes(model)
    assert fits(0) == memory_needed.LEAST
    assert fits(1 << 50) == memory_needed.MOST
    some = fits(2000 * each)
    assert memory_needed.LEAST < some < 2000
    assert fits(4000 * each) == pytest.approx(2 * some, rel=0.1)
    assert fits(4000 * each, 2) == some
    whole = model_to_train(tiny_folder("llama"), replace(OPTIONS, method="full"), device)
    assert memory_needed.learning_bytes(whole) > memory_needed.learning_bytes(model)


def kept_bytes(model: Any, length: int) -> int:
    """Count what autograd keeps of a text of so many labelled tokens, each storage once, weights left out."""
    from aigc.learner.losses import surprise
    from aigc.learner.packing_tree import TreeText, packed_tree

    weights = {one.untyped_storage().data_ptr() for one in model.parameters()}
    seen: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    tree = packed_tree([TreeText(ids=tuple(place % 250 for place in range(length + 1)), begin=1)])
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        cost = surprise(model, tree).sum()
    del cost
    return sum(seen.values())


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks for it by its old name
@pytest.mark.parametrize("family", ["llama", "gpt2", "gemma3"])
def test_the_formula_is_no_less_than_what_is_kept(family: str, tiny_folder: Callable[[str], Path]) -> None:
    model = model_to_train(tiny_folder(family), replace(OPTIONS, dropout=0.0), torch.device("cpu"))
    model.train()
    each = (kept_bytes(model, 200) - kept_bytes(model, 100)) / 100
    assert 0.4 * memory_needed.token_bytes(model) < each < memory_needed.token_bytes(model)
