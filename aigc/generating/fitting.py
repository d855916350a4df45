"""Whether a model fits into this machine's memory, told before anything is fetched, converted or opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from aigc.errors import AigcError
from aigc.models import Catalogue, GgufSource, Model, Weights
from aigc.types import Json

if TYPE_CHECKING:
    from aigc.engine.machine import MachineMemory
    from aigc.engine.memory import ModelMemory

Tell: TypeAlias = Callable[[Path | Mapping[str, Json]], "ModelMemory | None"]  # of a model's files, or its config


def memory_known(weights: Weights, tell: Tell) -> ModelMemory | None:
    """Return what a model takes by its folder, its GGUF file or, before either is here, its entry in the catalogue."""
    if weights.folder is not None:
        return tell(weights.folder)
    if weights.gguf is not None:
        return tell(weights.gguf)
    return None if weights.model is None else memory_catalogued(weights.model, tell)


def config_known(weights: Weights) -> Mapping[str, Json] | None:
    """Return what a model's `config.json` says, or will say, of its shape; None where nothing is known of it."""
    from aigc.engine.gguf.gguf_file import read_gguf
    from aigc.engine.weight_files import config_of_gguf, read_config

    if weights.folder is not None:
        return read_config(weights.folder) or None
    if weights.gguf is None:
        return None if weights.model is None else weights.model.config
    try:
        return config_of_gguf(read_gguf(weights.gguf))
    except AigcError:  # opening the model says it
        return None


def memory_catalogued(model: Model, tell: Tell) -> ModelMemory | None:
    """Return what a model takes by its entry in the catalogue."""
    source = model.source
    size = {"weight_bytes": source.weight_bytes or source.file_bytes} if isinstance(source, GgufSource) else {}
    return tell({**model.config, **size})


def largest_that_fits(machine: MachineMemory, tell: Tell, catalogue: Catalogue | None = None) -> str:
    """Name the largest model of the catalogue that fits and follows instructions, or nothing. Gated ones come last."""
    fits = [
        model
        for model in catalogue or Catalogue.load()
        if model.chat and (memory := memory_catalogued(model, tell)) and not memory.lacking(machine)
    ]
    return max(fits, key=lambda one: (not getattr(one.source, "gated", False), one.parameters)).name if fits else ""


def refuse_unfit(name: str, memory: ModelMemory, tell: Tell) -> None:
    """Raise ModelError, with the largest of the catalogue that fits, where not one text can be written."""
    from aigc.engine.machine import machine_memory

    machine = machine_memory()
    if memory.lacking(machine):
        other = largest_that_fits(machine, tell)
        fits = f"the largest of the catalogue that fits is {other!r}: -m {other}"
        memory.refuse(name, machine, hint=fits if other else "end other programs, or choose a smaller model with -m")
