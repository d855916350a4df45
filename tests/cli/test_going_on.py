"""What is said to do next works as it is said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from aigc.cli.going_on import as_typed, next_command, opening


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is the program as `.venv/bin/aigc` beside which no other is on the path."""
    program = tmp_path / ".venv" / "bin" / "aigc"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setattr(sys, "argv", [".venv/bin/aigc", "batch"])
    return program


def test_a_program_that_the_shell_does_not_find_is_named_as_it_was_typed(called: Path) -> None:
    assert as_typed("aigc job spring") == ".venv/bin/aigc job spring"
    assert next_command("export", "my job", options=("--to", "csv")) == ".venv/bin/aigc export 'my job' --to csv"


def test_one_that_the_shell_finds_is_named_by_its_name(called: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{called.parent}{os.pathsep}{os.defpath}")
    assert as_typed("aigc job spring") == "aigc job spring"
    other = called.parents[2] / "other"
    other.mkdir()
    (other / "aigc").write_text("#!/bin/sh\n")
    (other / "aigc").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert as_typed("aigc job spring") == ".venv/bin/aigc job spring", "the shell would take another one"


@pytest.mark.parametrize("program", ["aigc", "/usr/lib/python3/aigc/__main__.py", "-c", ""])
def test_called_otherwise_it_goes_by_its_name(called: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(sys, "argv", [program])
    assert as_typed("aigc job spring") == "aigc job spring"


@pytest.mark.parametrize(
    ("platform", "place", "told"),
    [
        ("darwin", "spring/report.html", "open spring/report.html"),
        ("linux", "my job/report.html", "xdg-open 'my job/report.html'"),
        ("win32", "spring/report.html", "start spring/report.html"),
        ("win32", "my job/report.html", 'explorer "my job/report.html"'),
    ],
)
def test_a_file_is_opened_as_the_system_does(
    monkeypatch: pytest.MonkeyPatch, platform: str, place: str, told: str
) -> None:
    monkeypatch.setattr("aigc.cli.going_on.sys.platform", platform)
    monkeypatch.setattr("aigc.cli.going_on.shutil.which", lambda name: f"/bin/{name}")
    assert opening(Path(place)) == told


def test_where_nothing_opens_files_there_is_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.cli.going_on.sys.platform", "linux")
    monkeypatch.setattr("aigc.cli.going_on.shutil.which", lambda name: None)
    assert opening(Path("spring/report.html")) == "spring/report.html"
