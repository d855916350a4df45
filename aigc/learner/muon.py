"""HOW a GPT's first weights are learnt: Muon for the matrices of its layers, AdamW for the rest.

Muon turns a matrix's averaged gradient into the nearest one that changes all directions alike (Jordan et al. 2024,
kellerjordan.github.io/posts/muon; torch.optim.Muon): after 450,000 tokens of the King James Bible a small GPT took 1.70
bits per byte of what was held out, where AdamW's took 1.85 (tests/bench/scratch.py). It is for weights that multiply a
layer's whole input; an embedding's rows are used one at a time, so embeddings, the head, norms and biases stay with
AdamW. Both stand in one `Optimizer`, as transformers' Trainer wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer
from torch.optim.lr_scheduler import LambdaLR

# How much faster than the layers' matrices the others learn, measured by tests/bench/scratch.py; a tied embedding is
# the head too, and takes no more than a head does.
EMBEDDING, HEAD, REST = 10.0, 0.4, 0.5
BETAS, EPS = (0.8, 0.95), 1e-10  # AdamW's: short averages, as a run has some hundred steps
WARM_UP, COOL_DOWN = 0.02, 0.5  # shares of all steps

Group: TypeAlias = dict[str, Any]


class MuonAndAdamW(Optimizer):
    """This is two optimizers in one: each steps the groups that bear its name under `rule`, and all state is here."""

    def __init__(self, muon: Muon | None, adamw: AdamW | None) -> None:
        self._rules: dict[str, Optimizer] = {
            name: rule for name, rule in (("muon", muon), ("adamw", adamw)) if rule is not None
        }
        groups: list[Group] = [
            {**group, "rule": name} for name, rule in self._rules.items() for group in rule.param_groups
        ]
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the weights once; return what `closure`, called before, gave."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for name, rule in self._rules.items():
            # Looked up anew each time: loading a state puts other groups and another state in their places.
            rule.param_groups = [group for group in self.param_groups if group["rule"] == name]
            rule.state = self.state
            rule.step()
        return loss


def make_optimizer(model: nn.Module, learning_rate: float) -> Optimizer:
    """Make the optimizer of all of a model's weights that are learnt.

    `learning_rate` is that of the layers' matrices (0.02 is usual); the others' are told from it. The model is one of
    transformers', which knows its embeddings and its head.
    """
    embeddings = {id(one.weight) for one in model.modules() if isinstance(one, nn.Embedding)}
    ask: Any = getattr(model, "get_output_embeddings", lambda: None)
    head = ask()
    heads = set() if head is None else {id(head.weight)}
    kinds: dict[str, list[Tensor]] = {"matrices": [], "embeddings": [], "heads": [], "rest": []}
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        if id(parameter) in heads:
            kinds["heads"].append(parameter)
        elif id(parameter) in embeddings:
            kinds["embeddings"].append(parameter)
        else:
            kinds["matrices" if parameter.ndim == 2 else "rest"].append(parameter)
    rates = {"embeddings": EMBEDDING, "heads": HEAD, "rest": REST}
    groups = [{"params": kinds[kind], "lr": learning_rate * rate} for kind, rate in rates.items() if kinds[kind]]
    return MuonAndAdamW(
        Muon(kinds["matrices"], lr=learning_rate, weight_decay=0.1) if kinds["matrices"] else None,
        AdamW(groups, betas=BETAS, eps=EPS, weight_decay=0.0) if groups else None,
    )


def schedule(optimizer: Optimizer, steps: int) -> LambdaLR:
    """Plan the rates of so many steps: a short climb, then level, then down in a straight line to almost nothing."""
    climb, fall = max(1, round(WARM_UP * steps)), max(1, round(COOL_DOWN * steps))
    return LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / climb, max(0, steps - step) / fall))
