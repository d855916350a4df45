"""The bundled plugins are tested with what their authors' tests may use: public rooms and the kit, nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import aigc
import aigc.content
import aigc.testing
import aigc.types

FOLDER = Path(__file__).parents[1] / "plugins"
ROOMS = ("aigc.errors", "aigc.types")  # all of their names
NAMED = {"aigc": aigc.__all__, "aigc.content": aigc.content.__all__, "aigc.testing": aigc.testing.__all__}
INSIDE = {  # tests that look at the core with a plugin rather than at the plugin: how engines, jobs and files take it
    "generators/test_judge.py": {
        "aigc.content.mix",
        "aigc.evaluation.scored",
        "aigc.generating.with_judge",
        "aigc.jobs.keys",
        "aigc.jobs.ray.assignment",
    },
    "generators/test_vllm_itself.py": {"aigc.engine"},
    "gpt/test_gpt.py": {"aigc.engine", "aigc.generating"},
    "gpt/test_fitting.py": {
        "aigc.content.languages",
        "aigc.engine.machine",
        "aigc.engine.memory",
        "aigc.generating",
        "aigc.generating.fitting",
        "aigc.jobs",
        "aigc.jobs.forecast",
        "aigc.models",
    },
}


def imported(file: Path) -> Iterator[tuple[str, str]]:
    """This is each name of ours that a file imports, with where from."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "aigc":
            yield from ((str(node.module), one.name) for one in node.names)
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names if one.name.partition(".")[0] == "aigc")


def public(room: str, name: str) -> bool:
    return room in ROOMS or name in NAMED.get(room, ())


def test_tests_of_plugins_use_the_kit_and_public_names() -> None:
    found: dict[str, set[str]] = {}
    for file in sorted(FOLDER.rglob("*.py")):
        inside = {room for room, name in imported(file) if not public(room, name)}
        if inside:
            found[file.relative_to(FOLDER).as_posix()] = inside
    assert found == INSIDE, "take what is mended off the list, and put nothing on it"
