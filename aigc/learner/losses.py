"""What is wrong with what a model foretells: of answers, of pairs, of verdicts.

Every loss is a part's share of its step: sums over labels or texts, divided by those of the whole step. Parts of a step
and shares of processes add up to the same number, however they are cut. For pairs and verdicts the reference is the
model without its adapter, asked once, before the first step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from aigc.learner.learner_options import LearnerOptions
from aigc.learner.packing_tree import Tree, packed_tree, tree_texts
from aigc.learner.steps_plan import Part, PlannedStep, parts_of
from aigc.learner.target import Target
from aigc.learner.tree_attention import forward


def surprise(model: torch.nn.Module, tree: Tree) -> torch.Tensor:
    """Return what each label costs, in nats, (L,)."""
    logits = forward(model, tree)
    return logits.logsumexp(-1)[tree.rows] - logits[tree.rows, tree.foretold]


def by_text(values: torch.Tensor, tree: Tree) -> torch.Tensor:
    """Sum values of labels for each text, (count,)."""
    return torch.zeros(tree.count, dtype=values.dtype, device=values.device).index_add(0, tree.texts, values)


def held_out_loss(model: torch.nn.Module, targets: Sequence[Target], tokens: int, device: torch.device) -> float | None:
    """Return the mean over all labels of targets, of pairs of the better texts, in nats; None where none is good."""
    plain = [Target(ids=one.ids, begin=one.begin) for one in targets if one.good is not False]
    if not plain:
        return None
    with evaluating(model):
        sums = [
            surprise(model, packed_tree(tree_texts([plain[place] for place in part])).on(device)).double().sum()
            for part in parts_of(plain, range(len(plain)), tokens)
        ]
    return float(torch.stack(sums).sum()) / sum(one.labelled for one in plain)


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Let a model drop nothing and keep nothing for a backward pass."""
    trained = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(trained)


class StepLosses:
    """This is the loss of the parts of a run's steps."""

    def __init__(
        self, targets: Sequence[Target], options: LearnerOptions, tokens: int, device: torch.device, process: int = 0
    ) -> None:
        """Take what is learnt; `tokens` limits what is computed at once without a plan."""
        self.targets, self.options, self.tokens, self.device, self.process = targets, options, tokens, device, process
        self.sum_up: Callable[[torch.Tensor], torch.Tensor] = lambda value: value  # over all processes
        self._reference = torch.empty(0)
        self._kl = torch.zeros(())

    def look_up_reference(self, model: Any, places: Collection[int] | None = None) -> None:
        """Ask the model without its adapter for what pairs and verdicts are held against: all, or some of them."""
        if self.options.objective == "sft":
            return
        asked = range(len(self.targets)) if places is None else sorted(places)
        self._reference = torch.zeros((len(self.targets), 2))
        with model.disable_adapter():
            self._reference[list(asked)] = self._log_probs(model, [self.targets[place] for place in asked])

    def begin_step(self, model: Any, step: PlannedStep) -> None:
        """Look at what a step's parts have in common, which for verdicts is how far texts have moved in general."""
        if self.options.objective == "kto":
            self._kl = self._divergence(model, step)

    def of_part(self, model: torch.nn.Module, part: Part, step: PlannedStep) -> torch.Tensor:
        """Return a part's share of the loss of its step; parts add up."""
        chosen = [self.targets[place] for place in part]
        tree = packed_tree(tree_texts(chosen)).on(self.device)
        costs = surprise(model, tree)
        if self.options.objective == "sft":
            return costs.sum() / step.labelled
        from aigc.learner import preference

        texts, reference = -by_text(costs, tree), self._reference[list(part)].to(self.device)
        share = len(part) / len(step.places)
        if self.options.objective == "kto":
            good = torch.tensor([bool(one.good) for one in chosen], device=self.device)
            loss = preference.kto_loss(texts, reference[:, 0], good, self._kl, self.options.beta)
            return loss.mean() * share
        better, worse = texts[0::2], texts[1::2]
        loss = preference.dpo_loss(better, worse, reference[:, 0], reference[:, 1], self.options.beta)
        return loss.mean() * share - self.options.sft * better.sum() / step.labelled

    def _log_probs(self, model: torch.nn.Module, targets: Sequence[Target]) -> torch.Tensor:
        """Return the log-probability of each target's one or two texts, (targets, 2), on the CPU."""
        found = torch.zeros((len(targets), 2))
        with evaluating(model):
            for part in parts_of(targets, range(len(targets)), self.tokens):
                tree = packed_tree(tree_texts([targets[place] for place in part])).on(self.device)
                texts = iter((-by_text(surprise(model, tree), tree)).tolist())
                for place in part:
                    found[place, 0] = next(texts)
                    if targets[place].rejected:
                        found[place, 1] = next(texts)
        return found

    def _stranger(self, place: int, others: Sequence[int]) -> int:
        """Return the next target whose prompt is another one; in a step of one prompt only it is the next."""
        own = self.targets[place]
        prompt = own.ids[: own.begin]
        strange = (one for one in others if self.targets[one].ids[: self.targets[one].begin] != prompt)
        return next(strange, others[0] if others else place)

    def _divergence(self, model: Any, step: PlannedStep) -> torch.Tensor:
        """Return KTO's reference point (Ethayarajh et al. 2024, section 4.1): by how much answers to other prompts
        have become likelier, on average over the step, 0 or more. Each prompt gets the answer of the next target."""
        places = step.places
        following = {place: self._stranger(place, places[at + 1 :] + places[:at]) for at, place in enumerate(places)}
        parts, weight = step.share(self.process)
        longest = max(len(one.ids) for one in self.targets)  # which the model takes
        strangers = [
            Target(ids=(*one.ids[: one.begin], *other.ids[other.begin :])[:longest], begin=one.begin)
            for part in parts
            for one, other in ((self.targets[place], self.targets[following[place]]) for place in part)
        ]
        moved = self._log_probs(model, strangers)
        with model.disable_adapter():
            moved -= self._log_probs(model, strangers)
        total = self.sum_up(moved.sum().to(self.device) * weight)
        return (total / len(places)).clamp(min=0)
