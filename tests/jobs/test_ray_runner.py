"""What holds of a job on Ray without Ray: which cluster is meant, what is refused, what is counted, the last word."""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aigc.cli.options import Overrides
from aigc.errors import UsageError
from aigc.jobs import open_job
from aigc.jobs.ray.assignment import Assignment, packed
from aigc.jobs.ray.author import Author
from aigc.jobs.ray.connection import LAST_WORD, connect
from aigc.jobs.ray.foreman import Share
from aigc.jobs.ray.ray_runner import RayOptions, RayRunner, ray_runner
from aigc.jobs.ray.worker import Block
from aigc.jobs.runner import Task, Took
from aigc.ledger.entry import Finished
from aigc.plugs.extension import generator
from aigc.plugs.hookspecs import hookimpl
from aigc.project import Project
from aigc.settings import Settings
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Provenance

from .conftest import ITEM, TASK, briefs


def test_what_its_workers_count_is_counted_its_start_apart(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results(self: RayRunner, assignment: Assignment, *given: Any) -> Iterator[list[bytes]]:
        assert assignment.settings.keep_lines == "taken", "which lines are kept is decided here"
        time.sleep(0.5)
        for memory in (9, 5):
            took = Took(requests=2, completions=4, read=10, memory=memory)
            yield [pickle.dumps(finished(f"{memory}")), pickle.dumps(Block(took=took, seconds=0.2))]

    module = importlib.import_module("aigc.jobs.ray.ray_runner")  # in aigc.jobs the function has that name
    monkeypatch.setattr(module, "connect", lambda address: lambda: None)
    monkeypatch.setattr(RayRunner, "_share", lambda self, project: Share(workers=1, cpus=1, gpus=0))
    monkeypatch.setattr(RayRunner, "_results", results)
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})
    content_type, runner = project.content_type("shop/item"), RayRunner(RayOptions())
    heard: list[str] = []
    project.registry.add(Observer(heard), "observer")
    with open_job(project, content_type, tmp_path / "out") as job:
        task = Task(
            project=project,
            content_type=content_type,
            briefs=iter(briefs(["a", "b"])),
            ledger=job.ledger,
            stopping=lambda: False,
            keep_lines="taken",
        )
        written = [one.artifact.id for one in runner.write(task)]
    assert written == ["9", "5"] and heard == [], "the job tells, once it is recorded"
    took = runner.took
    assert (took.requests, took.completions, took.read, took.memory) == (4, 8, 20, 9)
    assert 0.3 <= took.starting < 0.5


class Observer:
    """This is a plugin that hears of pieces."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    @hookimpl
    def aigc_artifact(self, artifact: Artifact) -> None:
        self._heard.append(artifact.id)


def finished(name: str) -> Finished:
    made = Provenance(content_type="shop/item", version=1)
    brief = Brief(id=name, values={"product": name})
    return Finished(artifact=Artifact(id=name, status="accepted", fields={}, brief=brief, provenance=made))


def test_a_worker_tells_no_plugin_of_its_pieces(make_project: Callable[..., Project]) -> None:
    heard: list[str] = []
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})
    project.registry.add(Observer(heard), "observer")
    content_type = project.content_type("shop/item")
    author = Author(packed(project, content_type))
    author._opened = (project, content_type)
    author._generator = ScriptedGenerator(["Buy a"])
    assert [one.artifact.status for one in author.block([(briefs(["a"])[0], {})])] == ["accepted"]
    assert heard == []
    author.close()


@pytest.mark.parametrize(("end", "code", "said"), [("os._exit(1)", 1, f"{LAST_WORD}\n"), ("dismiss()", 0, "")])
def test_a_process_that_ends_at_once_has_a_last_word(end: str, code: int, said: str) -> None:
    work = f"import os; from aigc.jobs.ray.connection import witnessed; dismiss = witnessed(); {end}"
    process = subprocess.run([sys.executable, "-c", work], stderr=subprocess.PIPE, text=True)
    assert (process.returncode, process.stderr) == (code, said)


@pytest.mark.parametrize("refusals", [0, 1, 2])
def test_a_head_that_gives_up_on_a_client_is_asked_once_more(refusals: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def init(where: str, **given: object) -> None:
        asked.append(where)
        if len(asked) <= refusals:
            raise ConnectionAbortedError(
                "Initialization failure from server:\nTraceback\n  …\nRuntimeError: too slow.\n"
            )

    ray = SimpleNamespace(is_initialized=lambda: False, init=init, shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", ray)
    if refusals > 1:
        with pytest.raises(UsageError, match="no cluster at ray://head:10001: RuntimeError: too slow; RAY_AUTH_MODE"):
            connect("head:10001")
    else:
        connect("head:10001")()
    assert asked == ["ray://head:10001"] * min(refusals + 1, 2)


def test_without_ray_it_says_what_to_install(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"--on ray needs Ray; pip install 'aigc\[ray\]'"):
        ray_runner(make_project({}, **Overrides(on="ray").options()))
    assert ray_runner(make_project({})) is None


def test_what_keeps_files_in_the_jobs_folder_is_refused_before_anything_starts(
    make_project: Callable[..., Project],
) -> None:
    on, here = (make_project({}, generator="filing", **options) for options in (Overrides(on="ray").options(), {}))
    for project in (on, here):
        project.registry.add(Filing(), "filing")
    with pytest.raises(UsageError, match=r"^ray: filing keeps files in the job's folder, .*; leave out --on ray"):
        ray_runner(on)
    assert ray_runner(here) is None


class Filing:
    """This is a plugin with a generator that keeps files."""

    @hookimpl
    def aigc_generators(self) -> list[object]:
        @generator(name="filing", keeps_files=True)
        def filing(model: str, *, folder: str = "") -> ScriptedGenerator:
            """This writes down what is to be answered."""
            return ScriptedGenerator([])

        return [filing]


@pytest.mark.parametrize(
    ("on", "address"), [("ray", "local"), ("ray://auto", "auto"), ("ray://head:10001", "head:10001")]
)
def test_on_names_a_cluster(on: str, address: str, make_project: Callable[..., Project]) -> None:
    project = make_project({"aigc.yaml": "generator: openai\n"}, **Overrides(on=on).options())
    assert (project.settings.ray, project.settings.generator) == ({"address": address}, "openai")


@pytest.mark.parametrize("on", ["ray:", "ray://", "ray://head", "ray://:10001"])
def test_what_is_no_cluster_is_refused(on: str) -> None:
    with pytest.raises(UsageError, match="is no cluster; ray, ray://auto or ray://host:10001"):
        Overrides(on=on).options()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"worker": 2}, "ray.worker: no such option; did you mean 'workers'?"),
        ({"block": 0}, "ray.block: 0 is not at least 1"),
        ({"cpus": "many"}, "ray.cpus: 'many' is not a number"),
        ({"gpus": -2}, "ray.gpus: -2 is not at least -1"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        RayOptions.of(Settings(ray=options))
    assert str(caught.value) == message


def test_an_address_in_aigc_yaml_may_be_written_as_on_the_command_line() -> None:
    assert RayOptions.of(Settings(ray={"address": "ray://head:10001"})).address == "head:10001"
