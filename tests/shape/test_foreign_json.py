"""JSON that somebody else may have written is read in one place, which knows what nothing here can hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("aigc", "plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
OWN = {  # what we wrote ourselves a moment before, or into our own database
    "aigc/asking/joining.py",
    "aigc/cli/show.py",
    "aigc/content/parse.py",
    "aigc/engine/front.py",
    "aigc/jobs/lock.py",
    "aigc/ledger",
    "aigc/training/training_run.py",
    "aigc/types/foreign.py",
    "plugins/formats/json_briefs.py",  # its rows go through `sound_rows`
    "plugins/generators/batch_files.py",
    "plugins/generators/chat_completions.py",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_json_is_read_in_one_place(path: Path) -> None:
    place = path.relative_to(ROOT)
    if {str(place), str(place.parent)} & OWN:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    read = [one for one in calls if isinstance(one, ast.Attribute) and one.attr in ("load", "loads")]
    found = [one.lineno for one in read if isinstance(one.value, ast.Name) and one.value.id == "json"]
    assert not found, f"lines {found}: aigc.types.foreign.read_json reads JSON"
