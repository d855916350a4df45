"""The group and its outermost frame: help, names, plugins' commands, and what an import may pull in."""

from __future__ import annotations

import errno
import io
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
from aigc.cli import main
from aigc.cli.group import BUILT_IN, Commands
from aigc.plugs.hookspecs import hookimpl

Run = Callable[..., Any]
HEAVY = (
    "torch",
    "transformers",
    "pydantic",
    "llguidance",
    "rich",
    "numpy",
    "openpyxl",
    "rapidfuzz",
    "jsonschema",
    "jinja2",
    "yaml",
)


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
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    stdout, stderr = sys.stdout, sys.stderr
    monkeypatch.setattr(sys, "stdout", Closed())
    try:
        ran = aigc("types")
    finally:
        sys.stdout, sys.stderr = stdout, stderr
    assert ran.code == 1 and "Error" not in ran.err


def in_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """This runs code in a fresh interpreter that finds this checkout and `folder`."""
    paths = [str(folder), str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_help_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from aigc.cli import main; main(['--help']); print('loaded', *sys.modules)"
    started = time.perf_counter()
    done = in_python(code, tmp_path)
    print(f"aigc --help took {time.perf_counter() - started:.3f} s")
    said, _, loaded = done.stdout.rpartition("loaded ")
    assert "generate" in said
    assert not set(HEAVY) & {name.partition(".")[0] for name in loaded.split()}
    assert "aigc_plugins.ads" not in loaded, "bundled plugins add no commands, so help need not import them"


def test_looking_never_imports_torch(shop: Any) -> None:
    lines = ["types"], ["show", "shop/slogan", "--prompt"], ["plugins"], ["models", "list"], ["doctor"]
    slogan = (shop.folder / "templates/shop/slogan.yaml").read_text()
    shop.write("templates/shop/slogan.yaml", slogan.replace("no_digits", "limits").replace("[lines]", "[csv]"))
    shop.write("templates/shop/advert.yaml", "aigc: 1\n")  # one that does not load
    code = f"""
import sys
from aigc.cli import main
for argv in [*{lines!r}, ["batch", "shop/slogan", "sample", "--dry-run", "-m", "gpt2"]]:
    print("code", main(argv))
print("loaded", *sys.modules)
"""
    done = in_python(code, shop.folder)
    said, _, loaded = done.stdout.rpartition("loaded ")
    assert not {"torch", "transformers", "rich"} & {name.partition(".")[0] for name in loaded.split()}
    assert said.count("code 0") == 5 and said.count("code 1") == 1 and "2 rows: 2 valid" in said, (
        done.stdout + done.stderr
    )


def test_a_dry_run_counts_with_the_models_tokenizer_and_never_imports_torch(shop: Any) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocab = {char: at for at, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    (shop.folder / "gpt").mkdir()
    tokenizer.save(str(shop.folder / "gpt/tokenizer.json"))
    shop.write("gpt/config.json", '{"model_type": "llama", "max_position_embeddings": 512}')
    shop.write("gpt/model.safetensors", "")
    shop.write("job.yaml", "type: seo/meta\nbriefs: sample\nmatrix: {variants: 2}\nmodel: gpt\n")
    code = "import sys; from aigc.cli import main; print(main(['batch', 'job.yaml', '--dry-run'])); print(*sys.modules)"
    done = in_python(code, shop.folder)
    *said, loaded = done.stdout.splitlines()
    assert "Forecast: " in done.stdout and "estimated" not in done.stdout and said[-1] in "01", done.stderr
    modules = {name.partition(".")[0] for name in loaded.split()}
    assert "tokenizers" in modules and not {"torch", "transformers", "rich"} & modules  # numpy tells languages


PLUGIN = """
from aigc.plugs.hookspecs import hookimpl
print("imported {name}")
{hook}
"""
HOOK = """
@hookimpl
def aigc_commands(cli):
    @cli.command("wave")
    def wave():
        \"\"\"Wave.\"\"\"
        print("waved")
"""


def test_help_imports_only_plugins_that_name_the_hook(tmp_path: Path) -> None:
    about = tmp_path / "waving-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: waving\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[aigc]\nwaving = waving\nstill = still\n")
    (tmp_path / "waving.py").write_text(PLUGIN.format(name="waving", hook=HOOK))
    (tmp_path / "still.py").write_text(PLUGIN.format(name="still", hook=""))
    shown = in_python("from aigc.cli import main; main(['--help'])", tmp_path)
    assert "imported waving" in shown.stderr and "imported" not in shown.stdout, "what plugins print is no answer"
    assert "imported still" not in shown.stderr and "Wave." in shown.stdout
    ran = in_python("from aigc.cli import main; main(['wave'])", tmp_path)
    assert "imported still" in ran.stderr and ran.stdout.endswith("waved\n")


def test_python_dash_m(tmp_path: Path) -> None:
    code = "import runpy, sys; sys.argv = ['aigc', 'nothing']; runpy.run_module('aigc', run_name='__main__')"
    done = in_python(code, tmp_path)
    assert done.returncode == 2 and done.stderr.startswith("Error: no command named 'nothing'")


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory"), RuntimeError("can't start new thread")]
)
def test_short_memory_is_told_in_a_line_with_what_to_do(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: Any, **named: Any) -> Any:
        raise error

    monkeypatch.setattr(Commands, "main", fails)
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    assert main([]) == 3
    assert told.getvalue().startswith("Error: memory is short; close other programs") and "ulimit -v" in told.getvalue()
    assert len(told.getvalue().splitlines()) == 1
