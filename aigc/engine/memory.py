"""What memory a model takes, told from the headers of its files before it is opened, and how much of it rows may have.

    total(rows, tokens) = process + weights + step · tokens of a step + rows · (row + tokens · token)

    process   Python, torch, the tokenizer and its grammars
    weights   as they are kept: `mapped` ones are read where they lie in a file, and the system takes them back when
              memory runs short; others are the process's own
    step      what a token that goes through the layers takes on its way
    row       a text's logits, and what sampling makes of them
    token     keys and values of one token over all layers

Whoever tells of memory, refuses a model or admits rows asks here: a model is refused where one text does not fit.
Imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aigc.engine.cpu import FAMILIES
from aigc.engine.cpu.library import KEY_BLOCK, load_library
from aigc.engine.gguf.gguf_file import read_gguf
from aigc.engine.machine import MachineMemory
from aigc.engine.options import EngineOptions
from aigc.engine.weight_files import (
    WIDTHS,
    Dimensions,
    StoredWeights,
    config_of_gguf,
    dimensions,
    read_config,
    weights_in,
    weights_of_gguf,
)
from aigc.errors import ModelError, megabytes

TEXT = 512  # tokens of a prompt and its text, where nobody knows better
STEP_TOKENS = 1024  # most tokens fed by one step; longer prompts take several
SMALLEST_SLOT = 64  # tokens
HEADROOM = 24  # tokens kept free beyond a row's present need, so that most short texts never move

# Bytes measured (tests/bench/LOG.md): of a process without a model, by our kernels and by transformers, and of what
# tells a row's language, which not every job needs; of a tokenizer and its grammars for each token of the vocabulary.
PROCESS, TELLING, TRANSFORMERS = 300 << 20, 74 << 20, 110 << 20
FRONT_TOKEN = 1190
LOGITS = 3  # tensors as large as a step's logits that are there at once on a CPU
CUDA_LOGITS = 6  # and on a GPU


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMemory:
    """This is what a model takes where it will run, in bytes. `mapped` is that part of `weights` which lies in a file.

    On a GPU all of it is the GPU's memory. `rows` is how many texts are written at once at most.
    """

    device: Literal["cpu", "cuda"]
    process: int
    weights: int
    mapped: int
    step: int
    row: int
    token: int
    rows: int

    def total(self, rows: int = 1, tokens: int = TEXT, shared: int = 0) -> int:
        """Return what it takes while so many texts are written at once, each of so many tokens of its own, beside those
        that several share."""
        return self.process + self.weights + self.work(rows, tokens) + (rows * tokens + shared) * self.token

    def work(self, rows: int = 1, tokens: int = TEXT) -> int:
        """Return what a step takes while it runs."""
        return self.step * _step_tokens(rows, tokens) + rows * self.row

    def refuse(self, name: str, machine: MachineMemory, *, hint: str = "") -> None:
        """Raise ModelError, one sentence, where not one text can be written on this machine.

        Weights that are mapped need not be there at once, but once there must be room for them.
        """
        if lack := self.lacking(machine):
            needed = f"{megabytes(self.total())}, {megabytes(self.weights)} of that for its weights"
            raise ModelError(f"{name!r} does not fit into memory: it needs {needed}, and {lack}", hint=hint)

    def lacking(self, machine: MachineMemory) -> str:
        """Say what there is instead of the memory for one text, nothing where there is that."""
        if self.device == "cuda":  # nobody but torch can ask what is free there
            return ""
        if self.total() > machine.whole:
            return f"{megabytes(machine.whole)} are all there is"
        if machine.addresses is not None and self.total() - self._python > machine.addresses:
            return f"`ulimit` leaves {megabytes(machine.addresses)}"
        if self._more(machine) - self.mapped > machine.free:
            return f"{megabytes(machine.free)} are free"
        return ""

    def crowded(self, machine: MachineMemory) -> bool:
        """Say whether mapped weights do not fit at the moment: every step then reads some from the disk."""
        return self.device == "cpu" and not self.lacking(machine) and self._more(machine) > machine.free

    @property
    def _python(self) -> int:
        """Return what of the process no model changes; a machine's addresses are without it."""
        return min(self.process, PROCESS + TELLING)

    def _more(self, machine: MachineMemory) -> int:
        """Return what one text takes of what is free: this process has some of it already."""
        return self.total() - min(machine.held, self.process)

    def at_once(self, machine: MachineMemory, tokens: int = TEXT) -> int:
        """Count the texts of so many tokens that would be written at once; none where not one can be."""
        if self.lacking(machine):
            return 0
        shared = self.budget(machine)
        return max(min(shared.rows, shared.tokens // max(tokens, 1)), 1)

    def budget(self, machine: MachineMemory) -> Budget:
        """Return how much rows may take before the model is there."""
        beside = self.process + self.weights + self.work()
        spare = machine.free + min(machine.held, self.process) - beside
        addresses = None if machine.addresses is None else machine.addresses - beside + self._python
        return budget(spare, addresses, token=self.token, row=self.row, rows=self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """This is what rows may take: how many there are, what tokens all of them may come to hold, and how many tokens
    of prefixes are kept for others."""

    rows: int
    tokens: int
    prefix_tokens: int


def budget(
    spare: int, addresses: int | None = None, *, token: int, row: int, rows: int, filled: bool = False
) -> Budget:
    """Share out what memory there is beside the weights: a tenth is left to others.

    Of the rest prefixes get an eighth, and so do logits. A row that outgrows its slot leaves another behind, so rows
    may hold three eighths. Slots are up to twice as large as what they hold, and there may be twice as many: where they
    are `filled` with zeros, or their `addresses` count, that is a sixth.
    """
    spare = spare * 9 // 10
    share = spare // 6 if filled else 3 * spare // 8
    if addresses is not None:
        share = min(share, addresses // 6)
    tokens = max(share // token, 1)
    return Budget(
        rows=max(min(rows, spare // 8 // max(row, 1)), 1),
        tokens=tokens,
        prefix_tokens=max(min(spare // 8 // token, tokens), 1),
    )


def slot_capacity(tokens: int, limit: int) -> int:
    """Return the tokens of a slot for so many now and, with some headroom, up to `limit` in the end."""
    capacity = SMALLEST_SLOT
    while capacity < min(tokens + HEADROOM, limit):
        capacity *= 2
    return capacity


def held_tokens(prompt: int, written: int, turns: float = 1.0) -> int:
    """Count the tokens that a text of its own prompt and so many written takes room for, in whole blocks.

    When half of the texts have moved out of a slot that they outgrew, those have two. Of `turns` texts that have a slot
    one after the other the longest counts: by and by it is filled to its end, and smaller ones stay for those that
    begin (measured, tests/bench/LOG.md).
    """
    left, capacity = 0, slot_capacity(prompt, prompt + written)
    while capacity < prompt + written:
        left, capacity = capacity, 2 * capacity
    own = -(-(prompt + written) // KEY_BLOCK) * KEY_BLOCK
    later = max(capacity - own, 0) + left
    return max(own + round(later * (1 - 1 / max(turns, 1.0)) ** 2), 3 * left // 2)


def memory_of(place: Path | Mapping[str, Any], options: EngineOptions) -> ModelMemory | None:
    """Return what a model takes, None where its files do not say.

    `place` is a model's folder, a GGUF file before it is converted, or what its `config.json` will say, with a dtype or
    the `weight_bytes` of a GGUF. Raises ModelError for a GGUF that cannot be read.
    """
    if isinstance(place, Mapping):
        shape = dimensions(place)
        stored = StoredWeights(mapped=int(place.get("weight_bytes", 0)))
        if shape is not None and not stored.mapped:
            stored = StoredWeights(loaded=shape.parameters * WIDTHS.get(str(place.get("dtype")), 4))
    elif place.is_dir():
        shape = dimensions(read_config(place))
        ours = shape is not None and shape.family in FAMILIES
        stored = weights_in(place, tied=shape is not None and shape.tied, ours=ours)
        if shape is not None and stored.mapped and load_library() is None:  # nobody multiplies panels: torch's floats
            stored = StoredWeights(loaded=shape.parameters * WIDTHS["float32"])
    else:
        file = read_gguf(place)
        shape, stored = dimensions(config_of_gguf(file)), weights_of_gguf(file)
    if shape is None or not stored.mapped + stored.loaded:
        return None
    return _memory(shape, stored, options)


def _memory(shape: Dimensions, stored: StoredWeights, options: EngineOptions) -> ModelMemory:
    cuda, ours = options.on_cuda, shape.family in FAMILIES and load_library() is not None
    width = WIDTHS.get(options.numbers(quantised=False), 2) if cuda else 4
    if not cuda and not ours and options.dtype in ("bfloat16", "float16"):  # torch's own arithmetic
        width = 2
    queries, kept = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    floats = 2 * shape.hidden + 2 * queries + 2 * kept + 3 * shape.inner
    rounded = shape.hidden + queries + shape.inner  # to whole numbers, with a scale for every 32
    transformers = 0 if ours else TRANSFORMERS
    weights = shape.parameters * width if cuda else stored.mapped + stored.loaded
    return ModelMemory(
        device="cuda" if cuda else "cpu",
        process=0 if cuda else PROCESS + TELLING + transformers + FRONT_TOKEN * shape.vocab,
        weights=weights,
        mapped=0 if cuda else stored.mapped,
        step=4 * floats + rounded * 13 // 8,
        row=4 * shape.vocab * (CUDA_LOGITS if cuda else LOGITS),
        token=2 * shape.layers * kept * width,
        rows=options.rows,
    )


def _step_tokens(rows: int, tokens: int) -> int:
    """Count the most tokens that a step is fed."""
    return max(rows, min(rows * tokens, STEP_TOKENS))
