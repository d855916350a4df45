"""Our own engine as a source: chosen where nobody is named, its options read and handed to the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aigc import Project
from aigc.engine import EngineOptions
from aigc.errors import ModelError, UsageError
from aigc.generating import Source
from aigc_plugins.gpt.own_engine import gpt


class Engine:
    """This is what was opened and loaded, in place of an engine."""

    def __init__(self) -> None:
        self.opened: list[tuple[Path, EngineOptions]] = []
        self.adapters: list[tuple[str, Path]] = []

    def open(self, folder: Path, options: EngineOptions) -> Engine:
        self.opened.append((folder, options))
        return self

    def load_adapter(self, name: str, folder: Path) -> None:
        self.adapters.append((name, folder))

    capacity = 1
    submit = step = cancel = close = load_adapter


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr("aigc.engine.open_engine", made.open)
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: SimpleNamespace(folder=Path("weights")))
    return made


def test_its_options_are_those_of_the_engine() -> None:
    declared = {option.name: option.default for option in gpt.options if option.name != "adapters"}
    assert declared == {one.name: one.default for one in fields(EngineOptions)}
    assert gpt.default and gpt.weights and not gpt.keeps_files


def test_a_project_opens_it_where_nobody_is_named(
    engine: Engine, make_project: Callable[..., Project], write_lora: Callable[..., None], tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / "b"
    for folder in (other, tmp_path / "lora"):
        write_lora(folder)
    adapters = f"adapters: {{'shop/*': lora, 'ads/*': lora, 'seo/*': {other}}}\n"
    text = f"engine: {{device: cpu, rows: '8', prefix_cache: no}}\n{adapters}"
    project = make_project({"aigc.yaml": text}, **{"engine.threads": "2"})
    assert project.source.name == "gpt" and project.source.may_run_on_cluster
    project.generator()
    assert engine.opened == [(Path("weights"), EngineOptions(device="cpu", rows=8, prefix_cache=False, threads=2))]
    lora = str(Path(str(project.folder)) / "lora")
    assert engine.adapters == [(lora, Path(lora)), (str(other), other)]
    assert (project.adapter("shop/line"), project.adapter("text/continue")) == (lora, None)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("devise=cpu", "engine.devise: no such option; did you mean 'device'?"),
        ("rows=many", "engine.rows: 'many' is not a whole number"),
        ("rows=0", "engine.rows: 0 is not at least 1"),
        ("threads=-1", "engine.threads: -1 is not at least 0"),
        ("prefix_cache=maybe", "engine.prefix_cache: 'maybe' is neither true nor false"),
        ("adapters=here", "engine.adapters: no such option; known: batch_share, context, deterministic, device"),
        ("fresh=true", "engine.fresh: no such option"),
        ("dtype=int9", "engine.dtype: 'int9' is no dtype; did you mean 'int8'?"),
        ("device=gpu", "engine.device: 'gpu' is no device"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_fetched_or_opened(
    engine: Engine, make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch, option: str, message: str
) -> None:
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: pytest.fail("it was fetched"))
    name, _, value = option.partition("=")
    source = make_project({}, **{f"engine.{name}": value}).source
    for refused in (source.check, source.open):
        with pytest.raises(UsageError) as caught:
            refused()
        assert str(caught.value).startswith(message)
    assert not engine.opened


@pytest.mark.parametrize(
    ("outputs", "config", "message"),
    [
        (
            576,
            {"use_dora": True},
            "adapter_config.json: this adapter needs use_dora=True, which this engine cannot run",
        ),
        (
            640,
            {},
            "is (640, 576) in the adapter, but (576, 576) in the model 'smollm2-135m'; it was trained on 'another'",
        ),
    ],
)
def test_an_adapter_that_cannot_be_served_is_refused_before_anything_is_fetched_or_opened(
    engine: Engine,
    make_project: Callable[..., Project],
    write_lora: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outputs: int,
    config: dict[str, Any],
    message: str,
) -> None:
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: pytest.fail("it was fetched"))
    write_lora(tmp_path / "lora", outputs, **config)
    source = make_project({"aigc.yaml": "\nadapters: {'shop/*': lora}\n"}).source
    for refused in (source.check, source.open):
        with pytest.raises(ModelError) as caught:
            refused()
        assert str(caught.value).startswith(f"{tmp_path / 'aigc.yaml'}:2: adapters.shop/*: {tmp_path / 'lora'}")
        assert str(caught.value).endswith(message)
    assert not engine.opened


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "m 1"),
        ({"rows": 4, "threads": 2, "context": 9}, "m 1"),
        ({"dtype": "bfloat16"}, "m 1 bfloat16 widened"),
        ({"device": "cuda:1"}, "m 1 bfloat16"),
        ({"device": "cuda", "dtype": "float32"}, "m 1"),
    ],
)
def test_finished_work_is_known_by_weights_and_numbers(
    options: dict[str, Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.engine.precision.has_cuda", lambda: False)
    monkeypatch.setattr("aigc.engine.precision.multiplies_bfloat16", lambda: False)
    monkeypatch.setattr("aigc.engine.precision.load_library", object)
    known = {"digest": "1", "folder": None, "gguf": None}
    monkeypatch.setattr("aigc.models.resolve", lambda name: SimpleNamespace(quantised=False, **known))
    source = Source(extension=gpt, model="m", options=options)
    assert source.identity("shop/line") == named
    monkeypatch.setattr("aigc.models.resolve", lambda name: SimpleNamespace(quantised=True, **known))
    whole = "dtype" not in options and "device" not in options  # on a CPU, unless told otherwise
    assert source.identity("shop/line") == (f"{named} int8" if whole else named)
