"""What transformers' Trainer is told: our choices, and what people pass on to it by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from aigc.errors import UsageError, did_you_mean, first_line
from aigc.learner.learner_options import LearnerOptions
from aigc.types import Json

OF_ADAMW = ("optim", "weight_decay", "adam_", "adafactor", "lr_scheduler", "warmup")
# What a name of ours, the plan of steps, or our checkpoints decide. Each is refused, with the reason.
SAID_ELSEWHERE = {
    "learning_rate": "learning_rate",
    "max_steps": "steps",
    "num_train_epochs": "steps",
    "per_device_train_batch_size": "batch",
    "gradient_accumulation_steps": "tokens",
    "auto_find_batch_size": "tokens",
    "seed": "seed",
    "data_seed": "seed",
    "save_steps": "save",
    "eval_steps": "save",
}
OWN = (
    "output_dir", "save_", "logging_", "log_", "eval_", "per_device_eval", "dataloader_", "hub_", "push_to_hub",
    "report_to", "run_name", "project", "trackio", "disable_tqdm", "include_", "batch_eval",
    "prediction_loss_only", "load_best", "metric_for", "greater_is", "ignore_data_skip", "restore_callback",
    "resume_from", "do_", "label_", "remove_unused", "train_sampling", "length_column", "skip_memory",
    "enable_jit", "local_rank", "use_cache", "ddp_find_unused", "average_tokens", "fsdp", "deepspeed",
    "parallelism", "accelerator_config",
)  # fmt: skip


def check_extra(extra: Mapping[str, Json]) -> None:
    """Refuse names that TrainingArguments does not have, and those that are decided here. Raises UsageError."""
    known = {one.name for one in dataclasses.fields(TrainingArguments) if one.init}
    ours = {one.name for one in dataclasses.fields(LearnerOptions)} - {"method", "objective", "extra"}
    free = {name for name in known if name not in SAID_ELSEWHERE and not name.startswith(OWN)}
    for name in extra:
        if name in SAID_ELSEWHERE:
            raise UsageError(f"{name}: is given otherwise", hint=f"use {SAID_ELSEWHERE[name]!r}")
        if name not in known:
            near = did_you_mean(name, ours | free)
            known_here = f"{', '.join(sorted(ours))}, and transformers' TrainingArguments"
            raise UsageError(f"{name}: is no setting", hint=near if near.endswith("?") else f"known: {known_here}")
        if name not in free:
            raise UsageError(f"{name}: is decided here and cannot be given")


def training_arguments(options: LearnerOptions, run: Path) -> TrainingArguments:
    """Return the Trainer's arguments: AdamW without decay, a few steps of warm-up, then down to 0 in a line.

    Raises UsageError for what `options.extra` may not say.
    """
    check_extra(options.extra)
    if options.method == "scratch" and (fixed := [name for name in options.extra if name.startswith(OF_ADAMW)]):
        raise UsageError(f"{fixed[0]}: a model from scratch learns by Muon, with rates of its own")
    ours: dict[str, Any] = {
        "learning_rate": options.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": min(5, options.steps // 10),
        "weight_decay": 0.0,
        "max_grad_norm": 1.0,
        "bf16": torch.cuda.is_available() and torch.cuda.is_bf16_supported() and not options.extra.get("use_cpu"),
        **options.extra,
        "output_dir": str(run),
        "max_steps": options.steps,
        "per_device_train_batch_size": 1,  # an item of the data is a whole step
        "seed": options.seed,
        "save_strategy": "no",
        "eval_strategy": "no",
        "logging_strategy": "no",
        "logging_nan_inf_filter": False,
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "critical",
        "log_level_replica": "critical",
        "ddp_find_unused_parameters": False,
        "dataloader_pin_memory": False,
        "remove_unused_columns": False,
        "use_cache": True,  # the Trainer writes it into the model's config, which a checkpoint bears
    }
    try:
        arguments = TrainingArguments(**ours)
        arguments._n_gpu = min(1, arguments.n_gpu)  # one process a GPU: torch's DataParallel cannot split a tree
    except Exception as error:  # for each argument another kind
        raise UsageError(f"transformers' TrainingArguments refuse it: {first_line(error)}") from error
    return arguments
