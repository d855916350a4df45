"""The group and its outermost frame: help, names, plugins' commands, and what an import may pull in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import aigc as package
from aigc.cli.group import BUILT_IN, Commands
from aigc.hookspecs import hookimpl

Run = Callable[..., Any]
HEAVY = ("torch", "transformers", "pydantic", "llguidance", "rich", "numpy", "openpyxl", "rapidfuzz", "jsonschema")


def test_help_names_every_command_and_those_of_plugins(aigc: Run) -> None:
    ran = aigc("--help")
    assert ran.code == 0
    assert all(f"  {name}" in ran.out for name in BUILT_IN)
    assert "Commands of plugins" in ran.out and "greet" in ran.out and "Say hello." in ran.out


def test_a_command_of_a_plugin_runs(aigc: Run) -> None:
    ran = aigc("greet", "bees")
    assert (ran.code, ran.out) == (0, "hello bees\n")


def test_a_disabled_plugin_offers_no_command(aigc: Run, shop: Any) -> None:
    shop.write("aigc.yaml", "disabled: [shop]\n")
    assert "greet" not in aigc("--help").out
    assert aigc("greet", "bees").code == 2


def test_a_plugin_cannot_take_a_name(aigc: Run, shop: Any) -> None:
    class Taker:
        @hookimpl
        def aigc_commands(self, cli: click.Group) -> None:
            cli.add_command(click.Command("batch"))

    shop.plugins["taker"] = Taker()
    ran = aigc("--help")
    assert ran.code == 0 and "greet" in ran.out
    assert "plugin 'taker' failed to load, see `aigc plugins`" in ran.out
    assert aigc("batch", "--help").code == 0


def test_help_survives_a_broken_project(aigc: Run, shop: Any) -> None:
    shop.write("aigc.yaml", "modle: x\n")
    ran = aigc("--help")
    assert ran.code == 0 and "generate" in ran.out and "did you mean 'model'?" in " ".join(ran.out.split())


def test_a_misspelt_command(aigc: Run) -> None:
    ran = aigc("genrate", "x")
    assert ran.code == 2
    assert ran.err == "Error: no command named 'genrate'; did you mean 'generate'?; see `aigc --help`\n"


def test_no_command_shows_help_and_is_misuse(aigc: Run) -> None:
    for argv in ((), ("models",)):
        ran = aigc(*argv)
        assert ran.code == 2 and ran.err.startswith("Usage: aigc")


def test_version(aigc: Run) -> None:
    ran = aigc("--version")
    assert ran.code == 0 and ran.out.startswith("aigc ")


def commands() -> list[click.Command]:
    found: list[click.Command] = []
    for name in BUILT_IN:
        command = import_module(f"aigc.cli.{name}").command
        found += [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    return found


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.name))
def test_every_command_explains_itself(command: click.Command) -> None:
    context = click.Context(command, info_name=command.name)
    shown = command.get_help(context)
    assert "Examples:\n  aigc " in shown.replace("\n    ", "\n  ")
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    if not isinstance(command, click.Group):
        assert {"--json", "--debug"} <= {name for option in command.params for name in option.opts}


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_summary_in_help_is_the_commands_own(name: str) -> None:
    command = Commands().get_command(click.Context(Commands()), name)
    assert command is not None and (command.help or "").partition("\n")[0] == BUILT_IN[name]


def test_a_closed_pipe_is_quiet(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*args: object, **options: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("aigc.cli.types.click.echo", closed)
    stdout, stderr = sys.stdout, sys.stderr
    try:
        ran = aigc("types")
    finally:
        sys.stdout, sys.stderr = stdout, stderr
    assert ran.code == 1 and "Error" not in ran.err


def test_help_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
from aigc.cli import main
main(["--help"])
print("heavy:", *(name for name in {HEAVY!r} if name in sys.modules))
"""
    paths = [str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    print(f"aigc --help took {time.perf_counter() - started:.3f} s")
    assert "generate" in done.stdout and done.stdout.splitlines()[-1] == "heavy:"


def test_python_dash_m(tmp_path: Path) -> None:
    paths = [str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(
        [sys.executable, "-m", "aigc", "nothing"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith("Error: no command named 'nothing'")
