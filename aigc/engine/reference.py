"""This is the specification: one candidate at a time, the whole text computed again for every token.

The same front, sampler and grammar as the engine, and transformers' own model and attention; no batch, slot, prefix or
fork. What the engine writes must equal what this writes, whatever else is in the batch; the tests say so.
"""

from __future__ import annotations

from pathlib import Path

import torch

from aigc.engine.engine import Engine, completion_of
from aigc.engine.hf.model import load_model
from aigc.engine.rows import BatchRow, EncodedRequest
from aigc.engine.sampler import Bans, Draw, sample
from aigc.types import Completion, Request, TokenLogprob


class Reference:
    """This writes what `engine` should, with a model of its own from the same folder, and without adapters."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.model = load_model(folder, engine.network.device, engine.network.shape.dtype)

    def write(self, request: Request) -> list[Completion]:
        """Answer one request, candidate by candidate; `usage.cached` is always 0."""
        encoded = self.engine.encode(request)
        return [
            completion_of(self._write(encoded, index), len(encoded.ids), self.engine.front) for index in encoded.left
        ]

    def _write(self, request: EncodedRequest, index: int) -> BatchRow:
        engine = self.engine
        row = BatchRow(
            request=request,
            index=index,
            ending=request.ending(index),
            constraint=request.constraint.copy() if request.constraint else None,
            pending=[],
        )
        row.write_forced()
        while row.finish is None:
            ids = torch.tensor([request.ids + row.written], device=engine.network.device)
            with torch.inference_mode():
                logits = self.model(input_ids=ids, use_cache=False).logits[0, -1:].float()
            bans = Bans([0], engine.grammars.bias([row.constraint])()) if row.constraint else None
            draw = Draw(request.params, row.stream, len(row.written), request.ids, row.written)
            picks = sample(logits, [draw], bans, engine.vocab, engine.network.native)
            row.take(TokenLogprob(token=picks.tokens[0], logprob=picks.logprobs[0], top=picks.top[0]))
        return row
