"""WHAT a model learns: from approved pieces, examples and files to an adapter that the engine serves.

    sources ──► samples ──► account ──► split ──► targets ──► learner ──► checkpoints ──► the best ──► adapters/NAME
    (jobs, types, files)    (kept or    (by brief  (the engine's          (held-out briefs, through
                             left out,   and near-  own front)             the pipeline itself)
                             and why)    twin)

A sample is a *request* with the answer it should get: rendered by the templates it will be served with, tokenised by
the engine's own front, so that nothing is learnt in another form than it is asked for. Rows of a job come from its kept
lines: the pipeline runs once more over the job's briefs while a Generator gives the kept answers, which shows each
prompt as it would be sent today and each answer's verdict by today's checks.

`sources` finds samples in whatever was named: `job_rows` in a job (by a `replay`), `type_rows` in a content type
(`judging` and `one_stage` are how one answer is judged), `file_rows` in files (`row_files` reads them). `account` says
of every row whether it is used and why not, `encoding` makes ids, `split` keeps briefs and their near-twins on one
side, and `preparing` is all that together. `presets` says how to learn in few names, `base` gives the model.

`training_run` tells the story, `checkpoint_choice` writes the held-out briefs with each checkpoint and takes the best.
`result` is what is left: `card` what it says of itself, `report` the page for people, `naming` its line in `aigc.yaml`;
`shelf` finds the adapters of a project. `improving` goes round, `forecasting` says how long it takes.

Names: `Sample`, `LeftOut`, `Account`. Knows: content types, jobs, the learner, evaluation. Does not know: tensors, how
a model learns, what a command looks like. Imports no torch before something is learnt.
"""

from __future__ import annotations

from aigc.training.sample import Account, LeftOut, Sample

__all__ = ["Account", "LeftOut", "Sample"]
