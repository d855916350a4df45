"""What a run will take: a few of its own steps, timed, with the memory they took."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from aigc.engine.hf.model import quiet
from aigc.learner.learner_options import LearnerOptions
from aigc.learner.losses import StepLosses
from aigc.learner.memory_needed import tokens_that_fit
from aigc.learner.steps_plan import PlannedStep, plan_steps
from aigc.learner.target import Target
from aigc.learner.trained_model import model_to_train
from aigc.learner.training_arguments import training_arguments

TIMED = 2  # steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """This is what a few steps took, and what all will.

    `memory` is the most that was in use, in bytes: of this process, or of the GPU. `tokens` are the most that are
    computed at once, `tokens_per_step` what a step computes on average, `labelled_per_step` what it foretells.
    """

    seconds_per_step: float
    memory: int
    tokens: int
    tokens_per_step: float
    labelled_per_step: float
    steps: int

    @property
    def seconds(self) -> float:
        """Return how long all steps will take, without looks at held-out targets and without checkpoints."""
        return self.seconds_per_step * self.steps


def try_steps(base: Path, targets: Sequence[Target], options: LearnerOptions) -> Trial:
    """Time two typical steps after the largest one, and throw away what they taught. Writes nothing.

    Raises what `learn` does.
    """
    from aigc.learner.learn import check_options

    check_options(options, targets)
    arguments = training_arguments(options, Path("never-written"))
    device = arguments.device
    with quiet(), warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        _forget_peak(device)
        model = model_to_train(base, options, device)
        tokens = options.tokens or tokens_that_fit(model, device)
        steps = plan_steps(
            targets, seed=options.seed, steps=options.steps, batch=options.batch, tokens=tokens,
            together=options.together,
        )  # fmt: skip
        losses = StepLosses(targets, options, tokens, device)
        model.train()
        losses.look_up_reference(model, {place for step in _tried(steps) for place in step.places})
        optimizer = _optimizer(model, options)
        with torch.autocast(device.type, torch.bfloat16, enabled=arguments.bf16):
            _, *timed = [_timed(model, losses, optimizer, step) for step in _tried(steps)]
    typical = statistics.median(step.tokens for step in steps)
    per_token = [seconds / step.tokens for seconds, step in zip(timed, _tried(steps)[1:], strict=True)]
    return Trial(
        seconds_per_step=statistics.median(per_token) * typical,
        memory=_peak(device),
        tokens=tokens,
        tokens_per_step=statistics.fmean(step.tokens for step in steps),
        labelled_per_step=statistics.fmean(step.labelled for step in steps),
        steps=options.steps,
    )


def _optimizer(model: torch.nn.Module, options: LearnerOptions) -> torch.optim.Optimizer:
    if options.method == "scratch":
        from aigc.learner.muon import make_optimizer

        return make_optimizer(model, options.learning_rate)
    return torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], options.learning_rate)


def _tried(steps: Sequence[PlannedStep]) -> list[PlannedStep]:
    """Return the first step, which has the largest part, and then those of the most typical size."""
    ordered = sorted(steps, key=lambda step: step.tokens)
    middle = max(0, min(len(ordered) // 2, len(ordered) - TIMED))
    typical = ordered[middle : middle + TIMED]
    return [steps[0], *typical, *typical[:1] * (TIMED - len(typical))]


def _timed(model: torch.nn.Module, losses: StepLosses, optimizer: torch.optim.Optimizer, step: PlannedStep) -> float:
    began = time.perf_counter()
    losses.begin_step(model, step)
    for part in step.share(0)[0]:
        losses.of_part(model, part, step).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    optimizer.zero_grad()
    if losses.device.type == "cuda":
        torch.cuda.synchronize(losses.device)
    return time.perf_counter() - began


def _forget_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):  # proc(5): sets VmHWM back to what is resident now
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak(device: torch.device) -> int:
    """Return the most memory in use, in bytes."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) << 10
    with suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    return 0
