"""What has one place stays in it: nobody but its plugin knows a generator's name, one reader reads all options, and one
module of the command line prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "aigc").rglob("*.py"))
OWN = re.compile(r"(?<![\w-])gpt(?![\w-])")
PRINTED = re.compile(r"click\.(?:echo|secho|style|echo_via_pager)\(|(?<![\w.])print\(|stdout\.write|stderr\.write")
REFUSALS = re.compile(r"(no such|unknown|has no) (option|setting)|not a whole number|neither true nor false")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text in a file's code with its line, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, described) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_generator_is_known_by_name(path: Path) -> None:
    assert not [line for line, text in texts(path) if OWN.search(text)]


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_options_are_read_in_one_place(path: Path) -> None:
    if path != ROOT / "aigc" / "plugs" / "options.py":
        assert not [line for line, text in texts(path) if REFUSALS.search(text)], "aigc.plugs.options reads options"


@pytest.mark.parametrize("path", sorted((ROOT / "aigc" / "cli").glob("*.py")), ids=lambda path: path.name)
def test_one_module_prints(path: Path) -> None:
    if path.name != "echo.py":
        assert not PRINTED.findall(path.read_text(encoding="utf-8")), "aigc.cli.echo keeps terminals from harm"


def test_the_one_place_is_there() -> None:
    assert [text for _, text in texts(ROOT / "aigc" / "plugs" / "options.py") if REFUSALS.search(text)]
    assert [text for _, text in texts(ROOT / "plugins" / "gpt" / "own_engine.py") if OWN.search(text)] == ["gpt"]
