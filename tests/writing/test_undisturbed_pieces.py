"""What a plugin's function does to the process that all share is no other piece's loss, and ends no job."""

from __future__ import annotations

import builtins
import io
import locale
import logging
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc import check, exporter, postprocessor
from aigc.bounds.undisturbed import undisturbed
from aigc.bounds.watchdog import Watched
from aigc.jobs.exporting import written_by
from aigc.plugs.extension import Extension
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Draft
from aigc.writing.sheet import Setup

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
%s: [odd]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
LOG = logging.getLogger("aigc")


def disable_all() -> None:
    logging.disable(logging.CRITICAL)
    LOG.disabled = logging.getLogger("aigc.writing.session").disabled = True


def forget_the_environment() -> None:
    os.environ["HOME"] = "/nowhere"
    os.environ["AIGC_MADE_UP"] = "1"
    del os.environ["PATH"]


ACTS: dict[str, Callable[[], object]] = {
    "folder": lambda: os.chdir("/"),
    "mask": lambda: os.umask(0o777),
    "interrupt": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    "watchdog": lambda: [signal.signal(one, signal.SIG_IGN) for one in (signal.SIGURG, signal.SIGVTALRM)],
    "beats": lambda: signal.setitimer(signal.ITIMER_VIRTUAL, 0),
    "alarm": lambda: signal.getitimer(signal.ITIMER_REAL)[0] or signal.alarm(1),
    "locale": lambda: locale.setlocale(
        locale.LC_ALL, "C.UTF-8" if "UTF" not in locale.setlocale(locale.LC_ALL) else "C"
    ),
    "stack": lambda: sys.setrecursionlimit(60),
    "chance": lambda: random.seed(7),
    "environment": forget_the_environment,
    "warnings": lambda: warnings.simplefilter("error"),
    "no warnings": warnings.resetwarnings,
    "log": disable_all,
    "stdout": lambda: setattr(sys, "stdout", None),
    "stderr": lambda: setattr(sys, "stderr", io.StringIO()),
    "names": lambda: vars(builtins).update(sorted=None, open=None),
    "modules": lambda: sys.modules.clear(),
}


def shared() -> tuple[object, ...]:
    mask = os.umask(0o022)
    os.umask(mask)
    hearers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGURG, signal.SIGVTALRM)]
    log = LOG.disabled, logging.getLogger("aigc.writing.session").disabled, logging.root.manager.disable
    streams, modules = (sys.stdin, sys.stdout, sys.stderr), len(sys.modules)
    place = Path.cwd(), mask, locale.setlocale(locale.LC_ALL), sys.getrecursionlimit(), modules
    return *place, hearers, log, streams, dict(os.environ), list(warnings.filters), vars(builtins).copy()


@pytest.fixture(autouse=True)
def as_before() -> Any:
    """Have the other tests undisturbed where these fail."""
    with undisturbed():
        yield


def written(project: Project) -> dict[str, Artifact]:
    generator = ScriptedGenerator(lambda request, index: "A line.")
    briefs = [Brief(id=name, values={"product": name}) for name in ("mug", "jug", "cup")]
    return {one.id: one for one in project.pipeline(generator).write(project.content_type("shop/line"), briefs)}


@pytest.fixture
def pieces(make_project: Callable[..., Project]) -> Callable[[Extension], dict[str, Artifact]]:
    def write(extension: Extension) -> dict[str, Artifact]:
        line = "checks" if extension.kind == "check" else "postprocess"
        project = make_project({"templates/shop/line.yaml": LINE % line, "templates/shop/line.j2": TASK})
        project.registry._extensions[extension.kind, "odd"] = (extension, "test")
        written(project)  # what is read and imported once
        before = shared()
        found = written(project)
        assert shared() == before
        return found

    return write


@pytest.mark.parametrize("act", ACTS)
def test_a_check_disturbs_no_other_piece(act: str, pieces: Any) -> None:
    @check(name="odd")
    def odd(draft: Draft) -> list[str]:
        """Do as the test says."""
        if draft.brief.id == "jug":
            ACTS[act]()
        return []

    found = pieces(odd)
    assert [found[name].status for name in ("mug", "cup")] == ["accepted", "accepted"]


@pytest.mark.parametrize("act", ACTS)
def test_a_post_processor_disturbs_no_other_piece(act: str, pieces: Any) -> None:
    @postprocessor(name="odd")
    def odd(draft: Draft) -> Draft:
        """Do as the test says."""
        if draft.brief.id == "jug":
            ACTS[act]()
        return draft

    found = pieces(odd)
    assert [found[name].status for name in ("mug", "cup")] == ["accepted", "accepted"]


@pytest.mark.parametrize("act", ACTS)
def test_an_exporter_disturbs_nobody(act: str, tmp_path: Path) -> None:
    @exporter(name="odd", suffixes=(".x",))
    def odd(artifacts: Any, folder: Path) -> list[Path]:
        """Do as the test says."""
        (folder / "all.x").write_text("x")
        ACTS[act]()
        return [folder / "all.x"]

    with Watched("to begin with", 60), undisturbed():
        pass
    before = shared()
    written_by(odd.bind({}, "test"), [], tmp_path, 60)
    assert shared() == before


def test_ours_alone_is_not_watched_and_a_plugins_filter_is(make_project: Callable[..., Project]) -> None:
    def shout(text: str) -> str:
        ACTS["folder"]()
        return text.upper()

    ours = LINE.replace("%s: [odd]", "checks: [limits, no_placeholder]")
    task = TASK.replace("product }}", "product | upper | trim_to(chars=20) }}")
    project = make_project({"templates/shop/line.yaml": ours, "templates/shop/line.j2": task})
    made = project.content_type("shop/line")
    assert not Setup(content_type=made, environment=project.environment).others_work
    project.environment.filters["upper"] = shout
    assert Setup(content_type=made, environment=project.environment).others_work
    before = Path.cwd()
    assert len(written(project)) == 3 and Path.cwd() == before


def test_no_alarm_of_a_plugin_rings_later() -> None:
    before = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        with undisturbed():
            signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0), "else it ends this process"
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_what_is_added_is_left_to_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_LIBRARY", raising=False)
    with warnings.catch_warnings():
        with undisturbed():
            os.environ["SOME_LIBRARY"] = "1"
            warnings.filterwarnings("ignore", message="of some library")
        assert os.environ.pop("SOME_LIBRARY") == "1"
        assert warnings.filters[0][0] == "ignore"
