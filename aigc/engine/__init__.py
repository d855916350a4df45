"""HOW to generate: a GPT engine on torch and transformers that treats a batch as a plan.

A `Generator` (see `aigc.types`) over any Hugging Face causal LM with an attention interface. Requests are grouped by
common token prefix; a prefix's keys and values are computed once and attended once per step for all its rows; each
request's own part lives in a slot; finished rows are refilled. Grammars (llguidance) are masks in the loop, and
forced tokens are appended without sampling.

To read it: `engine` takes requests and gives completions, `text_streams` their parts; `front` turns messages into ids
and ids into text (`tool_calls` what messages bring besides, `token_bytes` single tokens), `masks` a grammar into what
may come next. `loop` is the token loop, over ids only: `admission` says which requests begin, `batch_share` whether a
step is for urgent ones alone, `sharing` who shares what, `rows` what a text is on its way, `cache` where keys and
values lie, `sampler` which token is next (`filters` leaves the likeliest, `noise` is what a draw hangs on). On a GPU
the loop looks ahead: the next forward runs while the host still sees to the tokens it was fed. `scoring` says how
likely given texts are, choosing none. `reference` is the slow specification kept beside it. The model itself is a
`network`, of which there are three kinds, each in a room: `cpu` runs Llama, Qwen2, Qwen3 and Gemma 3 by our own
kernels, `gpu` the first three, without transformers, which takes seconds to import; `hf` runs all else. The room `gguf`
makes a folder of a GGUF file. Threads are an engine's own (`threads`): two in one process keep their own number, and
torch's is left as it was.

What a model takes is told by `memory`, from its files' headers, and what there is by `machine`, before anything opens.

Names: `open_engine(folder, options) -> Engine` (the Generator), `EngineOptions`, `Gpt` (both, for the plugin that
registers us), `convert_gguf(gguf, folder)`. Does not know: content types, briefs, checks, catalogues, files other than
the model folder. Nothing here is imported until a model is really used: this file imports no torch.

The same request and seed give the same text, alone, in any batch and order, set back or not, looking ahead or not,
with prefixes or without: the noise is a hash of seed, candidate, position and token, grammars see the row's own text
alone. What company changes is the order of sums in the network, on the same machine with the same threads and
libraries by so much:

    cpu  kernels             nothing: equal bits (room `cpu`: Llama, Qwen2, Qwen3, Gemma 3) in float32, int8, bfloat16;
                             those of float32 and int8 are the same with AVX2, AVX-512 and VNNI; held by tests
    cpu  float32             the last bits of a logit (1e-5): another text only where two tokens tie; held by tests
    cpu  bfloat16, float16   hundredths of a logit: now and then another token, and then another text
    cuda any                 as on a cpu with that dtype; not measured yet
    deterministic            nothing: equal bits (`hf.steady`), held by tests on a cpu in float32, bfloat16; elsewhere
                             refused at opening if a trial finds a difference
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigc.engine.cpu import KERNELS
from aigc.engine.options import EngineOptions

if TYPE_CHECKING:
    from aigc.engine.engine import Engine
    from aigc.engine.memory import ModelMemory

LOG = logging.getLogger(__name__)
CROWDED = "%s: other programs have the memory that its weights need: they are read from the disk, which is slow"

__all__ = ["KERNELS", "EngineOptions", "Gpt", "convert_gguf", "open_engine"]


class Gpt:
    """This is our engine before it is opened, as the plugin that registers it sees it; it takes `EngineOptions`."""

    def __init__(self, **options: Any) -> None:
        self._options = EngineOptions(**options)

    def numbers(self, *, quantised: bool) -> str:
        """Name the numbers it computes with here: of all options only these change a text. `quantised` says whether
        the weights are a GGUF's."""
        return self._options.numbers(quantised=quantised)

    def memory(self, place: Path | Mapping[str, Any]) -> ModelMemory | None:
        """Return what a model takes here, told before it is opened; see `aigc.engine.memory.memory_of`."""
        from aigc.engine.memory import memory_of

        return memory_of(place, self._options)

    def check_adapter(self, adapter: Path, config: Mapping[str, Any] | None = None, model: str = "") -> None:
        """Refuse an adapter that cannot be served, without loading anything; see
        `aigc.engine.adapter_files.check_adapter`."""
        from aigc.engine.adapter_files import check_adapter

        check_adapter(adapter, config, model)

    def open(self, folder: Path, adapters: Iterable[Path] = ()) -> Engine:
        """Load the model in `folder` and the LoRA adapters, each named by its folder; see `open_engine`."""
        engine = open_engine(folder, self._options)
        for adapter in adapters:
            engine.load_adapter(str(adapter), adapter)
        return engine


def open_engine(folder: Path, options: EngineOptions | None = None) -> Engine:
    """Load the model in `folder` (safetensors, config and tokenizer) and return an engine that is ready to write.

    Raises ModelError, one sentence, for a folder that holds no usable causal LM, for one that does not fit into memory,
    and for a device that is not there.
    """
    _wait_politely()
    folder, options = Path(folder), options or EngineOptions()
    memory = _look_at_memory(folder, options) if folder.is_dir() else None
    with _collecting_nothing():
        from aigc.engine.engine import open_model_folder

        return open_model_folder(folder, options, memory)


def _look_at_memory(folder: Path, options: EngineOptions) -> ModelMemory | None:
    """Return what a model takes. ModelError where that is not there; where it will be tight, say so."""
    from aigc.engine.machine import machine_memory
    from aigc.engine.memory import memory_of

    memory, machine = memory_of(folder, options), machine_memory()
    if memory is not None:
        memory.refuse(folder.name, machine)
        if memory.crowded(machine):
            LOG.warning(CROWDED, folder.name)
    return memory


def _wait_politely() -> None:
    """Tell torch's threads, before there are any, to spin for a moment while they wait and then sleep.

    Beside other busy programs endless spinning costs far more than it gains: twentyfold for three of us on two cores.
    Sleeping at once costs a quarter of the speed, since a step has thousands of short waits (`tests/bench/LOG.md`).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # turns, some tens of microseconds


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Let Python's search for circular garbage rest. While torch is imported it goes through everything again and again
    and finds next to nothing: a sixth of a second until the first token (`tests/bench/LOG.md`)."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Write a fast-loading folder (weights, tokenizer, chat template) from one GGUF file, about as large as that.

    Weights keep their own numbers. Where there are no kernels for them they become floats of 16 bits; a warning is
    logged before anything is written, which says why and how much that takes.

    Raises ModelError for a file that is not GGUF or holds an architecture that transformers cannot read. `folder` may
    be left half-written then; whoever calls gives a scratch folder and renames it.
    """
    _wait_politely()
    from aigc.engine.gguf.convert import write_folder_from_gguf

    write_folder_from_gguf(Path(gguf), Path(folder))
