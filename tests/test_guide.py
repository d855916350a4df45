"""What the guide shows is true: its programs run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import aigc
from aigc.engine import Gpt
from aigc.engine.memory import budget
from aigc.errors import megabytes
from aigc.generating.fitting import memory_catalogued
from aigc.models import Catalogue
from aigc.project import Project
from aigc.testing import ScriptedGenerator, try_scorer
from aigc.training.presets import PRESETS
from aigc_plugins import claims, scorers

GUIDE = Path(aigc.__file__).parent / "guide"
PAGE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  topic: {type: string}
prompt: page.j2
output:
  title: {type: string}
postprocess: [POST]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ topic }}{% endblock %}"


def shown(page: str, file: str) -> ModuleType:
    """Run the block of a page that begins with the name of its file."""
    text = (GUIDE / page).read_text(encoding="utf-8")
    (block,) = re.findall(rf"^```python\n(# {re.escape(file)}\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    module = ModuleType(file.removesuffix(".py"))
    exec(block, module.__dict__)
    return module


def project_with(make_project: Callable[..., Project], postprocessor: str) -> Project:
    return make_project(
        {"templates/shop/page.yaml": PAGE.replace("POST", postprocessor), "templates/shop/page.j2": TASK}
    )


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.name)
def test_no_line_of_prose_is_too_long(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")]


def test_the_presets_and_sizes_of_the_guide_are_those_there_are() -> None:
    page = (GUIDE / "training.md").read_text(encoding="utf-8").partition("## Presets")[2].partition("## Compare")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(PRESETS)


def test_the_program_around_a_session_writes(make_project: Callable[..., Project]) -> None:
    project = project_with(make_project, "normalise_quotes")
    wishes = [("shop/page", {"topic": "tea"}), ("shop/page", {"topic": "mugs"})]
    generator = ScriptedGenerator(['{"title":"On tea"}', '{"title":"On mugs"}'])
    pieces = list(shown("session.md", "face.py").write(project, generator, wishes))
    assert [(piece.id, piece.fields) for piece in pieces] == [("0", {"title": "On tea"}), ("1", {"title": "On mugs"})]


def test_the_cover_belongs_to_the_piece(make_project: Callable[..., Project]) -> None:
    project = project_with(make_project, "cover: {colour: plum}")
    project.registry.add(shown("assets.md", "shop_covers.py"), "shop-covers")
    generator = ScriptedGenerator(['{"title":"Tea & <mugs>"}'])
    (piece,) = shown("session.md", "face.py").write(project, generator, [("shop/page", {"topic": "tea"})])
    (cover,) = piece.assets
    assert (cover.name, cover.media_type) == ("cover.svg", "image/svg+xml")
    assert b'fill="plum"' in cover.read() and b"Tea &amp; &lt;mugs>" in cover.read()


def test_the_scorer_of_ten_lines_scores() -> None:
    page = shown("picking.md", "shop_scorers.py")
    assert page.aigc_scorers() == [page.brisk]
    assert try_scorer(page.brisk, ["one two three", "one"], words=3) == [0, -2]


def test_the_scorers_of_the_guide_are_those_there_are() -> None:
    page = (GUIDE / "picking.md").read_text(encoding="utf-8").partition("## Scorers")[2].partition("## One")[0]
    named = {name for row in re.findall(r"^\| (`.+?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == {one.name for plugin in (scorers, claims) for one in plugin.aigc_scorers()}


def test_the_memory_of_models_is_what_is_told() -> None:
    page = (GUIDE / "memory.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) == 3
    for name, cells in rows:
        told = memory_catalogued(Catalogue.load().get(name), Gpt(device="cpu").memory)
        assert told is not None
        amounts = [megabytes(told.weights), f"{told.token / 1e3:.0f} KB", megabytes(told.total())]
        assert cells.split(" | ") == [*amounts, megabytes(told.total(64, 128))]


def test_the_shares_of_memory_are_those_that_are_given() -> None:
    page = (GUIDE / "memory.md").read_text(encoding="utf-8")
    assert all(word in page for word in ("three eighths", "prefixes an eighth", "a tenth is nobody's"))
    given = budget(10_000_000, token=10, row=10, rows=128)
    assert (given.tokens, given.prefix_tokens) == (9_000_000 * 3 // 8 // 10, 9_000_000 // 8 // 10)
