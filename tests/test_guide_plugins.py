"""What the guide shows of plugins, of their tests and of what is public is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import aigc
from aigc.cli import main
from aigc.testing import assert_content_type, open_project

GUIDE = Path(aigc.__file__).parent / "guide"


def blocks(page: str, language: str) -> list[str]:
    """This is every block of a page in a language."""
    text = (GUIDE / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_a_quarantined_plugin_and_a_trace_are_told_as_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listing, trace = blocks("plugins.md", "text")
    monkeypatch.chdir(tmp_path)
    main(["new", "project", "shop"])
    folder = tmp_path / "shop"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AIGC_TRACE_PLUGINS", "1")
    main(["types"])
    told = re.sub(r"[\d.]+ ms", "T ms", capsys.readouterr().err)
    assert re.sub(r"[\d.]+ ms", "T ms", trace.splitlines()[0]) in told
    monkeypatch.delenv("AIGC_TRACE_PLUGINS")
    rules = folder / "rules.py"
    rules.write_text(rules.read_text(encoding="utf-8").replace("def aigc_checks", "def aigc_chekcs"), encoding="utf-8")
    main(["plugins"])
    assert listing.replace("/home/me/shop", str(folder)) in capsys.readouterr().out


STAGED = """aigc: 1
name: jobs/advert
summary: A job advert.
brief:
  title: {type: string}
  place: {type: string}
  tasks: {type: array, items: {type: string}}
"""


def test_the_stages_of_the_guide_are_put_together(tmp_path: Path) -> None:
    (block,) = [one for one in blocks("formats.md", "yaml") if one.startswith("stages:")]
    duty = "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}"
    files = {"templates/jobs/advert.yaml": STAGED + block, "templates/jobs/duty.j2": duty}
    assert_content_type("jobs/advert", open_project(tmp_path, files, only=["rules", "text"]))


def in_pytest(folder: Path, *options: str) -> str:
    """This runs the tests of a folder, and returns what pytest prints where they pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "aigc.testing.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_of_the_guide_pass(tmp_path: Path) -> None:
    for block in blocks("testing.md", "python"):
        (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
    scripted = "from aigc.testing import ScriptedGenerator\n"
    recorded = tmp_path / "test_recorded.py"  # a model is not there; what records stands in for it, once
    text = recorded.read_text(encoding="utf-8")
    recorded.write_text(scripted + text.replace("project.generator)", "lambda: ScriptedGenerator(['Packs small']))"))
    in_pytest(tmp_path, "--aigc-record", "--aigc-update-goldens", "test_recorded.py")
    assert '"text": "Packs small"' in (tmp_path / "goldens" / "tent.json").read_text()
    recorded.write_text(text, encoding="utf-8")
    assert "6 passed" in in_pytest(tmp_path)
