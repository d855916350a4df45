"""Every bundled type makes an accepted piece of the briefs it ships, in each language that it writes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from aigc.project import Project
from aigc.testing import run_cli
from aigc.types.foreign import read_json

MODEL = os.environ.get("AIGC_BILINGUAL_MODEL", "")
LARGE = ("localise/text", "text/continue", "text/write")  # need more than the 1.5B, or ship nothing to try


def names(*, asking: bool) -> list[str]:
    """Return the bundled types that a model is asked for, in the voice that the default model writes, or not."""
    project = Project.open(Path(__file__).parent)
    types = {name: project.content_type(name) for name in project.content_files() if name not in LARGE}
    return sorted(name for name, one in types.items() if one.asks(project.voice(one)) is asking)


def accepted(name: str, folder: Path, *words: str) -> dict[str, list[str]]:
    """Write a type's samples; return language → the ids of what was accepted."""
    ran = run_cli("batch", name, "sample", "--out", str(folder / "job"), *words, cwd=folder)
    pieces: list[Any] = [read_json(one) for one in (folder / "job/artifacts.jsonl").read_text("utf-8").splitlines()]
    found: dict[str, list[str]] = {}
    for piece in pieces:
        if piece["status"] == "accepted":
            found.setdefault(str(piece["brief"]["values"].get("language", "")), []).append(piece["id"])
    assert found, f"{ran.out}\n{json.dumps([one['reason'] for one in pieces])}"
    return found


def written_in(name: str) -> set[str]:
    """Return the languages that a type's briefs may be in."""
    content_type = Project.open(Path(__file__).parent).content_type(name)
    return {*map(str, content_type.brief.get("language", {}).get("enum", ("",)))} & {"", "en", "zh"}


@pytest.mark.parametrize("name", names(asking=False))
def test_samples_are_accepted_without_a_model(name: str, tmp_path: Path) -> None:
    assert accepted(name, tmp_path).keys() >= written_in(name)


@pytest.mark.slow
@pytest.mark.bilingual
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not MODEL, reason="AIGC_BILINGUAL_MODEL names no model: the GGUF of qwen2.5-coder-1.5b is wanted")
@pytest.mark.parametrize("name", names(asking=True))
def test_samples_are_accepted_in_both_languages_of_the_model(name: str, tmp_path: Path) -> None:
    assert accepted(name, tmp_path, "-m", MODEL).keys() >= written_in(name)
