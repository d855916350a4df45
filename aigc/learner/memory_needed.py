"""How much memory learning takes, and how many tokens may be computed at once in what there is."""

from __future__ import annotations

from typing import Any

import torch

from aigc.engine.device import device_memory
from aigc.engine.machine import machine_memory

LEAST = 256  # tokens; below, products run slowly
MOST = 4096  # beyond, attention over the tree costs more than it saves
SPARE = 0.8  # of the free memory
# Numbers kept of each token for the backward pass: by a layer in hidden sizes, in widths of its attention (all heads)
# and of its inner layer, and by a labelled token's logits in vocabularies. What autograd keeps is 0.5 to 0.96 of it by
# family (tests/learner/test_timed_steps.py counts it).
KEPT_HIDDEN, KEPT_ATTENTION, KEPT_INNER, KEPT_LOGITS = 16, 6, 5, 3


def token_bytes(model: Any) -> int:
    """Return the memory that a labelled token takes while it is computed forward and backward, in bytes."""
    config = model.config.get_text_config()
    hidden, layers = int(config.hidden_size), int(config.num_hidden_layers)
    inner = int(getattr(config, "intermediate_size", 0) or 4 * hidden)
    heads = int(config.num_attention_heads)
    attention = heads * int(getattr(config, "head_dim", 0) or hidden // heads)
    layer = KEPT_HIDDEN * hidden + KEPT_ATTENTION * attention + KEPT_INNER * inner
    return 4 * (layers * int(layer) + KEPT_LOGITS * int(config.vocab_size))


def learning_bytes(model: Any) -> int:
    """Return the memory of what learns beside the weights, in bytes: gradients and AdamW's two averages."""
    return 3 * 4 * sum(int(one.numel()) for one in model.parameters() if one.requires_grad)


def tokens_that_fit(model: Any, device: torch.device, processes: int = 1) -> int:
    """Return how many tokens of a loaded model may be computed at once, by the memory that is free."""
    free = device_memory(device) if device.type == "cuda" else machine_memory().free // processes
    fits = int((free * SPARE - learning_bytes(model)) // token_bytes(model))
    return max(LEAST, min(MOST, fits))
