"""Learning from pairs and verdicts: the loss of a step is the same however it is cut, and runs move the right way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from training_rows import OPTIONS

from aigc.learner import LearnerOptions, Target
from aigc.learner.learn import learn
from aigc.learner.losses import StepLosses, evaluating
from aigc.learner.packing_tree import packed_tree, tree_texts
from aigc.learner.steps_plan import plan_steps
from aigc.learner.trained_model import load_learnt, model_to_train

preference = pytest.importorskip("aigc.learner.preference")
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
CPU = torch.device("cpu")
PAIRS: LearnerOptions = replace(OPTIONS, objective="dpo", dropout=0.0, beta=0.3, sft=0.5, steps=30, save=30)
VERDICTS: LearnerOptions = replace(PAIRS, objective="kto")


def judged(objective: Literal["dpo", "kto"], count: int = 12) -> list[Target]:
    """Answers of low tokens are the better ones."""
    drawn = random.Random(3)
    found = []
    for row in range(count):
        prompt = tuple(drawn.randrange(3, 250) for _ in range(9))
        good = (*prompt, *(drawn.randrange(3, 30) for _ in range(drawn.randrange(2, 7))))
        bad = (*prompt, *(drawn.randrange(200, 250) for _ in range(drawn.randrange(2, 7))))
        if objective == "dpo":
            found.append(Target(ids=good, begin=9, rejected=bad, row=row))
        else:
            found.append(Target(ids=good if row % 2 else bad, begin=9, good=bool(row % 2), row=row))
    return found


def moved(model: Any) -> Any:
    """Give an adapter numbers, as if it had learnt already."""
    torch.manual_seed(7)
    for name, one in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one, std=0.05)
    return model


def log_probs(model: Any, targets: list[Target]) -> torch.Tensor:
    """Each text as a row by itself."""
    found = []
    for text in tree_texts(targets):
        tree = packed_tree([text])
        logits = model(
            input_ids=tree.ids[None], position_ids=tree.depths[None], use_cache=False, tree=tree
        ).logits[0].log_softmax(-1)  # fmt: skip
        found.append(sum(logits[place - 1, text.ids[place]] for place in range(text.begin, len(text.ids))))
    return torch.stack(found)


def step_loss(
    model: Any, targets: list[Target], options: LearnerOptions, tokens: int, processes: int = 1
) -> torch.Tensor:
    (step,) = plan_steps(targets, seed=0, steps=1, batch=len(targets), tokens=tokens, processes=processes)
    losses = [StepLosses(targets, options, tokens, CPU, number) for number in range(processes)]
    for one in losses:
        one.look_up_reference(model)
    sums = [torch.zeros(())] * processes
    if processes > 1:
        for number, one in enumerate(losses):
            one.sum_up = lambda value, number=number: sums.__setitem__(number, value) or value  # type: ignore
            one.begin_step(model, step)
        for one in losses:
            one.sum_up = lambda _: torch.stack(sums).sum()
    total = torch.zeros(())
    for number, one in enumerate(losses):
        one.begin_step(model, step)
        total = total + sum(one.of_part(model, part, step) for part in step.shares[number])
    return total.detach()


def test_a_pairs_loss_is_that_of_its_rows(tiny_folder: Callable[[str], Path]) -> None:
    model, targets = moved(model_to_train(tiny_folder("llama"), PAIRS, CPU)), judged("dpo")
    with evaluating(model):
        now = log_probs(model, targets)
        with model.disable_adapter():
            before = log_probs(model, targets)
    assert (now - before).abs().max() > 0.1
    expected = preference.dpo_loss(now[0::2], now[1::2], before[0::2], before[1::2], PAIRS.beta)
    expected = expected - PAIRS.sft * now[0::2].sum() / sum(one.labelled for one in targets)
    for tokens, processes in ((0, 1), (60, 1), (60, 3)):
        assert float(step_loss(model, targets, PAIRS, tokens, processes)) == pytest.approx(float(expected), abs=1e-4)


def test_a_verdicts_loss_is_that_of_its_rows(tiny_folder: Callable[[str], Path]) -> None:
    model, targets = moved(model_to_train(tiny_folder("llama"), VERDICTS, CPU)), judged("kto")
    (step,) = plan_steps(targets, seed=0, steps=1, batch=len(targets))
    order = [targets[place] for place in step.places]
    others = [
        Target(ids=(one.ids[: one.begin] + other.ids[other.begin :])[:15], begin=9)
        for one, other in zip(order, [*order[1:], order[0]], strict=True)
    ]
    with evaluating(model):
        now, strangers = log_probs(model, targets), log_probs(model, others)
        with model.disable_adapter():
            before, strangers_before = log_probs(model, targets), log_probs(model, others)
    kl = (strangers - strangers_before).mean().clamp(min=0)
    good = torch.tensor([bool(one.good) for one in targets])
    expected = preference.kto_loss(now, before, good, kl, VERDICTS.beta)
    for tokens, processes in ((0, 1), (60, 1), (60, 3)):
        assert float(step_loss(model, targets, VERDICTS, tokens, processes)) == pytest.approx(float(expected), abs=1e-4)


@pytest.mark.parametrize("options", [PAIRS, VERDICTS], ids=["pairs", "verdicts"])
def test_better_answers_become_likelier_than_worse_ones(
    options: LearnerOptions, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    targets = judged(options.objective)  # type: ignore[arg-type]
    told = learn(tiny_folder("llama"), targets, [], options, tmp_path)
    model = model_to_train(tiny_folder("llama"), options, CPU)
    pairs = judged("dpo")
    with evaluating(model):
        before = log_probs(model, pairs)
        load_learnt(model, options, told.checkpoints[-1])
        change = log_probs(model, pairs) - before
    assert (change[0::2] - change[1::2]).mean() > 1
    assert told.told[-1].loss < told.told[0].loss


def test_a_stopped_run_of_pairs_goes_on_to_the_same_bytes(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    options, targets = replace(PAIRS, steps=6, save=2, dropout=0.2), judged("dpo")
    whole = learn(tiny_folder("llama"), targets, [], options, tmp_path / "whole")
    learn(tiny_folder("llama"), targets, [], options, tmp_path / "cut", stopping=lambda: True)
    cut = learn(tiny_folder("llama"), targets, [], options, tmp_path / "cut", resume=True)
    files = [one.checkpoints[-1] / "adapter_model.safetensors" for one in (whole, cut)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_from_scratch_learns_with_muon(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    pytest.importorskip("aigc.learner.muon")
    options = replace(OPTIONS, method="scratch", steps=12, save=6, dropout=0.0)
    texts = [Target(ids=tuple(range(3, 40)), begin=1)] * 4
    learned = learn(tiny_folder("llama"), texts, [], options, tmp_path / "run")
    assert learned.told[-1].loss < learned.told[0].loss - 1
    cut = learn(tiny_folder("llama"), texts, [], options, tmp_path / "cut", stopping=lambda: True)
    assert [one.name for one in cut.checkpoints] == ["checkpoint-000001"]
    cut = learn(tiny_folder("llama"), texts, [], options, tmp_path / "cut", resume=True)
    files = [one.checkpoints[-1] / "model.safetensors" for one in (learned, cut)]
    assert files[0].read_bytes() == files[1].read_bytes()
