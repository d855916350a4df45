"""What a model's files say before it is opened: its shape, and how large its weights are, by their headers alone.

A folder has a `config.json` and safetensors files, which begin with the length and then the JSON of a header; our own
(`*.aigc`) are such files too, and stand for tensors of the same name. A GGUF (ggml-org/ggml, docs/gguf.md) has it all
in one. Imports no torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aigc.engine.cpu.formats import F32, FORMATS, PANEL
from aigc.engine.gguf_header import GgufHeader, GgufTensor

OURS = "*.aigc"
LONGEST = 100 << 20  # bytes of a safetensors header, as its format says
EMBEDDING, HEAD = "token_embd.weight", "output.weight"  # in a GGUF
FAMILIES = {"gemma3": "gemma3_text"}  # of a GGUF's names those that transformers has otherwise
TIED = ("gpt2", "gemma3_text", "gemma3")  # families whose head is the embedding unless told otherwise
WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "float32": 4, "float16": 2, "bfloat16": 2}  # bytes of a number


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
    """This is how much there is of a model's weights: in a file that is read where it lies, and to be loaded."""

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


def config_of(header: GgufHeader) -> dict[str, Any]:
    """Return what a `config.json` would say of a GGUF, as far as memory goes."""
    values, family = header.values, str(header.values.get("general.architecture", ""))
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    names = {
        "num_hidden_layers": "block_count",
        "hidden_size": "embedding_length",
        "intermediate_size": "feed_forward_length",
        "num_attention_heads": "attention.head_count",
        "num_key_value_heads": "attention.head_count_kv",
        "head_dim": "attention.key_length",
    }
    found = {name: values.get(f"{family}.{there}") for name, there in names.items()}
    numbers = {name: max(value) if isinstance(value, tuple) else value for name, value in found.items() if value}
    vocab = shapes.get(EMBEDDING, (0,))[0]
    tied = HEAD not in shapes
    return {"model_type": FAMILIES.get(family, family), "vocab_size": vocab, "tie_word_embeddings": tied, **numbers}


def weights_of(header: GgufHeader) -> StoredWeights:
    """Count the bytes that a GGUF's weights come to once they lie in panels, in a file."""
    return StoredWeights(mapped=sum(map(_panel_bytes, header.tensors)))


def _panel_bytes(tensor: GgufTensor) -> int:
    """Count a tensor's bytes; what has no kernel, and what is no matrix, becomes 32-bit floats."""
    form, inputs = FORMATS.get(tensor.type, F32), tensor.shape[-1]
    if len(tensor.shape) != 2 or form == F32 or inputs % form.block:
        return 4 * math.prod(tensor.shape)
    return -(-tensor.shape[0] // PANEL) * form.panel_bytes(inputs)


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return what a folder's `config.json` says; nothing where it cannot be read."""
    with suppress(OSError, ValueError):
        config = json.loads((folder / "config.json").read_bytes())
        if isinstance(config, dict):
            return config
    return {}


def weights_in(folder: Path, *, tied: bool) -> StoredWeights:
    """Count the bytes of a folder's weights; a `tied` head that a file has once more is not loaded."""
    loaded: dict[str, int] = {}
    for path in sorted(folder.glob("*.safetensors")):
        loaded |= dict(_tensors(path))
    mapped: dict[str, int] = {}
    for path in sorted(folder.glob(OURS)):
        mapped |= dict(_tensors(path))
    if tied:
        loaded.pop("lm_head.weight", None)
    return StoredWeights(
        mapped=sum(mapped.values()), loaded=sum(size for name, size in loaded.items() if name not in mapped)
    )


def _tensors(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the names of a file's tensors, and how many bytes each has."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError), path.open("rb") as file:
        header = json.loads(file.read(min(int.from_bytes(file.read(8), "little"), LONGEST)))
        for name, tensor in header.items():
            if name != "__metadata__":
                begin, end = tensor["data_offsets"]
                yield name, int(end) - int(begin)
