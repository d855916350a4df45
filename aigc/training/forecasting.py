"""What a training will take: rows, tokens, steps, memory and time, by two steps of it that were timed."""

from __future__ import annotations

from aigc.training.preparing import Prepared
from aigc.types import Json


def forecast(prepared: Prepared) -> dict[str, Json]:
    """Return what a training will take, as JSON: seconds, bytes, counts. Time for checkpoints and for the briefs that
    they write comes on top. Raises what `learn` does."""
    from aigc.learner.timed_steps import try_steps

    trial = try_steps(prepared.base, prepared.learnt, prepared.options)
    return {
        "texts": len(prepared.learnt),
        "held_out": len(prepared.held_out),
        "labelled_tokens": prepared.labelled,
        "steps": prepared.options.steps,
        "batch": prepared.options.batch,
        "tokens_per_step": round(trial.tokens_per_step),
        "tokens_at_once": trial.tokens,
        "seconds_per_step": round(trial.seconds_per_step, 3),
        "seconds": round(trial.seconds, 1),
        "memory": trial.memory,
    }
