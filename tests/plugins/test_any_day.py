"""The same pieces make the same bytes, whenever they are exported and whichever process does it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aigc.testing import open_project
from aigc.types import Artifact, Asset, Brief, Provenance

GRAIN = 2.1  # seconds between two times that a ZIP file tells apart
VALUES = {"url": "https://example.com/mug", "date": "2026-12-01", "product": "Mug", "tags": ["b", "a"]}
QUESTION = {"stem": "What is it?", "options": ["a mug", "a pot"], "answer": "a mug", "feedback": "A mug."}
FIELDS = [
    {"headlines": ["A mug for tea", "Holds 350 ml", "Made of clay"], "descriptions": ["It holds 350 ml."] * 2},
    {"title": "Mug", "description": "A mug.", "text": "It holds 350 ml.", "tags": ["mug", "tea"]},
    {"title": "Mugs", "items": [QUESTION]},
    {"title": "Mugs", "cards": [{"front": "mug", "back": "der Becher", "tags": ["b", "a"]}]},
    {"post": "A mug."},
    {"callouts": ["A mug"]},
]
EXPORTING = "import pathlib, runpy, sys; runpy.run_path(sys.argv[1])['export_all'](pathlib.Path(sys.argv[2]))"


def piece(number: int) -> Artifact:
    return Artifact(
        id=f"piece-{number}",
        status="accepted",
        fields=FIELDS[number],
        brief=Brief(id=f"piece-{number}", values={**VALUES, "sku": f"mug-{number}"}),
        provenance=Provenance(content_type="shop/test", version=1, model="tiny"),
        assets=(Asset.of("cover.png", "image/png", b"\x89PNG\r\n\x1a\n"),),
    )


NEEDING = {"meta-ads"}  # options without a default


def export_all(folder: Path) -> None:
    """Write the pieces in every format that needs no options, each in a folder of its own."""
    registry = open_project(folder / "project", {}, only=["formats", "publishing", "classroom"]).registry
    for name in registry.names("exporter"):
        exporter = registry.get("exporter", name)
        if name not in NEEDING:
            bound = exporter.bind({}, "-o")
            good = [one for one in map(piece, range(len(FIELDS))) if not bound.refusals(one, 10)]
            (folder / name).mkdir(parents=True)
            assert good and list(exporter(good, folder / name)), name


def test_the_same_pieces_make_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("docx")
    export_all(tmp_path / "one")
    time.sleep(GRAIN)
    asked = [sys.executable, "-c", EXPORTING, __file__, str(tmp_path / "other")]
    subprocess.run(asked, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    one, other = (written(tmp_path / name) for name in ("one", "other"))
    assert {name.split("/")[0] for name in one} >= {"xlsx", "kahoot", "docx", "qti", "csv", "wxr", "calendar"}
    assert [name for name in one | other if one.get(name) != other.get(name)] == []


def written(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
