"""What the guide shows of files is true: formats load and write, settings and job files are read."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import aigc
from aigc.asking import read_plan
from aigc.cli import main
from aigc.project import Project
from aigc.testing import ScriptedGenerator, run_examples
from aigc.types import Brief
from aigc.writing.pipeline import Pipeline

GUIDE = Path(aigc.__file__).parent / "guide"
PAGES = {page.relative_to(GUIDE).as_posix(): page.read_text(encoding="utf-8") for page in sorted(GUIDE.rglob("*.md"))}
BLOCKS = [text for page in PAGES.values() for text in re.findall(r"^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]


def files() -> dict[str, str]:
    """This is every block whose first line is a comment naming its file."""
    named = [(re.search(r"^(?:#|\{#) (\S+)", text), text) for text in BLOCKS]
    return {match[1]: text for match, text in named if match}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page: str) -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", PAGES[page]):
        assert (GUIDE / page).parent.joinpath(path).exists(), path


def test_reading_the_code_takes_an_hour() -> None:
    paths = re.findall(r"\]\((\S+)\)", PAGES["code.md"].partition("\n4. ")[0])
    texts = [(GUIDE / path).read_text(encoding="utf-8") for path in [*paths, "../engine/loop.py"]]
    assert "../types/__init__.py" in paths
    assert sum(text.count("\n") for text in texts) <= 1800


def test_the_format_in_the_guide_can_be_written(make_project: Callable[..., Project], tmp_path: Path) -> None:
    own = {name: text for name, text in files().items() if name.startswith("templates/shop/slogan")}
    assert len(own) == 2
    make_project(own)
    project = Project.open(tmp_path)  # with all bundled plugins, as a reader has it
    slogan = project.content_type("shop/slogan")
    assert run_examples(slogan, project.environment) == []
    values = {"product": "Enamel mug", "fact": "keeps coffee warm for 2 hours"}
    said = iter(["Keeps coffee warm for 3 hours", "Cheap and warm", "Keeps coffee warm for 2 hours."])
    generator = ScriptedGenerator(lambda request, index: next(said))
    (artifact,) = Pipeline(generator, project.environment).write(slogan, [Brief(id="1", values=values)])
    assert (artifact.status, artifact.fields) == ("accepted", {"text": "Keeps coffee warm for 2 hours"})
    prompt = generator.requests[0].prompt.messages
    assert [turn.role for turn in prompt] == ["system", *["user", "assistant"] * 2, "user"]


def test_the_check_in_the_guide_works(make_project: Callable[..., Project]) -> None:
    module = ModuleType("shop_rules")
    exec(files()["shop_rules.py"], module.__dict__)
    project = make_project({})
    project.registry.add(module, "shop-rules")
    bound = project.registry.get("check", "short_and_snappy").bind({"words": 2}, "")
    assert list(bound.extension("Warm all day", **bound.values)) == ["has 3 words, at most 2"]
    assert list(bound.extension("Warm mug", **bound.values)) == []


def test_the_settings_in_the_guide_are_read(make_project: Callable[..., Project]) -> None:
    project = make_project({"aigc.yaml": files()["aigc.yaml"]})
    assert project.settings.seed == 7
    assert [bound.name for bound in project.policy()] == ["forbidden_words"]


def test_the_job_file_in_the_guide_is_read(make_project: Callable[..., Project], tmp_path: Path) -> None:
    (tmp_path / "spring.yaml").write_text(files()["spring.yaml"], encoding="utf-8")
    (tmp_path / "products.csv").write_text("id,name,benefits\nmug,Mug,dry;warm\n", encoding="utf-8")
    plan = read_plan(tmp_path / "spring.yaml")
    project = Project.open(tmp_path, laid=plan.settings)
    content_type = project.content_type(plan.type)
    assert [one.name for one in plan.exports_of(project, content_type)] == ["csv", "google-ads-editor"]
    briefs = list(plan.rows(project, content_type))
    assert [one.id for one in briefs] == [f"mug/{code}/{draw}" for code in ("en", "zh") for draw in (1, 2, 3)]
    assert isinstance(briefs[3], Brief) and briefs[3].values["url"] == "https://example.com/zh/mug"
    assert project.settings.model == "qwen3-1.7b" and plan.unique


CARS = """name,horsepower,Fuel type
Chevrolet Chevelle Malibu,130,petrol
Ford Pinto,,petrol
Toyota Corona Mark II,95,petrol
Datsun PL510,88,petrol
Volkswagen 1131 Deluxe Sedan,46,petrol
"""


def test_the_cars_command_in_the_guide_reads_a_cars_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = re.findall(r"^aigc batch .*cars.csv.*(?:\n  --.*)*", PAGES["columns.md"], re.MULTILINE)
    line = line.replace("\\\n", " ")
    (tmp_path / "cars.csv").write_text(CARS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(line)[1:], "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["valid"], said["failed"]) == (5, 0)
    written = [[asked for asked in one["requests"] if asked["stage"] == "lines"] for one in said["prompts"]]
    full, lacking, _ = written
    assert "130 horsepower" in full[0]["messages"][-1]["content"]
    assert "runs on petrol" in lacking[0]["messages"][-1]["content"]
    assert lacking[0]["requests"] == full[0]["requests"] - 1, "an unknown fact is left out"
    assert "horsepower" not in json.dumps([one["messages"] and one["messages"][-1] for one in lacking])
    assert not (tmp_path / "cars").exists(), "a dry run writes nothing"
