"""HOW a model learns: token ids with what is to be foretold in, an adapter or whole weights out.

transformers' Trainer and PEFT do the learning; ours is what lies around them. `packing_tree` lays the texts of a step
out as one tree of tokens, so that what their prompts share is computed once; `losses` says what is wrong with what the
model foretells (answers, pairs, verdicts); `whole_saves` keeps checkpoints that are whole or not there; `learn` runs
the steps and `timed_steps` times two of them. `from_scratch` makes a tokenizer and a small GPT, `muon` its optimizer.

    targets ──► plan of steps ──► Trainer (tree of tokens, 4-D mask, our loss) ──► checkpoint-000010, -000020, …

Names: `Target` (ids and where foretelling begins), `LearnerOptions`, `Told` (how far a run is), `learn`, `try_steps`.
Knows: model folders, ids. Does not know: content types, briefs, jobs, projects, what a text is for. This file imports
no torch; the extra `train` (peft) is imported when something is learnt.
"""

from __future__ import annotations

from aigc.learner.learner_options import LearnerOptions
from aigc.learner.target import Target, Told

__all__ = ["LearnerOptions", "Target", "Told"]
