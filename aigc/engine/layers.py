"""These are the layers that a network of our own is made of, and the LoRA layer that a linear layer is wrapped in.

Layers that read the same input are one product: query, key and value, and gate and up. Parts of it, sharing its memory,
stand in a tree of modules under the names that transformers gives them, which is where `adapters` finds what to wrap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import torch

from aigc.engine.checkpoint import Checkpoint

Product = TypeVar("Product")
Segment: TypeAlias = tuple[int, int, str]  # packed tokens begin:end, and the adapter they are for


class LoraLinear(torch.nn.Module):
    """This stands in for a linear layer and adds to its output, in place, what the routed adapters say."""

    def __init__(self, base: torch.nn.Module, route: list[Segment]) -> None:
        super().__init__()
        self.base = base
        self.route = route  # one list for all layers of a model
        self.deltas: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply x, (1, tokens, in_features) or, as some families flatten it, (tokens, in_features)."""
        out: torch.Tensor = self.base(x)
        self.add(x, out)
        return out

    def add(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """Add what the adapters say of `x` to `out`, both as in `forward`."""
        for begin, end, name in self.route:
            if name in self.deltas:
                out[..., begin:end, :] += self.deltas[name](x[..., begin:end, :])


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedLinear(Generic[Product]):
    """This is one product made of several layers of one module, which bear `names` in `parent`."""

    product: Product
    parent: torch.nn.Module
    names: tuple[str, ...]

    def add_adapters(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """Add to `out` (tokens, features) what LoRA layers say of `x` (tokens, in_features)."""
        begin = 0
        for name in self.names:
            part: Any = getattr(self.parent, name)
            base: Any = part.base if isinstance(part, LoraLinear) else part
            width = int(base.out_features)
            if isinstance(part, LoraLinear):
                part.add(x, out[:, begin : begin + width])
            begin += width


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderLayer(Generic[Product]):
    """This is a layer's weights; norms are float32. `qk_norms` are those of queries and keys, where it has them.

    `window` is how many tokens its attention looks back, 0 for all; `local` says that it has rotations of its own.
    `out_norms` are of what attention and MLP give, where that is normed before it is added.
    """

    input_norm: torch.Tensor
    qkv: FusedLinear[Product]
    qk_norms: tuple[torch.Tensor, torch.Tensor] | None
    out: FusedLinear[Product]
    mlp_norm: torch.Tensor
    gate_up: FusedLinear[Product]
    down: FusedLinear[Product]
    window: int
    local: bool
    out_norms: tuple[torch.Tensor, torch.Tensor] | None

    @property
    def products(self) -> tuple[Product, Product, Product, Product]:
        """Return the layer's four products, in the order in which they are run."""
        return self.qkv.product, self.out.product, self.gate_up.product, self.down.product


def read_layer(
    read: Checkpoint,
    tree: torch.nn.Module,
    number: int,
    *,
    join: Callable[[str, torch.nn.Module, Sequence[str]], Product],
    norm: Callable[[str], torch.Tensor],
) -> DecoderLayer[Product]:
    """Read one layer of a Llama, Qwen2, Qwen3 or Gemma 3. Raises KeyError where a weight is missing.

    `join` makes a product of the linear layers of those names below a path, and puts its parts into the module given to
    it, which stands at that path in `tree`; `norm` reads a norm's weight.
    """
    path = f"model.layers.{number}"

    def fused(within: str, *names: str) -> FusedLinear[Product]:
        parent = _module_at(tree, f"{path}.{within}")
        return FusedLinear(product=join(f"{path}.{within}", parent, names), parent=parent, names=names)

    gemma, after_attention = read.config.is_gemma, f"{path}.post_attention_layernorm.weight"
    normed = gemma or read.config.model_type == "qwen3"
    query_norm, key_norm = (f"{path}.self_attn.{letter}_norm.weight" for letter in "qk")
    return DecoderLayer(
        input_norm=norm(f"{path}.input_layernorm.weight"),
        qkv=fused("self_attn", "q_proj", "k_proj", "v_proj"),
        qk_norms=(norm(query_norm), norm(key_norm)) if normed else None,
        out=fused("self_attn", "o_proj"),
        mlp_norm=norm(f"{path}.pre_feedforward_layernorm.weight" if gemma else after_attention),
        gate_up=fused("mlp", "gate_proj", "up_proj"),
        down=fused("mlp", "down_proj"),
        window=read.config.window(number),
        local=read.config.local(number),
        out_norms=(norm(after_attention), norm(f"{path}.post_feedforward_layernorm.weight")) if gemma else None,
    )


def _module_at(tree: torch.nn.Module, path: str) -> torch.nn.Module:
    """Return the module of that path, made with all above it where it is not there."""
    for name in path.split("."):
        if name not in tree._modules:
            tree.add_module(name, torch.nn.Module())
        tree = tree.get_submodule(name)
    return tree
