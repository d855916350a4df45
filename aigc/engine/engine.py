"""This is the Generator: requests in, completions and text deltas out. Front, grammars and loop meet here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from aigc.engine.cpu.decoder import open_decoder
from aigc.engine.device import device_memory, free_memory, is_out_of_memory
from aigc.engine.front import Front, Transcript, load_front
from aigc.engine.gpu.opening import open_gpu
from aigc.engine.integrity import check_loop
from aigc.engine.loop import Loop
from aigc.engine.machine import machine_memory
from aigc.engine.masks import Grammars
from aigc.engine.memory import CUDA_LOGITS, LOGITS, STEP_TOKENS, Budget, ModelMemory, budget
from aigc.engine.network import Network
from aigc.engine.options import EngineOptions
from aigc.engine.rows import BatchRow, EncodedRequest
from aigc.engine.scoring import NO_NUMBERS, NO_ROOM, Given, Score, TextsToScore, score
from aigc.engine.text_ends import text_ends
from aigc.engine.text_streams import Streams
from aigc.engine.threads import torch_threads
from aigc.errors import EngineError, did_you_mean, first_line
from aigc.types import Completion, Delta, FinishReason, Prompt, Request, Usage

if TYPE_CHECKING:  # transformers, which takes seconds to import, only where it runs the model
    from aigc.engine.hf.steady import Steady

LOG = logging.getLogger(__name__)
PREFIX_TOKENS = 16_384  # kept prefixes at most
LARGEST_BIAS = 10_000
URGENT_LOT = 8  # given texts scored in a step while somebody waits for another


@dataclass(slots=True)
class _OpenRequest:
    """This is a request that has not come back whole."""

    request: Request
    prompt_tokens: int
    unfinished: set[int] = field(default_factory=set)


class Engine:
    """This writes with one loaded model. One thread uses it; one of its own, for grammars, lives until `close`."""

    def __init__(
        self,
        network: Network,
        front: Front,
        options: EngineOptions,
        *,
        name: str = "",
        memory: ModelMemory | None = None,
    ) -> None:
        """Take a model that is loaded; `memory` is what was told of it before."""
        self.model_name = name
        self.network = network
        self.front = front
        self.ends = frozenset(text_ends(front, network.ends))
        self.endless: frozenset[str] = frozenset()  # requests that no end token ends: a benchmark's, for equal lengths
        self.vocab = min(network.vocab, front.vocab)
        shared = _budget(network, options.rows, memory)
        self.capacity = shared.rows
        self.loop: Loop | None = Loop(
            _steady(network) if options.deterministic and not network.steady else network,
            lambda matchers: self.grammars.bias(matchers),
            vocab=self.vocab,
            rows=shared.rows,
            slot_tokens=shared.tokens,
            prefix_budget=min(PREFIX_TOKENS, shared.prefix_tokens) if options.prefix_cache else 0,
            native=network.native,
            apart=options.deterministic,
            interactive=options.interactive,
            batch_share=options.batch_share,
        )
        self._grammars: Grammars | None = None
        self._in_hand: dict[str, _OpenRequest] = {}
        self._to_score = TextsToScore()
        self._outbox: list[Completion | Delta] = []
        self._streams = Streams(front)
        self._last_realm = 0
        self._realms = {"": 0}  # by adapter; never the same again, so that no prefix of an unloaded one is read

    @property
    def grammars(self) -> Grammars:
        """Return the compiler of grammars, made on first use: that takes half a second, and free text needs none."""
        if self._grammars is None:
            ends = sorted(one for one in self.ends if one < self.front.vocab)  # llguidance knows the tokenizer's alone
            tokenizer = self.front.raw.to_str()
            self._grammars = Grammars(tokenizer, self.vocab, ends, self.network.device, tokens=self.front.vocab)
        return self._grammars

    @property
    def busy(self) -> bool:
        """Say whether a step would do anything."""
        return bool(self._in_hand or self._to_score or self._outbox)

    def count_tokens(self, prompt: Prompt) -> int:
        """Return the prompt's length as the model will see it, template included."""
        return len(self.front.encode(prompt))

    def submit(self, request: Request) -> None:
        """Queue a request. What cannot be served comes back from the next `step` as an error."""
        loop = self._open_loop()
        if request.id in self._in_hand or request.id in self._to_score:
            raise EngineError(f"a request {request.id!r} is in hand already")
        try:
            if request.given is not None:
                self._to_score.add(request, self._given(request, request.given))
                return
            encoded = self.encode(request)
        except EngineError as error:
            self._outbox.extend(
                Completion(request_id=request.id, index=index, text="", finish_reason="error", error=str(error))
                for index in range(max(1, request.sampling.n) if request.given is None else 1)
            )
            return
        self._in_hand[request.id] = _OpenRequest(request, len(encoded.ids), set(encoded.left))
        loop.submit(encoded)

    def step(self) -> Sequence[Completion | Delta]:
        """Run one forward over what is in hand, and return what came of it; given texts are scored first, all of them
        or, while an urgent request is in hand, a few."""
        loop = self._open_loop()
        out, self._outbox = self._outbox, []
        if self._to_score:
            urgent = any(held.request.urgent for held in self._in_hand.values())
            out += self._to_score.answer(self.network, URGENT_LOT if urgent else None)
        if not self._in_hand:
            return out
        finished = None
        try:
            finished = loop.step()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise EngineError(f"the model failed: {first_line(error)}") from error
        if finished is None:  # by now nothing of the failed step is held any more
            before, finished = loop.most, loop.back_off()
            free_memory(self.network.device)
            if loop.most < before:
                many = f"at most {loop.most} texts" if loop.most > 1 else "one text"
                LOG.warning("out of memory: going on with %s at once", many)
        out += self._streams.parts((*loop.rows, *loop.resting))
        for row in finished:
            out.extend(self._finish(row))
        return out

    def score(self, asked: Sequence[tuple[Request, str]]) -> list[Score]:
        """Say how likely texts are as answers to requests, in their order; what is in hand goes on afterwards.

        Of a request its prompt and adapter count. The text is foretold token by token, its end is not. Raises
        EngineError, one sentence, for one that cannot be served, does not fit behind its prompt, or is empty.
        """
        self._open_loop()
        return score(self.network, [self._given(request, text) for request, text in asked])

    def _given(self, request: Request, text: str) -> Given:
        prompt = self.encode(replace(request, grammar=None))
        own = self.front.text_ids(text)
        if not own:
            raise EngineError(f"request {request.id!r}: an empty text cannot be scored")
        if len(prompt.ids) + len(own) > self.network.context:
            tokens = f"{len(prompt.ids)} tokens and its text {len(own)}"
            raise EngineError(f"the prompt has {tokens}, and the model takes {self.network.context}")
        return Given(ids=[*prompt.ids, *own], begin=len(prompt.ids), adapter=prompt.adapter)

    def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter, as PEFT saves it, for requests that name it. Raises ModelError where it does not fit."""
        self._open_loop()
        self.network.adapters.load(name, folder)
        self._realms[name] = self._last_realm = self._last_realm + 1

    def unload_adapter(self, name: str) -> None:
        """Forget an adapter. Raises NotFound, and EngineError while a request in hand needs it."""
        if any(held.request.adapter == name for held in self._in_hand.values()) or self._to_score.uses(name):
            raise EngineError(f"adapter {name!r} is still being used")
        self.network.adapters.unload(name)
        del self._realms[name]

    def cancel(self, request_id: str) -> None:
        """Drop a request; one Completion, `cancelled`, with the first open candidate's text so far, follows."""
        if self._to_score.drop(request_id):
            self._outbox.append(Completion(request_id=request_id, text="", finish_reason="cancelled"))
        in_hand = self._in_hand.pop(request_id, None)
        if in_hand is None:
            return
        rows = self._open_loop().cancel(request_id) or []
        first = min(rows, key=lambda row: row.index, default=None)
        for index in in_hand.unfinished:
            self._streams.drop(request_id, index)
        if first is not None:
            self._outbox.append(completion_of(first, in_hand.prompt_tokens, self.front))
        else:
            self._outbox.append(
                Completion(request_id=request_id, index=min(in_hand.unfinished), text="", finish_reason="cancelled")
            )

    def close(self) -> None:
        """Free the model and everything in hand."""
        self.loop = None
        if self._grammars is not None:
            self._grammars.close()
        self._grammars = None
        self._in_hand.clear()
        self._to_score.clear()
        self._streams.clear()
        self._outbox.clear()
        del self.network
        self.network = None  # type: ignore[assignment]

    def check_integrity(self) -> None:
        """Assert what must hold between steps; tests call it after each."""
        if self.loop is None:
            return
        check_loop(self.loop)
        open_rows = {(row.request.id, row.index) for row in (*self.loop.rows, *self.loop.resting)}
        open_rows |= {(one.id, index) for one in self.loop.admission.everyone for index in one.left}
        in_hand = {(name, index) for name, held in self._in_hand.items() for index in held.unfinished}
        assert open_rows == in_hand, "a candidate was lost or came back twice"

    def _open_loop(self) -> Loop:
        if self.loop is None:
            raise EngineError("the engine is closed")
        return self.loop

    def encode(self, request: Request) -> EncodedRequest:
        """Turn a request into ids. Raises EngineError, one sentence, for one that cannot be served."""
        realm = self._realms.get(request.adapter or "")
        if realm is None:
            near = did_you_mean(str(request.adapter), self._realms)
            raise EngineError(f"adapter {request.adapter!r} is not loaded", hint=near)
        ids = self.front.encode(request.prompt)
        if not ids:
            raise EngineError("the prompt is empty")
        if (largest := max(ids)) >= self.network.vocab:
            known = f"the model knows {self.network.vocab:,} tokens"
            raise EngineError(f"the prompt has a token of the number {largest:,}, and {known}")
        room = self.network.context - len(ids)
        if room < 1:
            raise EngineError(f"the prompt has {len(ids)} tokens and the model takes {self.network.context}")
        self._check_bias(request.sampling.logit_bias)
        constraint = self.grammars.matcher(request.grammar) if request.grammar else None
        indexes = list(range(max(1, request.sampling.n)))
        return EncodedRequest(
            id=request.id,
            ids=ids,
            params=request.sampling,
            limit=min(request.sampling.max_tokens, room),
            ends=frozenset() if request.id in self.endless else self.ends,
            constraint=constraint,
            ending=lambda index: self._transcript(request, index),
            left=indexes,
            adapter=request.adapter or "",
            realm=realm,
            urgent=request.urgent,
        )

    def _check_bias(self, bias: Sequence[tuple[int, float]]) -> None:
        for token, amount in bias:
            if not 0 <= token < self.vocab:
                raise EngineError(f"logit_bias: there is no token {token:,}, the model knows {self.vocab:,}")
            if not -LARGEST_BIAS <= amount <= LARGEST_BIAS:
                raise EngineError(f"logit_bias: {amount:g} for the token {token:,} is not within {LARGEST_BIAS:,} of 0")
        if len({token for token, _ in bias}) < len(bias):
            raise EngineError("logit_bias: a token comes twice")

    def _transcript(self, request: Request, index: int) -> Transcript:
        land = request.grammar is not None
        transcript = Transcript(self.front, request.sampling.stop, watch=request.stream, land=land)
        if request.stream:
            self._streams.open(request.id, index, transcript)
        return transcript

    def _finish(self, row: BatchRow) -> list[Completion | Delta]:
        in_hand = self._in_hand[row.request.id]
        in_hand.unfinished.discard(row.index)
        if not in_hand.unfinished:
            del self._in_hand[row.request.id]
        rest = self._streams.rest(row)
        completion = completion_of(row, in_hand.prompt_tokens, self.front)
        return [completion] if rest is None else [rest, completion]


def completion_of(row: BatchRow, prompt_tokens: int, front: Front) -> Completion:
    """Make the Completion that a finished row comes back as."""
    assert isinstance(row.ending, Transcript)
    assert row.finish is not None
    sampled = len(row.written) - row.forced
    reason: FinishReason = "error" if row.finish == "blind" else row.finish
    error = ""
    if row.finish == "blind":
        error = NO_NUMBERS
    elif reason == "error":
        broken = row.constraint.error.partition("\n")[0] if row.constraint else ""
        error = f"the grammar broke off: {broken}" if broken else NO_ROOM
    return Completion(
        request_id=row.request.id,
        index=row.index,
        text=row.ending.text,
        token_ids=tuple(row.written),
        finish_reason=reason,
        usage=Usage(prompt=prompt_tokens, cached=row.base + row.copied, sampled=sampled, forced=row.forced),
        mean_logprob=sum(score.logprob for score in row.scores) / len(row.scores) if row.scores else None,
        logprobs=front.spelled(row.scores) if row.request.params.logprobs else (),
        error=error,
    )


def _budget(network: Network, rows: int, memory: ModelMemory | None) -> Budget:
    """Return what rows may take of the memory that is left now that the weights are loaded."""
    token = network.shape.token_bytes
    if network.device.type == "cuda":
        spare = device_memory(network.device) - CUDA_LOGITS * 4 * rows * network.vocab
        tokens = max(spare // 6 // token, 1)  # slots may be four times as large; kept prefixes have a share too
        return Budget(rows=rows, tokens=tokens, prefix_tokens=tokens)
    machine = machine_memory()
    step = memory.work(tokens=STEP_TOKENS) if memory else 0
    return budget(
        machine.free - (memory.mapped if memory else 0) - step,
        None if machine.addresses is None else machine.addresses - step,
        token=token,
        row=LOGITS * 4 * network.vocab,
        rows=rows,
        filled=network.shape.blank,
    )


def _steady(network: Network) -> Steady:
    from aigc.engine.hf.model import TransformersNetwork
    from aigc.engine.hf.steady import Steady

    assert isinstance(network, TransformersNetwork), "the other kind is steady by itself"
    return Steady(network)


def open_model_folder(folder: Path, options: EngineOptions, memory: ModelMemory | None = None) -> Engine:
    """Open a model as `aigc.engine.open_engine` says."""
    with torch_threads(options.threads or torch.get_num_threads()):  # a network works on as many as it is opened on
        network: Network | None = open_decoder(folder, options) or open_gpu(folder, options)
        if network is None:
            from aigc.engine.hf.model import load_network

            network = load_network(folder, options)
        return Engine(network, load_front(folder), options, name=folder.name, memory=memory)
