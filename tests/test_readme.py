"""What the README shows is true: its files load and generate, its commands and options exist."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from aigc.asking import read_plan
from aigc.cli import Commands, main
from aigc.cli.measured_told import smallest_for_copy
from aigc.models import Catalogue
from aigc.models.needs import Abilities
from aigc.project import Project
from aigc.testing import ScriptedGenerator, run_examples
from aigc.types import Brief
from aigc.writing.pipeline import Pipeline

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_reading_the_code_takes_an_hour() -> None:
    paths = re.findall(r"\]\((\S+)\)", README.partition("## Reading the code")[2])
    paths = paths[: paths.index("aigc/engine/loop.py") + 1]
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in paths]
    assert "aigc/types/__init__.py" in paths
    assert sum(text.count("\n") for text in texts) <= 1800


def test_what_the_readme_links_to_is_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path


def files() -> dict[str, str]:
    """This is every block whose first line is a comment naming its file."""
    named = [(re.search(r"^(?:#|\{#) (\S+)", text), text) for _, text in BLOCKS]
    return {match[1]: text for match, text in named if match}


def commands() -> list[str]:
    shown = "\n".join(text for kind, text in BLOCKS if kind == "console").replace("\\\n", " ")
    parts = [part.strip() for line in shown.splitlines() for part in line.split("&&")]
    return [re.sub(r"^\S*aigc ", "aigc ", part) for part in parts if re.match(r"^\S*aigc ", part)]


def test_no_line_of_prose_in_the_readme_is_too_long() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL).splitlines()
    assert not [line for line in prose if len(line) > 120 and not line.startswith("|")]


def test_the_format_in_the_readme_can_be_written(make_project: Callable[..., Project]) -> None:
    own = {name: text for name, text in files().items() if name.startswith("templates/")}
    assert len(own) == 2
    project = make_project(own)
    slogan = project.content_type("shop/slogan")
    assert run_examples(slogan, project.environment) == []
    values = {"product": "Enamel mug", "fact": "keeps coffee warm for 2 hours"}
    said = iter(["Warm for 3 hours", "Cheap and warm", "Warm for 2 hours."])
    generator = ScriptedGenerator(lambda request, index: next(said))
    (artifact,) = Pipeline(generator, project.environment).write(slogan, [Brief(id="1", values=values)])
    assert (artifact.status, artifact.fields) == ("accepted", {"text": "Warm for 2 hours"})
    prompt = generator.requests[0].prompt.messages
    assert [turn.role for turn in prompt] == ["system", *["user", "assistant"] * 3, "user"]


def test_the_check_in_the_readme_works(make_project: Callable[..., Project]) -> None:
    module = ModuleType("shop_rules")
    exec(files()["shop_rules.py"], module.__dict__)
    project = make_project({})
    project.registry.add(module, "shop-rules")
    bound = project.registry.get("check", "short_and_snappy").bind({"words": 2}, "")
    assert list(bound.extension("Warm all day", **bound.values)) == ["has 3 words, at most 2"]
    assert list(bound.extension("Warm mug", **bound.values)) == []


def test_the_settings_in_the_readme_are_read(make_project: Callable[..., Project]) -> None:
    project = make_project({"aigc.yaml": files()["aigc.yaml"]})
    assert project.settings.seed == 7
    assert [bound.name for bound in project.policy()] == ["forbidden_words"]


def test_the_job_file_in_the_readme_is_read(make_project: Callable[..., Project], tmp_path: Path) -> None:
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


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_readme_exists(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = Commands()
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known, line


@pytest.mark.parametrize("name", re.findall(r"^\| `(\S+)` \|", README, re.MULTILINE))
def test_a_type_in_the_readme_exists(name: str) -> None:
    assert name in Project.open().content_files()


def test_the_model_for_copy_is_named_with_its_memory_and_a_command() -> None:
    (command, memory, name) = re.findall(r"`([^`]+)`|\(([\d.]+ GB) of memory", smallest_for_copy(Catalogue.load()))
    assert f"takes {memory[1]} of memory:\n`{command[0]}`, then `{name[0]}`" in README
    assert name[0] == f"-m {command[0].split()[-1]}"


def test_types_that_need_more_than_the_default_model_are_told_so() -> None:
    project, default = Project.open(), Catalogue.load().get(Catalogue.load().default)
    model = Abilities(name=default.name, parameters=default.parameters)
    for name, words in re.findall(r"^\| `(\S+)` \| (.+) \|$", README, re.MULTILINE):
        demands = project.content_type(name).demands
        needs = [demands.needs, *(voice.needs for voice in demands.voices.values())]
        assert words.endswith((" needs 1B", " needs 1B parameters")) != all(one.large_enough(model) for one in needs), (
            name
        )


CARS = """name,horsepower,miles_per_gallon
Chevrolet Chevelle Malibu,130,18
Ford Pinto,,25
Toyota Corona Mark II,95,24
Datsun PL510,88,27
Volkswagen 1131 Deluxe Sedan,46,26
"""


def test_the_cars_command_in_the_readme_reads_a_cars_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = [line for line in commands() if "cars.csv" in line]
    (tmp_path / "cars.csv").write_text(CARS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(line)[1:], "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["valid"], said["failed"]) == (5, 0)
    written = [[asked for asked in one["requests"] if asked["stage"] == "lines"] for one in said["prompts"]]
    full, lacking, _ = written
    assert "130 horsepower" in full[0]["messages"][-1]["content"]
    assert "25 miles per gallon" in lacking[0]["messages"][-1]["content"]
    assert lacking[0]["requests"] == full[0]["requests"] - 1, "an unknown fact is left out"
    assert "horsepower" not in json.dumps([one["messages"] and one["messages"][-1] for one in lacking])
    assert not (tmp_path / "cars").exists(), "a dry run writes nothing"
