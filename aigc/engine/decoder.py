"""This is one forward of a Llama, Qwen2 or Qwen3 on the CPU, by our kernels: some 8 calls a layer.

The weights are those of transformers' modules, which stay usable (the slow reference runs them): query, key and value
are one product, gate and up another, and both share their memory with the modules they were made of. LoRA layers that
`adapters` put around such a module are found there and add what they have to add.

Every number depends on its own row alone (`kernels.c`), so a text is the same, to the bit, in any company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel

from aigc.engine.adapters import LoraLinear
from aigc.engine.attention import Span
from aigc.engine.cache import Bank
from aigc.engine.kernels import Heads, Kernels, Spans, kernels, spans_of
from aigc.engine.linear import PackedLinear, can_pack, join_linears

FAMILIES = frozenset(("llama", "qwen2", "qwen3"))
EIGHT = 8  # floats a vector has


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """This is a product made of several layers of one module."""

    whole: PackedLinear
    parent: torch.nn.Module
    names: tuple[str, ...]

    def add_adapters(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """This adds to `out` (tokens, features) what LoRA layers say of `x` (tokens, in_features)."""
        begin = 0
        for name in self.names:
            part: Any = getattr(self.parent, name)
            base: Any = part.base if isinstance(part, LoraLinear) else part
            width = int(base.out_features)
            if isinstance(part, LoraLinear):
                part.add(x, out[:, begin : begin + width])
            begin += width


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """This is a layer's weights. `norms` are those of queries and keys, where it has them."""

    before: torch.Tensor
    attended: Joined
    norms: tuple[torch.Tensor, torch.Tensor] | None
    mixed: Joined
    between: torch.Tensor
    gated: Joined
    lowered: Joined
    window: int


class Decoder:
    """This runs packed spans through the layers; `made_of` makes it."""

    def __init__(self, native: Kernels, model: PreTrainedModel, blocks: Sequence[Block], heads: Heads) -> None:
        self._native = native
        self._inner = model.model
        self._head: PackedLinear = model.get_output_embeddings()  # type: ignore[no-untyped-call]
        self._eps = float(model.config.rms_norm_eps)
        self._blocks = blocks
        self._heads = heads

    def forward(self, spans: Sequence[Span], keep: Sequence[int], adapted: bool) -> torch.Tensor:
        """This writes keys and values of all tokens and gives the logits of the packed tokens `keep`.

        `adapted` says that some adapter is routed.
        """
        native, eps = self._native, self._eps
        ids = torch.tensor([token for span in spans for token in span.ids])
        positions = torch.tensor([[span.base + span.start + at for span in spans for at in range(len(span.ids))]])
        laid, longest = _lay_out(spans), max(span.base + span.start + len(span.ids) for span in spans)
        x, last = self._inner.embed_tokens(ids), len(self._blocks) - 1
        cosine, sine = (part[0].contiguous() for part in self._inner.rotary_emb(x, positions))
        for layer, block in enumerate(self._blocks):
            h = native.norm(x, block.before, eps)
            qkv = self._multiply(block.attended, h, adapted)
            native.rotate_and_keep(qkv, laid, layer, self._heads, (cosine, sine), block.norms, eps)
            h = native.attend(qkv, laid, layer, self._heads, block.window, longest)
            if layer == last and not adapted:  # nobody looks at the other tokens any more
                h, x = h[keep], x[keep]
            self._multiply(block.mixed, h, adapted, x)
            h = native.norm(x, block.between, eps)
            h = native.swish(self._multiply(block.gated, h, adapted))
            self._multiply(block.lowered, h, adapted, x)
        rows = native.norm(x[keep] if adapted else x, self._inner.norm.weight, eps)
        return native.multiply(rows, self._head.panels, self._head.bias)

    def _multiply(
        self, joined: Joined, x: torch.Tensor, adapted: bool, out: torch.Tensor | None = None
    ) -> torch.Tensor:
        out = self._native.multiply(x, joined.whole.panels, joined.whole.bias, out)
        if adapted:
            joined.add_adapters(x, out)
        return out


def made_of(model: PreTrainedModel) -> Decoder | None:
    """This takes over a model whose linear layers are packed; None for one that is not like a Llama or Qwen."""
    native, config = kernels(), model.config
    if native is None or not can_pack(model):
        return None
    if config.model_type not in FAMILIES or config.hidden_act not in ("silu", "swish"):
        return None
    layers = list(model.model.layers)
    dim = int(layers[0].self_attn.head_dim)
    heads = Heads(
        heads=int(config.num_attention_heads),
        kv_heads=int(config.num_key_value_heads),
        dim=dim,
        scale=float(layers[0].self_attn.scaling),
    )
    if dim % (2 * EIGHT) or config.hidden_size % EIGHT or config.intermediate_size % EIGHT:
        return None
    blocks = [_block(layer) for layer in layers]
    whole = [block for block in blocks if block is not None]
    return Decoder(native, model, whole, heads) if len(whole) == len(layers) else None


def _block(layer: Any) -> Block | None:
    attention, mlp = layer.self_attn, layer.mlp
    attended = join_linears(attention, ("q_proj", "k_proj", "v_proj"))
    gated = join_linears(mlp, ("gate_proj", "up_proj"))
    if attended is None or gated is None:
        return None
    norms = (attention.q_norm.weight, attention.k_norm.weight) if hasattr(attention, "q_norm") else None
    return Block(
        before=layer.input_layernorm.weight,
        attended=Joined(whole=attended, parent=attention, names=("q_proj", "k_proj", "v_proj")),
        norms=norms,
        mixed=Joined(whole=attention.o_proj, parent=attention, names=("o_proj",)),
        between=layer.post_attention_layernorm.weight,
        gated=Joined(whole=gated, parent=mlp, names=("gate_proj", "up_proj")),
        lowered=Joined(whole=mlp.down_proj, parent=mlp, names=("down_proj",)),
        window=int(getattr(attention, "sliding_window", None) or 0),
    )


def _lay_out(spans: Sequence[Span]) -> Spans:
    """This is where each span reads and writes, as the kernels take it."""
    rows, begin = [], 0
    for span in spans:
        keys, values, stride, layer = _place(span.bank, span.lane)
        shared = _place(span.prefix.bank, 0) if span.prefix is not None else (0, 0, 0, 0)
        rows.append((begin, len(span.ids), span.base, span.start, *shared, keys, values, stride, layer))
        begin += len(span.ids)
    return spans_of(rows)


def _place(bank: Bank, lane: int) -> tuple[int, int, int, int]:
    """This is the addresses of a lane's keys and values, and how far it is to the next head and the next layer."""
    layer, lanes, head, *_ = bank.keys.stride()
    ahead = lane * lanes * bank.keys.itemsize
    return bank.keys.data_ptr() + ahead, bank.values.data_ptr() + ahead, head, layer
