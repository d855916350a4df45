"""What functions say of themselves, and what names say: rules of English that a machine can keep."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "aigc").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])
# Each means the same wherever it stands: the noun, and what this room has to do with it.
SHARED_MODULES = {
    "__init__",
    "adapters",
    "briefs",
    "decoder",
    "kernels",
    "options",
    "pick",
    "progress",
    "schema",
    "train",
    "types",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_functions_docstring_begins_with_what_it_does(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
            assert text.split()[0] not in ("This", "These", "It", "There"), f"{node.name}: {text.splitlines()[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_name_says_what_it_holds(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else ""
        assert name != "said", f"line {node.lineno}: name what it holds"  # type: ignore[attr-defined]


def test_a_class_has_a_name_of_its_own() -> None:
    names = Counter(
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, many in names.items() if many > 1]


def test_a_module_has_a_name_of_its_own() -> None:
    names = Counter(path.stem for path in FILES)
    assert not [name for name, many in names.items() if many > 1 and name not in SHARED_MODULES]
