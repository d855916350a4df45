"""Learn: from a base and targets to checkpoints, through kills, full disks and too little memory.

What a run was begun with is in `learner.json`: going on with other targets or options is refused, and the number of
tokens computed at once, which decides how numbers round, stays what it was.
"""

from __future__ import annotations

import gc
import hashlib
import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from transformers import TrainingArguments

from aigc.engine.device import free_memory, is_out_of_memory
from aigc.engine.hf.model import quiet
from aigc.errors import AigcError, ModelError, UsageError, first_line
from aigc.learner.learner_options import LearnerOptions
from aigc.learner.losses import StepLosses
from aigc.learner.memory_needed import tokens_that_fit
from aigc.learner.step_trainer import AfterSteps, StepTrainer, Surroundings
from aigc.learner.steps_plan import PlannedStep, plan_steps
from aigc.learner.target import Target, Told
from aigc.learner.told_steps import read_told
from aigc.learner.trained_model import model_to_train
from aigc.learner.training_arguments import training_arguments
from aigc.learner.whole_saves import (
    checkpoint_step,
    newest_resumable,
    remove_later,
    remove_unfinished,
    whole_checkpoints,
    write_record,
)
from aigc.types.foreign import file_bytes, read_json

RECORD = "learner.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """This is what a run has come to: its whole checkpoints by step, and what it told, before a resume too."""

    checkpoints: tuple[Path, ...]
    told: tuple[Told, ...]
    stopped: bool = False


def learn(
    base: Path,
    targets: Sequence[Target],
    held_out: Sequence[Target],
    options: LearnerOptions,
    run: Path,
    *,
    heard: Callable[[Told], None] = lambda told: None,
    stopping: Callable[[], bool] = lambda: False,
    resume: bool = False,
) -> Learned:
    """Learn targets, and write a checkpoint into `run` every so many steps.

    `heard` is told of every step, in the main process; `stopping` is asked after every step, and ends the run with a
    checkpoint. `resume` goes on from the newest whole checkpoint, or begins where there is none. Raises UsageError for
    options that cannot be, ModelError where the model cannot be had, the disk is full or memory does not suffice.
    """
    check_options(options, targets)
    arguments = training_arguments(options, run)
    main = arguments.process_index == 0
    record = _record(run, _digest(base, targets, options), resume=resume) if main else {}
    if main:
        remove_unfinished(run)
    around = Surroundings(base, run, held_out, 0, heard, stopping)
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while True:
            try:
                return _run(arguments, record, targets, options, around)
            except Exception as error:
                if isinstance(error, AigcError):
                    raise
                if not is_out_of_memory(error):
                    if options.extra and not any(one.step for one in around.told):
                        names = ", ".join(options.extra)
                        raise UsageError(f"transformers cannot work with {names}: {first_line(error)}") from error
                    raise
                record = _smaller(record, targets, options, around, arguments)
            finally:
                gc.collect()  # the Trainer and its callbacks hold each other, and the model
                free_memory(arguments.device)


def check_options(options: LearnerOptions, targets: Sequence[Target]) -> None:
    """Refuse what cannot be learnt. Raises UsageError."""
    for name in ("rank", "alpha", "steps", "batch", "save", "together"):
        if getattr(options, name) < 1:
            raise UsageError(f"{name}: must be 1 or more, not {getattr(options, name)}")
    for name, most in (("steps", 1_000_000), ("batch", 10_000), ("rank", 4096)):
        if getattr(options, name) > most:
            raise UsageError(f"{name}: {getattr(options, name)} is more than {most}")
    least_of = {"dropout": 0.0, "tokens": 0, "layers": 0, "beta": 0.0, "sft": 0.0, "learning_rate": 0.0}
    for name, least in least_of.items():
        value = getattr(options, name)
        if not least <= value < math.inf or (name == "dropout" and value >= 1):
            raise UsageError(f"{name}: {value:g} cannot be", hint="from 0 to below 1" if name == "dropout" else "")
    if options.objective != "sft" and options.method not in ("lora", "4bit"):
        raise UsageError(
            f"objective: {options.objective!r} is held against the model without its adapter, and method "
            f"{options.method!r} has none",
            hint="use 'lora'",
        )
    if not targets:
        raise UsageError("there is nothing to learn")
    for one in targets:
        if not 1 <= one.begin < len(one.ids) or (one.rejected and len(one.rejected) <= one.begin):
            raise UsageError(f"row {one.row}: there is no token to foretell")
        if options.objective == "dpo" and not one.rejected:
            raise UsageError(f"row {one.row}: objective 'dpo' learns from pairs, and this has no worse text")
        if options.objective == "kto" and one.good is None:
            raise UsageError(f"row {one.row}: objective 'kto' learns from verdicts, and this has none")
        if options.objective != "dpo" and one.rejected:
            raise UsageError(f"row {one.row}: a pair is learnt by the objective 'dpo', not {options.objective!r}")


def _run(
    arguments: TrainingArguments,
    record: dict[str, Any],
    targets: Sequence[Target],
    options: LearnerOptions,
    around: Surroundings,
) -> Learned:
    """Run the steps that are left."""
    device = arguments.device
    newest = [newest_resumable(around.run)] if arguments.process_index == 0 else [None]
    broadcast_object_list(newest)
    begin = checkpoint_step(newest[0]) if newest[0] else 0
    around.told = read_told(newest[0]) if newest[0] else []
    if begin >= options.steps:
        return Learned(checkpoints=tuple(whole_checkpoints(around.run)), told=tuple(around.told))
    torch.manual_seed(options.seed)
    model = model_to_train(around.base, options, device)
    _check_lengths(model, [*targets, *around.held_out])
    tokens = [record.get("tokens") or options.tokens or tokens_that_fit(model, device, arguments.world_size)]
    broadcast_object_list(tokens)
    around.tokens = tokens[0]
    if arguments.process_index == 0:
        remove_later(around.run, begin)
        record["tokens"] = around.tokens
        write_record(around.run / RECORD, record)
    steps = _plan(targets, options, around.tokens, arguments.world_size)
    trainer = _trainer(model, arguments, steps, options)
    losses = StepLosses(targets, options, around.tokens, device, arguments.process_index)
    losses.sum_up = lambda value: trainer.accelerator.reduce(value, "sum")
    losses.look_up_reference(model)
    trainer.losses, trainer.options = losses, options
    after = AfterSteps(trainer, around)
    trainer.add_callback(after)
    try:
        trainer.train(resume_from_checkpoint=str(newest[0]) if newest[0] else None)
    finally:
        after.close()
    return Learned(checkpoints=tuple(whole_checkpoints(around.run)), told=tuple(around.told), stopped=around.stopped)


def _trainer(
    model: Any, arguments: TrainingArguments, steps: Sequence[PlannedStep], options: LearnerOptions
) -> StepTrainer:
    if options.method != "scratch":
        return StepTrainer(model, arguments, steps)
    from aigc.learner.muon import make_optimizer, schedule

    optimizer = make_optimizer(model, options.learning_rate)
    return StepTrainer(model, arguments, steps, optimizers=(optimizer, schedule(optimizer, options.steps)))


def _plan(targets: Sequence[Target], options: LearnerOptions, tokens: int, processes: int) -> list[PlannedStep]:
    return plan_steps(
        targets, seed=options.seed, steps=options.steps, batch=options.batch, tokens=tokens, processes=processes,
        together=options.together,
    )  # fmt: skip


def _check_lengths(model: Any, targets: Sequence[Target]) -> None:
    most = int(getattr(model.config.get_text_config(), "max_position_embeddings", 0) or 1 << 30)
    for one in targets:
        if max(len(one.ids), len(one.rejected)) > most:
            length = max(len(one.ids), len(one.rejected))
            raise UsageError(f"row {one.row}: {length} tokens are more than the {most} that the model takes")


def _smaller(
    record: dict[str, Any],
    targets: Sequence[Target],
    options: LearnerOptions,
    around: Surroundings,
    arguments: TrainingArguments,
) -> dict[str, Any]:
    """Return a record of half the tokens at once. Raises ModelError where that would change nothing."""
    parts = [
        part
        for step in (_plan(targets, options, around.tokens, 1) if around.tokens else [])
        for share in step.shares
        for part in share
    ]
    if arguments.world_size > 1 or all(len(part) == 1 for part in parts):
        usable = newest_resumable(around.run)
        raise ModelError(
            f"there is not enough memory to learn this, with {around.tokens or 'no'} tokens at once"
            + (f"; {usable} is whole" if usable else ""),
            hint="close other programs, or use a smaller model, a lower rank, shorter rows or shots: false",
        ) from None
    return record | {"tokens": max(1, around.tokens // 2)}


def _record(run: Path, digest: str, *, resume: bool) -> dict[str, Any]:
    """Read what a run was begun with, or begin one. Raises ModelError for another run's folder."""
    path = run / RECORD
    if not path.exists():
        try:
            run.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(f"{run}: cannot be made: {first_line(error)}") from error
        return {"digest": digest}
    if not resume:
        raise ModelError(f"{run}: a run was begun here already", hint="resume it, or give another folder")
    try:
        record: dict[str, Any] = read_json(file_bytes(path))
        begun = record["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"{path}: cannot be read", hint="begin again in another folder") from None
    if begun != digest:
        raise ModelError(f"{run}: this run was begun with other rows or options", hint="begin again in another folder")
    return record


def _digest(base: Path, targets: Sequence[Target], options: LearnerOptions) -> str:
    """Return what tells a run from others: its base by name, its targets and all options but how much at once."""
    told = [base.name, replace(options, tokens=0).record(), [asdict(one) for one in targets]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
