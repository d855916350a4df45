"""AIGC_DISABLE_PLUGINS leaves plugins out; AIGC_TRACE_PLUGINS tells of each call of a hook."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aigc import hookimpl
from aigc.cli import main
from aigc.plugs import tracing
from aigc.plugs.left_out import unknown
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.types import Artifact

RULES = """from aigc import hookimpl
@hookimpl
def aigc_environment(environment):
    environment.filters["shout"] = shout
def shout(text):
    "Return it louder."
    return text.upper()
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """This runs a command in a project with a plugin of its own."""
    (tmp_path / "aigc.yaml").write_text("plugins: [rules.py]\ndisabled: [claims]\n", encoding="utf-8")
    (tmp_path / "rules.py").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def ran(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(argv)
        return (code, *capsys.readouterr())

    return ran


def states(out: str) -> dict[str, tuple[str, str | None]]:
    return {one["name"]: (one["state"], one["left_out_by"]) for one in json.loads(out)}


def test_what_is_left_out_is_listed_with_who_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIGC_DISABLE_PLUGINS", "lessons, rules.py,lesson")
    code, out, err = run("plugins", "--json")
    found = states(out)
    assert code == 0 and found["ads"] == ("loaded", None)
    assert found["lessons"] == found["rules.py"] == ("left out", "AIGC_DISABLE_PLUGINS")
    assert found["claims"] == ("left out", "`disabled` in aigc.yaml")
    assert err == "AIGC_DISABLE_PLUGINS: no plugin named 'lesson'; did you mean 'lessons'?\n"
    assert "left out by AIGC_DISABLE_PLUGINS" in run("plugins")[1]
    assert "lessons/" not in run("types")[1]


def test_all_are_those_that_did_not_come_with_aigc(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = json.loads(run("plugins", "--json")[1])
    (own,) = [one for one in listed if one["name"] == "rules.py"]
    assert (own["state"], own["declares"], own["version"]) == ("loaded", ["filter shout"], None)
    monkeypatch.setenv("AIGC_DISABLE_PLUGINS", "all")
    found = states(run("plugins", "--json")[1])
    assert found["rules.py"] == ("left out", "AIGC_DISABLE_PLUGINS") and found["ads"] == ("loaded", None)
    assert "shout" not in Project.open().environment.filters
    assert unknown(found) == []


def test_a_filter_is_listed_with_what_it_does(run: Run) -> None:
    assert "filter shout  Return it louder." in run("plugins")[1]


def test_each_call_of_a_hook_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("plugins")[2] == ""
    monkeypatch.setenv("AIGC_TRACE_PLUGINS", "1")
    code, _, err = run("plugins", "--json")
    assert code == 0
    lines = err.splitlines()
    assert any(line.startswith("DEBUG: plugin 'rules.py': aigc_environment(environment=Templ") for line in lines)
    assert any("'lessons': aigc_postprocessors() → [postprocessor 'answer_first', " in line for line in lines)
    assert all(line.endswith(" ms") for line in lines) and all(len(line) < 400 for line in lines)
    monkeypatch.setenv("AIGC_TRACE_PLUGINS", "0")
    assert run("plugins")[2] == ""


def test_a_call_that_breaks_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    def breaks(artifact: Artifact) -> None:
        raise ZeroDivisionError

    module: Any = ModuleType("shop")
    module.aigc_artifact = hookimpl(breaks)
    registry = Registry()
    registry.add(module, "shop")
    with caplog.at_level(logging.DEBUG, tracing.log.name):
        registry.notify("aigc_artifact", artifact="a" * 500)
    told = next(one.getMessage() for one in caplog.records if one.name == tracing.log.name)
    assert told.startswith("plugin 'shop': aigc_artifact(artifact='aaa") and " broke, " in told and len(told) < 150
