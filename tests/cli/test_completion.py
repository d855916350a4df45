"""`aigc completion`: what a shell offers, without importing plugins for a Tab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import completing, main
from aigc.cli.group import BUILT_IN
from aigc.project import Project

Run = Callable[..., Any]
Offered = Callable[..., list[str]]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """This returns what is offered for the last of some words, each with its kind before it where it is not plain."""

    def complete(*words: str) -> list[str]:
        monkeypatch.setenv("_AIGC_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(("aigc", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        capsys.readouterr()
        assert main([]) == 0
        monkeypatch.delenv("_AIGC_COMPLETE")
        return [line.removeprefix("plain,") for line in capsys.readouterr().out.splitlines() if line]

    return complete


def test_commands_types_inputs_formats_and_models_are_offered(shop: Any, offered: Offered) -> None:
    assert offered("gen") == ["generate"]
    assert set(BUILT_IN) | {"greet"} <= set(offered(""))
    assert offered("generate", "shop/s") == ["shop/slogan"]
    assert offered("generate", "shop/slogan", "") == ["product=", "tags=", "language="]
    assert offered("batch", "shop/slogan", "products.csv", "--set", "l") == ["language="]
    assert offered("batch", "shop/slogan", "products.csv", "--to", "") == ["count", "lines"]
    assert "smollm2-135m" in offered("write", "-m", "smol")
    assert offered("generate", "shop/slogan", "--on", "open") == ["openai", "openai-batch"]
    assert offered("generate", "shop/slogan", "-o", "see") == ["seed="]
    assert offered("write", "--in", "z") == ["zh"]
    assert offered("show", "no_") == ["no_digits"]
    assert offered("guide", "check") == ["checks"]
    assert offered("schema", "t") == ["type"]
    assert offered("find", "x", "--type", "shop/a") == ["shop/advert"]


def test_files_and_folders_of_jobs_are_offered(aigc: Run, shop: Any, offered: Offered) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made/spring")
    assert offered("job", "ma") == ["made/spring"]
    assert offered("export", "other") == ["dir,other"]
    assert offered("batch", "shop/slogan", "pro") == ["file,pro"]
    assert offered("batch", "spring.y") == ["file,spring.y"]


def test_plugins_are_asked_once_until_something_changes(
    shop: Any, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    opened = Project.open
    monkeypatch.setattr(Project, "open", lambda *given, **named: asked.append("") or opened(*given, **named))
    for _ in range(3):
        assert offered("types", "") == [] and offered("generate", "shop/s") == ["shop/slogan"]
    assert len(asked) == 1
    shop.write(
        "templates/shop/slim.yaml", (shop.folder / "templates/shop/slogan.yaml").read_text().replace("slogan", "slim")
    )
    shop.write("templates/shop/slim.j2", (shop.folder / "templates/shop/slogan.j2").read_text())
    assert offered("generate", "shop/s") == ["shop/slim", "shop/slogan"]
    assert len(asked) == 2
    (cached,) = (shop.folder.parent / "cache/completion").iterdir()
    cached.write_text("{damaged")
    assert offered("generate", "shop/s") == ["shop/slim", "shop/slogan"]
    assert len(asked) == 3


def test_a_broken_project_offers_nothing_and_shows_no_error(
    shop: Any, offered: Offered, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("aigc.yaml", "sed: 1\n")
    assert offered("generate", "shop/s") == []
    assert offered("gen") == ["generate"]
    assert capsys.readouterr().err == ""


def test_the_script_says_how_to_install_it(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for shell, place in (("zsh", "~/.zshrc"), ("fish", "~/.config/fish")):
        ran = aigc("completion", shell)
        assert ran.code == 0 and place in ran.out.splitlines()[0] and "_AIGC_COMPLETE" in ran.out
        assert aigc("completion", shell, "--json").json["shell"] == shell
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert aigc("completion").out.startswith("# add to ~/.zshrc")
    monkeypatch.setenv("SHELL", "/bin/csh")
    ran = aigc("completion")
    assert ran.code == 2 and "bash, zsh, fish" in ran.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_it(tmp_path: Path) -> None:
    (tmp_path / "aigc").write_text(f'#!/bin/sh\nexec {sys.executable} -m aigc "$@"\n')
    (tmp_path / "aigc").chmod(0o755)
    code = (
        'eval "$(aigc completion bash)"; compopt() { echo "$1 $2"; }; '
        'for words in "generate text/c" "generate text/write instr"; do COMP_WORDS=(aigc $words); '
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _aigc_completion aigc; echo "${COMPREPLY[@]}"; done'
    )
    home = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "AIGC_CACHE": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(["bash", "-c", code], env=home, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["text/continue", "-o nospace", "instruction="]


def test_a_tab_imports_no_plugin_and_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys; from aigc.cli import main; main([]); "
        "print([one for one in ('torch', 'aigc_plugins.text', 'transformers') if one in sys.modules])"
    )
    env = {
        **os.environ,
        "AIGC_CACHE": str(tmp_path),
        "_AIGC_COMPLETE": "bash_complete",
        "COMP_WORDS": "aigc generate t",
    }
    for loaded in ("aigc_plugins.text", "[]"):  # the first time they are asked
        done = subprocess.run(
            [sys.executable, "-c", code], env={**env, "COMP_CWORD": "2"}, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.stdout.startswith("plain,text/continue\nplain,text/write\n")
        assert loaded in done.stdout.splitlines()[-1]


def test_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a plugin's own")

    monkeypatch.setattr(completing, "known", broken)
    assert completing.types(None, None, "x") == []  # type: ignore[arg-type]
