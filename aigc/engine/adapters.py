"""This adds LoRA adapters to a loaded model: y = W x + scale · B (A x), with other A and B for other tokens of a step.

A folder is what PEFT saves: `adapter_config.json` and `adapter_model.safetensors`, read by `adapter_files`. Which layers
are adapted, the tensors' names say; the config's `target_modules`, a list or a pattern, is how they were chosen, and need not be read.
Nor need `fan_in_fan_out`: A and B are laid out alike for Linear and Conv1D. W itself is never touched or looked at, so
it may be packed or fused. Keys and values depend on the adapter: only rows of the same one may share or copy them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch.nn.functional import linear

from aigc.engine.adapter_files import WEIGHTS, read_outline
from aigc.engine.cpu.kernels import Kernels
from aigc.engine.cpu.linear import can_pack, packed
from aigc.engine.layers import LoraLinear, Segment
from aigc.errors import ModelError, NotFound, did_you_mean, first_line

Pair: TypeAlias = tuple[torch.Tensor, torch.Tensor]  # A, (rank, in_features), and scale · B, (out_features, rank)


@dataclass(frozen=True, slots=True)
class Adapter:
    """This is an adapter's folder, read: `layers` by their paths in the model, `base` the model it was trained on."""

    folder: Path
    base: str | None
    layers: dict[str, Pair]


class Adapters:
    """This is the adapters loaded beside one model. Layers are wrapped while an adapter needs them."""

    def __init__(
        self, model: torch.nn.Module, device: torch.device, dtype: torch.dtype, native: Kernels | None = None
    ) -> None:
        """Begin with none. `model` has linear layers by their paths; one that says which is its head has it left alone.

        `native` runs the adapters' products on a CPU in float32, where there is one.
        """
        self._model = model
        self._device, self._dtype, self._native = device, dtype, native
        self._layers: dict[str, dict[str, LoraLinear]] = {}  # by adapter and path
        self._route: list[Segment] = []

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._layers)

    def load(self, name: str, folder: Path) -> None:
        """Add an adapter. Raises ModelError, and changes nothing, where it cannot be read or does not fit the model."""
        if name in self._layers:
            raise ModelError(f"{folder}: an adapter {name!r} is loaded already")
        adapter = read_adapter(folder)
        targets = {path: _target(self._model, adapter, path) for path in adapter.layers}
        for path, layer in targets.items():
            if not isinstance(layer, LoraLinear):
                layer = LoraLinear(layer, self._route)
                self._model.set_submodule(path, layer)
            layer.deltas[name] = self._delta(adapter.layers[path])
            self._layers.setdefault(name, {})[path] = layer

    def unload(self, name: str) -> None:
        """Forget an adapter and take it off the route. Raises NotFound."""
        if name not in self._layers:
            raise NotFound(f"no adapter {name!r} is loaded", hint=did_you_mean(name, self._layers))
        self.route([segment for segment in self._route if segment[2] != name])
        for path, layer in self._layers.pop(name).items():
            del layer.deltas[name]
            if not layer.deltas:
                self._model.set_submodule(path, layer.base)

    def route(self, segments: Iterable[Segment]) -> None:
        """Set, until the next call, which packed tokens are for which adapter; all others are for none."""
        self._route[:] = segments
        assert all(begin < end and name in self._layers for begin, end, name in self._route), "no such route"

    def _delta(self, pair: Pair) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return x → scale · B (A x), in the model's dtype; packed, a token's numbers are the same in any company."""
        packs = can_pack(self._device, self._dtype, self._native)
        matrices = [matrix.to(self._device, self._dtype) for matrix in pair]
        down, up = (packed(m, None, self._native) if packs else partial(linear, weight=m) for m in matrices)
        return lambda x: up(down(x))


def read_adapter(folder: Path) -> Adapter:
    """Read what PEFT saved. Raises ModelError for what is missing, broken, or more than LoRA on linear layers."""
    outline, file = read_outline(folder), folder / WEIGHTS
    try:
        tensors = load_file(file)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{file}: the weights cannot be loaded: {first_line(error)}") from error
    layers = {}
    for path, shape in outline.layers.items():
        a, b = (tensors[f"base_model.model.{path}.lora_{letter}.weight"] for letter in "AB")
        layers[path] = a, b.float() * shape.scale
    return Adapter(folder, outline.base, layers)


def _target(model: torch.nn.Module, adapter: Adapter, path: str) -> torch.nn.Module:
    """Find the layer to adapt. Raises ModelError where the model has no such linear layer below its head."""
    hint = f"it was trained on {adapter.base!r}" if adapter.base else ""
    try:
        layer = model.get_submodule(path)
    except AttributeError:
        raise ModelError(f"{adapter.folder}: the model has no layer {path!r}", hint=hint) from None
    base = layer.base if isinstance(layer, LoraLinear) else layer
    sizes = ("nf", "nx") if hasattr(base, "nf") else ("out_features", "in_features")  # GPT-2's Conv1D: the former
    found = tuple(getattr(base, size, 0) for size in sizes)
    head = getattr(model, "get_output_embeddings", lambda: None)()
    if not all(found) or layer is head:
        raise ModelError(f"{adapter.folder}: {path!r} is no linear layer below the head, and only those are adapted")
    a, b = adapter.layers[path]
    if found != (given := (b.shape[0], a.shape[1])):
        raise ModelError(f"{adapter.folder}: {path!r} is {given} in the adapter, but {found} in the model", hint=hint)
    return layer
