"""What is sent to a worker makes the same content type there, wherever its files lay."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.errors import JobError
from aigc.jobs.ray.assignment import as_there, packed, unpacked
from aigc.plugs.extension import generator
from aigc.plugs.hookspecs import hookimpl
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief

from .conftest import ITEM

FILES = {
    "templates/shop/item.yaml": ITEM,
    "templates/shop/item.j2": "{% extends 'house/frame.j2' %}{% block task %}{{ product }}{% endblock %}",
    "templates/house/frame.j2": "{% extends 'base.j2' %}{% block system %}{% include 'tone.j2' %}{% endblock %}",
    "templates/tone.j2": "Be kind.",
}


def asked(project: Project, name: str) -> list[str]:
    """This is what the model is asked for a brief."""
    generator = ScriptedGenerator(["Buy"])
    (artifact,) = project.pipeline(generator).write(
        project.content_type(name), [Brief(id="1", values={"product": "x"})]
    )
    assert artifact.status == "accepted"
    return [turn.content for turn in generator.requests[0].prompt.messages]


@pytest.mark.parametrize("name", ["shop/item", "other/shop/item.yaml"])
def test_a_content_type_of_files_is_sent_with_its_templates(
    name: str, make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FILES | {"templates/shop/item.yaml": ITEM + "reads: [words.txt]\n", "templates/shop/words.txt": "red"}
    elsewhere = {path.replace("templates", "other"): text for path, text in files.items()}
    project = make_project(files | elsewhere, seed="7")
    monkeypatch.chdir(tmp_path)
    sent = pickle.loads(pickle.dumps(packed(project, project.content_type(name))))
    there, content_type = unpacked(sent, tmp_path / "there")
    assert content_type.digest == project.content_type(name).digest and there.settings.seed == 7
    assert asked(there, str(content_type.file)) == asked(project, name) == ["Be kind.", "x"]
    said = as_there(f"{content_type.file}:3: wrong", sent, tmp_path / "there")
    assert said == f"{project.content_type(name).file}:3: wrong"


def test_a_worker_with_other_templates_is_refused(make_project: Callable[..., Project], tmp_path: Path) -> None:
    project = make_project(FILES)
    sent = packed(project, project.content_type("shop/item"))
    changed = replace(sent, files={**sent.files, "shop/item.j2": sent.files["shop/item.j2"] + b"!"})
    with pytest.raises(JobError, match="a worker has another version of 'shop/item' or of its templates; install"):
        unpacked(changed, tmp_path / "there")


def test_a_model_in_a_folder_is_sent_with_its_whole_path(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("smollm2-135m").mkdir()

    def model(name: str, **options: str) -> str:
        project = make_project(FILES, model=name, **options)
        project.registry.add(Remote(), "elsewhere")
        return packed(project, project.content_type("shop/item")).model

    assert model("mine") == str(tmp_path / "mine")
    assert model("smollm2-135m") == "smollm2-135m", "a name of the catalogue is one"
    assert model("mine", generator="remote") == "mine", "and so is what another server is told"


def test_adapters_are_sent_with_their_whole_paths(make_project: Callable[..., Project], tmp_path: Path) -> None:
    project = make_project(FILES | {"aigc.yaml": 'adapters: {"shop/*": lora/shop}\n'})
    assert packed(project, project.content_type("shop/item")).settings.adapters == {
        "shop/*": str(tmp_path / "lora/shop")
    }


class Remote:
    """This is a plugin with a generator that takes a name."""

    @hookimpl
    def aigc_generators(self) -> list[object]:
        return [remote]


@generator(name="remote")
def remote(model: str) -> ScriptedGenerator:
    """This writes elsewhere."""
    return ScriptedGenerator([])


def test_a_worker_writes_in_the_voice_that_the_driver_chose(make_project: Callable[..., Project]) -> None:
    voices = "voices: {copy: {needs: {parameters: 1b}}, facts: {}}\nprompt:"
    project = make_project(FILES | {"templates/shop/item.yaml": ITEM.replace("prompt:", voices, 1)})
    sent = packed(project, project.content_type("shop/item"))
    assert sent.settings.voice == "facts", "whatever a worker knows of the model"
