"""What a model takes in memory here, as `aigc models` tells it: the engine's own figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aigc.engine import Gpt
from aigc.errors import AigcError, megabytes
from aigc.generating.fitting import memory_known

if TYPE_CHECKING:
    from aigc.engine.machine import MachineMemory
    from aigc.engine.memory import ModelMemory
    from aigc.models import Weights
    from aigc.types import Json


def needed(weights: Weights, device: str) -> str:
    """Return the gigabytes that one text needs on a device, `?` where nobody knows."""
    memory = _memory(weights, device)
    return f"{memory.total() / 1e9:.1f}" if memory else "?"


def memory_rows(weights: Weights, machine: MachineMemory) -> Iterator[tuple[str, str]]:
    """Yield what a model takes, and what there is, as a table has it."""
    from aigc.engine.memory import TEXT

    memory = _memory(weights)
    if memory is None:
        return
    cuda = memory.device == "cuda"
    place = ", in a file that is mapped" if memory.mapped else ""
    yield "weights", f"{megabytes(memory.weights)}{place}"
    yield "cache", f"{megabytes(memory.token * TEXT)} for a text of {TEXT} tokens"
    rows = memory.rows
    yield "work space", f"{megabytes(memory.work())} for one text, {megabytes(memory.work(rows))} for {rows}"
    if memory.process:
        yield "Python", f"{megabytes(memory.process)}, tokenizer and grammars included"
    here = " on a GPU" if cuda else ""
    yield "memory", f"{megabytes(memory.total())} for one text{here}, {megabytes(memory.total(rows))} for {rows}"
    if cuda:
        return
    lack = memory.lacking(machine)
    many = f"enough for {memory.at_once(machine)} such texts at once"
    if memory.crowded(machine):
        many = "too little to keep all weights in it: slow"
    yield "free here", f"{megabytes(machine.free)}, " + (f"not enough: {lack}" if lack else many)


def memory_record(weights: Weights, machine: MachineMemory) -> Json:
    """Return the same as JSON, in bytes; None where nobody knows."""
    from aigc.engine.memory import TEXT

    memory = _memory(weights)
    if memory is None:
        return None
    cuda = memory.device == "cuda"
    return {
        "device": memory.device,
        "weights": memory.weights,
        "mapped": memory.mapped,
        "process": memory.process,
        "token": memory.token,
        "text_tokens": TEXT,
        "work": memory.work(),
        "one_text": memory.total(),
        "rows": memory.rows,
        "all_rows": memory.total(memory.rows),
        "free": None if cuda else machine.free,
        "at_once": None if cuda else memory.at_once(machine),
        "lacking": memory.lacking(machine) or None,
    }


def _memory(weights: Weights, device: str = "auto") -> ModelMemory | None:
    try:
        return memory_known(weights, Gpt(device=device).memory)
    except AigcError:  # a GGUF that cannot be read: opening it says so
        return None
