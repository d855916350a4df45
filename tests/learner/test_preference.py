from __future__ import annotations

import math
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from aigc.learner.preference import dpo_loss, kto_loss

BETA = 0.3
CHOSEN, REJECTED = [-12.5, -40.25, -3.0], [-11.0, -52.0, -9.5]
REFERENCE_CHOSEN, REFERENCE_REJECTED = [-14.0, -38.0, -3.0], [-10.0, -50.5, -8.0]
GOOD = [True, False, True]
OTHER, REFERENCE_OTHER = [-30.0, -20.0, -25.0], [-31.0, -22.5, -24.0]  # answers after other prompts


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def pairs() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    chosen, rejected, first, second = map(torch.tensor, (CHOSEN, REJECTED, REFERENCE_CHOSEN, REFERENCE_REJECTED))
    return chosen.requires_grad_(), rejected.requires_grad_(), first, second


def test_dpo_is_the_mean_over_pairs_of_how_surprising_the_order_is() -> None:
    moved = [(1.5 - -1.0), (-2.25 - -1.5), (0.0 - -1.5)]
    expected = sum(-math.log(sigmoid(BETA * margin)) for margin in moved) / 3
    assert dpo_loss(*pairs(), BETA).item() == pytest.approx(expected, rel=1e-6)


def test_dpo_raises_the_better_answer_and_lowers_the_worse() -> None:
    chosen, rejected, first, second = pairs()
    dpo_loss(chosen, rejected, first, second, BETA).backward()  # type: ignore[no-untyped-call]
    assert chosen.grad is not None and rejected.grad is not None
    expected = [-BETA * sigmoid(-BETA * margin) / 3 for margin in (2.5, -0.75, 1.5)]
    assert chosen.grad.tolist() == pytest.approx(expected, rel=1e-5)
    assert rejected.grad.tolist() == pytest.approx([-one for one in expected], rel=1e-5)


def test_dpo_stays_finite_where_a_pair_is_far_off() -> None:
    far = torch.tensor([-5000.0])
    assert dpo_loss(far, -far, far * 0, far * 0, 1.0).item() == 10_000


def test_kto_wants_good_answers_further_off_than_all_are_and_others_less() -> None:
    logps = torch.tensor(CHOSEN, requires_grad=True)
    distance = (1.0 + 2.5 - 1.0) / 3
    loss = kto_loss(logps, torch.tensor(REFERENCE_CHOSEN), torch.tensor(GOOD), torch.tensor(distance), BETA)
    expected = [1 - sigmoid(BETA * (1.5 - distance)), 1 - sigmoid(BETA * (distance - -2.25))]
    expected.append(1 - sigmoid(BETA * (0.0 - distance)))
    assert loss.item() == pytest.approx(sum(expected) / 3, rel=1e-6)
    loss.backward()  # type: ignore[no-untyped-call]
    assert logps.grad is not None
    assert (logps.grad < 0).tolist() == GOOD


class Foretelling:
    """This is a model as TRL asks it: it answers with what stands in its lists."""

    def __init__(self, *answers: list[float]) -> None:
        self.answers = list(answers)

    def __call__(self, **_: Any) -> SimpleNamespace:
        sums = torch.tensor(self.answers.pop(0))[:, None]
        nothing = torch.zeros_like(sums)
        return SimpleNamespace(
            log_probs=sums, entropy=nothing, mean_logits=nothing, is_top1=nothing.bool(), log_sum_sq_probs=nothing
        )


def trainer(**settings: Any) -> Any:
    """As much of a TRL trainer as its loss looks at."""

    def same(value: Tensor) -> Tensor:
        return value

    accelerator = SimpleNamespace(device=torch.device("cpu"), gather=same, gather_for_metrics=same)
    return SimpleNamespace(
        model=SimpleNamespace(training=False),
        accelerator=accelerator,
        beta=BETA,
        precompute_ref_logps=True,
        aux_loss_enabled=False,
        _metrics=defaultdict(lambda: defaultdict(list)),
        _total_train_tokens=0,
        **settings,
    )


def batch(rows: int) -> dict[str, Tensor]:
    ones = torch.ones(rows, 2, dtype=torch.long)
    return {"input_ids": ones, "attention_mask": ones, "completion_mask": ones}


def test_dpo_is_trls() -> None:
    trl = pytest.importorskip("trl")
    asked = trainer(
        ld_alpha=None, f_divergence_type="reverse_kl", loss_types=["sigmoid"], loss_weights=[1.0], use_weighting=False
    )
    references = {
        "ref_chosen_logps": torch.tensor(REFERENCE_CHOSEN),
        "ref_rejected_logps": torch.tensor(REFERENCE_REJECTED),
    }
    theirs = trl.DPOTrainer._compute_loss(asked, Foretelling(CHOSEN + REJECTED), batch(6) | references, False)
    assert dpo_loss(*pairs(), BETA).item() == pytest.approx(theirs.item(), rel=1e-6)


def test_kto_is_trls() -> None:
    trl = pytest.importorskip("trl")
    asked = trainer(calculate_KL=True, loss_type="kto", desirable_weight=1.0, undesirable_weight=1.0, _tp_size=1)
    model = Foretelling(OTHER, CHOSEN)
    asked._compute_kl_logps = lambda model, batch: trl.KTOTrainer._compute_kl_logps(asked, model, batch)
    inputs = batch(3) | {f"KL_{name}": value for name, value in batch(3).items()}
    inputs |= {"ref_logps": torch.tensor(REFERENCE_CHOSEN), "ref_KL_logps": torch.tensor(REFERENCE_OTHER)}
    theirs = trl.KTOTrainer._compute_loss(asked, model, inputs | {"label": torch.tensor(GOOD)}, False)
    kl = (torch.tensor(OTHER) - torch.tensor(REFERENCE_OTHER)).mean()
    ours = kto_loss(torch.tensor(CHOSEN), torch.tensor(REFERENCE_CHOSEN), torch.tensor(GOOD), kl, BETA)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-6)
    assert kl.item() == pytest.approx(asked._metrics["eval"]["kl"][0], rel=1e-6)
