"""HOW to generate: a GPT engine on torch and transformers that treats a batch as a plan.

A `Generator` (see `aigc.types`) over any Hugging Face causal LM with an attention interface. Requests are grouped by
common token prefix; a prefix's keys and values are computed once and attended once per step for all its rows; each
request's own part lives in a slot; finished rows are refilled. Grammars (llguidance) are masks in the loop, and
forced tokens are appended without sampling.

To read it: `engine` takes requests and gives completions; `front` turns messages into ids and ids into text,
`grammar` a schema into masks. `loop` is the token loop, over ids only: `plan` says who shares what, `rows` what a
text is on its way, `cache` where keys and values lie, `sampler` which token is next (`filters` leaves the likeliest,
`noise` is what a draw hangs on). On a GPU the loop looks ahead: the next forward runs while the host still sees to
the tokens it was fed. `reference` is the slow specification kept beside it. The model itself is a `network`, of which
there are three kinds, each in a room: `cpu` and `gpu` run Llama, Qwen2 and Qwen3 by our own kernels, without
transformers, which takes seconds to import; `hf` runs all else.

Names: `open_engine(folder, options) -> Engine` (the Generator), `EngineOptions`, `convert_gguf(gguf, folder)`. Does
not know: content types, briefs, checks, catalogues, files other than the model folder. Nothing here is imported until
a model is really used: this file imports no torch.

The same request and seed give the same text, alone, in any batch and order, set back or not, looking ahead or not,
with prefixes or without: the noise is a hash of seed, candidate, position and token, grammars see the row's own text
alone. What company changes is the order of sums in the network, on the same machine with the same threads and
libraries by so much:

    cpu  float32, kernels    nothing: equal bits (room `cpu`: Llama, Qwen2, Qwen3), held by tests
    cpu  float32             the last bits of a logit (1e-5): another text only where two tokens tie; held by tests
    cpu  bfloat16, float16   hundredths of a logit: now and then another token, and then another text
    cuda any                 as on a cpu with that dtype; not measured yet
    deterministic            nothing: equal bits (`hf.steady`), held by tests on a cpu in float32, bfloat16; elsewhere
                             refused at opening if a trial finds a difference
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigc.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from aigc.engine.engine import Engine

__all__ = ["KERNELS", "EngineOptions", "convert_gguf", "open_engine"]

KERNELS = "aigc.engine.cpu._kernels"  # the library built where aigc was installed, if there was a C compiler


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """This is how a model is run. `0` and `auto` let the engine choose.

    `device` is `auto` (cuda where there is one), `cpu`, `cuda` or `cuda:1`; `dtype` is `auto` (bfloat16 on cuda,
    float32 on cpu), `float32`, `bfloat16` or `float16`. `rows` is how many texts are written at once, `threads` how
    many CPU threads work, in all of the process, `context` the longest prompt and text in tokens.
    `prefix_cache=False` computes every prompt from its first token. `deterministic` keeps what a request gets free
    of its neighbours to the last bit. That is slower, except for Llama and Qwen in float32 on a CPU with our
    kernels, whose numbers are like that anyway.
    """

    device: str = "auto"
    dtype: str = "auto"
    rows: int = 128
    threads: int = 0
    context: int = 0
    prefix_cache: bool = True
    deterministic: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> EngineOptions:
        """This reads options as written on a command line or in YAML, such as `{"device": "cpu", "rows": "32"}`."""
        defaults = cls()
        known = {field.name: getattr(defaults, field.name) for field in fields(cls)}
        read: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise UsageError(f"engine.{name}: no such option", hint=did_you_mean(name, known))
            read[name] = _as_type(f"engine.{name}", value, type(known[name]))
        if read.get("rows", 1) < 1:
            raise UsageError(f"engine.rows: {read['rows']} is not at least 1")
        return cls(**read)


def _as_type(where: str, value: Any, kind: type) -> Any:
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    text = str(value).strip()
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() not in words:
            raise UsageError(f"{where}: {text!r} is neither true nor false")
        return words[text.lower()]
    if kind is int:
        if not text.isdecimal():
            raise UsageError(f"{where}: {text!r} is not a whole number")
        return int(text)
    return text


def open_engine(folder: Path, options: EngineOptions = EngineOptions()) -> Engine:
    """This loads the model in `folder` (safetensors, config and tokenizer) and is ready to write.

    Raises ModelError, one sentence, for a folder that holds no usable causal LM and for a device that is not there.
    """
    _wait_politely()
    from aigc.engine.engine import open_model_folder

    return open_model_folder(Path(folder), options)


def _wait_politely() -> None:
    """This tells torch's threads, before there are any, to spin for a moment while they wait and then sleep.

    Beside other busy programs endless spinning costs far more than it gains: twentyfold for three of us on two cores.
    Sleeping at once costs a quarter of the speed, since a step has thousands of short waits (`tests/bench/LOG.md`).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # turns, some tens of microseconds


def convert_gguf(gguf: Path, folder: Path) -> None:
    """This writes a fast-loading folder (safetensors, tokenizer, chat template) from one GGUF file.

    Beside the floats, for every device, stand the file's own whole numbers where our kernels can multiply by them.

    Raises ModelError for a file that is not GGUF or holds an architecture that transformers cannot read. `folder` may
    be left half-written then; whoever calls gives a scratch folder and renames it.
    """
    _wait_politely()
    from aigc.engine.convert import write_folder_from_gguf

    write_folder_from_gguf(Path(gguf), Path(folder))
