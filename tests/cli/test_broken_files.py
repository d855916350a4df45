"""Files and plugins broken as their authors break them: each mistake is said once, with file, line and remedy.

The cases were written before the validator was looked at. One has the `edit`s of a project in which nothing is wrong,
or further `files`; what is `run`, and whether it ends with a code other than that command's; the places that must be
told (`at`: a file and the text of the line, or its number) and words of what is wrong and what to do (`says`). A check
finds one mistake, or so many `mistakes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aigc.testing import ScriptedGenerator, run_cli

HERE = Path(__file__).parent / "broken"
PROJECT: dict[str, str] = yaml.safe_load((HERE / "project.yaml").read_text(encoding="utf-8"))
KINDS = ("types", "templates", "files", "plugins")
CODES = {"check": 1, "test": 1, "plugins": 0, "batch": 2}


def runs() -> Iterator[Any]:
    """Yield each case with each of its commands."""
    for kind in KINDS:
        for case in yaml.safe_load((HERE / f"{kind}.yaml").read_text(encoding="utf-8")):
            run = case.get("run", "check")
            for words in [run] if isinstance(run, str) else run:
                yield pytest.param(case, words.split(), id=f"{case['case']}-{words.partition(' ')[0]}")


def laid(case: dict[str, Any], folder: Path) -> dict[str, str]:
    """Write the project as the case breaks it, and return its files."""
    files = {**PROJECT, **case.get("files", {})}
    for name, edits in case.get("edit", {}).items():
        for old, new in edits.items():
            assert files[name].count(old) == 1, f"{name}: {old!r} stands there {files[name].count(old)} times"
            files[name] = files[name].replace(old, new)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode(case.get("encoding", {}).get(name, "utf-8")))
    return files


def place(entry: Any, files: dict[str, str]) -> str:
    """Return `file:line` of what a case says where it is."""
    name, at = entry
    if isinstance(at, int):
        return f"{name}:{at}"
    (line,) = [number for number, text in enumerate(files[name].splitlines(), start=1) if at in text]
    return f"{name}:{line}"


def test_the_project_itself_is_fine(tmp_path: Path) -> None:
    laid({}, tmp_path)
    for words in (["check"], ["check", "spring.yaml", "till.yaml"], ["test"]):
        ran = run_cli(*words, cwd=tmp_path)
        assert ran.code == 0, ran.out + ran.err


@pytest.mark.parametrize(("case", "words"), list(runs()))
def test_a_mistake_is_told_with_file_line_and_remedy(
    case: dict[str, Any], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = laid(case, tmp_path)
    if "path" in case:
        monkeypatch.syspath_prepend(str(tmp_path / case["path"]))
    writer = ScriptedGenerator(lambda request, candidate: "Keeps coffee warm for 2 hours")
    ran = run_cli(*words, cwd=tmp_path, generator=writer if words[0] == "batch" else None)
    told = (ran.out + ran.err).replace(f"{tmp_path}/", "")
    assert ran.code == case.get("code", CODES[words[0]]), told
    for entry in case["at"]:
        assert re.search(rf"{re.escape(place(entry, files))}(?!\d)", told), told
    assert [word for word in case["says"] if word not in told] == [], told
    if words[0] == "check":
        found = case.get("mistakes", 1)
        assert told.splitlines()[-1].startswith(f"{found} mistake"), told
