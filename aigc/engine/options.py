"""How a model is run: what may be said of it. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from aigc.engine.precision import DTYPES, on_cuda, resolved_dtype
from aigc.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """This is how a model is run. `0` and `auto` let the engine choose.

    `device` is `auto` (cuda where there is one), `cpu`, `cuda` or `cuda:1`. `dtype` says in which numbers it computes;
    weights stay what they are in their file. On a GPU `auto` is bfloat16. On a CPU it is `int8` for the whole-number
    weights of a GGUF, whose activations are rounded to 8 bits in 32 inputs, and `float32` for others; `bfloat16`
    rounds the activations of bfloat16 weights where the processor multiplies such numbers, and widens them elsewhere;
    other floats become bfloat16 or `float16` by torch, while a GGUF's whole numbers are widened. `rows` is how many
    texts are written at once, `threads` how many CPU threads this engine works on, `context` the longest prompt and
    text in tokens.
    `prefix_cache=False` computes every prompt from its first token. `deterministic` keeps what a request gets free
    of its neighbours to the last bit. That is slower, except for Llama, Qwen and Gemma 3 on a CPU with our kernels,
    whose numbers are like that anyway. `interactive` says that urgent requests may come at any time: up to eight rows,
    a quarter of few, are kept for them. While such texts are written beside others, `batch_share` of the time is for
    steps of all rows, the rest for steps of the urgent ones alone; neither changes a text. UsageError for a device or
    dtype of which there is none, and a share that is none.
    """

    device: str = "auto"
    dtype: str = "auto"
    rows: int = 128
    threads: int = 0
    context: int = 0
    prefix_cache: bool = True
    deterministic: bool = False
    interactive: bool = False
    batch_share: float = 0.5

    def __post_init__(self) -> None:
        kind, _, number = self.device.partition(":")
        if kind not in ("auto", "cpu", "cuda") or (number and (kind == "auto" or not number.isdecimal())):
            hint = did_you_mean(kind, ["auto", "cpu", "cuda"])
            raise UsageError(f"engine.device: {self.device!r} is no device", hint=hint)
        if self.dtype not in ("auto", *DTYPES):
            hint = did_you_mean(self.dtype.lower(), ["auto", *DTYPES])
            raise UsageError(f"engine.dtype: {self.dtype!r} is no dtype", hint=hint)
        if not 0 < self.batch_share <= 1:
            raise UsageError(f"engine.batch_share: {self.batch_share:g} is not above 0 and at most 1")

    def numbers(self, *, quantised: bool) -> str:
        """Return the dtype that a model will be run in here, `auto` resolved, without importing torch."""
        return resolved_dtype(self.device, self.dtype, quantised=quantised)

    @property
    def on_cuda(self) -> bool:
        """Say whether a model will run on a GPU here."""
        return on_cuda(self.device.strip())
