"""Configs name the tokens that end a text, or nonsense: then the tokenizer's own end a text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions, open_engine
from aigc.engine.masks import Grammars
from aigc.engine.token_ids import tokens_in
from aigc.errors import ModelError
from aigc.types import Grammar, Message, Prompt, Request, SamplingParams


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        (5, [5]),
        ([5, 7], [5, 7]),
        (None, []),
        ([], []),
        ([5, float("inf")], [5]),
        ([5, 1e308, -1, None, "x", True], [5]),
        ([[5]], []),
        ({"a": 1}, []),
    ],
)
def test_what_is_no_tokens_number_names_none(given: object, tokens: list[int]) -> None:
    assert tokens_in(given) == tokens


@pytest.fixture
def written(tiny_folder: Callable[..., Path], tmp_path: Path) -> Iterator[Callable[[object], str]]:
    """Write a short word with a model whose config names these ends."""
    opened = []

    def run(ends: object) -> str:
        folder = tmp_path / f"model-{len(opened)}"
        shutil.copytree(tiny_folder("llama"), folder)
        file = folder / "generation_config.json"
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "eos_token_id": ends}), encoding="utf-8")
        engine: Any = open_engine(folder, EngineOptions(device="cpu"))
        opened.append(engine)
        prompt = Prompt(messages=(Message(role="user", content="A word."),))
        grammar = Grammar(kind="regex", source="[ab]{3}")
        engine.submit(Request(id="1", prompt=prompt, grammar=grammar, sampling=SamplingParams(max_tokens=9, seed=1)))
        came: list[Any] = []
        while engine.busy:
            came += engine.step()
        (one,) = came
        assert not one.error
        return str(one.text)

    yield run
    for engine in opened:
        engine.close()


@pytest.mark.parametrize("ends", [[256, 100_000], [2**40], [-1], [256, float("inf")], [[256]]])
def test_a_text_ends_whatever_the_config_says(written: Callable[[object], str], ends: object) -> None:
    assert set(written(ends)) <= {"a", "b"}


def test_a_tokenizer_that_no_grammar_takes_is_told_in_a_sentence(tiny_folder: Callable[..., Path]) -> None:
    tokenizer = (tiny_folder("llama") / "tokenizer.json").read_text("utf-8")
    with pytest.raises(ModelError, match="no text can be held to a form with this tokenizer: EOS token"):
        Grammars(tokenizer, 272, [300])
