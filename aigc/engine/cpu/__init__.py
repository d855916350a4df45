"""HOW a Llama, Qwen2, Qwen3 or Gemma 3 runs on an x86-64 CPU: by a library of our own in C.

A step of the model is a list of operations (`program`) that one call runs (`step.c`), products in `multiply.c`,
attention in `attend.c`, all shared among threads piece by piece (`team.c`); `sample.c` is for the sampler. Weights lie
in panels the way they are read (`linear`, `kernels`), in the numbers that a file has them in (`formats`); a GGUF's
stand in one file of panels (`panel_file`), and `plain` says what they stand for. Keys lie the way they are scored, 16
tokens together. A row's numbers depend, to the bit, on nothing else in the step. The library is built during the
install; without it, or on another CPU, the room `hf` runs everything.

Names: `open_decoder(folder, options) -> Decoder | None` (a Network), `kernels(threads) -> Kernels | None`, `Panels`,
`PackedLinear`. Knows: checkpoints, tensors in the CPU's memory. Does not know: texts, requests.
"""

from __future__ import annotations

from typing import Literal, get_args

Family = Literal["llama", "qwen2", "qwen3", "gemma3_text"]  # of models that the kernels run
FAMILIES = get_args(Family)
# The libraries built where aigc was installed, if there was a C compiler: the first that runs here is taken.
KERNELS = tuple(f"aigc.engine.cpu._kernels_{isa}" for isa in ("vnni", "avx512", "avx2"))
