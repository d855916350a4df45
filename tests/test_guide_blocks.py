"""What the guide shows of YAML, JSON and templates is right by the program's own checks, each block by itself."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import aigc
from aigc.settings import OPTIONS
from aigc.testing import run_cli

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((Path(aigc.__file__).parent / "guide").glob("*.md")), ROOT / "README.md"]
BLOCKS = [
    (page.name, kind, text)
    for page in PAGES
    for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
]
HEAD = """aigc: 1
name: shop/lines
summary: Lines.
brief:
  title: {type: string}
  place: {type: string}
  tasks: {type: array, items: {type: string}}
  facts: {type: array, items: {type: string}, default: []}
  language: {type: string, enum: [en], default: en}
"""
TAIL = 'output: {lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}}\n'
TASK = '{% extends "base.j2" %}{% block task %}{{ item }}{% endblock %}'
LINES = """reads: [bank/lines.jsonl]
stages:
  lines:
    foreach: facts
    prompt: bank.j2
    output: {type: string}
    examples: [{brief: {language: en}, item: no flicker, output: No flicker}]
"""
SHOWN = '{"language": "en", "fact": "two drawers", "line": "Two drawers"}\n'


def blocks(*kinds: str) -> list[object]:
    found = [(f"{page}-{at}", page, text) for at, (page, kind, text) in enumerate(BLOCKS) if kind in kinds]
    return [pytest.param(page, text, id=name) for name, page, text in found]


def file_of(text: str) -> tuple[str, str]:
    """This is the file that a block is, or could be, and all that stands in it."""
    named = re.match(r"# (\S+\.yaml)\b", text)
    keys = set(yaml.safe_load(text))
    if keys <= {option.name for option in OPTIONS}:
        return "aigc.yaml", text
    if keys & {"stages", "prompt"}:
        text = re.sub(r"^ +mix: .*\n", "", text, flags=re.MULTILINE)  # is fitted, and cannot be shown
        whole = text if "name" in keys else HEAD + text + ("" if "output" in keys else TAIL)
        return f"templates/{yaml.safe_load(whole)['name']}.yaml", whole
    return named[1] if named else "till.yaml", text


@pytest.mark.parametrize(("page", "text"), blocks("yaml"))
def test_what_is_shown_of_yaml_is_right(page: str, text: str, tmp_path: Path) -> None:
    if text.startswith("# team.yaml"):  # tokens, which a server reads: tests/serving
        return
    name, whole = file_of(text)
    files = {"aigc.yaml": "", name: whole, "products.csv": "id,name,benefits\nmug,Mug,dry;warm\n"}
    files |= {"site.csv": "title,url,text\nBoots,https://example.com/a,Rain boots for children.\n"}
    files |= {f"templates/shop/{stem}.j2": TASK for stem in ("line", "duty")}
    files |= {f"templates/shop/{stem}.j2": TASK.replace("item", "fact") for stem in ("slogan", "motto")}
    (tmp_path / "adapters" / "house").mkdir(parents=True)
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    ran = run_cli("check", name, cwd=tmp_path)
    assert ran.code == 0, ran.out + ran.err


@pytest.mark.parametrize(("page", "text"), blocks("jinja"))
def test_what_is_shown_of_templates_is_right(page: str, text: str, tmp_path: Path) -> None:
    if "extends" in text:  # the whole of one, which is written by in another test
        assert text.startswith("{# templates/shop/slogan.j2")
        return
    folder = tmp_path / "templates" / "shop"
    (folder / "bank").mkdir(parents=True)
    (tmp_path / "aigc.yaml").touch()
    (folder / "bank" / "lines.jsonl").write_text(SHOWN, encoding="utf-8")
    (folder / "bank.j2").write_text('{% extends "base.j2" %}' + text, encoding="utf-8")
    (folder / "lines.yaml").write_text(HEAD + LINES + TAIL, encoding="utf-8")
    ran = run_cli("check", cwd=tmp_path)
    assert ran.code == 0, ran.out
    shown = run_cli(
        "show", "shop/lines", "--prompt", "title=a", "place=b", "tasks=c", "facts=two shelves", cwd=tmp_path
    )
    assert "Two drawers" in shown.out, shown.out + shown.err


def test_all_other_blocks_are_read_as_what_they_are() -> None:
    kinds = {kind for _, kind, _ in BLOCKS}
    assert kinds == {"bash", "console", "jinja", "json", "python", "text", "toml", "yaml"}
    for _, kind, text in BLOCKS:
        if kind == "json":
            assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
        if kind == "python":
            assert ast.get_docstring(ast.parse(text)) is None and text.startswith("# ")
        if kind == "toml":
            assert tomllib.loads(text)["project"]["entry-points"]["aigc"]
