"""kill -9 at any meeting with the disk: of single pieces, of texts, of exports for desks and classrooms.

No file ever stands under its name in part: it is as before, or as it is after. And the next run is right, as if nothing
had happened. The first points of each kind are the same every time; how many there are `AIGC_KILLS` says, 12 of each
unless it does.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.jobs import export, single_pieces
from aigc.plugs.registry import Registry
from aigc.types import Artifact, Asset, Brief, Provenance

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]
KILLS = int(os.environ.get("AIGC_KILLS", "12"))
MEETINGS = frozenset(("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"))
GENERATOR = """
from aigc import generator, hookimpl
from aigc.testing import ScriptedGenerator

@generator(name="fast")
def fast(model: str):
    "Answer at once."
    return ScriptedGenerator(lambda request, index: "The office is closed on Monday.")

@hookimpl
def aigc_generators():
    return [fast]
"""
LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
exports: [csv, jsonl, xlsx, markdown]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
DESKS = ["calendar", "docx", "html", "markdown", "merchant-center", "meta-csv", "schedule", "wxr", "zendesk-macros"]
CLASSROOMS = ["aiken", "anki", "gift", "handout", "kahoot", "moodle-xml", "qti", "quizlet"]
OURS = (".exports.json", ".lock", ".files", ".holder", ".at-work")  # notes, not files of a person's


def killed(act: Callable[[], object], below: Path, meeting: int) -> bool:
    """This runs something in a process of its own, killed at its so-many-th meeting with the disk below a folder."""
    child = os.fork()
    if not child:
        left, root = [meeting], str(below)

        def hook(event: str, given: tuple[Any, ...]) -> None:
            if event in MEETINGS and given and str(given[0]).startswith(root):
                left[0] -= 1
                if left[0] <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            for number in (1, 2):
                os.dup2(quiet, number)
            sys.addaudithook(hook)
            act()
        finally:
            os._exit(sys.exc_info()[0] is not None)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def counted(act: Callable[[], object], below: Path) -> int:
    """This does something in a process of its own, and counts its meetings with the disk."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        met, root = [0], str(below)

        def hook(event: str, given: tuple[Any, ...]) -> None:
            met[0] += event in MEETINGS and bool(given) and str(given[0]).startswith(root)

        sys.addaudithook(hook)
        act()
        os.write(writing, str(met[0]).encode())
        os._exit(0)
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    return int(os.read(reading, 100))


def points(many: int, name: str) -> list[int]:
    """Return at which of so many meetings there is a kill, anywhere."""
    return sorted(random.Random(name).sample(range(1, many + 1), min(KILLS, many)))


def files(folder: Path) -> dict[str, bytes]:
    """Return what stands under the names that people know."""
    found = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not any(map(hidden, name.split("/")))}


def hidden(name: str) -> bool:
    return name.startswith(".")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    texts = {"aigc.yaml": "plugins: [fast.py]\ngenerator: fast\n", "fast.py": GENERATOR}
    texts |= {"templates/shop/line.yaml": LINE, "templates/shop/line.j2": TASK}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wrote(kind: str, out: Path, word: str) -> Callable[[], int]:
    named = {"generate": ["generate", "shop/line", f"product={word}"], "write": ["write", f"A note: {word}"]}
    return lambda: main([*named[kind], "--out", str(out)])


@pytest.mark.parametrize("kind", ["generate", "write"])
def test_single_pieces(kind: str, project: Path) -> None:
    """One stands, the next one is killed, a third comes: the folder is one of two, or of three."""
    whole = {}
    for names in (["a"], ["a", "b"], ["a", "c"], ["a", "b", "c"]):
        out = project / "-".join(names)
        assert [wrote(kind, out, word)() for word in names] == [0] * len(names)
        whole["".join(names)] = files(out)
    out = project / "counted"
    wrote(kind, out, "a")()
    fell, many = set(), counted(wrote(kind, out, "b"), out)
    for point in points(many, kind):
        out = project / f"killed {point}"
        wrote(kind, out, "a")()
        assert killed(wrote(kind, out, "b"), out, point)
        for name, text in files(out).items():
            assert text in (whole["a"].get(name), whole["ab"].get(name)), f"{name} in part, at {point}"
        assert wrote(kind, out, "c")() == 0
        kept = "abc" if len(list(single_pieces(out))) == 3 else "ac"
        assert files(out) == whole[kept], f"the next one is right, at {point}"
        fell.add(kept)
    assert len(fell) == 2, "kills fell before the piece was kept, and after"


def pieces(word: str) -> list[Artifact]:
    question = {"stem": f"What is {word}?", "options": ["a mug", "a pot"], "answer": "a mug", "feedback": word}
    several: list[dict[str, Any]] = [
        {"title": "Mug", "text": "It holds 350 ml.", "tags": ["mug", "tea"]},
        {"title": "Mugs", "items": [question]},
        {"title": "Words", "cards": [{"front": word, "back": "der Becher", "tags": ["b", "a"]}]},
        {"post": f"A {word}.", "title": "A post"},
    ]
    made = Provenance(content_type="shop/test", version=1, model="tiny")
    values = {"url": "https://example.com/mug", "date": "2026-12-01", "product": word}
    return [
        Artifact(
            id=f"piece-{number}",
            status="accepted",
            fields={**fields, "description": word},
            brief=Brief(id=f"piece-{number}", values={**values, "sku": f"mug-{number}"}),
            provenance=made,
            assets=(Asset.of("cover.txt", "text/plain", word.encode()),),
        )
        for number, fields in enumerate(several)
    ]


@pytest.mark.parametrize("formats", [DESKS, CLASSROOMS], ids=["desks", "classrooms"])
def test_exports(formats: list[str], tmp_path: Path) -> None:
    """Pieces were exported, change, and the new export is killed: the one after it is right."""
    pytest.importorskip("docx")
    registry = Registry.discover(only={"formats", "publishing", "classroom"})
    told: list[str] = []

    def exported(out: Path, word: str) -> Callable[[], object]:
        good = [one for one in pieces(word) if word != "tea" or one.id != "piece-0"]  # one is no longer good
        return lambda: export(registry, good, out, formats, replacing=True, refused=told.append)

    exported(tmp_path / "before", "mug")()
    before = files(tmp_path / "before")
    out = tmp_path / "after"
    exported(out, "mug")()
    exported(out, "tea")()
    after = files(out)
    assert len(before) > len(formats) and before != after
    exported(out := tmp_path / "counted", "mug")()
    many = counted(exported(out, "tea"), out)
    for point in points(many, formats[0]):
        exported(out := tmp_path / f"killed {point}", "mug")()
        assert killed(exported(out, "tea"), out, point)
        for name, text in files(out).items():
            assert text in (before.get(name), after.get(name)), f"{name} in part, at {point}"
        exported(out, "tea")()
        assert files(out) == after, f"the next one is right, at {point}"
        left = {one.name for one in out.iterdir() if hidden(one.name)}
        assert left <= set(OURS), "and nothing is left of the one that was killed"
