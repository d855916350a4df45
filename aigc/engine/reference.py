"""This is the specification: one candidate at a time, the whole text computed again for every token.

The same front, sampler and grammar as the engine, and the family's own attention; no batch, slot, prefix or fork. What
the engine writes must equal what this writes, whatever else is in the batch; the tests say so.
"""

from __future__ import annotations

import torch

from aigc.engine.engine import Engine, completion_of
from aigc.engine.rows import Row, Work
from aigc.engine.sampler import Bans, Draw, sample
from aigc.types import Completion, Request, TokenLogprob


def write_slowly(engine: Engine, request: Request) -> list[Completion]:
    """This answers one request with the engine's own model, candidate by candidate; `usage.cached` is always 0."""
    work = engine.work_of(request)
    model = engine.network.model
    attention = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        return [completion_of(_write(engine, work, index), len(work.ids)) for index in work.left]
    finally:
        model.set_attn_implementation(attention)


def _write(engine: Engine, work: Work, index: int) -> Row:
    row = Row(
        work=work,
        index=index,
        ending=work.ending(index),
        constraint=work.constraint.copy() if work.constraint else None,
        pending=[],
    )
    row.write_forced()
    while row.finish is None:
        ids = torch.tensor([work.ids + row.written], device=engine.network.device)
        with torch.inference_mode():
            logits = engine.network.model(input_ids=ids, use_cache=False).logits[0, -1:].float()
        bans = Bans([0], engine.grammars.bias([row.constraint])()) if row.constraint else None
        draw = Draw(work.params, row.stream, len(row.written), work.ids, row.written)
        picks = sample(logits, [draw], bans, engine.vocab)
        row.take(TokenLogprob(token=picks.tokens[0], logprob=picks.logprobs[0], top=picks.top[0]))
    return row
