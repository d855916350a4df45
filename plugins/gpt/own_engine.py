"""Our own engine: a GPT on this machine, which writes where nobody says who is to.

aigc batch ads/google-search products.csv --out spring -m qwen3-1.7b -o engine.device=cuda
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from aigc import Gpt, Range, generator
from aigc.types import Generator, Json


def named(model: str, options: Mapping[str, Json], *, quantised: bool) -> str:
    """Name the model, and the numbers it is run in unless they are float32: no other option changes a text."""
    device, dtype = (str(options.get(name, "auto")) for name in ("device", "dtype"))
    numbers = Gpt(device=device, dtype=dtype).numbers(quantised=quantised)
    return model if numbers == "float32" else f"{model} {numbers}"


def taken(place: Any, options: Mapping[str, Any]) -> object:
    """Tell what the model takes in memory."""
    return Gpt(**options).memory(place)


def served(adapter: Path, config: Mapping[str, Any] | None, model: str) -> None:
    """Refuse an adapter that the engine cannot serve."""
    Gpt().check_adapter(adapter, config, model)


@generator(name="gpt", weights=True, default=True, identity=named, memory=taken, serves=served)
def gpt(
    model: str,
    *,
    device: str = "auto",
    dtype: str = "auto",
    rows: Annotated[int, Range(1)] = 128,
    threads: Annotated[int, Range(0)] = 0,
    context: Annotated[int, Range(0)] = 0,
    prefix_cache: bool = True,
    deterministic: bool = False,
    interactive: bool = False,
    batch_share: Annotated[float, Range(0, 1, above=True)] = 0.5,
    adapters: list[str] | None = None,
) -> Generator:
    """Our own engine: a GPT on this machine, on a GPU or a CPU.

    `device` is auto (cuda where there is one), cpu, cuda or cuda:1; `dtype` is auto (bfloat16 on cuda; on a cpu int8
    for a GGUF, float32 for other weights), float32, int8, bfloat16 or float16. `rows` is how many texts are written
    at once, `threads` how many CPU threads work, `context` the longest prompt and text in tokens; 0 lets the engine
    choose. `prefix_cache=false` computes every prompt from its first token. `deterministic` keeps a text free of its
    neighbours to the last bit, which is slower. `interactive` keeps up to eight rows for urgent requests; while such
    texts are written beside others, `batch_share` of the time is for steps of all rows, the rest for urgent ones alone.
    """
    engine = Gpt(
        device=device,
        dtype=dtype,
        rows=rows,
        threads=threads,
        context=context,
        prefix_cache=prefix_cache,
        deterministic=deterministic,
        interactive=interactive,
        batch_share=batch_share,
    )
    return engine.open(Path(model), map(Path, adapters or ()))
