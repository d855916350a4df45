"""This says a Gemma 3's `config.json` in the words in which those of Llama and Qwen are written.

It leaves out what is as in the model that the format was made for, and was written in other ways before transformers 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODEL_TYPE = "gemma3_text"
DEFAULTS = {  # as transformers has them
    "hidden_size": 2304,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "hidden_activation": "gelu_pytorch_tanh",
    "max_position_embeddings": 131_072,
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": True,
    "query_pre_attn_scalar": 256,
    "sliding_window": 4096,
    "eos_token_id": 1,
}
PATTERN = 6  # every so many layers one sees everything
FULL, SLIDING = "full_attention", "sliding_attention"
THETAS = {FULL: ("rope_theta", 1_000_000.0), SLIDING: ("rope_local_base_freq", 10_000.0)}  # once written; if not at all


def in_llamas_words(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config with every default in it, and rotations by kind of layer. Raises ValueError for odd ones."""
    config = {**DEFAULTS, **written}
    kinds = config.get("layer_types")
    if kinds is None:
        pattern = config.get("sliding_window_pattern", PATTERN)
        kinds = [SLIDING if number % pattern else FULL for number in range(1, config["num_hidden_layers"] + 1)]
    if len(kinds) != config["num_hidden_layers"]:
        raise ValueError("as many kinds as layers")
    ropes = _ropes(config)
    return {
        **{key: value for key, value in config.items() if key != "rope_scaling"},
        "hidden_act": config["hidden_activation"],
        "layer_types": kinds,
        "use_sliding_window": True,
        "rope_parameters": ropes[FULL],
        "local_rotary": ropes[SLIDING],
    }


def _ropes(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what turns queries and keys in each kind of layer; before transformers 5 only full ones were stretched."""
    given = config.get("rope_parameters") or {}
    if set(given) - {FULL, SLIDING}:
        raise ValueError("rotations by kind of layer")
    stretched = {FULL: config.get("rope_scaling") or {}, SLIDING: {}}
    return {
        kind: {"rope_theta": config.get(key, default), **stretched[kind], **(given.get(kind) or {})}
        for kind, (key, default) in THETAS.items()
    }
