from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Completion, Delta, Grammar, Message, Prompt, Request, SamplingParams

FAMILIES = ("gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma3")
VARIANTS = ("tied", "padded", "ends")  # of each family, beside the plain one
MANY_ENDS = [256, 258, *range(1, 250, 4)]  # end tokens of the variant `ends`: most texts end early


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    from aigc.testing.tiny import tiny_gpt

    made: dict[tuple[str, bool, str], Path] = {}

    def folder(kind: str, chat: bool = True, variant: str = "") -> Path:
        if (kind, chat, variant) not in made:
            new = tmp_path_factory.mktemp(f"{kind}{variant}")
            if variant:
                _write_variant(folder(kind, chat), new, variant)
            else:
                tiny_gpt(kind, new, chat=chat)  # type: ignore[arg-type]
            made[kind, chat, variant] = new
        return made[kind, chat, variant]

    return folder


def _write_variant(plain: Path, folder: Path, variant: str) -> None:
    """This changes a tiny model as models differ: a tied head, loud padding, or many end tokens."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(plain, folder, dirs_exist_ok=True)
    weights = load_file(folder / "model.safetensors")
    if variant == "tied":
        del weights["lm_head.weight"]
        _change_json(folder / "config.json", tie_word_embeddings=True)
    elif variant == "padded":  # rows no token has, whose logits are mostly the largest
        weights["lm_head.weight"][259:] *= 8
    else:
        assert variant == "ends", variant
        _change_json(folder / "generation_config.json", eos_token_id=MANY_ENDS)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _change_json(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


@pytest.fixture
def open_tiny(tiny_folder: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    from aigc.engine import EngineOptions, open_engine

    engines = []

    def opened(kind: str = "llama", chat: bool = True, variant: str = "", **options: Any) -> Any:
        folder = tiny_folder(kind, chat, variant)
        engine: Any = open_engine(folder, EngineOptions(device="cpu", **options))
        engine.folder = folder  # for the reference, which loads it again
        engines.append(engine)
        return engine

    yield opened
    for engine in engines:
        engine.close()


def ask(
    id: str,
    text: str,
    *,
    system: str = "",
    grammar: Grammar | None = None,
    stream: bool = False,
    urgent: bool = False,
    **sampling: Any,
) -> Request:
    """A request of one user message; greedy and 24 tokens unless told otherwise."""
    params = SamplingParams(**{"temperature": 0.0, "max_tokens": 24, **sampling})
    messages = [Message(role="system", content=system)] if system else []
    messages.append(Message(role="user", content=text))
    return Request(
        id=id, prompt=Prompt(messages=tuple(messages)), sampling=params, grammar=grammar, stream=stream, urgent=urgent
    )


def run_all(engine: Any, requests: Sequence[Request] = ()) -> dict[tuple[str, int], Completion]:
    """Everything the engine has in hand, by (request, candidate); integrity is checked after every step."""
    for request in requests:
        engine.submit(request)
    done: dict[tuple[str, int], Completion] = {}
    for _ in range(2000):
        results = engine.step()
        engine.check_integrity()
        for result in results:
            if not isinstance(result, Delta):
                assert (result.request_id, result.index) not in done
                done[result.request_id, result.index] = result
        if not results and not engine.busy:
            return done
    raise AssertionError("the engine never came to rest")


@pytest.fixture
def asking() -> Callable[..., Request]:
    return ask


@pytest.fixture
def running() -> Callable[..., dict[tuple[str, int], Completion]]:
    return run_all
