"""A model that does not fit into memory is refused before anything of it is fetched, converted or opened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc import Gpt, Project
from aigc.engine.machine import MachineMemory
from aigc.errors import ModelError
from aigc.generating import Source
from aigc.generating.fitting import largest_that_fits, memory_catalogued, memory_known
from aigc.jobs import Forecaster
from aigc.jobs.forecast import check_model
from aigc.models import Catalogue, Weights
from aigc.testing import ScriptedGenerator

GB = 1_000_000_000
tell = Gpt(device="cpu").memory


@pytest.fixture(autouse=True)
def nothing_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """This leaves so many gigabytes of a machine."""

    def left(gigabytes: float) -> None:
        machine = MachineMemory(whole=int(gigabytes * GB), free=int(gigabytes * GB))
        monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: machine)

    return left


@pytest.fixture
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: pytest.fail("it was fetched"))


def test_refused_in_one_sentence_with_the_largest_that_fits(
    make_project: Callable[..., Project], within: Callable[[float], None], nothing_is_fetched: None
) -> None:
    project = make_project({}, model="qwen3-8b", **{"engine.device": "cpu"})
    within(5)
    for refused in (project.generator, project.source.check_memory, lambda: check_model(project)):
        with pytest.raises(ModelError) as caught:
            refused()
        error = caught.value
        assert error.message.startswith("'qwen3-8b' does not fit into memory: it needs 17.2 GB, 16.4 GB of that for")
        assert error.message.endswith("and 5.0 GB are all there is")
        assert error.hint == "the largest of the catalogue that fits is 'qwen3-1.7b': -m qwen3-1.7b"


def test_where_nothing_of_the_catalogue_fits_none_is_named(
    make_project: Callable[..., Project], within: Callable[[float], None], nothing_is_fetched: None
) -> None:
    within(0.3)
    with pytest.raises(ModelError) as caught:
        make_project({}, **{"engine.device": "cpu"}).generator()
    assert "smollm2-135m" in caught.value.message and caught.value.hint.startswith("end other programs")


def test_what_fits_is_opened(
    make_project: Callable[..., Project], within: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    within(18)
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: Weights(name="x", folder=Path("there")))
    opened: list[object] = []

    def open_engine(folder: Path, options: Any) -> ScriptedGenerator:
        opened.append((folder, options.device))
        return ScriptedGenerator([])

    monkeypatch.setattr("aigc.engine.open_engine", open_engine)
    project = make_project({}, model="qwen3-8b", **{"engine.device": "cpu"})
    project.generator()
    assert opened == [(Path("there"), "cpu")]
    within(5)
    with pytest.raises(ModelError):
        project.generator()


@pytest.mark.parametrize(
    ("gigabytes", "name"), [(0.3, ""), (0.6, "smollm2-135m"), (1.7, "qwen2.5-0.5b"), (9, "qwen3-4b"), (64, "qwen3-8b")]
)
def test_the_largest_that_fits(gigabytes: float, name: str) -> None:
    machine = MachineMemory(whole=int(gigabytes * GB), free=int(gigabytes * GB))
    assert largest_that_fits(machine, tell) == name


def test_gated_models_and_those_that_only_continue_text_come_last(tmp_path: Path) -> None:
    models = {one.name: one for one in Catalogue.load()}
    machine = MachineMemory(whole=int(1.4 * GB), free=int(1.4 * GB))
    for names, expected in ((("gpt2",), ""), (("gpt2", "gemma-3-270m"), "gemma-3-270m")):
        catalogue = Catalogue(default=names[0], models=tuple(models[name] for name in names))
        assert largest_that_fits(machine, tell, catalogue) == expected
    both = Catalogue(default="gpt2", models=(models["smollm2-135m"], models["gemma-3-270m"]))
    assert largest_that_fits(machine, tell, both) == "smollm2-135m"


def test_what_is_here_is_told_from_its_files(tmp_path: Path) -> None:
    model = Catalogue.load().get("smollm2-135m")
    catalogued = memory_known(Weights(name="smollm2-135m", model=model), tell)
    assert catalogued == memory_catalogued(model, tell) and catalogued is not None
    assert catalogued.mapped == 96_576_768, "as large as they will be in panels"
    (tmp_path / "config.json").write_text(json.dumps({**model.config, "num_hidden_layers": 15}))
    (tmp_path / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    assert memory_known(Weights(name="mine", folder=tmp_path, model=model), tell) is None, "its weights are missing"
    assert memory_known(Weights(name="nobody/knows"), tell) is None


def test_of_another_generator_nothing_is_told(make_project: Callable[..., Project]) -> None:
    project = make_project({}, generator="openai", **{"engine.base_url": "http://localhost:1/v1"})
    assert project.source.memory() is None
    project.source.check_memory()


LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 40}}
sampling: {max_tokens: 20}
candidates: 2
"""
TASK = "{% extends 'base.j2' %}{% block system %}Be brief.{% endblock %}{% block task %}{{ product }}{% endblock %}"


def test_the_forecast_tells_what_so_many_texts_take(
    make_project: Callable[..., Project], within: Callable[[float], None]
) -> None:
    from aigc.content.languages import told_by_words
    from aigc.engine.memory import TELLING, held_tokens
    from aigc.types import Brief

    files = {"templates/shop/line.yaml": LINE, "templates/shop/line.j2": TASK}
    project = make_project(files, **{"engine.device": "cpu"})
    within(24)
    model = project.source.memory()
    assert model is not None

    def forecast(briefs: int) -> Any:
        forecaster = Forecaster(project, project.content_type("shop/line"))
        for number in range(briefs):
            forecaster.add(Brief(id=str(number), values={"product": "mug " * 30}))
        return forecaster.forecast()

    one, ten, many = forecast(1), forecast(10), forecast(1000)
    own, head = 30, one.longest_prompt - 30
    unused = 0 if told_by_words() else TELLING  # other tests of this process may have told a language
    assert one.memory == model.total(2, held_tokens(own, 11), head) - unused
    assert ten.memory == model.total(20, held_tokens(own, 11), head) - unused
    assert many.memory == model.total(128, held_tokens(own, 11, 2000 / 128), head) - unused, "by and by slots are full"
    within(0.8)
    assert model.total(1) < forecast(1000).memory < 0.85 * GB < many.memory
