"""What a LoRA adapter is, by its folder alone: what PEFT's config says, and the header of its weights.

Whatever the engine cannot serve is refused here, before a model is loaded: what is more than A and B beside a linear
layer, what was trained on a changed W, and what does not fit the model's layers, where those are known. Imports no
torch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pydantic

from aigc.engine.tensor_headers import read_header
from aigc.engine.weight_files import layer_shapes
from aigc.errors import ModelError, first_line
from aigc.types.foreign import file_bytes

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PATIENCE = 1.0  # seconds for a pattern
MATRIX = re.compile(r"base_model\.model\.(?P<path>.+)\.lora_(?P<letter>[AB])\.weight")
FLOATS = ("F64", "F32", "F16", "BF16")
ENDS = frozenset(("lm_head", "embed_out", "embed_tokens", "embed_in", "wte", "wpe"))  # heads and embeddings
MORE = re.compile(  # what a config says where an adapter is more than A and B, or was trained on a changed W
    "(use_dora|modules_to_save|trainable_token_indices|target_parameters|lora_bias|layer_replication|use_qalora|"
    "alora_invocation_tokens|use_bdlora|arrow_config|kasa_config|monteclora_config)=|"
    "bias=(?!none$)|init_lora_weights=(?!(True|gaussian|eva|orthogonal|mica)$)"
)


@dataclass(frozen=True, slots=True)
class LoraShape:
    """This is what an adapter adds to a layer: scale · B A, where A is (rank, inputs) and B (outputs, rank)."""

    rank: int
    scale: float
    inputs: int
    outputs: int


@dataclass(frozen=True, slots=True)
class AdapterOutline:
    """This is an adapter without its numbers: `layers` by their paths in the model, `base` what it was trained on."""

    folder: Path
    base: str | None
    layers: dict[str, LoraShape]

    @property
    def hint(self) -> str:
        """Say which model it belongs to, where the config says so."""
        return f"it was trained on {self.base!r}" if self.base else ""


class _Config(pydantic.BaseModel, extra="allow", strict=True):
    """This is the part of `adapter_config.json` that changes the numbers."""

    peft_type: Literal["LORA"]
    r: pydantic.PositiveInt
    lora_alpha: pydantic.FiniteFloat
    use_rslora: bool = False
    rank_pattern: dict[re.Pattern[str], pydantic.PositiveInt] = {}
    alpha_pattern: dict[re.Pattern[str], pydantic.FiniteFloat] = {}
    base_model_name_or_path: str | None = None

    def rank_and_scale(self, path: str) -> tuple[float, float]:
        rank = _first(self.rank_pattern, path, self.r)
        alpha = _first(self.alpha_pattern, path, self.lora_alpha)
        return rank, alpha / (math.sqrt(rank) if self.use_rslora else rank)


def read_outline(folder: Path) -> AdapterOutline:
    """Read what PEFT saved, but no numbers. Raises ModelError for what is missing, broken, or more than LoRA on linear
    layers."""
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: no adapter here ({name} is missing)")
    config, file = _read_config(folder / CONFIG), folder / WEIGHTS
    try:
        tensors = read_header(file)[0]
    except (OSError, ValueError) as error:
        reason = first_line(error).removeprefix(f"{WEIGHTS}: ")
        raise ModelError(f"{file}: the weights cannot be loaded: {reason}", hint="copy the adapter again") from error
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, stored in tensors.items():
        match = MATRIX.fullmatch(key)
        if match is None:
            raise ModelError(f"{file}: {key!r} is no A or B of a linear layer, and this engine adds nothing else")
        if stored.dtype not in FLOATS:
            raise ModelError(f"{file}: {key!r} is of {stored.dtype}, and an adapter has floats")
        found.setdefault(match["path"], {})[match["letter"]] = stored.shape
    if not found:
        raise ModelError(f"{file}: no LoRA matrices here")
    layers = {path: _shape(file, path, shapes, config) for path, shapes in found.items()}
    return AdapterOutline(folder, config.base_model_name_or_path, layers)


def check_adapter(folder: Path, config: Mapping[str, Any] | None = None, model: str = "") -> None:
    """Refuse, with a ModelError, an adapter that the engine cannot serve over a model.

    `config` is what the model's `config.json` says, as far as it is known; `model` its name, for the message.
    """
    outline = read_outline(folder)
    known = layer_shapes(config) if config else None
    named = f"the model {model!r}" if model else "the model"
    for path, shape in outline.layers.items():
        if path.rpartition(".")[2] in ENDS:
            raise ModelError(f"{folder}: {path!r} is no linear layer below the head, and only those are adapted")
        if known is None:
            continue
        if path not in known:
            raise ModelError(f"{folder}: {named} has no layer {path!r}", hint=outline.hint)
        if known[path] != (given := (shape.outputs, shape.inputs)):
            differs = f"{path!r} is {given} in the adapter, but {known[path]} in {named}"
            raise ModelError(f"{folder}: {differs}", hint=outline.hint)


def _names(pattern: str, path: str) -> bool:
    """Say whether a pattern matches a path's last names, as PEFT asks. ModelError for one that takes for ever."""
    import regex  # type: ignore[import-untyped]

    try:
        return regex.match(rf"(.*\.)?({pattern})$", path, timeout=PATIENCE) is not None
    except (TimeoutError, regex.error):
        raise ModelError(f"{pattern!r} is a pattern that no name of a layer can be held against") from None


def _first(patterns: Mapping[re.Pattern[str], float], path: str, default: float) -> float:
    """Find what a path has: as in PEFT, the first pattern counts that matches the path's last names."""
    return next((n for key, n in patterns.items() if _names(key.pattern, path)), default)


def _read_config(file: Path) -> _Config:
    try:
        config = _Config.model_validate_json(file_bytes(file))
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise ModelError(": ".join([str(file), *map(str, first["loc"][:1]), first["msg"]])) from error
    extra = [f"{key}={value}" for key, value in (config.model_extra or {}).items() if value]
    if more := [words for words in extra if MORE.match(words)]:
        raise ModelError(f"{file}: this adapter needs {', '.join(more)}, which this engine cannot run")
    return config


def _shape(file: Path, path: str, shapes: dict[str, tuple[int, ...]], config: _Config) -> LoraShape:
    rank, scale = config.rank_and_scale(path)
    match shapes:
        case {"A": (down, inputs), "B": (outputs, up)} if down == up == rank:
            return LoraShape(down, scale, inputs, outputs)
    raise ModelError(f"{file}: {path!r} should have matrices A and B of rank {rank}, but has {shapes}")
