"""WHAT a model learns: from approved pieces, examples and files to an adapter that the engine serves.

    sources ──► samples ──► account ──► split ──► targets ──► learner ──► checkpoints ──► the best ──► adapters/NAME
    (jobs, types, files)    (kept or    (by brief  (the engine's          (held-out briefs, through
                             left out,   and near-  own front)             the pipeline itself)
                             and why)    twin)

A sample is a *request* with the answer it should get: rendered by the templates it will be served with, tokenised by
the engine's own front, so that nothing is learnt in another form than it is asked for. Rows of a job come from its kept
lines: the pipeline runs once more over the job's briefs while a Generator gives the kept answers, which shows each
prompt as it would be sent today and each answer's verdict by today's checks.

`sources` finds samples in whatever was named, `account` says of every row whether it is used and why not, `split` keeps
briefs and their near-twins on one side, `encoding` makes ids. `presets` says how to learn in few names, `run` tells the
story, `choosing` writes the held-out briefs with each checkpoint and takes the best, `card` is what the result says of
itself, `report` the page for people, `improving` goes round.

Names: `Sample`, `LeftOut`, `Account`, `Training`. Knows: content types, jobs, the learner, evaluation. Does not know:
tensors, how a model learns, what a command looks like. Imports no torch before something is learnt.
"""

from __future__ import annotations

from aigc.training.sample import Account, LeftOut, Sample

__all__ = ["Account", "LeftOut", "Sample"]
