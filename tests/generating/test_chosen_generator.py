"""How a project comes by a generator of a plugin: chosen by name, its options checked, work keyed by what matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aigc import Project, generator, hookimpl
from aigc.cli.options import Overrides, open_project
from aigc.errors import NotFound, PluginError, UsageError
from aigc.generating import Source
from aigc.testing import ScriptedGenerator

Opened = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def opened() -> Opened:
    """Return what generators were opened with, as (model, options)."""
    return []


@pytest.fixture
def chosen(make_project: Callable[..., Project], opened: Opened) -> Callable[..., Project]:
    """Open a project whose plugin declares the generators `remote` (name) and `local` (weights)."""

    @generator(name="remote", neutral=("speed",), keeps_files=True)
    def remote(model: str, *, place: str = "", speed: int = 1, folder: str = "") -> ScriptedGenerator:
        """Write elsewhere."""
        opened.append((model, {"place": place, "speed": speed, "folder": folder}))
        return ScriptedGenerator([])

    @generator(name="local", weights=True)
    def local(model: str) -> ScriptedGenerator:
        """Write with weights on disk."""
        opened.append((model, {}))
        return ScriptedGenerator([])

    class Plugin:
        @hookimpl
        def aigc_generators(self) -> list[object]:
            return [remote, local]

    def project(text: str, **options: str) -> Project:
        made = make_project({"aigc.yaml": text}, **options)
        made.registry.add(Plugin(), "elsewhere")
        return made

    return project


def test_the_named_generator_is_opened_with_its_options(chosen: Callable[..., Project], opened: Opened) -> None:
    chosen("generator: remote\nmodel: big\nengine: {place: here, speed: 3}\n").generator()
    assert opened == [("big", {"place": "here", "speed": 3, "folder": ""})]


def test_an_option_it_does_not_have_is_refused(chosen: Callable[..., Project], opened: Opened) -> None:
    with pytest.raises(UsageError, match=r"engine\.threads: no such option; known: folder, place, speed"):
        chosen("generator: remote\nengine: {threads: 2}\n").generator()
    with pytest.raises(NotFound, match="no generator named 'remot'; did you mean 'remote'"):
        chosen("generator: remot\n").generator()
    assert not opened


@pytest.mark.parametrize(
    ("name", "option", "message"),
    [
        ("openai", "concurrency=0", "engine.concurrency: 0 is not at least 1"),
        ("openai", "requests_per_minute=-1", "engine.requests_per_minute: -1 is not at least 0"),
        ("openai", "timeout=0", "engine.timeout: 0 is not above 0"),
        ("openai", "server=vlm", "engine.server: 'vlm' is not one of 'any', 'openai', 'vllm', 'vllm-guided'"),
        ("openai-batch", "requests_per_file=50001", "engine.requests_per_file: 50001 is not from 1 to 50000"),
        ("openai-batch", "attempts=0", "engine.attempts: 0 is not from 1 to 100"),
        ("vllm", "max_num_seqs=-1", "engine.max_num_seqs: -1 is not at least 0"),
        ("vllm", "adapters=here", "engine.adapters: no such option; known: dtype, enforce_eager"),
        ("remote", "speed=fast", "engine.speed: 'fast' is not a whole number"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_opened(
    chosen: Callable[..., Project], name: str, option: str, message: str
) -> None:
    key, _, value = option.partition("=")
    with pytest.raises(UsageError) as caught:
        chosen("", generator=name, **{f"engine.{key}": value}).source.check()
    assert str(caught.value).startswith(message)


def test_one_that_keeps_files_says_so() -> None:
    def filing(model: str, *, folder: str = "") -> ScriptedGenerator:
        """Write down what is to be answered."""
        return ScriptedGenerator([])

    with pytest.raises(
        PluginError, match=r"its option 'folder' is the folder that is written into; .* keeps_files=True"
    ):
        generator(name="filing")(filing)
    assert not Source(extension=generator(name="filing", keeps_files=True)(filing), model="m").may_run_on_cluster


def test_another_generator_on_the_command_line_leaves_the_first_ones_options_behind(
    chosen: Callable[..., Project], opened: Opened
) -> None:
    text = "engine: {threads: 2}\n"
    chosen(text, **{"generator": "remote", "engine.place": "there"}).generator()
    assert opened == [("smollm2-135m", {"place": "there", "speed": 1, "folder": ""})]
    assert chosen(text, generator="gpt").settings.engine == {"threads": 2}


def test_it_is_told_the_folder_that_is_written_into(
    chosen: Callable[..., Project], opened: Opened, tmp_path: Path
) -> None:
    project = chosen("generator: remote\n")
    project.out = tmp_path / "job"
    project.generator()
    assert opened[0][1]["folder"] == str(tmp_path / "job")


def test_weights_are_found_for_one_that_loads_them(
    chosen: Callable[..., Project], opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Source, "weights", lambda self, progress=None: SimpleNamespace(folder=tmp_path / "weights"))
    chosen("generator: local\nmodel: smollm2-135m\n").generator()
    assert opened == [(str(tmp_path / "weights"), {})]


def test_finished_work_is_kept_when_only_the_speed_changes(chosen: Callable[..., Project]) -> None:
    def identity(**options: str) -> str:
        return chosen("generator: remote\nmodel: big\nengine: {place: here}\n", **options).model_identity("shop/line")

    assert identity() == identity(**{"engine.speed": "9"})
    assert len({identity(), identity(**{"engine.place": "there"}), identity(model="small")}) == 3


def test_the_digest_of_weights_is_part_of_the_identity(
    chosen: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = chosen("generator: local\n")
    monkeypatch.setattr("aigc.models.resolve", lambda name: SimpleNamespace(digest="one"))
    first = project.model_identity("shop/line")
    monkeypatch.setattr("aigc.models.resolve", lambda name: SimpleNamespace(digest="two"))
    assert first != project.model_identity("shop/line")


def test_the_command_line_names_generator_and_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "aigc.yaml").write_text("engine: {threads: 2}\n", encoding="utf-8")
    overrides = Overrides(on="openai", base_url="http://localhost:8000/v1", settings=(("engine.concurrency", "4"),))
    project = open_project(tmp_path, overrides, out=tmp_path / "job")
    assert "--on openai: asks for 'smollm2-135m', our own default; -m NAME asks for another" in capsys.readouterr().err
    open_project(tmp_path, replace(overrides, model="gpt"))
    open_project(tmp_path, overrides, laid={"model": ("smollm2-135m", "job.yaml:1")})
    assert capsys.readouterr().err == ""
    assert project.settings.generator == "openai"
    assert project.settings.engine == {"base_url": "http://localhost:8000/v1", "concurrency": 4}
    assert project.out == tmp_path / "job"
