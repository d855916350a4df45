"""This says what a Llama, Qwen2, Qwen3 or Gemma 3 of a GGUF is in transformers' words: its config, and its tensors.

Llama's queries and keys have the two halves of a head interleaved in a GGUF; their rows are put back in transformers'
order. To the norms of Gemma 3 a GGUF has added 1; we take it off again, as transformers' own folders have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aigc.engine.gguf.gguf_file import MODEL_TYPES, GgufFile, GgufTensor, integer_of
from aigc.engine.gguf.rotary import STRETCHED, rope_parameters
from aigc.errors import ModelError

CLASSES = {"llama": "Llama", "qwen2": "Qwen2", "qwen3": "Qwen3", "gemma3": "Gemma3"}
LARGEST_GEMMA = 62  # layers of the 27B, whose scores alone are scaled by the width of the model
EMBEDDING = "token_embd.weight"
PATTERN = 6  # every such layer of a Gemma 3 looks back over the whole text


class Unfamiliar(Exception):
    """This is raised for a file that only transformers may know what to do with; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """This is a tensor of the file under transformers' name; `shape` is what it must have there.

    With `heads` its rows are those of so many heads, halves interleaved. `less` is taken off every number.
    """

    name: str
    tensor: GgufTensor
    heads: int = 0
    less: float = 0.0


def check_family(file: GgufFile) -> None:
    """Raise Unfamiliar for a family of which nothing is known here, ModelError for lists that are damaged."""
    if file.architecture not in MODEL_TYPES:
        raise Unfamiliar(f"there are no kernels for models of the family {file.architecture!r}")
    for key in ("attention.head_count", "attention.head_count_kv", "feed_forward_length"):
        if isinstance(file.get(key), list) and file.integers(key):
            raise Unfamiliar("its layers differ in shape")


def config_of(file: GgufFile) -> dict[str, Any]:
    """Return what transformers' config.json says of such a model. Raises ModelError for metadata that is damaged."""
    heads = file.integer("attention.head_count")
    kv_heads = file.integer("attention.head_count_kv", heads)
    if heads % kv_heads:
        raise ModelError(f"{file.path}: {heads} heads cannot share {kv_heads} of keys and values")
    hidden, layers = file.integer("embedding_length"), file.integer("block_count")
    if layers > len(file.tensors):
        raise ModelError(
            f"{file.path}: {file.named('block_count')}: {layers}, but there are {len(file.tensors)} tensors"
        )
    turned = file.integer("rope.dimension_count") if file.get("rope.dimension_count") is not None else 0
    dim = file.integer("attention.key_length", turned or hidden // heads)
    if (turned or dim) != dim or file.integer("attention.value_length", dim) != dim:
        raise Unfamiliar("its positions turn a part of every head")
    gemma = file.architecture == "gemma3"
    config = {
        "architectures": [f"{CLASSES[file.architecture]}ForCausalLM"],
        "model_type": MODEL_TYPES[file.architecture],
        "hidden_size": hidden,
        "intermediate_size": file.integer("feed_forward_length"),
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": dim,
        "hidden_activation" if gemma else "hidden_act": "gelu_pytorch_tanh" if gemma else "silu",
        "max_position_embeddings": file.integer("context_length"),
        "rms_norm_eps": file.number("attention.layer_norm_rms_epsilon", 1e-6, above=0),
        "vocab_size": _tensor(file, EMBEDDING).shape[0],
        "tie_word_embeddings": "output.weight" not in file.tensors,
        "rope_parameters": rope_parameters(file, dim),
        **ends_of(file),
    }
    return config | (_gemma3(file, hidden // heads if layers == LARGEST_GEMMA else dim) if gemma else {})


def _gemma3(file: GgufFile, scalar: int) -> dict[str, Any]:
    key, layers = "attention.sliding_window_pattern", file.integer("block_count")
    if isinstance(file.get(key), list):
        sliding = file.integers(key)
    else:
        pattern = file.integer(key, PATTERN)
        sliding = [number % pattern for number in range(1, layers + 1)]
    if len(sliding) != layers:
        raise ModelError(f"{file.path}: {file.named(key)}: of {len(sliding)} layers, but there are {layers}")
    softcap = "final_logit_softcapping"
    return {
        "query_pre_attn_scalar": scalar,
        "sliding_window": file.integer("attention.sliding_window", least=0),
        "layer_types": ["sliding_attention" if one else "full_attention" for one in sliding],
        softcap: None if file.get(softcap) is None else file.number(softcap),
    }


def ends_of(file: GgufFile) -> dict[str, Any]:
    """Return the special tokens that a config knows of. Raises ModelError for one that the embedding has not."""
    most, ids = _tensor(file, EMBEDDING).shape[0] - 1, {}
    for key in ("bos", "eos", "eot", "padding"):
        where = f"tokenizer.ggml.{key}_token_id"
        ids[key] = integer_of(file.path, where, file.metadata[where], 0, most) if where in file.metadata else None
    ends = list(dict.fromkeys(ids[key] for key in ("eos", "eot") if ids[key] is not None))
    return {"bos_token_id": ids["bos"], "eos_token_id": ends or None, "pad_token_id": ids["padding"]}


def tensors_of(file: GgufFile, config: dict[str, Any]) -> list[Placed]:
    """Return all tensors in the order in which a model reads them.

    Raises Unfamiliar where there are others, ModelError where one is missing or has another shape.
    """
    expected = list(_expected(file.architecture, config))
    known = {name for name, *_ in expected} | {STRETCHED}
    other = next((name for name in file.tensors if name not in known), None)
    if other is not None:
        raise Unfamiliar(f"it has a tensor {other!r}, which nobody knows of in a {CLASSES[file.architecture]}")
    return [_placed(file, *one) for one in expected]


def _expected(family: str, config: dict[str, Any]) -> Iterator[tuple[str, str, tuple[int, ...], int, float]]:
    """Yield GGUF's and transformers' names, shapes, and what `Placed` says of them."""
    hidden, wide, dim = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    less = 1.0 if family == "gemma3" else 0.0
    columns = {"attn_q": heads * dim, "attn_k": kv_heads * dim, "attn_v": kv_heads * dim}
    interleaved = {"attn_q": heads, "attn_k": kv_heads} if family == "llama" else {}
    names = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj"}
    yield EMBEDDING, "model.embed_tokens.weight", (config["vocab_size"], hidden), 0, 0.0
    for number in range(config["num_hidden_layers"]):
        here, there = f"blk.{number}.", f"model.layers.{number}."
        yield f"{here}attn_norm.weight", f"{there}input_layernorm.weight", (hidden,), 0, less
        for ours, theirs in names.items():
            shape = (columns[ours], hidden)
            yield f"{here}{ours}.weight", f"{there}{theirs}.weight", shape, interleaved.get(ours, 0), 0.0
        if family == "qwen2":
            for ours, theirs in names.items():
                yield f"{here}{ours}.bias", f"{there}{theirs}.bias", (columns[ours],), 0, 0.0
        if family in ("qwen3", "gemma3"):
            yield f"{here}attn_q_norm.weight", f"{there}self_attn.q_norm.weight", (dim,), 0, less
            yield f"{here}attn_k_norm.weight", f"{there}self_attn.k_norm.weight", (dim,), 0, less
        yield f"{here}attn_output.weight", f"{there}self_attn.o_proj.weight", (hidden, heads * dim), 0, 0.0
        if family == "gemma3":
            yield f"{here}post_attention_norm.weight", f"{there}post_attention_layernorm.weight", (hidden,), 0, less
            yield f"{here}ffn_norm.weight", f"{there}pre_feedforward_layernorm.weight", (hidden,), 0, less
        else:
            yield f"{here}ffn_norm.weight", f"{there}post_attention_layernorm.weight", (hidden,), 0, less
        yield f"{here}ffn_gate.weight", f"{there}mlp.gate_proj.weight", (wide, hidden), 0, 0.0
        yield f"{here}ffn_up.weight", f"{there}mlp.up_proj.weight", (wide, hidden), 0, 0.0
        yield f"{here}ffn_down.weight", f"{there}mlp.down_proj.weight", (hidden, wide), 0, 0.0
        if family == "gemma3":
            yield f"{here}post_ffw_norm.weight", f"{there}post_feedforward_layernorm.weight", (hidden,), 0, less
    yield "output_norm.weight", "model.norm.weight", (hidden,), 0, less
    if not config["tie_word_embeddings"]:
        yield "output.weight", "lm_head.weight", (config["vocab_size"], hidden), 0, 0.0


def _placed(file: GgufFile, ours: str, theirs: str, shape: tuple[int, ...], heads: int, less: float) -> Placed:
    tensor = _tensor(file, ours)
    if tensor.shape != shape:
        raise ModelError(f"{file.path}: {ours}: its shape is {tensor.shape}, by the metadata {shape}")
    return Placed(name=theirs, tensor=tensor, heads=heads, less=less)


def _tensor(file: GgufFile, name: str) -> GgufTensor:
    if name not in file.tensors:
        raise ModelError(f"{file.path}: {name}: this tensor is missing")
    return file.tensors[name]
