"""This makes a row's numbers independent of its neighbours, to the last bit: `EngineOptions.deterministic`.

Networks that run on our own kernels (room `cpu`) are like this by themselves; what follows is for all others.

Floating-point sums depend on their order, and libraries choose the order by the shapes they are given. So here no shape
depends on who else is in the step:

    everything but attention   always PACK packed tokens, padded with idle ones; more tokens are several such packs
    attention                  one token at a time, over exactly the keys it sees; only its position says how many
    head and sampling          PACK rows of logits, or none; rows are sampled one by one

A token's keys and values are then the same whoever computes them, in whatever parts a prompt is fed. So rows may still
copy what they share; only prefixes read in place are off, since their attention is one product for all readers. What
is left to a row is its place in the pack. That a place changes nothing is measured when the engine opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface

from aigc.engine.cache import Bank
from aigc.engine.hf.model import TransformersNetwork
from aigc.engine.network import Span
from aigc.engine.threads import torch_threads
from aigc.errors import ModelError

NAME = "aigc_steady"  # like `attention.NAME`, no name that transformers knows
PACK = 64  # tokens; enough for a full batch's products to run at speed, and what a row alone pays for too


@dataclass(frozen=True, slots=True)
class Fed:
    """This is one token of a pack: where its keys and values go, behind all that it sees."""

    bank: Bank
    lane: int
    offset: int
    token: int
    adapter: str


@dataclass(frozen=True, slots=True)
class Pack:
    """This carries the tokens of one forward to every layer's attention, and which of them each bank is to keep."""

    fed: Sequence[Fed]
    writes: list[tuple[Bank, torch.Tensor, torch.Tensor, torch.Tensor]]  # bank, places, lanes, offsets


class Steady:
    """This is a network whose numbers for a row are the same in any company; the loop needs no more of one.

    Raises ModelError where the machine's matrix products do not allow it.
    """

    in_place = False
    asynchronous = False

    def __init__(self, network: TransformersNetwork) -> None:
        self.network = network
        self.shape = network.shape
        AttentionInterface.register(NAME, steady_attention)
        # A power of two: shares of a pack are then whole vectors, and what a vector leaves over rounds otherwise.
        self.torch_threads = 1 << (network.torch_threads.bit_length() - 1)
        with torch_threads(self.torch_threads):
            self._prove()

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """Run one step in packs, as `Network.forward` does at once."""
        assert chosen is None, "nothing here is asynchronous"
        if self.network.model.config._attn_implementation != NAME:
            self.network.model.set_attn_implementation(NAME)
        fed = [
            Fed(span.bank, span.lane, span.start + place, token, span.adapter)
            for span in spans
            for place, token in enumerate(span.ids)
        ]
        assert all(span.prefix is None for span in spans), "a shared prefix is one product for all its readers"
        wanted = sorted(keep)
        found: dict[int, torch.Tensor] = {}
        for begin, pack in _packs(fed):
            mine = [place for place in wanted if begin <= place < begin + len(pack)]
            found |= zip(mine, self._run(pack, [place - begin for place in mine]), strict=False)
        empty = torch.empty((0, self.network.vocab), device=self.network.device)
        return torch.stack([found[place] for place in keep]) if found else empty

    def _run(self, pack: Sequence[Fed], keep: Sequence[int]) -> torch.Tensor:
        """Return the logits of the places `keep`, and of an idle rest."""
        device, idle = self.network.device, PACK - len(pack)
        ids = torch.tensor([[one.token for one in pack] + [0] * idle], device=device)
        positions = torch.tensor([[one.offset for one in pack] + [0] * idle], device=device)
        rows = torch.tensor([*keep, *[0] * (PACK - len(keep))] if keep else [], dtype=torch.long, device=device)
        if self.network.adapters.names:
            self.network.adapters.route([(0, PACK, pack[0].adapter)] if pack[0].adapter else [])
        with torch.inference_mode():
            output = self.network.model(
                input_ids=ids, position_ids=positions, use_cache=False, logits_to_keep=rows, pack=_pack(pack, device)
            )
        logits: torch.Tensor = output.logits[0].float()
        return logits

    def _prove(self) -> None:
        """Put one token, as it were, at every place of a pack, alone and in two kinds of company."""
        bank = Bank(self.shape, PACK, 1)
        vocab = min(self.network.vocab, 1000)

        def logits(tokens: Sequence[int]) -> torch.Tensor:
            spans = [Span(bank, lane, 0, [token]) for lane, token in enumerate(tokens)]
            return self.forward(spans, range(len(tokens)))

        token = 3 % vocab
        alone = logits([token])
        others = [(7 * place + 5) % vocab for place in range(PACK)]
        for tokens in (
            [token] * PACK,
            [token if place % 2 else other for place, other in enumerate(others)],
            [other if place % 2 else token for place, other in enumerate(others)],
        ):
            same = [place for place, one in enumerate(tokens) if one == token]
            if not torch.equal(logits(tokens)[same], alone.expand(len(same), -1)):
                raise ModelError(
                    f"engine.deterministic: on this {self.network.device.type}, in {self.network.shape.dtype}, a row's "
                    "numbers depend on its place among others",
                    hint="try float32, or another number of engine.threads",
                )


def _packs(fed: Sequence[Fed]) -> Iterator[tuple[int, Sequence[Fed]]]:
    """Yield runs of tokens of one adapter, PACK at most, and where each begins."""
    begin = 0
    while begin < len(fed):
        end = begin + 1
        while end < min(begin + PACK, len(fed)) and fed[end].adapter == fed[begin].adapter:
            end += 1
        yield begin, fed[begin:end]
        begin = end


def _pack(fed: Sequence[Fed], device: torch.device) -> Pack:
    places: dict[int, list[int]] = {}
    for place, one in enumerate(fed):
        places.setdefault(id(one.bank), []).append(place)
    writes = []
    for mine in places.values():
        lanes, offsets = [fed[place].lane for place in mine], [fed[place].offset for place in mine]
        rows = [torch.tensor(row, device=device) for row in (mine, lanes, offsets)]
        writes.append((fed[mine[0]].bank, rows[0], rows[1], rows[2]))
    return Pack(fed, writes)


def steady_attention(
    module: torch.nn.Module,
    query: torch.Tensor,  # (1, heads, PACK, head_dim)
    key: torch.Tensor,  # (1, kv_heads, PACK, head_dim)
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    pack: Pack,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend, as every attention layer asks. No call made here has a shape that two tokens share."""
    layer = module.layer_idx
    assert isinstance(layer, int)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    for bank, places, lanes, offsets in pack.writes:
        bank.keys[layer, lanes, :, offsets] = key[0, :, places].transpose(0, 1)
        bank.values[layer, lanes, :, offsets] = value[0, :, places].transpose(0, 1)
    heads, tokens, dim = query.shape[1:]
    kv_heads = key.shape[1]
    queries = query[0].transpose(0, 1).reshape(tokens, kv_heads, heads // kv_heads, dim)
    out = torch.zeros((1, tokens, heads, dim), dtype=query.dtype, device=query.device)
    for place, one in enumerate(pack.fed):
        seen = slice(max(0, one.offset + 1 - sliding_window) if sliding_window else 0, one.offset + 1)
        keys, values = (held[layer, one.lane, :, seen] for held in (one.bank.keys, one.bank.values))
        # A copy, because kernels may look at how memory is aligned.
        scores = torch.matmul(queries[place].clone(), keys.transpose(-1, -2)).float() * scale
        if softcap:
            scores = torch.tanh(scores / softcap) * softcap
        weights = torch.softmax(scores, dim=-1).to(values.dtype)
        out[0, place] = torch.matmul(weights, values).view(heads, dim)
    return out, None
