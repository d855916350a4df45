"""`aigc guide`: pages that people wrote, and those that the code writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import aigc
from aigc.cli import main
from aigc.cli.extension_page import own_filters, own_globals
from aigc.cli.function_page import FunctionKind, example_of
from aigc.cli.guide import ALSO
from aigc.cli.guide_pages import WHAT, written
from aigc.project import Project

REFERENCE = Path(aigc.__file__).parent / "guide" / "reference"


@pytest.mark.parametrize("topic", WHAT)
def test_a_page_of_the_reference_is_what_the_code_says(topic: str, tmp_path: Path) -> None:
    page = (REFERENCE / f"{topic}.md").read_text(encoding="utf-8")
    assert page == written(Project.open(tmp_path), topic), "run: aigc guide --write aigc/guide/reference"


def test_all_pages_of_the_reference_are_written() -> None:
    assert {page.stem for page in REFERENCE.iterdir()} == set(WHAT)


def test_contents_name_every_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "--json"]) == 0
    told = {one["topic"]: one["about"] for one in json.loads(capsys.readouterr().out)}
    assert set(told) == {page.stem for page in REFERENCE.parent.glob("*.md")} | set(WHAT)
    assert all(told.values())


def test_a_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "words"]) == 0
    assert capsys.readouterr().out == (REFERENCE.parent / "words.md").read_text(encoding="utf-8")


ASKED = """jobs, matrix, languages, models, engines, Ray, files, importers, exporters, policy, author's ladder, hooks,
YAML reference, CLI reference, glossary, how fast, reading the code, check, exporter"""


@pytest.mark.parametrize("topic", [topic.strip() for topic in ASKED.split(",")])
def test_what_people_look_for_leads_to_a_page(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", *topic.split()]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# ")
    assert main(["guide", topic, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == told


def test_another_name_of_a_page_is_none_that_there_is() -> None:
    pages = {page.stem for page in REFERENCE.parent.glob("*.md")} | set(WHAT)
    assert set(ALSO.values()) <= pages and not pages & set(ALSO)


def test_settings_are_told_by_people_and_by_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "settings"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# Settings: a project") and f"# {WHAT['settings']}" in told


def test_a_page_that_is_not_there_has_a_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "chekcs"]) == 2
    assert "did you mean 'checks'?" in capsys.readouterr().err


def test_show_tells_of_a_check_with_its_options_and_a_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "forbidden_words"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("check forbidden_words\n")
    assert "- `unless_in_brief`: bool, default False" in told
    assert "- forbidden_words: {lists: [superlatives]}" in told and "ads/google-search" in told


def test_show_tells_of_all_that_have_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in told] == ["exporter", "importer"]
    assert "ads/google-search" in told[0]["used_by"]


def test_show_tells_what_a_filter_takes_and_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "plain_line"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("filter plain_line\n\nReturn a fact as a line")
    assert "- `fact`: str, what stands before the `|`\n- `width`: int, default 30\n" in told
    assert "- `numbers`: bool, default True, by name only\n\nGives str." in told
    assert "In a template or YAML, as ads/google-search has it:\n  {{ item | plain_line" in told
    assert main(["show", "plain_line", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["call"].startswith("plain_line(fact: str, width: int = 30") and one["example"].startswith("{{ item |")
    assert one["options"][:2] == [
        {"name": "fact", "type": "str", "default": None, "required": True},
        {"name": "width", "type": "int", "default": "30", "required": False},
    ]


def test_show_tells_what_a_function_takes_and_what_jinja_hands_it_is_not_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["show", "post_part"]) == 0
    told = capsys.readouterr().out
    assert "- `part`: str, must be said\n- `written`: Sequence[str], default ()\n" in told and "`context`" not in told
    assert "as social/post has it:\n  {{ post_part('hook', stages.hooks) }}" in told


def test_an_example_is_made_up_where_none_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "money"]) == 0  # which no bundled type uses
    assert capsys.readouterr().out.endswith("In a template:\n  {{ value | money }}\n")


@pytest.mark.parametrize("kind", ["filters", "globals"])
def test_every_filter_and_function_has_an_example(kind: str) -> None:
    project = Project.open()
    known = own_filters(project) if kind == "filters" else own_globals(project)
    one: FunctionKind = "filter" if kind == "filters" else "global"
    for name, function in known.items():
        user, example = example_of(project, name, function, one)
        assert name in example and "\n" not in example, name
        assert example.count("{{") == example.count("}}") and len(example) < 700, (name, user)


def test_show_of_an_unknown_name_has_a_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "forbiden_words"]) == 2
    assert "nothing here is named 'forbiden_words'; did you mean 'forbidden_words'?" in capsys.readouterr().err


def test_pages_are_written_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert main(["guide", "--write", str(tmp_path / "new")]) == 0
    assert {page.stem for page in (tmp_path / "new").iterdir()} == set(WHAT)
