"""The house rules that a machine can keep: layers, budgets, names, and what an import may pull in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "aigc").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])
HEAVY = {"torch", "transformers", "llguidance", "pydantic", "openpyxl", "py3langid", "rapidfuzz", "jsonschema", "numpy"}


def test_layers_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_top_level_is_exactly_the_card() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("not a git checkout")
    seen = {line.split("/")[0] for line in listed.splitlines() if not line.startswith(".")}
    assert seen == {"pyproject.toml", "README.md", "LICENSE", "aigc", "plugins", "templates", "tests"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_budgets(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a file has at most 400 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is longer than 60 lines"
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.dump(d) for d in node.decorator_list):
            assert sum(isinstance(one, ast.AnnAssign) for one in node.body) <= 15, f"{node.name} has over 15 fields"
        if isinstance(node, ast.ClassDef):
            methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = {name for name in methods if not name.startswith("_")}
            assert len(public) <= 20, f"{node.name} has over 20 public methods"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_and_state(path: Path) -> None:
    banned = re.compile(r"(^|_)(utils?|helpers?|common|manager|handler|data|info|process)(_|$)|^do_", re.IGNORECASE)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [path.stem, *(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef))]
    assert not [name for name in names if banned.search(name)]
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Global)], "no module-level mutable state"


@pytest.mark.parametrize(
    "module",
    [
        "aigc",
        "aigc.cli",
        "aigc.project",
        "aigc.jobs",
        "aigc.writing.pipeline",
        "aigc.models",
        "aigc.engine",
        "aigc.testing",
    ],
)
def test_import_stays_light(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & {name.partition(".")[0] for name in loaded.split()}


def test_every_public_name_exists() -> None:
    import aigc

    assert aigc.__all__ == sorted(aigc.__all__)
    assert all(getattr(aigc, name) is not None for name in aigc.__all__)


def packages() -> Iterator[str]:
    for init in [*(ROOT / "aigc").rglob("__init__.py"), *(ROOT / "plugins").rglob("__init__.py")]:
        parts = list(init.parent.relative_to(ROOT).parts)
        yield ".".join(["aigc_plugins" if parts[0] == "plugins" else parts[0], *parts[1:]])


def test_every_package_is_installed() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not [name for name in packages() if f'"{name}"' not in declared], "list it under [tool.setuptools] packages"
