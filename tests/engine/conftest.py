from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Completion, Delta, Grammar, Message, Prompt, Request, SamplingParams

KINDS = ("gpt2", "llama", "qwen3", "gemma3")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    from aigc.testing.tiny import tiny_gpt

    made: dict[tuple[str, bool], Path] = {}

    def folder(kind: str, chat: bool = True) -> Path:
        if (kind, chat) not in made:
            made[kind, chat] = tiny_gpt(kind, tmp_path_factory.mktemp(kind), chat=chat)  # type: ignore[arg-type]
        return made[kind, chat]

    return folder


@pytest.fixture
def open_tiny(tiny_folder: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    from aigc.engine import EngineOptions, open_engine

    engines = []

    def opened(kind: str = "llama", chat: bool = True, **options: Any) -> Any:
        engine = open_engine(tiny_folder(kind, chat), EngineOptions(device="cpu", **options))
        engines.append(engine)
        return engine

    yield opened
    for engine in engines:
        engine.close()


def ask(
    id: str, text: str, *, system: str = "", grammar: Grammar | None = None, stream: bool = False, **sampling: Any
) -> Request:
    """A request of one user message; greedy and 24 tokens unless told otherwise."""
    params = SamplingParams(**{"temperature": 0.0, "max_tokens": 24, **sampling})
    messages = [Message(role="system", content=system)] if system else []
    messages.append(Message(role="user", content=text))
    return Request(id=id, prompt=Prompt(messages=tuple(messages)), sampling=params, grammar=grammar, stream=stream)


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
