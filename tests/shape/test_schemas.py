"""Which words of a schema hold further schemas is known in one place, so that whoever walks one uses the walk there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "aigc").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])
KNOW = {
    "aigc/content/walk.py": "the walk",
    "aigc/content/describing.py": "reads a schema from YAML, word by word",
    "aigc/content/schema_words.py": "declares the words",
    "aigc/content/unread.py": "writes a schema in the place of one that cannot be read",
    "aigc/plugs/shapes.py": "schemas of YAML files, not of what a content type takes and gives",
    "aigc/content/variables.py": "`items` is what a template calls on a mapping",
    "aigc/bench/workloads.py": "a schema as engines of any maker take it, not one of ours",
    "plugins/articles/newsletter.py": "`items` is an input of that name",
    "plugins/classroom/material.py": "`items` is a field of that name",
    "plugins/lessons/questions.py": "`items` is a field of that name",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_walk_knows_which_words_hold_schemas(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in KNOW:
        words = [
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
        ]
        assert not [word.lineno for word in words if word.value in ("items", "properties")]
