"""Texts in one tree cost what each costs alone, and teach what each teaches alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from aigc.learner.losses import by_text, surprise
from aigc.learner.packing_tree import packed_tree, tree_texts
from aigc.learner.steps_plan import tree_tokens
from aigc.learner.target import Target
from aigc.learner.tree_attention import set_tree_attention

FAMILIES = ("gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma3")
SYSTEM = tuple(range(40, 65))  # longer than the tiny models' windows


def answer(seed: int, length: int) -> tuple[int, ...]:
    drawn = random.Random(seed)
    return tuple(drawn.randrange(3, 250) for _ in range(length))


def target(prompt: tuple[int, ...], *words: tuple[int, ...], **more: Any) -> Target:
    return Target(ids=tuple(token for word in (prompt, *words) for token in word), begin=len(prompt), **more)


FIRST, SECOND = SYSTEM + answer(1, 6), SYSTEM + answer(2, 9)
TREES = {
    "one text": [target(SYSTEM, answer(3, 5))],
    "one prompt": [target(FIRST, answer(seed, 4 + seed)) for seed in range(3)],
    "prompts that begin alike": [
        target(FIRST, answer(3, 5)),
        target(SECOND, answer(4, 7)),
        target(FIRST, answer(5, 2)),
    ],
    "answers that begin alike": [target(FIRST, answer(3, 4), answer(seed, 3)) for seed in range(5, 8)],
    "nothing alike": [target(answer(6, 8), answer(7, 3)), target(answer(8, 3), answer(9, 8))],
    "rows of one length": [Target(ids=(start, *answer(start, 11)), begin=1) for start in (7, 8, 9)],
    "long rows of one length": [Target(ids=(start, *answer(start, 24)), begin=1) for start in (7, 8)],  # than a window
    "identical": [target(FIRST, answer(3, 5)), target(SECOND, answer(3, 5)), target(FIRST, answer(3, 5))],
    "one in another": [target(FIRST, answer(3, 5)), target(FIRST, answer(3, 5), answer(4, 3))],
    "the whole text is foretold": [Target(ids=FIRST, begin=1), Target(ids=SECOND, begin=1)],
    "pairs": [
        target(FIRST, answer(3, 5), rejected=FIRST + answer(4, 6)),
        target(SECOND, answer(5, 5), rejected=SECOND + answer(6, 4)),
    ],
}


def load(folder: Path) -> Any:
    from aigc.engine.hf.model import load_model

    return load_model(folder, torch.device("cpu"), torch.float32)


def alone(model: Any, ids: tuple[int, ...], begin: int) -> torch.Tensor:
    """What a text costs as a row by itself, in the model's own attention."""
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, begin - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(ids[begin:]), reduction="sum")


def gradients(model: Any) -> dict[str, torch.Tensor]:
    found = {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}
    model.zero_grad()
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", TREES)
def test_a_tree_costs_and_teaches_what_its_texts_do_alone(
    family: str, name: str, tiny_folder: Callable[[str], Path]
) -> None:
    model = load(tiny_folder(family))
    model.train(False)
    texts = tree_texts(TREES[name])
    costs = [alone(model, text.ids, text.begin) for text in texts]
    sum(costs, torch.zeros(())).backward()
    expected = gradients(model)

    set_tree_attention(model)
    tree = packed_tree(texts)
    found = by_text(surprise(model, tree), tree)
    found.sum().backward()
    assert torch.allclose(found, torch.stack(costs), rtol=1e-4, atol=1e-4)
    assert len(tree.ids) == tree_tokens(TREES[name])
    for key, gradient in gradients(model).items():
        assert torch.allclose(gradient, expected[key], rtol=1e-3, atol=1e-5 * float(expected[key].abs().max())), key


def test_rows_of_one_length_that_share_nothing_are_attended_to_apart() -> None:
    assert packed_tree(tree_texts(TREES["rows of one length"])).apart == 11
    for name in ("one prompt", "answers that begin alike", "identical", "pairs"):
        assert packed_tree(tree_texts(TREES[name])).apart == 0, name


def test_what_texts_share_is_there_once() -> None:
    texts = tree_texts(TREES["answers that begin alike"])
    tree = packed_tree(texts)
    assert len(tree.ids) == len(FIRST) + 4 + 3 * 2  # the last ids are only foretold
    assert len(tree.kept) == 1 + 4 + 3 * 2  # the end of the prompt and what comes after it
    assert sorted(tree.texts.tolist()) == [0] * 7 + [1] * 7 + [2] * 7  # labels are not shared
    assert tree.depths.tolist()[: len(FIRST)] == list(range(len(FIRST)))
    assert [int(row.sum()) for row in tree.sees] == [depth + 1 for depth in tree.depths.tolist()]
