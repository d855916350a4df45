"""Sixty rows with every fault planted: as many come out as went in, each with its reason, fast, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Works

CODE = """
import json, sys, time
from pathlib import Path
begin = time.process_time()
from aigc.engine.front import load_front
from aigc.project import Project
from aigc.training.encoding import encode_account
from aigc.training.sources import gather
from aigc.training.split import split
project, folder = Project.open(Path(sys.argv[1])), Path(sys.argv[2])
account, targets = encode_account(gather(project, sys.argv[3:]), load_front(folder), folder)
learnt, held = split(account.kept, share=0.2)
print(json.dumps({
    "rows": account.rows, "kept": [one.where for one in account.kept], "targets": len(targets),
    "left": {one.where: [one.reason, one.told] for one in account.left_out},
    "held": [account.kept[place].where for place in held], "learnt": [account.kept[place].where for place in learnt],
    "seconds": time.process_time() - begin,
    "heavy": [name for name in ("torch", "transformers") if name in sys.modules],
}))
"""
SUBJECTS = [
    "lamp",
    "rug",
    "table",
    "chair",
    "mirror",
    "kettle",
    "basket",
    "blanket",
    "candle",
    "drawer",
    "easel",
    "flask",
]
MAKERS = ["Ada", "Bo", "Cy", "Di"]


def planted(context: int) -> list[Any]:
    """Return 55 rows for a model of so many tokens; row 10 is nearly row 9."""
    rows: list[Any] = [
        {"prompt": f"Praise the {one} made by {two} of {one}s", "completion": f"{one} {two}"}
        for one in SUBJECTS
        for two in MAKERS
    ]
    rows[9] = {"prompt": rows[8]["prompt"].upper() + " !", "completion": "Loud"}
    rows[20] = {"prompt": "Praise the vase", "completion": ""}
    rows[21] = {"prompt": "Praise the long vase", "completion": "y " * context}
    rows[22] = {**rows[0], "prompt": " " + rows[0]["prompt"]}
    rows[23] = {"prompt": "Praise the vase again", "completion": "Broken of", "finish_reason": "length"}
    rows[24] = '{"prompt": "Praise the café", "completion": "Très bon"}'.encode("latin-1")
    return [*rows, *({"prompts": "Praise", "answers": "x"} for _ in range(5)), b'{"prompt": "cut', b""]


def checked(works: Works, write_lines: Callable[..., Path], folder: Path, context: int) -> dict[str, Any]:
    sources = [
        str(write_lines(planted(context))),
        str(write_lines([{"prompt": "One", "completion": "Row"}], "one.jsonl")),
    ]
    (works.folder / "more").mkdir()
    for name in ("a", "b", "c", "d"):
        (works.folder / f"more/{name}.txt").write_text(f"A text about {name}." if name != "d" else "", encoding="utf-8")
    assert works.project.folder is not None
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(works.project.folder), str(folder), *sources, str(works.folder / "more")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def examine(found: dict[str, Any]) -> None:
    left = found["left"]
    assert found["rows"] == 60 == len(found["kept"]) + len(left) and len({*found["kept"], *left}) == 60
    assert {where: reason for where, (reason, _) in left.items()} == {
        "rows.jsonl:21": "empty",
        "rows.jsonl:22": "too long",
        "rows.jsonl:23": "twin",
        "rows.jsonl:24": "has no end",
        "rows.jsonl:25": "cannot be decoded",
        **{f"rows.jsonl:{line}": "cannot be decoded" for line in range(49, 56)},
        "d.txt": "empty",
    }
    assert left["rows.jsonl:23"][1] == "is the same as rows.jsonl:1"
    assert "did you mean 'prompt'" in left["rows.jsonl:49"][1] and "0xe9" in left["rows.jsonl:25"][1]
    for side in ("held", "learnt"):
        assert ("rows.jsonl:9" in found[side]) == ("rows.jsonl:10" in found[side]), "twins across the split"
    assert len(found["held"]) >= 8 and len(found["held"]) + len(found["learnt"]) == len(found["kept"])
    assert found["targets"] == len(found["kept"]) and not found["heavy"]
    assert found["seconds"] < 3


def test_sixty_rows_in_are_sixty_named(
    works: Works, write_lines: Callable[..., Path], tiny_folders: Callable[..., Path]
) -> None:
    examine(checked(works, write_lines, tiny_folders("llama"), 512))


@pytest.mark.model
def test_so_they_are_with_the_default_model(
    works: Works, write_lines: Callable[..., Path], real_model_folder: Path
) -> None:
    examine(checked(works, write_lines, real_model_folder, 8192))
