"""This reads a Llama, Qwen or Gemma 3 without transformers, importing which takes longer than opening the model.

`read_checkpoint` gives None for whatever is not plainly one of them: another family, quantised weights, a way of
stretching positions that is not known here. Then transformers opens the folder, or says why it cannot. A folder with
panels is ours alone: what is wrong with it is said here. Kernels look at no shape, so `check_shapes` comes before them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import pydantic
import torch

from aigc.engine.cpu import Family
from aigc.engine.cpu.formats import FORMATS
from aigc.engine.cpu.kernels import Kernels, Panels, kernels
from aigc.engine.cpu.panel_file import PANEL_FILE, PanelFile, repacked
from aigc.engine.cpu.plain import flat
from aigc.engine.gemma3 import MODEL_TYPE as GEMMA3
from aigc.engine.gemma3 import in_llamas_words
from aigc.engine.tensor_files import TensorFile
from aigc.engine.tensor_headers import read_mapping
from aigc.errors import ModelError, describe, first_line
from aigc.types.foreign import file_bytes

Size = pydantic.PositiveInt
WHOLE = ("I64", "I32", "I16", "I8", "U8", "BOOL")  # numbers of safetensors that nobody's weights are


class Rotary(pydantic.BaseModel):
    """This is how positions turn queries and keys: plainly, all slower (`linear`), or only the slow ones (`llama3`)."""

    rope_theta: float = 0.0
    rope_type: Literal["default", "linear", "llama3"] = "default"
    factor: float = 1.0
    low_freq_factor: float = 1.0
    high_freq_factor: float = 4.0
    original_max_position_embeddings: Size = 8192
    partial_rotary_factor: Literal[1, None] = None

    def frequencies(self, dim: int) -> torch.Tensor:
        """Return (dim / 2,) radians per token (Su et al., arXiv 2104.09864; `llama3` as Llama 3.1 laid it down)."""
        plain = 1.0 / (self.rope_theta ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
        if self.rope_type == "default":
            return plain
        if self.rope_type == "linear":
            return plain / self.factor
        turns = self.original_max_position_embeddings / (2 * math.pi / plain)  # over the context of the training
        smooth = (turns - self.low_freq_factor) / (self.high_freq_factor - self.low_freq_factor)
        between = (1 - smooth) * plain / self.factor + smooth * plain
        slow = torch.where(turns < self.low_freq_factor, plain / self.factor, between)
        return torch.where(turns > self.high_freq_factor, plain, slow)


class Config(pydantic.BaseModel):
    """This is what `config.json` says that changes the numbers."""

    model_type: Family
    hidden_act: Literal["silu", "swish", "gelu_pytorch_tanh"]
    hidden_size: Size
    intermediate_size: Size
    num_hidden_layers: Size
    num_attention_heads: Size
    num_key_value_heads: Size
    head_dim: Size | None = None
    vocab_size: Size | None = None
    max_position_embeddings: Size
    rms_norm_eps: float
    tie_word_embeddings: bool = False
    rope_theta: float = 10_000.0
    rotary: Rotary = pydantic.Field(
        Rotary(), validation_alias=pydantic.AliasChoices("rope_parameters", "rope_scaling"), validate_default=True
    )
    local_rotary: Rotary | None = None  # of sliding layers, where they have one of their own
    query_pre_attn_scalar: pydantic.PositiveFloat | None = None
    attn_logit_softcapping: None = None
    final_logit_softcapping: None = None
    use_bidirectional_attention: Literal[False, None] = None
    use_sliding_window: bool = False
    sliding_window: Size | None = None
    max_window_layers: int = 0
    layer_types: list[Literal["full_attention", "sliding_attention"]] | None = None
    quantization_config: None = None
    eos_token_id: int | list[int] | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _in_llamas_words(cls, written: dict[str, Any]) -> dict[str, Any]:
        try:
            return in_llamas_words(written) if written.get("model_type") == GEMMA3 else written
        except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
            raise ValueError(f"not a Gemma 3's: {first_line(error)}") from error

    @pydantic.model_validator(mode="after")
    def _one_kind_a_layer(self) -> Self:
        if self.layer_types is not None and len(self.layer_types) != self.num_hidden_layers:
            raise ValueError(f"{len(self.layer_types)} kinds of layers for {self.num_hidden_layers}")
        return self

    @pydantic.field_validator("rotary", "local_rotary", mode="before")
    @classmethod
    def _as_it_was_once_written(cls, value: Any) -> Any:
        if isinstance(value, dict) and "type" in value:
            return {"rope_type": value["type"], **value}
        return {} if value is None else value

    @property
    def dim(self) -> int:
        """Count the floats of a head; Qwen3's do not share the width of the model."""
        return self.head_dim or (128 if self.model_type == "qwen3" else self.hidden_size // self.num_attention_heads)

    @property
    def is_gemma(self) -> bool:
        """Say whether embeddings are scaled, norms' weights lack 1, and what a layer adds is normed before."""
        return self.model_type == GEMMA3

    @property
    def scale(self) -> float:
        """Return what scores are multiplied by."""
        return float((self.query_pre_attn_scalar or self.dim) ** -0.5)

    def shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield what tensors such a model has, and their shapes; the embedding's and the head's are not among them."""
        hidden, inner, dim = self.hidden_size, self.intermediate_size, self.dim
        queries, kept = self.num_attention_heads * dim, self.num_key_value_heads * dim
        weights = {"self_attn.q_proj": (queries, hidden), "self_attn.o_proj": (hidden, queries)}
        weights |= dict.fromkeys(("self_attn.k_proj", "self_attn.v_proj"), (kept, hidden))
        weights |= dict.fromkeys(("mlp.gate_proj", "mlp.up_proj"), (inner, hidden)) | {"mlp.down_proj": (hidden, inner)}
        norms = dict.fromkeys(("input_layernorm", "post_attention_layernorm"), hidden)
        if self.is_gemma:
            norms |= dict.fromkeys(("pre_feedforward_layernorm", "post_feedforward_layernorm"), hidden)
        if self.is_gemma or self.model_type == "qwen3":
            norms |= dict.fromkeys(("self_attn.q_norm", "self_attn.k_norm"), dim)
        for number in range(self.num_hidden_layers):
            yield from ((f"model.layers.{number}.{name}.weight", shape) for name, shape in weights.items())
            yield from ((f"model.layers.{number}.{name}.weight", (width,)) for name, width in norms.items())
        yield "model.norm.weight", (hidden,)

    def frequencies(self, *, local: bool = False) -> torch.Tensor:
        """Return (dim / 2,) radians per token, of all layers or of those that are `local`."""
        rotary = self.local_rotary if local and self.local_rotary else self.rotary
        return rotary.model_copy(update={"rope_theta": rotary.rope_theta or self.rope_theta}).frequencies(self.dim)

    def local(self, layer: int) -> bool:
        """Say whether a layer's positions are turned by `local_rotary`."""
        sliding = self.layer_types is not None and self.layer_types[layer] == "sliding_attention"
        return sliding and self.local_rotary is not None

    def window(self, layer: int) -> int:
        """Return how many tokens a layer looks back, 0 for all."""
        if self.model_type == "llama" or not self.use_sliding_window or self.sliding_window is None:
            return 0
        if self.layer_types is None:
            return self.sliding_window if layer >= self.max_window_layers else 0
        return self.sliding_window if self.layer_types[layer] == "sliding_attention" else 0


class Tensors:
    """These are the tensors of a folder by transformers' names, in safetensors' files or in panels."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Open the files, which stay open as long as `stack`. Raises OSError or ValueError for broken ones."""
        self._files: dict[str, TensorFile] = {}
        for path in sorted(folder.glob("model*.safetensors")):
            file = TensorFile(path, stack)
            self._files |= dict.fromkeys(file.tensors, file)
        self._panels = PanelFile(folder / PANEL_FILE) if (folder / PANEL_FILE).is_file() else None

    def __contains__(self, name: str) -> bool:
        return name in self._files or (self._panels is not None and name in self._panels.tensors)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files if self._panels is None else self._panels.tensors)

    def tensor(self, name: str) -> torch.Tensor:
        """Read a tensor into memory of its own, in 32-bit floats. Raises KeyError."""
        mapped = self._panels is not None and name not in self._panels.weights
        return self.stored(name).to(torch.float32, copy=mapped)

    def stored(self, name: str) -> torch.Tensor:
        """Return a tensor as the file has it; a weight in panels as 32-bit floats. Raises KeyError."""
        if self._panels is None:
            return self._files[name].read(name)
        panels = self._panels.panels(name)
        return self._panels.stored(name) if panels is None else flat(panels, kernels())

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape. Raises KeyError."""
        if self._panels is None:
            return self._files[name].tensors[name].shape
        panels = self._panels.panels(name)
        return self._panels.tensors[name].shape if panels is None else (panels.columns, panels.depth)

    def format(self, name: str) -> str:
        """Name the numbers that a tensor has in its file, by GGUF's or safetensors' name. Raises KeyError."""
        if self._panels is None:
            return self._files[name].tensors[name].dtype
        panels = self._panels.panels(name)
        return self._panels.tensors[name].dtype if panels is None else panels.format.name

    def panels(self, native: Kernels, name: str) -> Panels:
        """Read a weight for the kernels, in the numbers that the file has; mapped, or a copy. Raises KeyError."""
        if self._panels is not None:
            panels = self._panels.panels(name)
            return native.pack(self.tensor(name)) if panels is None else panels
        file = self._files[name]
        stored = file.tensors[name]
        columns, depth = stored.shape
        format = FORMATS.get(stored.dtype)
        if format is None or depth % format.block:
            return native.pack(self.tensor(name))
        row_bytes = depth // format.block * format.file_bytes
        return repacked(native, format, columns, row_bytes, partial(file.rows, name))


class Checkpoint(Tensors):
    """This is an open folder: its config, its end tokens, and its weights by name."""

    def __init__(self, folder: Path, stack: ExitStack, config: Config, ends: Iterable[int]) -> None:
        super().__init__(folder, stack)
        self.folder = folder
        self.config = config
        self.ends = frozenset(ends)

    @property
    def in_panels(self) -> bool:
        """Say whether the folder is one that we made of a GGUF."""
        return self._panels is not None

    def check_shapes(self) -> None:
        """Raise ModelError where a tensor has another shape than the config says, so that no kernel leaves its memory.

        What a folder with panels lacks, or has too many, is an error too; of another one transformers will say that.
        """
        config = self.config
        if config.num_attention_heads % config.num_key_value_heads:
            heads = f"{config.num_attention_heads} heads cannot share {config.num_key_value_heads} of keys and values"
            self._refuse(f"config.json: {heads}")
        embedding, head = "model.embed_tokens.weight", "lm_head.weight"
        parted = "tie_word_embeddings" in config.model_fields_set and not config.tie_word_embeddings
        if parted and embedding in self and head not in self:
            self._refuse(f"{head}: this tensor is missing, and by config.json it is not the embedding's")
        vocab = config.vocab_size or (self.shape(embedding)[:1] or (0,))[0] if embedding in self else 0
        ends = [embedding] if config.tie_word_embeddings or head not in self else [embedding, head]
        known = set()
        for name, shape in (*((name, (vocab, config.hidden_size)) for name in ends), *config.shapes()):
            self._check_shape(name, shape)
            bias = name.removesuffix("weight") + "bias"
            if len(shape) > 1 and bias in self:
                self._check_shape(bias, shape[:1])
            known |= {name, bias}
        other = next((name for name in self if name not in known), None) if self.in_panels else None
        if other is not None:
            self._refuse(f"{PANEL_FILE}: {other}: config.json knows of no such tensor")

    def _check_shape(self, name: str, shape: tuple[int, ...]) -> None:
        if name not in self:
            if self.in_panels:
                self._refuse(f"{PANEL_FILE}: {name}: this tensor is missing")
        elif self.shape(name) != shape:
            self._refuse(f"{name}: its shape is {self.shape(name)}, by config.json {shape}")
        elif self.format(name) in WHOLE:
            self._refuse(f"{name}: its numbers are {self.format(name)}, and weights are floats")

    def _refuse(self, message: str) -> NoReturn:
        raise ModelError(f"{self.folder}: {message}", hint=_again(self.folder) if self.in_panels else "")


def read_checkpoint(folder: Path, stack: ExitStack) -> Checkpoint | None:
    """Open the files, which stay open as long as `stack`. Raises ModelError for a damaged folder with panels."""
    try:
        config = Config.model_validate(read_mapping("config.json", file_bytes(folder / "config.json")))
        return Checkpoint(folder, stack, config, _ends(config, folder / "generation_config.json"))
    except OSError:
        return None
    except ValueError as error:
        if (folder / PANEL_FILE).is_file():
            raise ModelError(f"{folder}: {_what_is_wrong(error)}", hint=_again(folder)) from error
        return None


def _again(folder: Path) -> str:
    return f"remove the folder {str(folder)!r}: the model is then converted again from its GGUF"


def _what_is_wrong(error: ValueError) -> str:
    """Return a sentence; pydantic's own are of several lines."""
    if not isinstance(error, pydantic.ValidationError):
        return first_line(error)
    first = error.errors()[0]
    where, reason = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
    return f"config.json: {where}: {describe(first['input'])}: {reason}" if where else f"config.json: {reason}"


def _ends(config: Config, generation: Path) -> list[int]:
    found: list[Any] = [config.eos_token_id]
    if generation.is_file():
        found.append(read_mapping(generation.name, file_bytes(generation)).get("eos_token_id"))
    numbers = [number for one in found for number in (one if isinstance(one, list) else [one]) if number is not None]
    if not all(type(number) is int for number in numbers):
        raise ValueError(f"{generation.name}: eos_token_id: not the number of a token")
    return numbers
