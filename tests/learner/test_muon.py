from __future__ import annotations

import io
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from aigc.learner.muon import make_optimizer, schedule
from aigc.testing.tiny import tiny_gpt

RATE = 0.02


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt("llama", tmp_path_factory.mktemp("llama"))


def opened(folder: Path) -> Any:
    from transformers import AutoModelForCausalLM

    from aigc.engine.hf.model import quiet

    with quiet():
        return AutoModelForCausalLM.from_pretrained(folder)


def learn(model: Any, optimizer: torch.optim.Optimizer, steps: int, seed: int = 0) -> list[float]:
    noise = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(steps):
        ids = torch.randint(97, 105, (4, 12), generator=noise)
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    return losses


def written(optimizer: torch.optim.Optimizer) -> bytes:
    torch.save(optimizer.state_dict(), file := io.BytesIO())
    return file.getvalue()


def weights(model: Any) -> list[torch.Tensor]:
    return [one.detach().clone() for one in model.parameters()]


def test_matrices_of_layers_are_muons_and_all_else_adamws(folder: Path) -> None:
    model = opened(folder)
    optimizer = make_optimizer(model, RATE)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rules = {names[id(one)]: group["rule"] for group in optimizer.param_groups for one in group["params"]}
    assert rules.keys() == dict(model.named_parameters()).keys()
    assert {name for name, rule in rules.items() if rule == "muon"} == {
        name for name in rules if name.endswith("_proj.weight")
    }
    rates = [group["lr"] for group in optimizer.param_groups if group["rule"] == "muon"]
    assert rates == [RATE]


def test_weights_that_stand_still_are_left_out_and_shared_ones_are_a_head(folder: Path) -> None:
    model = opened(folder)
    model.lm_head.weight = model.model.embed_tokens.weight
    model.model.layers[0].requires_grad_(False)
    optimizer = make_optimizer(model, RATE)
    learnt = [one for group in optimizer.param_groups for one in group["params"]]
    assert len(learnt) == len({*map(id, learnt)}) == sum(one.requires_grad for one in model.parameters())
    rates = {id(one): group["lr"] for group in optimizer.param_groups for one in group["params"]}
    assert rates[id(model.model.embed_tokens.weight)] < RATE


def test_a_step_of_muon_changes_all_directions_alike(folder: Path) -> None:
    model = opened(folder)
    matrix = model.model.layers[1].self_attn.q_proj.weight  # twice as many outputs as inputs, for which it makes up
    before = matrix.detach().clone()
    learn(model, make_optimizer(model, RATE), 1)
    changed = torch.linalg.svdvals((matrix.detach() - before * (1 - 0.1 * RATE)) / RATE) / math.sqrt(2)
    assert changed.min() > 0.4 and changed.max() < 1.3


def test_it_learns(folder: Path) -> None:
    model = opened(folder)
    losses = learn(model, make_optimizer(model, RATE), 30)
    assert losses[-1] < math.log(8) + 0.3 < losses[0]


def test_a_saved_state_goes_on_as_if_nothing_had_been(folder: Path) -> None:
    whole = opened(folder)
    learn(whole, optimizer := make_optimizer(whole, RATE), 3)
    kept, model = io.BytesIO(written(optimizer)), opened(folder)
    model.load_state_dict(whole.state_dict())
    again = make_optimizer(model, RATE / 7)  # the state says what the rates are
    again.load_state_dict(torch.load(kept, weights_only=True))
    assert written(again) == kept.getvalue()
    assert learn(whole, optimizer, 2, seed=1) == learn(model, again, 2, seed=1)
    assert all(map(torch.equal, weights(whole), weights(model)))
    assert written(again) == written(optimizer) != kept.getvalue()


def test_rates_climb_stay_and_fall_together(folder: Path) -> None:
    model = opened(folder)
    optimizer = make_optimizer(model, RATE)
    first = [group["lr"] for group in optimizer.param_groups]
    plan = schedule(optimizer, 100)
    shares = []
    for _ in range(100):
        now = [group["lr"] / base for group, base in zip(optimizer.param_groups, first, strict=True)]
        assert max(now) - min(now) < 1e-9
        shares.append(now[0])
        optimizer.step()
        plan.step()
    assert shares[0] == 0.5 and shares[2:50] == [1.0] * 48
    falls = [a - b for a, b in pairwise(shares[60:])]
    assert max(falls) - min(falls) < 1e-9 < min(falls)
    assert 0 < shares[-1] < 0.05


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shortest_runs_have_rates_too(folder: Path, steps: int) -> None:
    optimizer = make_optimizer(opened(folder), RATE)
    plan = schedule(optimizer, steps)
    for _ in range(steps):
        assert min(group["lr"] for group in optimizer.param_groups) > 0
        optimizer.step()
        plan.step()
    assert max(group["lr"] for group in optimizer.param_groups) == 0


def test_the_trainer_takes_it_and_goes_on_from_what_it_saved(folder: Path, tmp_path: Path) -> None:
    from transformers import Trainer, TrainingArguments

    texts = [torch.arange(97 + row, 107 + row) for row in range(8)]
    rows = [{"input_ids": text, "labels": text} for text in texts]

    def run(out: Path, resume: str | None = None) -> Any:
        model = opened(folder)
        optimizer = make_optimizer(model, RATE)
        settings = TrainingArguments(
            output_dir=str(out),
            max_steps=4,
            save_steps=2,
            per_device_train_batch_size=2,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            dataloader_pin_memory=False,
        )
        trainer = Trainer(model, settings, train_dataset=rows, optimizers=(optimizer, schedule(optimizer, 4)))
        trainer.train(resume_from_checkpoint=resume)
        return model

    whole = run(tmp_path / "whole")
    resumed = run(tmp_path / "resumed", str(tmp_path / "whole" / "checkpoint-2"))
    assert all(map(torch.equal, weights(whole), weights(resumed)))
    assert not all(map(torch.equal, weights(whole), weights(opened(folder))))
