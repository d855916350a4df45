"""What is known of the model that writes, and which one of the catalogue is to be taken instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.engine.machine import MachineMemory
from aigc.generating.abilities import abilities, model_for
from aigc.project import Project

Make = Callable[..., Project]
TINY = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 1000}


def test_the_catalogue_knows_its_models(make_project: Make) -> None:
    known = abilities(make_project({}, model="qwen2.5-1.5b").source)
    assert known.parameters == 1_540_000_000 and known.knows("zh") and not known.knows("nl")
    assert abilities(make_project({}, model="Qwen/Qwen3-4B").source).parameters == 4_020_000_000


def test_parameters_of_other_weights_are_counted_and_their_languages_taken_to_be_all(
    make_project: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    config = {**TINY, "num_attention_heads": 4, "tie_word_embeddings": True}
    (folder / "config.json").write_text(json.dumps(config))
    for name in ("model.safetensors", "tokenizer.json"):
        (folder / name).write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    known = abilities(make_project({}, model=str(folder)).source)
    assert known.parameters == 2 * (4 * 64 * 64 + 3 * 64 * 128) + 1000 * 64
    assert known.languages is None and known.knows("xx")


def test_of_a_model_that_runs_elsewhere_nothing_is_known(make_project: Make) -> None:
    known = abilities(make_project({}, model="smollm2-135m", generator="openai").source)
    assert (known.parameters, known.languages) == (0, None)
    assert abilities(make_project({}, model="no/such-model").source).parameters == 0


def test_the_smallest_that_has_all_and_fits_is_named(make_project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_project({}, **{"engine.device": "cpu"}).source
    monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: MachineMemory(whole=16 << 30, free=0))
    assert model_for(source, 0, "zh") == "qwen2.5-0.5b"
    assert model_for(source, 10**9) == "qwen2.5-1.5b", "gemma-3-1b asks for its licence to be accepted"
    assert model_for(source, 0, "nl") == "gemma-3-4b", "no other is free for anybody"
    assert model_for(source, 10**12) == model_for(source, 0, "xx") == ""
    monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: MachineMemory(whole=1 << 30, free=1 << 30))
    assert model_for(source, 10**9) == ""


def test_an_adapter_may_have_taught_any_language(make_project: Make) -> None:
    files = {
        "aigc.yaml": "adapters: {shop/*: lora}\n",
        "templates/shop/line.yaml": "aigc: 1\nname: shop/line\nsummary: A line.\nbrief: {product: {type: string}}\n"
        "prompt: line.j2\noutput: {type: string}\n",
        "templates/shop/line.j2": "{{ product }}",
    }
    project = make_project(files)
    assert project.folder is not None
    line: ContentType = project.content_type("shop/line")
    assert project.fitness(line).model.knows("de")
    (project.folder / "aigc.yaml").write_text("")
    assert not Project.open(project.folder, registry=project.registry).fitness(line).model.knows("de")
