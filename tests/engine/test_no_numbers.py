"""A model whose weights are no numbers writes nothing, whatever is asked of it and whoever computes: it says why."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, open_engine
from aigc.engine.scoring import NO_NUMBERS
from aigc.types import Grammar

GRAMMARS = (
    None,
    Grammar(kind="regex", source="[ab]{3}"),
    Grammar(kind="json", source='{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}'),
)


@pytest.fixture(params=["gpt2", "qwen2", "gemma3"])
def numberless(
    request: pytest.FixtureRequest, tiny_folder: Callable[..., Path], tmp_path: Path
) -> Iterator[Callable[..., Any]]:
    """Open a tiny model all of whose weights are `number`."""
    import torch
    from safetensors.torch import load_file, save_file

    opened = []

    def open_(number: float = math.nan, **options: Any) -> Any:
        folder = tmp_path / f"model-{len(opened)}"
        shutil.copytree(tiny_folder(request.param), folder)
        weights = {name: torch.full_like(one, number) for name, one in load_file(folder / "model.safetensors").items()}
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        opened.append(open_engine(folder, EngineOptions(device="cpu", **options)))
        return opened[-1]

    yield open_
    for engine in opened:
        engine.close()


@pytest.mark.parametrize("grammar", GRAMMARS, ids=["free", "regex", "json"])
@pytest.mark.parametrize("sampling", [{}, {"temperature": 0.7, "n": 3, "top_p": 0.9, "seed": 1, "logprobs": 2}])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_it_writes_nothing(
    numberless: Callable[..., Any], asking: Any, running: Any, grammar: Grammar | None, sampling: Any, number: float
) -> None:
    request = asking("1", "A word.", grammar=grammar, **sampling)
    done = running(numberless(number), [request])
    assert len(done) == request.sampling.n
    for one in done.values():
        assert (one.finish_reason, one.error) == ("error", NO_NUMBERS)
        assert one.mean_logprob is None or math.isfinite(one.mean_logprob)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_in_any_format(numberless: Callable[..., Any], asking: Any, running: Any, dtype: str) -> None:
    (one,) = running(numberless(dtype=dtype), [asking("1", "A word.")]).values()
    assert one.error == NO_NUMBERS


def test_nothing_is_how_likely_a_text_is(numberless: Callable[..., Any], asking: Any) -> None:
    engine = numberless()
    try:
        (told,) = engine.score([(asking("1", "A word."), "Yes.")])
    except Exception as error:
        assert NO_NUMBERS in str(error)
    else:
        assert not any(map(math.isfinite, told.logprobs))
