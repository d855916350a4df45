"""What a model's files say before it is opened: its shape, and how large its weights are, by their headers alone.

A folder has a `config.json` and weights in safetensors files or in our panels, which are mapped; a GGUF will become
such panels, or floats of 16 bits where it has what there are no kernels for. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc.engine.cpu import FAMILIES
from aigc.engine.cpu.formats import FORMATS, PANEL, fill_panels
from aigc.engine.cpu.library import load_library
from aigc.engine.gguf.gguf_file import MODEL_TYPES, GgufFile, GgufTensor
from aigc.engine.tensor_headers import Stored, read_header
from aigc.types.foreign import file_bytes, read_json

TIED = ("gpt2", "gemma3_text")  # families whose head is the embedding unless told otherwise
NAMED_ALIKE = ("gpt2", "mistral")  # families that our kernels do not run, whose layers are known all the same
WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2}  # bytes of a number
PANELS, LOADED = "*.aigc", "model*.safetensors"
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """This is what of a model's shape its memory depends on. `inner` is the width inside a feed-forward layer."""

    family: str
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    inner: int
    vocab: int
    tied: bool

    @property
    def parameters(self) -> int:
        """Count the numbers of its matrices; all others are too few to count."""
        attention = 2 * self.hidden * (self.heads + self.kv_heads) * self.head_dim
        feed_forward = (2 if self.family == "gpt2" else 3) * self.hidden * self.inner
        return self.layers * (attention + feed_forward) + (2 - self.tied) * self.vocab * self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWeights:
    """This is how many bytes of weights a model has: in a file that is read where it lies, and to be loaded.

    Of a mapped embedding that is no head, too, only what is looked up is read: by and by half of it is counted.
    """

    mapped: int = 0
    loaded: int = 0


def dimensions(config: Mapping[str, Any]) -> Dimensions | None:
    """Read a model's shape from what its `config.json` says; None where that is not all of it."""
    config = config["text_config"] if isinstance(config.get("text_config"), Mapping) else config

    def number(*names: str) -> int:
        return next((value for name in names if isinstance(value := config.get(name), int)), 0)

    family = str(config.get("model_type", ""))
    hidden, heads = number("hidden_size", "n_embd"), number("num_attention_heads", "n_head")
    found = Dimensions(
        family=family,
        layers=number("num_hidden_layers", "n_layer"),
        heads=heads,
        kv_heads=number("num_key_value_heads") or heads,
        head_dim=number("head_dim") or (128 if family == "qwen3" else hidden // max(heads, 1)),
        hidden=hidden,
        inner=number("intermediate_size", "n_inner") or 4 * hidden,
        vocab=number("vocab_size"),
        tied=bool(config.get("tie_word_embeddings", family in TIED)),
    )
    return found if all((found.layers, found.heads, found.head_dim, found.hidden, found.vocab)) else None


def layer_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, int]] | None:
    """Return the linear layers below the head, by transformers' paths: (outputs, inputs). None for a family that is not
    known, or a config that does not say."""
    shape = dimensions(config)
    if shape is None or config.get("model_type") != shape.family or shape.family not in (*FAMILIES, *NAMED_ALIKE):
        return None
    hidden, inner = shape.hidden, shape.inner
    if shape.family == "gpt2":
        within = {"attn.c_attn": (3 * hidden, hidden), "attn.c_proj": (hidden, hidden)}
        within |= {"mlp.c_fc": (inner, hidden), "mlp.c_proj": (hidden, inner)}
    else:
        queries, kept = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        within = {"self_attn.q_proj": (queries, hidden), "self_attn.o_proj": (hidden, queries)}
        within |= dict.fromkeys(("self_attn.k_proj", "self_attn.v_proj"), (kept, hidden))
        within |= dict.fromkeys(("mlp.gate_proj", "mlp.up_proj"), (inner, hidden)) | {"mlp.down_proj": (hidden, inner)}
    layers = "transformer.h" if shape.family == "gpt2" else "model.layers"
    return {f"{layers}.{number}.{name}": size for number in range(shape.layers) for name, size in within.items()}


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return what a folder's `config.json` says; nothing where it cannot be read."""
    with suppress(OSError, ValueError):
        config = read_json(file_bytes(folder / "config.json"))
        if isinstance(config, dict):
            return config
    return {}


def weights_in(folder: Path, *, tied: bool, ours: bool = True) -> StoredWeights:
    """Count the bytes of a folder's weights; a `tied` head that a file has once more is not loaded.

    In 32 bits are all where there are no kernels, and of a family that is not `ours` its experts, or, where floats are
    of several kinds, all. Files that cannot be read count nothing: opening them says why.
    """
    mapped, loaded = _tensors(folder, PANELS), _tensors(folder, LOADED)
    if mapped:
        looked_up = mapped.get(EMBEDDING) if not tied else None
        return StoredWeights(mapped=sum(map(_bytes, mapped.values())) - (_bytes(looked_up) // 2 if looked_up else 0))
    kept = {name: one for name, one in loaded.items() if not (tied and name == HEAD)}
    several = len({one.dtype for one in kept.values() if "F" in one.dtype}) > 1
    if load_library() is None or (several and not ours):
        return StoredWeights(loaded=4 * sum(math.prod(one.shape) for one in kept.values()))
    wide = [name for name, one in kept.items() if not ours and ("experts" in name or len(one.shape) > 2)]
    more = sum(4 * math.prod(kept[name].shape) - _bytes(kept[name]) for name in wide)
    return StoredWeights(loaded=more + sum(map(_bytes, kept.values())))


def _tensors(folder: Path, pattern: str) -> dict[str, Stored]:
    found: dict[str, Stored] = {}
    with suppress(OSError, ValueError):
        for path in sorted(folder.glob(pattern)):
            found |= read_header(path)[0]
    return found


def _bytes(stored: Stored) -> int:
    return stored.end - stored.begin


def config_of_gguf(file: GgufFile) -> dict[str, Any]:
    """Return what the `config.json` of a GGUF's folder will say, as far as memory goes."""
    names = {
        "num_hidden_layers": "block_count",
        "hidden_size": "embedding_length",
        "intermediate_size": "feed_forward_length",
        "num_attention_heads": "attention.head_count",
        "num_key_value_heads": "attention.head_count_kv",
        "head_dim": "attention.key_length",
    }
    found = {name: file.get(there) for name, there in names.items()}
    numbers = {name: max(value) if isinstance(value, list) else value for name, value in found.items() if value}
    embedding = file.tensors.get("token_embd.weight")
    return {
        "model_type": MODEL_TYPES.get(file.architecture, file.architecture),
        "vocab_size": embedding.shape[0] if embedding else 0,
        "tie_word_embeddings": "output.weight" not in file.tensors,
        **numbers,
    }


def weights_of_gguf(file: GgufFile) -> StoredWeights:
    """Count the bytes that a GGUF's weights will have once they are converted."""
    sizes = {name: _panel_bytes(tensor) for name, tensor in file.tensors.items()}
    kernels = load_library() is not None
    if kernels and MODEL_TYPES.get(file.architecture) in FAMILIES and all(sizes.values()) and _plain(file):
        rare = 0 if "output.weight" not in sizes else sizes.get("token_embd.weight", 0) // 2
        return StoredWeights(mapped=sum(sizes.values()) - rare)
    width = 2 if kernels else 4
    return StoredWeights(loaded=width * sum(math.prod(tensor.shape) for tensor in file.tensors.values()))


def _plain(file: GgufFile) -> bool:
    """Say whether positions are turned and shapes cut as our kernels take them."""
    shape = dimensions(config_of_gguf(file))
    scaled = file.get("rope.scaling.type", "none") not in ("none", "linear") and "rope_freqs.weight" not in file.tensors
    return not scaled and (
        shape is None
        or fill_panels(
            heads=shape.heads, kv_heads=shape.kv_heads, dim=shape.head_dim, hidden=shape.hidden, inner=shape.inner
        )
    )


def _panel_bytes(tensor: GgufTensor) -> int:
    """Count a tensor's bytes in panels, those of norms and biases as 32-bit floats; 0 where there is no kernel."""
    format = FORMATS.get(tensor.format)
    if len(tensor.shape) != 2:
        return 4 * math.prod(tensor.shape)
    if format is None or tensor.shape[1] % format.block:
        return 0
    return -(-tensor.shape[0] // PANEL) * format.panel_bytes(tensor.shape[1])
