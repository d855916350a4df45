"""Requests of several adapters in one batch are written as by models whose weights have the adapters added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import EngineError, ModelError, NotFound, UsageError

from .test_adapters import TARGETS, merge, open_model, paths_of, write_adapter

STYLE = "You write short lines for shops. Plain words, one line each. "


def written_alone(engine: Any, model: Any, prompt: Any, tokens: int) -> tuple[int, ...]:
    import torch

    ids = torch.tensor([engine.front.encode(prompt)])
    padding = list(range(engine.vocab, engine.network.vocab))
    out = model.generate(ids, max_new_tokens=tokens, do_sample=False, suppress_tokens=padding or None)
    written = out[0, ids.shape[1] :].tolist()
    return tuple(written[:-1] if written[-1] in engine.ends else written)


@pytest.mark.parametrize("prefix_cache", [True, False])
@pytest.mark.parametrize("kind", TARGETS)
def test_each_request_is_written_under_its_own_adapter(
    kind: str, prefix_cache: bool, tiny_folder: Any, open_tiny: Any, asking: Any, running: Any, tmp_path: Path
) -> None:
    models = {None: open_model(tiny_folder(kind))}
    paths = paths_of(models[None], TARGETS[kind])
    engine = open_tiny(kind, prefix_cache=prefix_cache)
    for number, name in enumerate(("ads", "lessons")):
        models[name] = open_model(tiny_folder(kind))
        merge(models[name], write_adapter(tmp_path / name, models[name], paths, seed=number), 2)
        engine.load_adapter(name, tmp_path / name)
    requests = [
        replace(asking(f"{name} {fact}", fact, system=STYLE, max_tokens=10), adapter=name)
        for fact in ("a mug", "a mug with a lid", "boots")
        for name in models
    ]
    done = running(engine, requests)
    expected = {r.id: written_alone(engine, models[r.adapter], r.prompt, 10) for r in requests}
    assert {id: completion.token_ids for (id, _), completion in done.items()} == expected
    assert len(set(expected.values())) > 6, "the adapters change nothing"
    again = running(engine, requests[:2])  # kept prefixes are told apart too
    assert {id: c.token_ids for (id, _), c in again.items()} == {r.id: expected[r.id] for r in requests[:2]}
    assert any(c.usage.cached > 20 for c in again.values()) == prefix_cache


def test_a_name_loaded_again_reads_no_prefix_of_the_old_one(
    tiny_folder: Any, open_tiny: Any, asking: Any, running: Any, tmp_path: Path
) -> None:
    base = open_model(tiny_folder("llama"))
    paths = paths_of(base, TARGETS["llama"])
    engine = open_tiny("llama")
    request = replace(asking("a", "a mug", system=STYLE), adapter="mine")
    texts = []
    for seed in (1, 2):
        write_adapter(tmp_path / str(seed), base, paths, seed=seed)
        engine.load_adapter("mine", tmp_path / str(seed))
        texts.append(running(engine, [request])["a", 0])
        engine.unload_adapter("mine")
    alone = open_tiny("llama", prefix_cache=False)
    alone.load_adapter("mine", tmp_path / "2")
    assert running(alone, [request])["a", 0].token_ids == texts[1].token_ids != texts[0].token_ids


def test_what_cannot_be_used_is_said(
    tiny_folder: Any, open_tiny: Any, asking: Any, running: Any, tmp_path: Path
) -> None:
    engine = open_tiny("llama")
    base = open_model(tiny_folder("llama"))
    write_adapter(tmp_path / "a", base, paths_of(base, TARGETS["llama"]), seed=1)
    done = running(engine, [replace(asking("x", "a mug"), adapter="lesons"), asking("y", "a mug")])
    assert done["x", 0].finish_reason == "error"
    assert done["x", 0].error.startswith("adapter 'lesons' is not loaded")
    assert done["y", 0].text
    with pytest.raises(ModelError, match="no adapter here"):
        engine.load_adapter("b", tmp_path)
    with pytest.raises(NotFound):
        engine.unload_adapter("b")
    engine.load_adapter("a", tmp_path / "a")
    engine.submit(replace(asking("z", "a mug"), adapter="a"))
    with pytest.raises(EngineError, match="still being used"):
        engine.unload_adapter("a")
    running(engine)
    engine.unload_adapter("a")


SLOGAN = """
aigc: 1
name: shop/slogan
summary: A line.
brief: {product: {type: string}}
prompt: slogan.j2
output: {type: string}
sampling: {temperature: 0, max_tokens: 12}
checks: []
"""


def test_a_project_says_which_adapter_writes_a_content_type(tiny_folder: Any, tmp_path: Path) -> None:
    from aigc.project import Project
    from aigc.types import Brief

    folder = tiny_folder("llama")
    base = open_model(folder)
    write_adapter(tmp_path / "lora", base, paths_of(base, TARGETS["llama"]), seed=1)
    (tmp_path / "templates/shop").mkdir(parents=True)
    (tmp_path / "templates/shop/slogan.yaml").write_text(SLOGAN)
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    (tmp_path / "templates/shop/slogan.j2").write_text(task)

    def written(adapters: str) -> tuple[str, str]:
        (tmp_path / "aigc.yaml").write_text(f"model: {folder}\nadapters: {adapters}")
        project = Project.open(tmp_path)
        generator = project.generator()
        pieces = project.pipeline(generator).write(
            project.content_type("shop/slogan"), [Brief(id="1", values={"product": "a mug"})]
        )
        text = str(next(iter(pieces)).fields)
        generator.close()
        return text, project.model_identity("shop/slogan")

    plain, other, adapted = written("{}"), written("{'ads/*': lora}"), written("{'ads/*': lora, 'shop/*': ./lora}")
    assert plain[0] == other[0] != adapted[0]
    assert plain[1] == other[1] != adapted[1]  # nor is anything of other types written again
    with pytest.raises(UsageError, match="nowhere: no adapter here"):
        written("{'seo/*': nowhere}")
