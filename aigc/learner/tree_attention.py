"""Attention over a tree of tokens, plugged into any model of transformers by its attention interface.

Each layer asks for the mask of its own window, so layers that slide and layers that see all need no masks of their own
from the model's code. What a family's layers say of themselves (window, scale, soft cap) is what the engine goes by
when it serves.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface, PreTrainedModel

from aigc.engine.hf.model import PROVEN, STATELESS
from aigc.errors import ModelError, first_line
from aigc.learner.packing_tree import Tree, TreeText, packed_tree

NAME = "aigc_tree"  # transformers changes behaviour for names containing flash, sdpa or flex_attention


def set_tree_attention(model: PreTrainedModel) -> None:
    """Give a model our attention; its forward then takes `tree`. Raises ModelError for families it cannot serve."""
    family = model.config.model_type
    layers = getattr(model.config.get_text_config(), "layer_types", None) or []
    if not getattr(model, "_supports_attention_backend", False) or not set(layers) <= set(STATELESS):
        raise ModelError(
            f"models of the family {family!r} have a kind of attention that cannot be trained here",
            hint="try a Llama, Qwen, Gemma, SmolLM, Mistral or GPT-2 model",
        )
    AttentionInterface.register(NAME, tree_attention)
    if model.config.get_text_config().model_type not in PROVEN:
        _prove(model)
    model.set_attn_implementation(NAME)


def forward(model: torch.nn.Module, tree: Tree) -> torch.Tensor:
    """Return the float32 logits of the places that a tree keeps, (K, vocabulary)."""
    output = model(
        input_ids=tree.ids[None], position_ids=tree.depths[None], use_cache=False, logits_to_keep=tree.kept, tree=tree
    )
    logits: torch.Tensor = output.logits[0].float()
    return logits


def tree_attention(
    module: torch.nn.Module,
    query: torch.Tensor,  # (1, heads, T, head_dim)
    key: torch.Tensor,  # (1, kv_heads, T, head_dim)
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    tree: Tree,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend, as every attention layer asks; a layer's own dropout is left out."""
    if tree.apart and not softcap and not 0 < (sliding_window or 0) < tree.apart:
        return _attend_apart(query, key, value, tree.apart, scaling), None
    mask = tree.mask(sliding_window or 0, query.dtype)
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = (one.repeat_interleave(groups, dim=1) for one in (key, value))
    if softcap:
        scores = query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
        weights = torch.softmax(torch.tanh(scores / softcap).float() * softcap + mask, dim=-1)
        out = weights.to(value.dtype) @ value
    else:
        out = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scaling)
    return out.transpose(1, 2).contiguous(), None


def _attend_apart(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, length: int, scaling: float | None
) -> torch.Tensor:
    """Attend in texts of one length that share nothing, as rows of a batch: a mask would hide most."""
    query, key, value = (one[0].reshape(one.shape[1], -1, length, one.shape[3]) for one in (query, key, value))
    query, key, value = (one.transpose(0, 1) for one in (query, key, value))  # (texts, heads, length, head_dim)
    out = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, is_causal=True, scale=scaling, enable_gqa=query.shape[1] != key.shape[1]
    )
    return out.transpose(1, 2).flatten(0, 1)[None]


def _prove(model: PreTrainedModel) -> None:
    """Compare two texts of one beginning with each alone in the model's own attention, for families nobody has tested.

    Raises ModelError where the logits differ.
    """
    family = model.config.model_type
    vocab = min(int(model.config.get_text_config().vocab_size), 1000)
    rows = [tuple((7 * place + 3 + other * (place > 4)) % vocab for place in range(12)) for other in (0, 5)]
    device = model.device
    try:
        with torch.no_grad():
            alone = [model(torch.tensor([row[:-1]], device=device), use_cache=False).logits[0, -1] for row in rows]
            model.set_attn_implementation(NAME)
            tree = packed_tree([TreeText(ids=row, begin=len(row) - 1) for row in rows]).on(device)
            found = forward(model, tree)
    except Exception as error:  # a model whose forward takes other arguments fails somewhere inside itself
        raise ModelError(f"models of the family {family!r} cannot be trained here: {first_line(error)}") from error
    expected = torch.stack(alone).float()
    if not bool((found[tree.rows] - expected).norm() < 0.05 * expected.norm()):
        raise ModelError(f"models of the family {family!r} come out wrong when texts share a prompt")
