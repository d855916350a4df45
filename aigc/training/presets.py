"""How to learn, in few names, and every setting by its own.

A preset is a set of `LearnerOptions`. What is set beside it by name is one of theirs, or goes to transformers'
TrainingArguments. Rank 8 on all linear layers is plenty for some thousand rows, small
batches are best, and an adapter takes a rate ten times that of full tuning or more (Schulman et al. 2025, LoRA Without
Regret): 1e-3 beside the 5e-5 of `full`, and 2e-4 for pairs and verdicts. On a small model (SmolLM2-135M) that of `lora`
was measured on a house rule, that of `dpo` on 133 pairs: figures in `tests/bench/LOG.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.learner import LearnerOptions
from aigc.learner.from_scratch import defaults
from aigc.plugs.options import options_of, read_values
from aigc.types import Json
from aigc.types.foreign import read_json

PASSES = 2  # over the rows; more is learnt by heart (validation loss was best after one to two)
STEPS = (30, 60)  # fewer teach no rule, more break names
STEPS_FROM_SCRATCH = (200, 1200)  # five minutes of the small size on two cores
CHECKPOINTS = 5  # of a run, to choose from
OWNED = ("method", "objective", "extra", "seed", "save")
LEARNER = tuple(option for option in options_of(LearnerOptions) if option.name not in OWNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """This is a way to learn. With `steps` 0 the rows say how many."""

    summary: str
    options: LearnerOptions


PRESETS: Mapping[str, Preset] = {
    "lora": Preset(
        summary="A small adapter beside the model; what is learnt are the approved answers.",
        options=LearnerOptions(steps=0),
    ),
    "full": Preset(
        summary="All weights of the model: a whole model of its own.",
        options=LearnerOptions(method="full", learning_rate=5e-5, steps=0),
    ),
    "4bit": Preset(
        summary="An adapter, the model in 4 bits meanwhile: for a GPU that is short of memory.",
        options=LearnerOptions(method="4bit", learning_rate=5e-4, steps=0),
    ),
    "dpo": Preset(
        summary="An adapter that prefers taken answers to refused ones of the same request.",
        options=LearnerOptions(objective="dpo", learning_rate=2e-4, steps=0),
    ),
    "kto": Preset(
        summary="An adapter that learns from answers called good or bad, each by itself.",
        options=LearnerOptions(objective="kto", learning_rate=2e-4, steps=0),
    ),
    "scratch": Preset(
        summary="A tokenizer and a small GPT of one's own, from plain texts.",
        options=LearnerOptions(method="scratch", steps=0),
    ),
}


def preset_named(name: str) -> Preset:
    """Return a preset. NotFound suggests the nearest name."""
    if name not in PRESETS:
        raise NotFound(f"no preset named {name!r}", hint=did_you_mean(name, PRESETS))
    return PRESETS[name]


def learner_options(
    preset: str, rows: int, given: Mapping[str, Json], *, seed: int = 0, size: str = "small"
) -> LearnerOptions:
    """Return how to learn from so many rows, with what is `given` laid over the preset; from scratch the model's `size`
    says how it learns best.

    UsageError says which value is wrong; names that are not ours are left to TrainingArguments.
    """
    options = preset_named(preset).options
    if options.method == "scratch":
        best = defaults(size)
        options = replace(options, learning_rate=best.learning_rate, batch=best.batch)
    known = {option.name for option in LEARNER}
    if owned := [name for name in given if name in OWNED]:
        raise UsageError(f"--set {owned[0]}: the preset or another option says that", hint="see `aigc train --help`")
    own = read_values(LEARNER, {name: value for name, value in given.items() if name in known}, where="--set")
    extra = {name: _typed(value) for name, value in given.items() if name not in known}
    options = replace(options, **own, extra=extra, seed=seed)
    if "steps" in own and options.steps < 1:
        raise UsageError(f"--set steps: {options.steps} is not at least 1")
    for name in ("rank", "alpha", "batch"):
        if getattr(options, name) < 1:
            raise UsageError(f"--set {name}: {getattr(options, name)} is not at least 1")
    if options.learning_rate <= 0:
        raise UsageError(f"--set learning_rate: {options.learning_rate:g} is not above 0")
    if "rank" in own and "alpha" not in own:
        options = replace(options, alpha=2 * options.rank)
    if options.steps < 1:
        least, most = STEPS_FROM_SCRATCH if options.method == "scratch" else STEPS
        options = replace(options, steps=min(max(ceil(PASSES * rows / options.batch), least), most))
    return replace(options, save=max(1, ceil(options.steps / CHECKPOINTS)))


def _typed(value: Json) -> Json:
    """Read a word of the command line as the number or truth that it says; anything else stays text."""
    try:
        return read_json(value) if isinstance(value, str) else value
    except ValueError:
        return value
